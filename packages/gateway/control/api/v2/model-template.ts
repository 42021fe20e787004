/** GetModelTemplate returns a sample mapping template that gives a payload the structure of a model. */
import { isJsonObject, mapOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

const HEAD = "#set($inputRoot = $input.path('$'))\n";
/** Maximum depth of nested models. Models may refer to each other in a cycle, so the depth is limited. */
const MAX_DEPTH = 8;

/** Returns the sample template of a schema. References to other models are shown as empty objects. */
export function modelTemplate(schema: JsonObject): string {
  return `${HEAD}${sample(schema, 0)}`;
}

function sample(schema: Json | undefined, depth: number): string {
  if (!isJsonObject(schema) || depth > MAX_DEPTH) return '{ }';
  const { type } = schema;
  const properties = mapOf(schema, 'properties');
  if (type === 'array') return `[ ${sample(schema['items'], depth + 1)} ]`;
  if (type === 'string') return '"foo"';
  if (type === 'integer' || type === 'number') return '42';
  if (type === 'boolean') return 'true';
  const names = Object.keys(properties);
  if (names.length === 0) return '{ }';
  const indent = '  '.repeat(depth + 1);
  const lines = names.map(
    (name) => `${indent}${JSON.stringify(name)} : ${sample(properties[name], depth + 1)}`,
  );
  return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
}
