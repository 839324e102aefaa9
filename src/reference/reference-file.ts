/**
 * A reference on disk: JSON, versioned, with the SHA-256 of its content, so that the same data give the same hash on
 * every machine and a file that was edited by hand is noticed. A few KiB a feature, whatever the number of rows.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { PlumblineError } from '../lib/plumbline-error.js';
import {
  binCount,
  BUCKETS_PER_OCTAVE,
  FEATURE_CELLS,
  type FeatureSchema,
  isNumeric,
  OCTAVES,
  Profile,
  type ReferenceProfiles,
} from '../observe/index.js';
import type { Output } from '../registry/index.js';

const FORMAT = 'plumbline-reference';
const FORMAT_VERSION = 1;

const finite = z.number();
const subjectSchema = z
  .object({
    name: z.string().min(1),
    kind: z.enum(['numeric', 'text', 'categorical', 'boolean']),
    /** Numeric and text: the minimum, the bins' upper bounds, and what was subtracted before sums were taken. */
    min: finite.optional(),
    upper: z.array(finite).max(255).optional(),
    shift: finite.optional(),
    categories: z.array(z.string()).optional(),
    /** The header cells, in the order of `FEATURE_CELL`. */
    header: z.array(finite).length(FEATURE_CELLS),
    /** Counts by bin or category. */
    counts: z.array(finite.min(0)),
    /** The quantile sketch: bucket and count, where there is any. */
    sketch: z.array(
      z.tuple([
        z
          .number()
          .int()
          .min(0)
          .max(OCTAVES * BUCKETS_PER_OCTAVE - 1),
        finite.min(0),
      ]),
    ),
    /** Rows that should have had the feature. */
    expected: finite.min(0),
  })
  .refine(({ upper }) => upper === undefined || upper.every((edge, at) => at === 0 || edge > upper[at - 1]), {
    message: 'the upper bounds do not ascend',
  })
  .refine(({ upper, categories, counts }) => (upper ?? categories)?.length === counts.length, {
    message: 'there are not as many counts as bins',
  });

const fileSchema = z.object({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  hash: z.string(),
  createdAt: z.string().optional(),
  model: z.string(),
  version: z.string(),
  source: z.string(),
  rows: z.number().int().min(0),
  features: z.array(subjectSchema),
  outputs: z.array(subjectSchema),
});

type SubjectFile = z.output<typeof subjectSchema>;

/** A reference with where it comes from. */
export interface Reference extends ReferenceProfiles {
  readonly model: string;
  readonly version: string;
  /** What it was built from. */
  readonly source: string;
  readonly rows: number;
  readonly createdAt?: string;
}

/** Everything of a reference but its hash, which is taken from the rest. */
export type ReferenceContent = Omit<Reference, 'hash' | 'kind' | 'name'>;

/** @throws PlumblineError PB4001 */
export function saveReference(path: string, content: ReferenceContent): Reference {
  const body = bodyOf(content);
  const hash = hashOf(body);
  const { createdAt } = content;
  const file = { format: FORMAT, formatVersion: FORMAT_VERSION, hash, ...(createdAt && { createdAt }), ...body };
  try {
    writeFileSync(path, `${JSON.stringify(file)}\n`);
  } catch (cause) {
    throw new PlumblineError(`The reference cannot be written to ${path}.`, {
      code: 'PB4001',
      key: path,
      remedy: 'Check that the folder exists and is writable.',
      cause,
    });
  }
  return { ...content, kind: 'training', name: nameOf(content), hash };
}

/** @throws PlumblineError PB4001 (not readable), PB4002 (damaged, edited, or of another format version) */
export function loadReference(path: string): Reference {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PlumblineError(`The reference ${path} cannot be read.`, {
      code: 'PB4001',
      key: path,
      remedy: 'Build it with plumbline reference build, or correct the path in the configuration.',
      cause,
    });
  }
  const parsed = fileSchema.safeParse(parseJson(text, path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(path, `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  }
  const { hash, model, version, source, rows, createdAt } = parsed.data;
  const content: ReferenceContent = {
    model,
    version,
    source,
    rows,
    createdAt,
    features: new Map(parsed.data.features.map((subject) => [subject.name, profileOf(subject)])),
    outputs: new Map(parsed.data.outputs.map((subject) => [subject.name as Output, profileOf(subject)])),
  };
  if (hashOf(bodyOf(content)) !== hash) throw damaged(path, 'its hash does not fit its content');
  return { ...content, kind: 'training', name: nameOf(content), hash };
}

function nameOf({ model, version }: { model: string; version: string }): string {
  return `${model} ${version}`;
}

function bodyOf({ model, version, source, rows, features, outputs }: ReferenceContent) {
  return {
    model,
    version,
    source,
    rows,
    features: [...features.values()].map(subjectOf),
    outputs: [...outputs.values()].map(subjectOf),
  };
}

/** What the data are, whatever they are called and wherever they lay. */
function hashOf({ source: _, ...body }: ReturnType<typeof bodyOf>): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

function subjectOf(profile: Profile): SubjectFile {
  const { schema, cells, place, expected } = profile;
  const described = isNumeric(schema)
    ? { min: schema.min, upper: [...schema.upper], shift: schema.shift }
    : { categories: [...schema.categories] };
  const sketch: [number, number][] = [];
  place.pages?.forEach((page, octave) => {
    for (let bucket = 0; page >= 0 && bucket < BUCKETS_PER_OCTAVE; bucket++) {
      const count = cells[page + bucket];
      if (count > 0) sketch.push([octave * BUCKETS_PER_OCTAVE + bucket, count]);
    }
  });
  return {
    name: schema.name,
    kind: schema.kind,
    ...described,
    header: [...cells.subarray(place.offset, place.offset + FEATURE_CELLS)],
    counts: [...profile.bins],
    sketch,
    expected,
  };
}

function profileOf(subject: SubjectFile): Profile {
  const schema = schemaOf(subject);
  const bins = binCount(schema);
  const octaves = [...new Set(subject.sketch.map(([bucket]) => Math.floor(bucket / BUCKETS_PER_OCTAVE)))];
  const pages = new Int32Array(OCTAVES).fill(-1);
  octaves.forEach((octave, index) => (pages[octave] = FEATURE_CELLS + bins + index * BUCKETS_PER_OCTAVE));
  const cells = new Float64Array(FEATURE_CELLS + bins + octaves.length * BUCKETS_PER_OCTAVE);
  cells.set(subject.header);
  cells.set(subject.counts, FEATURE_CELLS);
  for (const [bucket, count] of subject.sketch) {
    cells[pages[Math.floor(bucket / BUCKETS_PER_OCTAVE)] + (bucket % BUCKETS_PER_OCTAVE)] = count;
  }
  return new Profile(schema, cells, { offset: 0, binsOffset: FEATURE_CELLS, pages }, subject.expected);
}

function schemaOf({ kind, name, min, upper, shift, categories }: SubjectFile): FeatureSchema {
  return kind === 'numeric' || kind === 'text'
    ? { kind, name, min: min ?? 0, upper: Float64Array.from(upper ?? []), shift: shift ?? 0 }
    : { kind, name, categories: categories ?? [] };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause);
  }
}

function damaged(path: string, why: string, cause?: unknown): PlumblineError {
  return new PlumblineError(`The reference ${path} is not usable: ${why}.`, {
    code: 'PB4002',
    key: path,
    remedy: 'Build it again with plumbline reference build.',
    cause,
  });
}
