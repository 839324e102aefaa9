/** Every error code a user can meet, with its meaning. The code is stable; the sentence around it is not. */
export const ERROR_CODES = {
  PB1001: 'The configuration file cannot be read.',
  PB1002: 'The configuration file is not valid YAML.',
  PB1003: 'A configuration value is not valid.',
  PB2001: 'A listening address cannot be bound.',
  PB2002: 'TLS or authentication material cannot be read.',
  PB3001: 'A message is not valid OTLP.',
  PB3002: 'A message nests deeper than the limit.',
  PB4001: 'A reference file cannot be read.',
  PB4002: 'A reference file is damaged or of an unknown version.',
  PB4003: 'A data set for a reference cannot be read.',
  PB4004: 'A column of a data set cannot become a feature.',
  PB4005: 'The optional package that reads data sets is not installed.',
  PB4006: 'A feature is of one kind in the configuration, and of another in its reference.',
  PB5001: 'A state file is damaged or of an unknown version.',
  PB5002: 'The state directory cannot be written.',
  PB6001: 'A generated file is out of step with its source.',
  PB7001: 'A command was called with arguments that do not fit.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
