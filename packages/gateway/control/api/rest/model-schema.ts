/** The schemas of models. They are text in API calls and objects in templates; the control plane keeps both forms. */
import { NO_PROPERTIES } from '../../../core/deployment/models/models.ts';
import { badRequest } from '../../control-error.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

/**
 * Returns a valid schema as it was given. A string stays as the call wrote it, because calls return it unchanged.
 * @throws ControlError for a string that is not JSON, and for an empty or missing schema
 */
export function checkedSchema(schema: Json | undefined): Json {
  const read = readSchema(schema);
  return typeof schema === 'string' ? schema : read;
}

/**
 * Returns the schema in template form.
 * @throws ControlError for a string that is not JSON, and for an empty or missing schema
 */
export function readSchema(schema: Json | undefined): JsonObject {
  let value: unknown = schema;
  try {
    if (typeof schema === 'string' && schema !== '') value = JSON.parse(schema);
  } catch {
    throw badRequest('Model schema must be valid JSON');
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    throw badRequest(NO_PROPERTIES);
  return value as JsonObject;
}

export function schemaText(schema: Json | undefined): string {
  return typeof schema === 'string' ? schema : JSON.stringify(schema ?? {});
}
