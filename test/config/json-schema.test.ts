/** The JSON Schema that editors use is the whole truth: every field, with its sentence and its default. */
import { describe, expect, test } from 'vitest';
import { configJsonSchema, type JsonSchema } from '../../src/config/index.js';

const schema = configJsonSchema();

function fields(at: JsonSchema, path: string): [string, JsonSchema][] {
  const own = Object.entries(at.properties ?? {}).map(([name, field]): [string, JsonSchema] => [
    `${path}.${name}`,
    field,
  ]);
  const below = own.flatMap(([name, field]) => fields(field, name));
  const items = at.items === undefined ? [] : fields(at.items, `${path}[]`);
  const values = typeof at.additionalProperties === 'object' ? fields(at.additionalProperties, `${path}.*`) : [];
  return [...own, ...below, ...items, ...values];
}

const all = fields(schema, '');

describe('the JSON Schema of the configuration', () => {
  test('has the sections and no others', () => {
    expect(Object.keys(schema.properties ?? {})).toEqual([
      'log',
      'receive',
      'expose',
      'observe',
      'correlate',
      'compare',
      'state',
      'alerts',
      'models',
    ]);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toBeUndefined();
  });

  test.each(all)('%s has a sentence that says what it is', (_, field) => {
    expect(field.description).toMatch(/^.+\.$/s);
  });

  test('offers the defaults to editors', () => {
    expect(all.find(([path]) => path === '.compare.falseAlarmRate')?.[1].default).toBe(0.001);
  });
});
