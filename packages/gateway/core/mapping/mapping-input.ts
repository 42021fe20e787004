/** The input of templates and parameter mappings for one request. Each part is created on first use. */
import { readQuery, type QueryMaps } from '../events/query-text.ts';
import { readRestHeaders, type HeaderMaps } from '../events/request-headers.ts';
import { restRequestContext } from '../events/rest-event.ts';
import { getEntry, putEntry } from '../routing/text-map.ts';
import { contextVariables, type TemplateParameters } from './template-variables.ts';
import type { JsonValue } from '@gatewright/velocity/java/json';
import type { JavaMap } from '@gatewright/velocity/java/values';
import type { ApiKeyFacts, CallerFacts, RoutedFacts } from '../events/request-facts.ts';

const NO_QUERY: QueryMaps = { single: {}, multi: {} };

export class MappingInput {
  readonly #facts: RoutedFacts;
  readonly #caller: CallerFacts;
  readonly #apiKey: ApiKeyFacts;
  readonly #contextOf: (() => Readonly<Record<string, unknown>>) | undefined;
  #headers: HeaderMaps | undefined;
  #query: QueryMaps | undefined;
  #contextValues: Readonly<Record<string, JsonValue>> | undefined;
  #context: JavaMap | undefined;

  /** @param contextOf returns the `$context` of a WebSocket event, which replaces the request's `$context` */
  constructor(
    facts: RoutedFacts,
    caller: CallerFacts,
    apiKey: ApiKeyFacts,
    contextOf?: () => Readonly<Record<string, unknown>>,
  ) {
    this.#facts = facts;
    this.#caller = caller;
    this.#apiKey = apiKey;
    this.#contextOf = contextOf;
  }

  /** Returns the request headers, without the headers that AWS drops on arrival. */
  get headers(): HeaderMaps {
    this.#headers ??= readRestHeaders(this.#facts);
    return this.#headers;
  }

  get query(): QueryMaps {
    this.#query ??= readQuery(this.#facts.rawQuery) ?? NO_QUERY;
    return this.#query;
  }

  /** Returns the value of `$input.params()`. */
  get parameters(): TemplateParameters {
    return {
      path: this.#facts.pathParameters ?? {},
      querystring: this.query.single,
      header: this.headers.headers,
    };
  }

  get stageVariables(): Readonly<Record<string, string>> | null {
    return this.#facts.stage.variables;
  }

  /**
   * Returns the value of `$context`. All templates of the exchange share it, so a later template can read the overrides
   * of an earlier template [obs].
   */
  get context(): JavaMap {
    this.#context ??= contextVariables(this.#values());
    return this.#context;
  }

  /**
   * Whether a template has read `context`, as every rendered template does. Only templates set overrides, so if no
   * template was rendered, there are no overrides.
   */
  get hasContext(): boolean {
    return this.#context !== undefined;
  }

  pathParameter(name: string): string | undefined {
    return this.#facts.pathParameters === null ? undefined : getEntry(this.#facts.pathParameters, name);
  }

  queryValues(name: string): readonly string[] {
    return getEntry(this.query.multi, name) ?? [];
  }

  headerValues(name: string): readonly string[] {
    return getEntry(this.headers.multiValueHeaders, name) ?? [];
  }

  stageVariable(name: string): string | undefined {
    return this.stageVariables === null ? undefined : getEntry(this.stageVariables, name);
  }

  /** Returns the text of a context variable such as `identity.sourceIp`; undefined if the variable is absent. */
  contextText(name: string): string | undefined {
    let value: unknown = this.#values();
    for (const part of name.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
      value = Reflect.get(value, part);
    }
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  #values(): Readonly<Record<string, JsonValue>> {
    this.#contextValues ??= toJsonRecord({
      ...(this.#contextOf?.() ?? restRequestContext(this.#facts, this.#caller, this.#apiKey)),
      wafResponseCode: this.#facts.screened?.code,
      webaclArn: this.#facts.screened?.by,
    });
    return this.#contextValues;
  }
}

/** Converts values to JSON. Missing values are left out, so that a template prints nothing for them. */
function toJsonRecord(values: Readonly<Record<string, unknown>>): Readonly<Record<string, JsonValue>> {
  const record: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(values)) {
    const json = toJson(value);
    if (json !== null) putEntry(record, name, json);
  }
  return record;
}

function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value)
        ? value.map(toJson)
        : toJsonRecord(Object.fromEntries(Object.entries(value)));
    default:
      return null;
  }
}
