/** The option that names the configuration, alike for every verb that has it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { defaultConfig, loadConfig, type Config } from '../config/index.js';

export const CONFIG_FILE = 'plumbline.yaml';

export interface ConfigOption {
  readonly config?: string;
}

export interface ConfigSource {
  readonly config: Config;
  /** As a person would say it. */
  readonly name: string;
}

export function configOption(): Option {
  return new Option(
    '-c, --config <file>',
    `configuration file (default: ${CONFIG_FILE} where there is one, else the defaults)`,
  );
}

/** @throws PB1001, PB1002, PB1003 */
export function readConfig({ config: path }: ConfigOption): ConfigSource {
  if (path !== undefined) return { config: loadConfig(path), name: path };
  if (existsSync(resolve(CONFIG_FILE))) return { config: loadConfig(CONFIG_FILE), name: CONFIG_FILE };
  return { config: defaultConfig(), name: 'the defaults' };
}
