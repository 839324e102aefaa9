/** The configuration's reference page and JSON Schema: both are the schema that the process itself checks with. */
import { configJsonSchema, type JsonSchema } from '../../config/index.js';
import type { GeneratedFile } from '../generated-file.js';
import { code, markdownPage, markdownTable } from './markdown.js';

function typeOf(schema: JsonSchema): string {
  const alternatives = schema['anyOf'];
  if (Array.isArray(alternatives)) return alternatives.map((one) => typeOf(one as JsonSchema)).join(' or ');
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.map((choice) => code(String(choice))).join(', ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === 'object') return typeof schema.additionalProperties === 'object' ? 'map by name' : 'map';
  return [schema.type ?? 'anything'].flat().join(' or ');
}

function isSection(schema: JsonSchema): boolean {
  return schema.type === 'object' && schema.properties !== undefined;
}

function rowsOf(schema: JsonSchema, path: string): string[][] {
  const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const fallback = property['default'];
    const shown = fallback === undefined ? (required.includes(key) ? 'required' : '') : code(JSON.stringify(fallback));
    const row = [code(at), typeOf(property), isSection(property) ? '' : shown, property.description ?? ''];
    const values = property.additionalProperties;
    return [
      row,
      ...rowsOf(property, at),
      ...(property.items === undefined ? [] : rowsOf(property.items, `${at}[]`)),
      ...(typeof values === 'object' ? rowsOf(values, `${at}.<name>`) : []),
    ];
  });
}

export function configurationPage(): GeneratedFile[] {
  const schema = configJsonSchema();
  const sections = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const rows = rowsOf({ properties: { [key]: property } }, '').slice(1);
    return `## ${code(key)}\n\n${property.description ?? ''}\n\n${markdownTable(['Key', 'Type', 'Default', 'Meaning'], rows)}`;
  });
  const introduction =
    'One YAML file, every field optional. `[]` stands for an entry of a list, `<name>` for a name that you choose. Editors complete and check the file by [plumbline.schema.json](plumbline.schema.json): begin it with `# yaml-language-server: $schema=<path or URL of that file>`. `plumbline config check` says what is wrong and where. A file with all defaults and their meaning is [deploy/plumbline/plumbline.yaml](../../deploy/plumbline/plumbline.yaml).';
  return [
    { path: 'configuration.md', text: markdownPage('Configuration', introduction, ...sections) },
    { path: 'plumbline.schema.json', text: `${JSON.stringify(schema, null, 2)}\n` },
  ];
}
