/**
 * A reference on disk: JSON with a feature a line, so that two of them can be read side by side. `hash` is SHA-256 over
 * what the profiles say, written without white space in the order of the format: not over when and from which file they
 * were built, so the same data give the same hash wherever they lie.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { PlumblineError } from '../lib/plumbline-error.js';
import type { Profile } from '../observe/index.js';
import { FEATURE_KINDS, type Output, OUTPUTS, RECONSTRUCTION_ERROR } from '../registry/index.js';
import { embeddingEntryOf, embeddingEntrySchema, embeddingOfEntry } from './embedding-entry.js';
import { entryOf, profileEntrySchema, profileOf } from './profile-entry.js';
import { OUTPUT_OF_ROLE, type Reference } from './reference.js';

const FORMAT = 'plumbline-reference';
const FORMAT_VERSION = 1;
/** A thousand features with ten thousand categories each stay under it. */
const FILE_BYTES_MAX = 512 * 1024 * 1024;
/** Outputs that stand among `outputs`; the ground truth stands by itself, under the name that the format gives it. */
const LISTED: readonly string[] = OUTPUTS.filter((output) => output !== OUTPUT_OF_ROLE.groundTruth);
const GROUND_TRUTH_ENTRY = 'groundTruth';
/** The format stands at the head of a file. */
const HEAD_BYTES = 256;
const REBUILD = 'Build it again with `plumbline reference build`.';

const projectionSchema = z
  .strictObject({
    features: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          kind: z.enum(FEATURE_KINDS),
          mean: z.number(),
          deviation: z.number().positive(),
          shares: z.array(z.number().nonnegative()).readonly().optional(),
        }),
      )
      .min(2)
      .readonly(),
    components: z.array(z.array(z.number()).readonly()).min(1).readonly(),
    kept: z.number().positive(),
    residuals: z.array(z.number().nonnegative()).readonly(),
  })
  .refine(({ features, components }) => components.every((component) => component.length === features.length), {
    path: ['components'],
    error: 'are not of one number for each feature',
  })
  .refine(({ features, residuals }) => residuals.length === features.length, {
    path: ['residuals'],
    error: 'are not one for each feature',
  });

const contentSchema = z.strictObject({
  model: z.string().min(1),
  version: z.string().min(1),
  rows: z.int().positive(),
  features: z.array(profileEntrySchema),
  outputs: z.array(profileEntrySchema),
  groundTruth: profileEntrySchema.optional(),
  embeddings: z.array(embeddingEntrySchema).optional(),
  /** What the output `reconstruction_error` was made with; absent: it is not there either. */
  projection: projectionSchema.optional(),
  /** How many different rows came so often; absent in files from before they were counted. */
  rowTimes: z.array(z.tuple([z.int().positive(), z.int().positive()])).optional(),
});
type Content = z.output<typeof contentSchema>;

const fileSchema = contentSchema
  .extend({
    format: z.literal(FORMAT),
    formatVersion: z.literal(FORMAT_VERSION),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    createdAt: z.iso.datetime().optional(),
    source: z.strictObject({
      files: z.array(z.string()),
      columns: z.strictObject({
        value: z.string().optional(),
        score: z.string().optional(),
        groundTruth: z.string().optional(),
        eventTime: z.string().optional(),
      }),
    }),
  })
  .refine(({ features }) => new Set(features.map(({ name }) => name)).size === features.length, {
    path: ['features'],
    error: 'a feature stands there twice',
  })
  .refine(({ embeddings = [] }) => new Set(embeddings.map(({ name }) => name)).size === embeddings.length, {
    path: ['embeddings'],
    error: 'an embedding stands there twice',
  })
  .refine(
    ({ outputs, projection }) =>
      outputs.some(({ name }) => name === RECONSTRUCTION_ERROR) === (projection !== undefined),
    { path: ['projection'], error: `belongs to the output ${RECONSTRUCTION_ERROR}, and that to it` },
  )
  .refine(({ outputs }) => outputs.every(({ name }) => LISTED.includes(name)), {
    path: ['outputs'],
    error: `only ${LISTED.join(', ')} are outputs`,
  });
type File = z.output<typeof fileSchema>;

/** What becomes a reference once its hash is taken. */
export type UnhashedReference = Omit<Reference, 'kind' | 'name' | 'hash'>;

export function referenceOf(parts: UnhashedReference): Reference {
  const name = `${parts.model} ${parts.version}`;
  return { ...parts, kind: 'training', name, hash: hashOf(contentOf(parts)) };
}

/** @throws PB4001 the file cannot be written */
export function saveReference(reference: Reference, path: string): void {
  try {
    writeFileSync(path, formatReference(reference));
  } catch (cause) {
    throw new PlumblineError(`The reference file cannot be written: ${(cause as Error).message}.`, {
      code: 'PB4001',
      key: path,
      remedy: 'Name a file in a folder that you may write to.',
      cause,
    });
  }
}

/** @throws PB4001 the file cannot be read; PB4002 it is damaged or of an unknown version */
export function loadReference(path: string): Reference {
  return parseReference(readReferenceFile(path), path);
}

/** Whether a file says that it is a reference, whatever its state; not so where there is none. */
export function isReferenceFile(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    return head.toString('utf8', 0, readSync(file, head)).includes(`"${FORMAT}"`);
  } finally {
    closeSync(file);
  }
}

export function formatReference(reference: Reference): string {
  const { model, version, rows, features, outputs, groundTruth, embeddings, projection, rowTimes } =
    contentOf(reference);
  const { hash, createdAt, source } = reference;
  const head = { format: FORMAT, formatVersion: FORMAT_VERSION, hash, model, version, createdAt, source, rows };
  const fields = Object.entries(head)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const list = (key: string, entries: readonly unknown[]): string =>
    `"${key}": [${entries.map((entry) => `\n    ${JSON.stringify(entry)}`).join(',')}\n  ]`;
  fields.push(list('features', features), list('outputs', outputs));
  if (rowTimes !== undefined) fields.push(`"rowTimes": ${JSON.stringify(rowTimes)}`);
  if (groundTruth !== undefined) fields.push(`"groundTruth": ${JSON.stringify(groundTruth)}`);
  if (embeddings !== undefined) fields.push(list('embeddings', embeddings));
  if (projection !== undefined) fields.push(`"projection": ${JSON.stringify(projection)}`);
  return `{\n  ${fields.join(',\n  ')}\n}\n`;
}

/** @param key what the user calls the text @throws PB4002 */
export function parseReference(text: string, key: string): Reference {
  const file = checkedFile(parsedJson(text, key), key);
  const profiles = (entries: Content['features']): [string, Profile][] =>
    entries.map((entry) => [entry.name, profileOf(entry)]);
  const { model, version, rows, source, createdAt } = file;
  const reference = referenceOf({
    model,
    version,
    rows,
    source,
    ...(createdAt === undefined ? {} : { createdAt }),
    features: new Map(profiles(file.features)),
    outputs: new Map(profiles([...file.outputs, ...groundTruthOf(file)]) as [Output, Profile][]),
    embeddings: new Map((file.embeddings ?? []).map((entry) => [entry.name, embeddingOfEntry(entry)])),
    ...(file.projection === undefined ? {} : { projection: file.projection }),
    ...(file.rowTimes === undefined ? {} : { rowFrequencies: { rows, times: file.rowTimes } }),
  });
  if (reference.hash !== file.hash) {
    throw damaged(key, 'its content is not what its hash was taken over: it was edited or cut short');
  }
  return reference;
}

/** As the output that it is. */
function groundTruthOf({ groundTruth }: Content): Content['outputs'] {
  return groundTruth === undefined ? [] : [{ ...groundTruth, name: OUTPUT_OF_ROLE.groundTruth }];
}

function readReferenceFile(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new PlumblineError(`The reference file cannot be read: ${(cause as Error).message}.`, {
      code: 'PB4001',
      key: path,
      remedy: 'Name a file that `plumbline reference build` has written.',
      cause,
    });
  }
  if (bytes.length > FILE_BYTES_MAX) throw damaged(path, `it is larger than ${FILE_BYTES_MAX} bytes`);
  return bytes.toString('utf8');
}

function parsedJson(text: string, key: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(key, `it is not valid JSON (${(cause as Error).message})`);
  }
}

function checkedFile(document: unknown, key: string): File {
  const head = z.looseObject({ format: z.unknown(), formatVersion: z.unknown() }).safeParse(document);
  if (!head.success || head.data.format !== FORMAT) throw damaged(key, 'it is not a reference file');
  if (head.data.formatVersion !== FORMAT_VERSION) {
    throw damaged(
      key,
      `it is of format version ${String(head.data.formatVersion)}, and this is version ${FORMAT_VERSION}`,
    );
  }
  const parsed = fileSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw damaged(key, `${path.map(String).join('.')}: ${message}`);
}

function damaged(key: string, why: string): PlumblineError {
  return new PlumblineError(`The reference file cannot be used: ${why}.`, { code: 'PB4002', key, remedy: REBUILD });
}

function contentOf({
  model,
  version,
  rows,
  features,
  outputs,
  embeddings,
  projection,
  rowFrequencies,
}: UnhashedReference): Content {
  const groundTruth = outputs.get(OUTPUT_OF_ROLE.groundTruth);
  const entries = (profiles: ReadonlyMap<string, Profile>): Content['features'] =>
    Array.from(profiles, ([name, profile]) => entryOf(name, profile));
  return {
    model,
    version,
    rows,
    features: entries(features),
    outputs: entries(outputs).filter(({ name }) => LISTED.includes(name)),
    ...(groundTruth === undefined ? {} : { groundTruth: entryOf(GROUND_TRUTH_ENTRY, groundTruth) }),
    // A file from before there were any has the same content without the key.
    ...(embeddings === undefined || embeddings.size === 0
      ? {}
      : { embeddings: Array.from(embeddings, ([name, profile]) => embeddingEntryOf(name, profile)) }),
    ...(projection === undefined ? {} : { projection }),
    ...(rowFrequencies === undefined
      ? {}
      : { rowTimes: rowFrequencies.times.map((entry): [number, number] => [...entry]) }),
  };
}

function hashOf(content: Content): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
