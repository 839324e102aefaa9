/** The configuration as JSON Schema, for editors (`yaml-language-server`), and for finding out which keys exist where. */
import { z } from 'zod';
import { configSchema } from './schema.js';
import { type Path } from './yaml-source.js';

export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly [keyword: string]: unknown;
}

/** Draft 7, which every editor's YAML support understands. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'Plumbline configuration',
    description: 'Every field is optional.',
    ...rest,
  } as unknown as JsonSchema;
}

/** The keys that may stand in the mapping at the path. */
export function knownKeys(schema: JsonSchema, path: Path): string[] {
  let at: JsonSchema | undefined = schema;
  for (const step of path) at = child(at, step);
  return Object.keys(at?.properties ?? {});
}

/** Every place, as `receive.http`, whose mapping may hold the key: for one that was put in the wrong section. */
export function placesOf(schema: JsonSchema, key: string, prefix = ''): string[] {
  const places: string[] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === key && prefix !== '') places.push(prefix);
    places.push(...placesOf(property, key, prefix === '' ? name : `${prefix}.${name}`));
  }
  if (schema.items !== undefined) places.push(...placesOf(schema.items, key, `${prefix}[]`));
  return places;
}

function child(schema: JsonSchema | undefined, step: PropertyKey): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  if (typeof step === 'number') return schema.items;
  const property = schema.properties?.[String(step)];
  if (property !== undefined) return property;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
