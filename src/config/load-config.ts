/** A configuration file from disk, or one error that lists everything wrong with it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PlumblineError } from '../lib/plumbline-error.js';
import { parseConfig, type ParsedConfig } from './parse-config.js';
import { formatProblem } from './problem.js';
import { type Config } from './schema.js';

/** No configuration is larger; a wrong path to a data file should not be read into memory. */
const FILE_BYTES_MAX = 10 * 1024 * 1024;

/**
 * @param path as the user wrote it; messages name the file so.
 * @throws PB1001 where the file cannot be read, PB1002 where it is not valid YAML, PB1003 where a value is not valid.
 */
export function loadConfig(path: string): Config {
  const { config, problems } = inspectConfig(path);
  if (config !== undefined) return config;
  const [first] = problems;
  const lines = problems.map((problem) => `\n  ${formatProblem(path, problem)}`).join('');
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  throw new PlumblineError(`${path} has ${count}:${lines}`, {
    code: problems.some((problem) => problem.syntax) ? 'PB1002' : 'PB1003',
    remedy:
      problems.length === 1 ? undefined : `Begin with line ${first.line}, and run plumbline config check ${path}.`,
  });
}

/** The same for who wants the problems one by one. @throws PB1001 where the file cannot be read. */
export function inspectConfig(path: string): ParsedConfig {
  return parseConfig(readText(path), resolve(path));
}

/** Every default, as when there is no file. */
export function defaultConfig(): Config {
  const { config } = parseConfig('', resolve('plumbline.yaml'));
  if (config === undefined) throw new Error('the defaults of the configuration contradict each other');
  return config;
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PlumblineError(`${path} cannot be read: ${REASONS[code ?? ''] ?? String(code)}.`, {
      code: 'PB1001',
      remedy: REMEDIES[code ?? ''] ?? 'Check the path and its permissions.',
      cause,
    });
  }
  if (bytes.length > FILE_BYTES_MAX) {
    throw new PlumblineError(`${path} has ${bytes.length} bytes, more than a configuration may (${FILE_BYTES_MAX}).`, {
      code: 'PB1001',
      remedy: 'Check that the path is that of the configuration.',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PlumblineError(`${path} is not text in UTF-8.`, {
      code: 'PB1001',
      remedy: 'Save it as UTF-8, or check that the path is that of the configuration.',
      cause,
    });
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not permitted',
  EISDIR: 'it is a folder',
};

const REMEDIES: Record<string, string> = {
  ENOENT: 'Check the path; every field is optional, so an empty file is a valid configuration.',
  EISDIR: 'Name the file in it.',
};
