/** What the compiler checks for a service: the names and types of features, results, and what comes back. */
import { assertType, describe, expectTypeOf, test } from 'vitest';
import {
  instrumentModel,
  type Column,
  type Columns,
  type FeatureValue,
  type InstrumentedModel,
  type NumericArray,
  type Predicted,
  type PredictedBatch,
} from '../../src/instrumentation/index.js';

interface Flight {
  distance: number;
  origin: string;
  gate?: string | null;
}

const flights = instrumentModel<Flight>({ name: 'flight-delay', version: '1' });
const untyped = instrumentModel({ name: 'flight-delay', version: '1' });

describe('features', () => {
  test('have the names and types of the interface, optional ones may be absent', () => {
    expectTypeOf(flights).toEqualTypeOf<InstrumentedModel<Flight>>();
    expectTypeOf<Parameters<InstrumentedModel<Flight>['predict']>[0]>().toEqualTypeOf<Flight>();
    expectTypeOf<Parameters<InstrumentedModel<Flight>['record']>[0]>().toEqualTypeOf<Flight>();
    expectTypeOf<{ distance: number; origin: string }>().toExtend<Flight>();
    expectTypeOf<{ distance: number }>().not.toExtend<Flight>();
    expectTypeOf<{ distance: string; origin: string }>().not.toExtend<Flight>();
  });

  test('misspelled, missing and of another type do not compile', () => {
    // @ts-expect-error: 'distanse' is no feature
    assertType(() => flights.predict({ distance: 1, origin: 'ORD', distanse: 1 }, () => 1));
    // @ts-expect-error: origin is missing
    assertType(() => flights.predict({ distance: 1 }, () => 1));
    // @ts-expect-error: distance is a number
    assertType(() => flights.record({ distance: '1', origin: 'ORD' }, 1));
    // @ts-expect-error: a column is missing
    assertType(() => flights.predictBatch({ distance: [1] }, () => [1]));
    // @ts-expect-error: a nested object is no feature
    assertType(() => instrumentModel<{ airport: { code: string } }>({ name: 'm', version: '1' }));
    // @ts-expect-error: version is required
    assertType(() => instrumentModel({ name: 'm' }));
    // @ts-expect-error: no such role
    assertType(() => instrumentModel({ name: 'm', version: '1', role: 'main' }));
  });

  test('may be any where the model says nothing of them', () => {
    expectTypeOf(untyped).toEqualTypeOf<InstrumentedModel<Record<string, FeatureValue>>>();
    assertType(untyped.predict({ distance: 1, when: new Date(), count: 1n, gate: null }, () => 1));
  });

  test('are columns in a batch, of numbers also typed arrays', () => {
    expectTypeOf<Columns<Flight>['distance']>().toEqualTypeOf<readonly number[] | NumericArray>();
    expectTypeOf<Columns<Flight>['origin']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Float32Array>().not.toExtend<Column<string>>();
  });
});

describe('what comes back', () => {
  const flight = { distance: 1, origin: 'ORD' };
  const columns = { distance: Float64Array.of(1), origin: ['ORD'] };

  test('has the type that the model returned, at once or as a promise', () => {
    expectTypeOf(flights.predict(flight, () => 'late')).toEqualTypeOf<Predicted<string>>();
    expectTypeOf(flights.predict(flight, async () => 'late')).toEqualTypeOf<Promise<Predicted<string>>>();
    expectTypeOf(flights.predict(flight, ({ distance }) => ({ distance }))).toEqualTypeOf<
      Predicted<{ distance: number }>
    >();
    expectTypeOf(flights.predictBatch(columns, () => Float64Array.of(1))).toExtend<PredictedBatch<Float64Array>>();
    expectTypeOf(flights.predictBatch(columns, async () => [true])).toEqualTypeOf<Promise<PredictedBatch<boolean[]>>>();
  });

  test('may be either where the model may return either, and nothing where it always throws', () => {
    const sometimes = (): string | Promise<string> => 'late';
    const never = (): never => {
      throw new Error('never');
    };
    expectTypeOf(flights.predict(flight, sometimes)).toEqualTypeOf<Predicted<string> | Promise<Predicted<string>>>();
    expectTypeOf(() => flights.predict(flight, never)).returns.toEqualTypeOf<Predicted<never>>();
  });

  test('is what describe is given', () => {
    flights.predict(flight, ({ distance }) => ({ late: distance > 500 }), {
      describe: ({ late }) => ({ value: late }),
    });
    flights.predictBatch(columns, ({ distance }) => ({ p: distance }), { describe: ({ p }) => ({ score: p }) });
    flights.predict(flight, () => ({ late: 0.5 }), {
      describe: (result) => {
        expectTypeOf(result).toEqualTypeOf<{ late: number }>();
        return { score: result.late };
      },
    });
    void flights.predict(flight, async () => ({ late: 0.5 }), {
      describe: (result) => {
        expectTypeOf(result).toEqualTypeOf<{ late: number }>();
        return result.late > 0.5;
      },
    });
    // @ts-expect-error: a score is a number
    assertType(() => flights.predict(flight, () => 1, { describe: () => ({ score: 'high' }) }));
  });
});
