/**
 * What one field says about another. The schema looks at values one by one; here are the rules that need two of them,
 * each with the value to point at. They run only on a file that the schema accepts.
 */
import { durationMs } from './duration.js';
import { nearestName } from '../lib/nearest-name.js';
import { canAlert } from '../registry/index.js';
import { referenceFaults } from './reference-checks.js';
import { type Config } from './schema.js';
import { type Explanation } from './syntax-fault.js';
import { type Path } from './yaml-source.js';

export interface CrossFault extends Explanation {
  readonly path: Path;
}

/** Whether the user wrote something at the path, as against its default. */
export type IsWritten = (path: Path) => boolean;

type CrossCheck = (config: Config, isWritten: IsWritten) => CrossFault[];

export function crossCheck(config: Config, isWritten: IsWritten): CrossFault[] {
  return CHECKS.flatMap((check) => check(config, isWritten));
}

const windowsAscend: CrossCheck = ({ observe: { windows } }) =>
  windows.slice(1).flatMap((window, index) =>
    durationMs(window) > durationMs(windows[index])
      ? []
      : [
          {
            path: ['observe', 'windows', index + 1],
            wrong: `the window ${window} is not longer than ${windows[index]} before it`,
            remedy: 'List the windows from the shortest to the longest, each once',
          },
        ],
  );

/** Only where alert windows are written: their default gives way to what is observed (`alert-windows.ts`). */
const alertWindowsAreObserved: CrossCheck = ({ alerts, observe }, isWritten) =>
  isWritten(['alerts', 'windows'])
    ? alerts.windows.flatMap((window, index) =>
        observe.windows.some((observed) => durationMs(observed) === durationMs(window))
          ? []
          : [
              {
                path: ['alerts', 'windows', index],
                wrong: `the window ${window} is not observed`,
                remedy: `Take it from observe.windows (${observe.windows.join(', ')}), or add it there`,
              },
            ],
      )
    : [];

const featureWindowsAreObserved: CrossCheck = ({ models, observe }) =>
  models.flatMap(({ features }, model) =>
    Object.entries(features).flatMap(([feature, { windows }]) =>
      (windows ?? []).flatMap((window, index) =>
        observe.windows.some((observed) => durationMs(observed) === durationMs(window))
          ? []
          : [
              {
                path: ['models', model, 'features', feature, 'windows', index],
                wrong: `the window ${window} is not observed`,
                remedy: `Take it from observe.windows (${observe.windows.join(', ')}), or add it there`,
              },
            ],
      ),
    ),
  );

const alertStatisticIsPublished: CrossCheck = ({ alerts: { driftStatistic }, compare: { statistics } }, isWritten) =>
  statistics.includes(driftStatistic)
    ? []
    : [
        {
          path: isWritten(['alerts', 'driftStatistic']) ? ['alerts', 'driftStatistic'] : ['compare', 'statistics'],
          wrong: `drift alerts look at ${driftStatistic} (alerts.driftStatistic), which is not among compare.statistics`,
          remedy: `Add it to compare.statistics, or let alerts.driftStatistic be one of ${statistics.filter(canAlert).join(', ') || 'those that can alert'}`,
        },
      ];

const statisticsAreUnique: CrossCheck = ({ compare: { statistics } }) =>
  repeated(statistics).map((index) => ({
    path: ['compare', 'statistics', index],
    wrong: `the statistic ${statistics[index]} is listed twice`,
    remedy: 'Keep one of them',
  }));

const modelNamesAreUnique: CrossCheck = ({ models }) =>
  repeated(models.map((model) => model.name)).map((index) => ({
    path: ['models', index, 'name'],
    wrong: `the model '${models[index].name}' is listed twice`,
    remedy: 'Merge the two entries',
  }));

const segmentNamesAreUnique: CrossCheck = ({ observe: { segments } }) =>
  repeated(segments.map(({ name }) => name)).map((index) => ({
    path: ['observe', 'segments', index, 'name'],
    wrong: `the name '${segments[index].name}' is used for two kinds of segments`,
    remedy: 'Give each a name of its own, so that metrics tell them apart',
  }));

const schedulesHaveOnePeriod: CrossCheck = ({ models }) =>
  models.flatMap(({ schedule: { cron, every, timezone, grace } }, model) => {
    const path = ['models', model, 'schedule'];
    if (cron !== undefined && every !== undefined)
      return [{ path, wrong: 'the schedule has both cron and every', remedy: 'Keep one of them' }];
    if (cron !== undefined || every !== undefined || (timezone === undefined && grace === undefined)) return [];
    return [{ path, wrong: 'the schedule does not say when predictions are due', remedy: 'Add cron or every' }];
  });

const ownersExist: CrossCheck = ({ alerts, models }, isWritten) => {
  const owners = Object.keys(alerts.owners);
  if (owners.length === 0) return [];
  const named = models.map((model, index) => ({ owner: model.owner, path: ['models', index, 'owner'] as Path }));
  if (isWritten(['alerts', 'defaultOwner']))
    named.push({ owner: alerts.defaultOwner, path: ['alerts', 'defaultOwner'] });
  return named.flatMap(({ owner, path }) => {
    if (owner === undefined || owners.includes(owner)) return [];
    const nearest = nearestName(owner, owners);
    const remedy =
      nearest === undefined ? `Add it there, or name one of ${owners.join(', ')}` : `Did you mean '${nearest}'?`;
    return [{ path, wrong: `the owner '${owner}' is not in alerts.owners`, remedy }];
  });
};

const ownersAreReachable: CrossCheck = ({ alerts }) =>
  Object.entries(alerts.owners).flatMap(([name, owner]) => {
    const path = ['alerts', 'owners', name];
    if (owner.webhook !== undefined && owner.webhookFile !== undefined)
      return [{ path, wrong: `the owner '${name}' has both webhook and webhookFile`, remedy: 'Keep one of them' }];
    if (owner.email !== undefined && alerts.smtp === undefined)
      return [
        {
          path: [...path, 'email'],
          wrong: 'there is no mail server to send mail through',
          remedy: 'Add alerts.smtp with smarthost and from',
        },
      ];
    return [];
  });

const addressesAreValid: CrossCheck = ({ alerts, models }) => {
  const urls: [Path, string | undefined][] = [
    [['alerts', 'runbookBase'], alerts.runbookBase],
    [['alerts', 'dashboardBase'], alerts.dashboardBase],
    ...models.map((model, index): [Path, string | undefined] => [['models', index, 'runbook'], model.runbook]),
    ...Object.entries(alerts.owners).map(([name, owner]): [Path, string | undefined] => [
      ['alerts', 'owners', name, 'webhook'],
      owner.webhook,
    ]),
  ];
  return urls.flatMap(([path, url]) =>
    url === undefined || /^https?:\/\/[^\s/]+/.test(url)
      ? []
      : [{ path, wrong: `'${url}' is not a URL`, remedy: "Write it in full, beginning with 'http://' or 'https://'" }],
  );
};

const listenersDiffer: CrossCheck = ({ receive, expose }) => {
  const listeners = [
    { path: ['receive', 'http', 'port'], ...receive.http },
    { path: ['receive', 'grpc', 'port'], ...receive.grpc },
    { path: ['expose', 'port'], ...expose },
  ].filter(({ enabled, port }) => enabled && port !== 0);
  return repeated(listeners.map(({ host, port }) => `${host}:${port}`)).map((index) => ({
    path: listeners[index].path,
    wrong: `the port ${listeners[index].port} is used twice`,
    remedy: 'Give each of receive.http, receive.grpc and expose a port of its own',
  }));
};

const tokensHaveOneSource: CrossCheck = ({ receive: { bearerTokens } }) => [
  ...bearerTokens.flatMap((token, index) =>
    (token.env === undefined) === (token.file === undefined)
      ? [
          {
            path: ['receive', 'bearerTokens', index],
            wrong: `the token '${token.name}' needs exactly one of env and file`,
            remedy: 'Say where the token is read from: env names a variable, file a path',
          },
        ]
      : [],
  ),
  ...repeated(bearerTokens.map((token) => token.name)).map((index) => ({
    path: ['receive', 'bearerTokens', index, 'name'],
    wrong: `the name '${bearerTokens[index].name}' is used for two tokens`,
    remedy: 'Give each token a name of its own, so that metrics and logs tell its holders apart',
  })),
];

const originsAreNamed: CrossCheck = ({ receive }) =>
  receive.http.corsOrigins.flatMap((origin, index) =>
    origin.includes('*')
      ? [
          {
            path: ['receive', 'http', 'corsOrigins', index],
            wrong: "'*' would let any page send telemetry",
            remedy: 'Name the origins, as in https://app.example.org',
          },
        ]
      : [],
  );

const messageFitsInFlight: CrossCheck = ({ receive }) =>
  receive.maxInFlightBytes >= receive.maxMessageBytes
    ? []
    : [
        {
          path: ['receive', 'maxInFlightBytes'],
          wrong: `${receive.maxInFlightBytes} bytes in flight are fewer than one message may have (receive.maxMessageBytes is ${receive.maxMessageBytes})`,
          remedy: 'Raise receive.maxInFlightBytes, or lower receive.maxMessageBytes',
        },
      ];

const CHECKS: readonly CrossCheck[] = [
  windowsAscend,
  alertWindowsAreObserved,
  featureWindowsAreObserved,
  alertStatisticIsPublished,
  statisticsAreUnique,
  modelNamesAreUnique,
  schedulesHaveOnePeriod,
  segmentNamesAreUnique,
  ownersExist,
  ownersAreReachable,
  addressesAreValid,
  listenersDiffer,
  tokensHaveOneSource,
  originsAreNamed,
  messageFitsInFlight,
  referenceFaults,
];

/** Indices of the entries that stand earlier in the list already. */
function repeated(names: readonly string[]): number[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));
}
