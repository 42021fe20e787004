import { parse } from 'yaml';
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';

/** A document that an attribute holds as text; undefined for any other text. */
export function parseYamlOrJson(text: string): Json | undefined {
  try {
    const value: unknown = /^\s*[[{]/.test(text) ? JSON.parse(text) : parse(text);
    return isJsonList(value) || isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
