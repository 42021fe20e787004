import { parse } from 'yaml';
import { isJsonList, isJsonObject } from '../../core/stack/json-values.ts';
import type { Json } from '../../core/stack/model.ts';

/** A document that an attribute holds as text; undefined for any other text. */
export function parseYamlOrJson(text: string): Json | undefined {
  try {
    const value: unknown = /^\s*[[{]/.test(text) ? JSON.parse(text) : parse(text);
    return isJsonList(value) || isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
