/** Reads the fields of a user's plan; every refusal names the field by its path. */
import { asText, isJsonObject } from '@gatewright/aws/json-object';
import { PlanInvalid } from '../../errors.ts';
import { flag, instant, number, oneOf, valueOf, wholeNumber } from '../../http/fields.ts';
import type { Field } from '../../http/fields.ts';

type Range = { readonly min: number; readonly max: number };

/** Ids appear in keys, headers and metrics. */
const ID = valueOf('1 to 64 letters, digits, dots, dashes and underscores', (value) =>
  typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value) ? value : undefined,
);
const TEXT = valueOf('text', asText);
const UTC = /^\d{4}-\d{2}-\d{2}(T([01]\d|2[0-3]):\d{2}:\d{2}Z)?$/;
const INSTANT = valueOf('a day such as 2026-11-20, or an instant such as 2026-11-20T06:00:00Z', (value) =>
  typeof value === 'string' && UTC.test(value) ? instant('').read(value, 'body') : undefined,
);

export class PlanFields {
  readonly #path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @throws PlanInvalid unless the value is a JSON object */
  constructor(value: unknown, path: string) {
    this.#path = path;
    if (!isJsonObject(value)) throw new PlanInvalid(path === '' ? 'plan' : path, 'must be an object');
    this.#fields = value;
  }

  pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): unknown {
    this.#asked.add(name);
    return this.#fields[name];
  }

  fail(name: string, rule: string): never {
    throw new PlanInvalid(this.pathOf(name), rule);
  }

  /** @param usual stands for an absent value */
  read<T>(name: string, field: Field<T>, usual?: T): T {
    return field.read(this.get(name) ?? usual, 'body') ?? this.fail(name, `must be ${field.expected}`);
  }

  id(name: string): string {
    return this.read(name, ID);
  }

  text(name: string, usual: string): string {
    return this.read(name, TEXT, usual);
  }

  flag(name: string): boolean {
    return this.read(name, flag());
  }

  oneOf<const T extends string>(name: string, known: readonly T[]): T {
    return this.read(name, oneOf(undefined, known));
  }

  integer(name: string, range: Range, usual?: number): number {
    return this.read(name, wholeNumber(undefined, range), usual);
  }

  number(name: string, range: Range, usual?: number): number {
    return this.read(name, number(range), usual);
  }

  /** A UTC day or second, as epoch milliseconds. YAML must not turn it into a date. */
  instant(name: string): number {
    return this.read(name, INSTANT);
  }

  list(name: string, maxLength: number, usual?: readonly unknown[]): readonly unknown[] {
    const list = valueOf(`a list of at most ${maxLength}`, (value) =>
      Array.isArray(value) && value.length <= maxLength ? value : undefined,
    );
    return this.read<readonly unknown[]>(name, list, usual);
  }

  /** A misspelt field would otherwise be a limit that is not enforced. */
  refuseOthers(): void {
    const other = Object.keys(this.#fields).find((name) => !this.#asked.has(name));
    if (other !== undefined) this.fail(other, `is unknown; known are ${[...this.#asked].sort().join(', ')}`);
  }
}
