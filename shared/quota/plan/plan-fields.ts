/** Reads the fields of a user's plan; every refusal names the field by its path. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { PlanInvalid } from '../../errors.ts';

type Range = { readonly min: number; readonly max: number };

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/;

export class PlanFields {
  readonly #path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @throws PlanInvalid when the value is no JSON object */
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

  /** Ids appear in keys, headers and metrics. */
  id(name: string): string {
    const value = this.get(name);
    if (typeof value !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value))
      return this.fail(name, 'must be 1 to 64 letters, digits, dots, dashes and underscores');
    return value;
  }

  text(name: string, fallback: string): string {
    const value = this.get(name) ?? fallback;
    return typeof value === 'string' ? value : this.fail(name, 'must be text');
  }

  oneOf<const T extends string | boolean>(name: string, known: readonly T[]): T {
    const value = this.get(name);
    return (
      known.find((candidate) => candidate === value) ?? this.fail(name, `must be one of ${known.join(', ')}`)
    );
  }

  integer(name: string, range: Range, fallback?: number): number {
    const value = this.get(name) ?? fallback;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < range.min || value > range.max)
      return this.fail(name, `must be a whole number from ${range.min} to ${range.max}`);
    return value;
  }

  number(name: string, range: Range, fallback?: number): number {
    const value = this.get(name) ?? fallback;
    if (typeof value !== 'number' || !(value >= range.min && value <= range.max))
      return this.fail(name, `must be a number from ${range.min} to ${range.max}`);
    return value;
  }

  /** A UTC day or second: `2026-11-20`, `2026-11-20T06:00:00Z`. YAML must not turn it into a date. */
  instant(name: string): number {
    const value = this.get(name);
    const epochMs = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : NaN;
    // V8 reads 31 February as 3 March.
    if (
      Number.isNaN(epochMs) ||
      !new Date(epochMs).toISOString().startsWith(String(value).slice(0, 19).replace('Z', ''))
    )
      return this.fail(name, 'must be a day such as 2026-11-20, or an instant such as 2026-11-20T06:00:00Z');
    return epochMs;
  }

  list(name: string, maxLength: number, fallback?: readonly unknown[]): readonly unknown[] {
    const value: unknown = this.get(name) ?? fallback;
    if (!Array.isArray(value) || value.length > maxLength)
      return this.fail(name, `must be a list of at most ${maxLength}`);
    return value;
  }

  /** A misspelt field would otherwise be a limit that is not enforced. */
  refuseOthers(): void {
    const other = Object.keys(this.#fields).find((name) => !this.#asked.has(name));
    if (other !== undefined) this.fail(other, `is unknown; known are ${[...this.#asked].sort().join(', ')}`);
  }
}
