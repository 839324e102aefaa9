/** `observe.segments`, and the sample from which segments are answered that nobody configured (`observe.reservoir`). */
import { z } from 'zod';

const count = z.number().int().min(1);

export const segmentSchema = z.strictObject({
  name: z.string().min(1).describe('What the segments are called in metrics.'),
  by: z
    .array(z.string().min(1))
    .min(1)
    .max(4)
    .describe(
      `Attributes whose values make the segments, alone or together: a feature by its short name, or any attribute of the span or log record, or else of its resource. A numeric feature that has more values than \`max\` makes tenths of the reference (quarters, together with others or where \`max\` is below 10), once there is one.`,
    ),
  max: count
    .max(1000)
    .default(20)
    .describe(
      'Segments of a version that are told apart: those with the most predictions; the rest is `__overflow__`.',
    ),
});

export const reservoirSchema = z.strictObject({
  size: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(1000)
    .describe('Predictions kept of each half of the longest window and version, at most; 0: none.'),
  attributes: z
    .array(z.string().min(1))
    .default([])
    .describe('Attributes that are kept beside the features and those that make segments, to ask for them later.'),
});
