/** Members of a call's input. Each reader refuses with `InvalidInput`. */
import { memberOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { InvalidInstance, readAttributes } from './read-instance.ts';
import type { Attributes } from './read-instance.ts';

const MAX_TEXT = 1024;
const MAX_FILTERS = 10;

export function invalid(message: string): OperationRefused {
  return new OperationRefused('InvalidInput', message);
}

export class CallInput {
  readonly #fields: JsonObject;

  constructor(fields: JsonObject) {
    this.#fields = fields;
  }

  value(name: string): unknown {
    return memberOf(this.#fields, name);
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
    throw invalid(`${name} is a text of 1 to ${MAX_TEXT} characters`);
  }

  optional(name: string): string | undefined {
    return this.value(name) === undefined ? undefined : this.text(name);
  }

  oneOf<Name extends string>(name: string, allowed: readonly Name[], usual?: Name): Name {
    const value = this.value(name) ?? usual;
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    throw invalid(`${name} is one of ${allowed.join(', ')}`);
  }

  integer(name: string, [least, most]: readonly [number, number], usual: number): number {
    const value = this.value(name) ?? usual;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw invalid(`${name} is a whole number from ${least} to ${most}`);
  }

  attributes(name: string): Attributes {
    try {
      return readAttributes(this.value(name) ?? {});
    } catch (error) {
      throw error instanceof InvalidInstance ? invalid(`${name}: ${error.message}`) : error;
    }
  }

  texts(name: string, most: number): readonly string[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length >= 1 && value.length <= most && value.every(isText))
      return value;
    throw invalid(`${name} is a list of 1 to ${most} texts`);
  }

  /** @returns the values of each filter, of which one must hold */
  filters(allowed: readonly string[]): ReadonlyMap<string, (value: string) => boolean> {
    const given = this.value('Filters') ?? [];
    if (!Array.isArray(given) || given.length > MAX_FILTERS) throw invalid('Filters is a list');
    return new Map(
      given.map((one: unknown) => {
        const filter = new CallInput(one as JsonObject);
        const name = filter.oneOf('Name', allowed);
        const values = filter.texts('Values', 100) ?? [];
        const condition = filter.oneOf('Condition', ['EQ', 'IN', 'BEGINS_WITH'], 'EQ');
        if (condition === 'BEGINS_WITH')
          return [name, (value) => values.some((start) => value.startsWith(start))];
        return [name, (value) => values.includes(value)];
      }),
    );
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
}
