/**
 * Text to configuration. All problems are gathered, in the order of the file: a file is mended once, not once per run.
 * Only a fault of the YAML itself hides others, since there are no values to look at.
 */
import { dirname } from 'node:path';
import { crossCheck } from './cross-checks.js';
import { configJsonSchema } from './json-schema.js';
import { inFileOrder, type ConfigProblem } from './problem.js';
import { resolveConfig } from './resolve-config.js';
import { configSchema, type Config } from './schema.js';
import { explainUnknownKey, explainValue } from './value-fault.js';
import { writePath, YamlSource } from './yaml-source.js';

export interface ParsedConfig {
  /** With every default filled in and every path absolute; absent when there are problems. */
  readonly config?: Config;
  /** In the order of the file; empty when it is valid. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * @param fileName where the text comes from; paths in the file are relative to its folder. An empty text is all defaults.
 */
export function parseConfig(text: string, fileName: string): ParsedConfig {
  const source = new YamlSource(text);
  if (!source.readable) return { problems: inFileOrder(source.problems) };

  const parsed = configSchema.safeParse(source.values ?? {}, { reportInput: true });
  if (!parsed.success) {
    const valueProblems = parsed.error.issues.flatMap((issue) => problemsOf(source, issue));
    return { problems: inFileOrder([...source.problems, ...valueProblems]) };
  }

  const isWritten = (path: readonly PropertyKey[]): boolean => source.has(path);
  const faults = crossCheck(parsed.data, isWritten).map(({ path, wrong, remedy }) => ({
    ...source.positionOf(path),
    key: writePath(path),
    wrong,
    remedy,
    syntax: false,
  }));
  const problems = inFileOrder([...source.problems, ...faults]);
  if (problems.length > 0) return { problems };
  return { config: resolveConfig(parsed.data, dirname(fileName), isWritten(['alerts', 'windows'])), problems };
}

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>['error']>['issues'][number];

function problemsOf(source: YamlSource, issue: Issue): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const schema = configJsonSchema();
    return issue.keys.map((key) => ({
      ...source.positionOfKey([...issue.path, key]),
      key: writePath([...issue.path, key]),
      ...explainUnknownKey(schema, issue.path, key),
      syntax: false,
    }));
  }
  return [{ ...source.positionOf(issue.path), key: writePath(issue.path), ...explainValue(issue), syntax: false }];
}
