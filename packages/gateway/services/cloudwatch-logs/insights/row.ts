/** A row of a query. It is either an event with its discovered fields, or a result row of `stats`. */
import { isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { LogEvent } from '../kept-events.ts';
import type { Value } from './value.ts';

export interface Row {
  get(name: string): Value;
  /** Returns the same row with more fields. */
  with(fields: ReadonlyMap<string, Value>): Row;
}

/** The maximum nesting of discovered fields, which have names like `a.b.0`. */
const MAX_STEPS = 20;

class FieldsRow implements Row {
  readonly #fields: ReadonlyMap<string, Value>;
  readonly #under: Row | undefined;

  constructor(fields: ReadonlyMap<string, Value>, under?: Row) {
    this.#fields = fields;
    this.#under = under;
  }

  get(name: string): Value {
    return this.#fields.has(name) ? this.#fields.get(name) : this.#under?.get(name);
  }

  with(fields: ReadonlyMap<string, Value>): Row {
    return new FieldsRow(new Map([...this.#fields, ...fields]), this.#under);
  }
}

export function rowOf(fields: ReadonlyMap<string, Value>): Row {
  return new FieldsRow(fields);
}

/** An event as a row. Its JSON is parsed when a field that only JSON can contain is requested for the first time. */
class EventRow implements Row {
  readonly #event: LogEvent;
  readonly #accountId: string;
  #json: unknown;
  #isRead = false;

  constructor(event: LogEvent, accountId: string) {
    this.#event = event;
    this.#accountId = accountId;
  }

  get(name: string): Value {
    const { epochMs, message, stream, group, ingestedMs, number } = this.#event;
    switch (name) {
      case '@timestamp':
        return { epochMs };
      case '@ingestionTime':
        return { epochMs: ingestedMs };
      case '@message':
        return message;
      case '@logStream':
        return stream;
      case '@log':
        return `${this.#accountId}:${group}`;
      case '@ptr':
        return Buffer.from(`${epochMs}/${number}`).toString('base64');
      case '@requestId':
        return REQUEST_ID.exec(message)?.[1];
      default:
        return valueAt(this.#read(), name.split('.'), 0);
    }
  }

  with(fields: ReadonlyMap<string, Value>): Row {
    return new FieldsRow(fields, this);
  }

  /**
   * Parses the first JSON in the line. Lambda writes the time and the request id before the JSON ("Supported logs and
   * discovered fields").
   */
  #read(): unknown {
    if (!this.#isRead) {
      this.#isRead = true;
      const { message } = this.#event;
      const from = message.indexOf('{');
      this.#json = from === -1 ? undefined : parseJson(message.slice(from));
    }
    return this.#json;
  }
}

const REQUEST_ID = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t([0-9a-f-]{36})\t/;

export function eventRow(event: LogEvent, accountId: string): Row {
  return new EventRow(event, accountId);
}

/**
 * Returns the value of a nested field. Names may contain dots themselves, and the longest existing name takes
 * precedence.
 */
function valueAt(value: unknown, steps: readonly string[], from: number): Value {
  if (from === steps.length) return toValue(value);
  if (steps.length > MAX_STEPS || (!isJsonObject(value) && !Array.isArray(value))) return undefined;
  for (let end = steps.length; end > from; end -= 1) {
    const name = steps.slice(from, end).join('.');
    if (!Object.hasOwn(value, name)) continue;
    const found = valueAt((value as Readonly<Record<string, unknown>>)[name], steps, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

function toValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number') return value;
  // Booleans become 1 and 0, like the results of comparisons.
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value === null || value === undefined ? undefined : JSON.stringify(value);
}
