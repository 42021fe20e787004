/** Reads the fields of a user's plan. Every error names the field by its path. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { PlanInvalid } from '../../errors.ts';

type Range = { readonly min: number; readonly max: number };
/** Reads a value. Returns undefined if the value is not allowed. */
type Read<T> = (value: unknown) => T | undefined;

/** The id of a plan or a limit. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/;

const isWithin = (value: unknown, { min, max }: Range): value is number =>
  typeof value === 'number' && value >= min && value <= max;

/**
 * The fields of each part of a plan. If a field is in the wrong part, the message names the part to which the field
 * belongs.
 */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'the plan': ['version', 'limits', 'cost', 'invoice'],
  'a limit of the plan': ['level', 'quota', 'rate', 'concurrency'],
  'a limit with quota': [
    'period',
    'timeZone',
    'anchor',
    'overage',
    'alarms',
    'initialUsage',
    'billing',
    'price',
    'wasteBudget',
    'shards',
  ],
  'a limit with rate': ['perSeconds', 'burst'],
  'a limit with concurrency': ['maxSeconds'],
  'a limit with quota or rate': ['lease'],
  'a limit with rate or concurrency': ['clockSkewMs'],
  'invoice of the plan': ['currency', 'customers'],
  'price of a limit': ['fee', 'prorate', 'included', 'tiers', 'meter'],
  'a tier of a price': ['upTo', 'unitPrice'],
};

/**
 * Reads fields without http/fields.ts. Every handler that charges a quota bundles this file, and would otherwise
 * also bundle the schemas of requests.
 */
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

  /** Reads an id. Its characters are restricted, because ids are written into keys, headers and metrics. */
  id(name: string): string {
    return this.#read(
      name,
      '1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit',
      (value) => (typeof value === 'string' && ID_PATTERN.test(value) ? value : undefined),
    );
  }

  text(name: string, fallback: string): string {
    return this.#read(name, 'text', (value) => (typeof value === 'string' ? value : undefined), fallback);
  }

  flag(name: string): boolean {
    return this.#read(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  oneOf<const T extends string>(name: string, known: readonly T[]): T {
    return this.#read(name, `one of ${known.join(', ')}`, (value) => known.find((one) => one === value));
  }

  integer(name: string, range: Range, fallback?: number): number {
    const expected = `a whole number from ${range.min} to ${range.max}`;
    const read: Read<number> = (value) =>
      isWithin(value, range) && Number.isSafeInteger(value) ? value : undefined;
    return this.#read(name, expected, read, fallback);
  }

  number(name: string, range: Range, fallback?: number): number {
    const read: Read<number> = (value) => (isWithin(value, range) ? value : undefined);
    return this.#read(name, `a number from ${range.min} to ${range.max}`, read, fallback);
  }

  /**
   * Reads a UTC day or second: `2026-11-20`, `2026-11-20T06:00:00Z`. The value must be text, so it must not be a date
   * that YAML has converted.
   */
  instant(name: string): number {
    return this.#read(
      name,
      'a day such as 2026-11-20, or an instant such as 2026-11-20T06:00:00Z',
      parseInstant,
    );
  }

  list(name: string, maxLength: number, fallback?: readonly unknown[]): readonly unknown[] {
    const read: Read<readonly unknown[]> = (value) =>
      Array.isArray(value) && value.length <= maxLength ? value : undefined;
    return this.#read(name, `a list with at most ${maxLength} entries`, read, fallback);
  }

  /** Refuses unknown fields. A misspelled field would otherwise be a limit that is not enforced. */
  refuseOthers(): void {
    const other = Object.keys(this.#fields).find((name) => !this.#asked.has(name));
    if (other === undefined) return;
    const place = Object.keys(PLACES).find((name) => PLACES[name]?.includes(other));
    this.fail(
      other,
      `is unknown${place === undefined ? '' : ` in this object: ${other} belongs to ${place}`}; expected one of ${[...this.#asked].sort().join(', ')}`,
    );
  }

  #read<T>(name: string, expected: string, read: Read<T>, fallback?: T): T {
    return read(this.get(name) ?? fallback) ?? this.fail(name, `must be ${expected}`);
  }
}

function parseInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  const epochMs = Date.parse(value);
  // Whether the text is an existing day. The check is needed because V8 reads 31 February as 3 March.
  const isDay =
    !Number.isNaN(epochMs) && new Date(epochMs).toISOString().startsWith(value.slice(0, 19).replace('Z', ''));
  return isDay ? epochMs : undefined;
}
