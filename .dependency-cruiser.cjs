/**
 * The direction of the data, held as named rules. A room is a folder of src; each room may import the rooms that the
 * table names and nothing else, so that a newcomer can follow a prediction from left to right and never meets a loop.
 */

/** Both may be imported by every room: the names, and the few types that everything shares. */
const SHARED = ['registry', 'lib'];

/**
 * @type {{ room: string, imports: string[], why: string }[]}
 * `imports` is besides SHARED. The stages stand in the order in which the data goes.
 */
const ROOMS = [
  {
    room: 'decode',
    imports: [],
    why: 'Decoding turns bytes to OTLP values and knows nothing of machine learning; it is tested and fuzzed alone.',
  },
  {
    room: 'interpret',
    imports: ['decode'],
    why: 'Interpreting reads OTLP values by convention; what is done with a prediction later must not change what counts as one.',
  },
  {
    room: 'correlate',
    imports: ['decode', 'interpret'],
    why: 'Joining ground truth needs predictions; it must not know what is computed from the pairs.',
  },
  {
    room: 'observe',
    imports: ['decode', 'interpret', 'correlate'],
    why: 'Observing folds what arrived into profiles; a profile must not depend on what it is later compared against.',
  },
  {
    room: 'ingest',
    imports: ['decode', 'interpret', 'correlate', 'observe'],
    why: 'Ingesting puts the stages from bytes to profiles together, in one thread or several; what is computed from profiles is the same for both.',
  },
  {
    room: 'reference',
    imports: ['decode', 'interpret', 'correlate', 'observe', 'state'],
    why: 'A reference is a profile that was made earlier: built from the same sketches, without any statistic in it.',
  },
  {
    room: 'compare',
    imports: ['decode', 'interpret', 'correlate', 'observe', 'reference'],
    why: 'Comparing is pure functions from two profiles to numbers: no state, no exposition, no verdict.',
  },
  {
    room: 'expose',
    imports: ['decode', 'interpret', 'correlate', 'observe', 'reference', 'compare'],
    why: 'Exposing writes down numbers that others computed; it comes last and nothing in the stages may depend on it.',
  },
  {
    room: 'receive',
    imports: [],
    why: 'Receiving takes a callback and imports no other stage, so that it can be load-tested and conformance-tested with nothing behind it.',
  },
  {
    room: 'state',
    imports: ['interpret', 'correlate', 'observe'],
    why: 'Persistence asks the stages that hold something for their state and gives it back; they must not know that they are saved.',
  },
  {
    room: 'instrumentation',
    imports: [],
    why: 'A model service imports this room; whatever it drags in would run in the path of every prediction.',
  },
  {
    room: 'config',
    imports: [],
    why: 'Rooms take plain options of their own; the configuration file is one way to fill them and depends on none of them.',
  },
  {
    room: 'generate',
    imports: ['config'],
    why: 'Rules, dashboards and documentation follow from names and configuration alone, so that they are the same on every machine.',
  },
];

/** The files right in src: collector.ts, and what fills the rooms' options from the configuration. */
const COMPOSITION = '^src/[^/]+\\.ts$';

/** @param {string[]} rooms */
const folders = (rooms) => `^src/(${rooms.join('|')})/`;

const roomRules = ROOMS.map(({ room, imports, why }) => ({
  name: `${room}-imports-only-${[...imports, 'what-is-shared'].join('-and-')}`,
  comment: why,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: folders([room, ...imports, ...SHARED]) },
}));

const FILE_ROOMS = ['state', 'reference', 'config', 'generate', 'cli'];
const SOCKET_ROOMS = ['receive', 'expose', 'instrumentation'];

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'registry-imports-nothing',
      comment:
        'The registry is data: documentation, rules, dashboards and tests are derived from it, so it derives from nothing.',
      severity: 'error',
      from: { path: '^src/registry/' },
      to: { pathNot: '^src/registry/' },
    },
    {
      name: 'lib-imports-only-the-registry',
      comment:
        'What everything shares may depend on nothing but the names, or it would carry rooms into every other room.',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/', pathNot: folders(SHARED) },
    },
    {
      name: 'rooms-are-entered-through-their-door',
      comment:
        'A room says in its index.ts what it offers; the rest may change without anybody outside noticing. (lib has no door: its files are the offer.)',
      severity: 'error',
      from: { path: '^src/([^/]+)(/|\\.ts$)' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/lib/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'config-is-for-collector-generate-and-cli',
      comment:
        'A stage takes plain options of its own, so that it can be used and tested without a configuration file.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(config|generate|cli)/', COMPOSITION] },
      to: { path: '^src/config/' },
    },
    {
      name: 'composition-is-for-the-cli',
      comment:
        'collector.ts and the files beside it join the stages; a stage that reaches back to them turns the one direction into a loop.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', COMPOSITION] },
      to: { path: COMPOSITION },
    },
    {
      name: 'composition-imports-no-verbs',
      comment: 'The running process neither generates files nor parses a command line.',
      severity: 'error',
      from: { path: COMPOSITION },
      to: { path: folders(['cli', 'generate', 'instrumentation']) },
    },
    {
      name: 'nothing-imports-the-cli',
      comment: 'Verbs are thin and at the very end; what one needs from them belongs in a room.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'cli-does-not-instrument',
      comment: 'Instrumentation is for model services; the collector watches itself through its own metrics.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/instrumentation/' },
    },
    {
      name: 'files-only-in-state-reference-config-generate-cli',
      comment:
        'What touches the disk can fail, block and leak; it stays in the rooms that are about files. (receiver-options.ts reads the certificates and tokens that the configuration names, once, at the start.)',
      severity: 'error',
      from: { path: '^src/', pathNot: [folders(FILE_ROOMS), '^src/receiver-options\\.ts$'] },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'sockets-only-in-receive-expose-instrumentation',
      comment: 'What listens or connects is where limits, TLS and authentication are; nowhere else may a door open.',
      severity: 'error',
      from: { path: '^src/', pathNot: folders(SOCKET_ROOMS) },
      to: { path: '^((node:)?(http|https|http2|net|tls|dgram)|node_modules/(@grpc/grpc-js|undici)/.*)$' },
    },
    {
      name: 'no-child-processes',
      comment: 'The product starts no other program; the demo and the tests do.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(node:)?(child_process|cluster)$' },
    },
    {
      name: 'instrumentation-needs-only-the-opentelemetry-api',
      comment:
        'The model service brings its own SDK, of any version; only plumbline/node, which starts one for those who have none, may import it.',
      severity: 'error',
      from: { path: '^src/instrumentation/', pathNot: '^src/instrumentation/node' },
      to: { dependencyTypesNot: ['local', 'core', 'type-only'], pathNot: 'node_modules/@opentelemetry/api/' },
    },
    {
      name: 'instrumentation-needs-no-node',
      comment: 'Recording a prediction works in every JavaScript runtime that the OpenTelemetry API runs in.',
      severity: 'error',
      from: { path: '^src/instrumentation/', pathNot: '^src/instrumentation/node' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'plumbline-node-needs-only-opentelemetry',
      comment: 'What plumbline/node starts is the ordinary SDK and nothing of the collector.',
      severity: 'error',
      from: { path: '^src/instrumentation/node' },
      to: { dependencyTypesNot: ['local', 'core', 'type-only'], pathNot: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that resolves to nothing fails only when that line runs.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-ships-what-it-imports',
      comment: 'A development dependency is not installed at a user; what src imports is a dependency or a peer.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'src-stands-alone',
      comment: 'The product depends on neither its tests nor its demonstration.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|demo|bench|fuzz|scripts|dist)/' },
    },
    {
      name: 'demo-uses-the-product-from-outside',
      comment:
        'The demo imports plumbline as a model service does, starts its command and reads its configuration; reaching into another room would show something no user can do.',
      severity: 'error',
      from: { path: '^demo/' },
      to: { path: '^src/', pathNot: folders([...SHARED, 'config']) },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    builtInModules: { add: [] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    skipAnalysisNotInRules: true,
  },
};
