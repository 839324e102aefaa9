/** The door of the configuration: loading, checking, describing. */
export { durationMs } from './duration.js';
export { configJsonSchema, type JsonSchema } from './json-schema.js';
export { defaultConfig, inspectConfig, loadConfig } from './load-config.js';
export { parseConfig, type ParsedConfig } from './parse-config.js';
export { scheduleOf } from './schedule.js';
export { formatProblem, type ConfigProblem } from './problem.js';
export {
  EMBEDDING_THRESHOLDS,
  LOG_LEVELS,
  type Config,
  type ConfigInput,
  type ModelConfig,
  type Thresholds,
} from './schema.js';
