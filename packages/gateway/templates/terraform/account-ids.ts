/**
 * Replaces ids in a Terraform state, such as the id that AWS gave an API, with expressions that refer to the gateway's
 * own resources.
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { Kind } from './terraform-types.ts';
import { parse } from 'yaml';

/** Minimum length of an id that is replaced. Shorter ids would match inside unrelated strings. */
const SHORTEST_ID = 10;

export class AccountIds {
  readonly #ids = new Map<string, Json>();

  /** Registers an id and its expression. If an id is registered again, its first expression is kept. */
  note(id: string, meaning: () => Json): void {
    if (!this.#ids.has(id)) this.#ids.set(id, meaning());
  }

  /** Replaces all registered ids in a value of the state. */
  replace(value: Json, kind: Kind): Json {
    if (isJsonList(value)) return value.map((each) => this.replace(each, kind));
    if (isJsonObject(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, each === null ? null : this.replace(each, kind)]),
      );
    if (typeof value !== 'string') return value;
    if (kind === 'json') return this.replace(parseYamlOrJson(value) ?? value, 'text');
    const [, integration] = (kind === 'target' && /^integrations\/(.+)$/.exec(value)) || [];
    if (integration !== undefined)
      return { 'Fn::Join': ['', ['integrations/', this.#ids.get(integration) ?? integration]] };
    const made = this.#ids.get(value);
    if (made !== undefined && (kind === 'id' || value.length >= SHORTEST_ID)) return made;
    return this.#replaceWithin(value);
  }

  /** Replaces ids within a longer string, such as the API's id in its URL. */
  #replaceWithin(text: string): Json {
    for (const [id, made] of this.#ids) {
      if (id.length < SHORTEST_ID || !/\d/.test(id) || !text.includes(id)) continue;
      const parts = text.split(id).flatMap((part, index) => (index === 0 ? [part] : [made, part]));
      const filled = parts.map((part) => (typeof part === 'string' ? this.#replaceWithin(part) : part));
      return { 'Fn::Join': ['', filled.filter((part) => part !== '')] };
    }
    return text;
  }
}

/** Returns a document that an attribute contains as a JSON or YAML string; undefined for any other string. */
function parseYamlOrJson(text: string): Json | undefined {
  try {
    const value: unknown = /^\s*[[{]/.test(text) ? JSON.parse(text) : parse(text);
    return isJsonList(value) || isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
