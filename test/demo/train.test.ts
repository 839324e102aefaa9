/** The demo's models, learned from the real January. */
import { beforeAll, describe, expect, test } from 'vitest';
import { predictDelay, recordedFeatures, type DelayModel } from '../../demo/delay-model.js';
import { FlightData, type FlightColumns } from '../../demo/flights.js';
import { areaUnderCurve, RECIPES, trainDelayModel, type TrainedModel } from '../../demo/train.js';

let january: FlightColumns;
beforeAll(async () => {
  const data = await FlightData.open();
  january = await data.january();
  data.close();
});

describe.each(RECIPES)('$version', (recipe) => {
  let trained: TrainedModel;
  beforeAll(() => {
    trained = trainDelayModel(january, recipe, 1);
  });

  test('beats a constant on held-out flights, in order and in squared error', () => {
    const { heldOutAuc, heldOutRows, scores, rows } = trained;
    expect(heldOutAuc).toBeGreaterThan(0.61);
    const late = january.late.slice(rows - heldOutRows).map(Number);
    const meanSquare = (guess: (row: number) => number): number =>
      late.reduce((sum, actual, row) => sum + (guess(row) - actual) ** 2, 0) / late.length;
    const share = late.reduce((sum, actual) => sum + actual, 0) / late.length;
    expect(meanSquare((row) => scores[rows - heldOutRows + row])).toBeLessThan(meanSquare(() => share));
  });

  test('scores from its file as it did when it was trained', () => {
    const row = 1234;
    const features = Object.fromEntries(
      recordedFeatures(trained.model).map((name) => [name, january.features[name][row]]),
    );
    const loaded = JSON.parse(JSON.stringify(trained.model)) as DelayModel;
    expect(predictDelay(loaded, features, january.departureMs[row]).score).toBeCloseTo(trained.scores[row], 6);
  });

  test('answers for an airport that it does not know and for features that are missing', () => {
    const { score } = predictDelay(trained.model, { origin: 'KORD' }, Date.UTC(2001, 4, 7));
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  });
});

test('the same seed learns the same model, another seed another', () => {
  const few = everyHundredth(january);
  const [recipe] = RECIPES;
  const { model } = trainDelayModel(few, recipe, 7);
  expect(trainDelayModel(few, recipe, 7).model).toEqual(model);
  expect(trainDelayModel(few, recipe, 8).model).not.toEqual(model);
});

test('the area under the curve counts ties half', () => {
  expect(areaUnderCurve([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBe(0.75);
  expect(areaUnderCurve([1, 1], [true, false])).toBe(0.5);
});

function everyHundredth(columns: FlightColumns): FlightColumns {
  const thin = <T>(values: readonly T[]): T[] => values.filter((_, row) => row % 100 === 0);
  const departureMs = thin(columns.departureMs);
  return {
    rows: departureMs.length,
    row: thin(columns.row),
    departureMs,
    late: thin(columns.late),
    features: Object.fromEntries(
      Object.entries(columns.features).map(([name, values]) => [name, thin<string | number>(values)]),
    ) as unknown as FlightColumns['features'],
  };
}
