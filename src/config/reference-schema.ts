/** What a model's versions are compared against: several references at a time, each with a name. */
import { z } from 'zod';
import { windowSchema } from './duration.js';

export const REFERENCE_KEYS = {
  training: ['path'],
  first_predictions: [],
  previous_version: [],
  range: ['from', 'to'],
  rolling: ['window'],
  seasonal: ['period'],
} as const;

const KINDS = ['training', 'first_predictions', 'previous_version', 'range', 'rolling', 'seasonal'] as const;
const time = z.iso.datetime({ offset: true, error: 'is no time; write it like 2026-03-01T00:00:00Z' });

export const referenceSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'is no name of a reference; write letters, digits, dots and dashes')
    .describe('What it is called: the `reference` label of every drift statistic.'),
  kind: z
    .enum(KINDS)
    .describe(
      'What it is: training, a file that `plumbline reference build` made; first_predictions of each version; previous_version, its longest window when the new one is first heard of; range, what came in a fixed time, once that is over; rolling, what came in the time before the window; seasonal, what came in the hours of the window one period ago. The last three and all files but the first are held in the bins of the first of the list.',
    ),
  path: z.string().optional().describe('Path of the file (relative to this one). Of kind training.'),
  from: time.optional().describe('Begin of the time, as in 2026-03-01T00:00:00Z. Of kind range.'),
  to: time.optional().describe('End of the time. Of kind range.'),
  window: windowSchema
    .optional()
    .describe('How much of the time before the window, in hours that are over. Of kind rolling.'),
  period: windowSchema
    .optional()
    .describe('How long ago, in whole hours; absent: 7d, the same hours of the week before. Of kind seasonal.'),
  alerts: z
    .boolean()
    .optional()
    .describe('Whether drift against it is for alerts; absent: only against the first of the list.'),
});

export type ReferenceConfig = z.output<typeof referenceSchema>;
