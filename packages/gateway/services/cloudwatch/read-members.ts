/** Reads members of alarms and calls, as templates and all protocols write them, with the path of what is refused. */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';

/** Codes of the query protocol; the newer protocols have longer names for some. */
export type InputCode =
  | 'InvalidFormat'
  | 'InvalidNextToken'
  | 'InvalidParameterCombination'
  | 'InvalidParameterValue'
  | 'LimitExceeded'
  | 'MissingParameter'
  | 'ResourceNotFound'
  | 'ValidationError';

export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly code: InputCode;
  /** `Metrics.0.MetricStat.Period` */
  readonly path: string;

  constructor(code: InputCode, path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

type Wording = { readonly missing: InputCode; readonly invalid: InputCode };

/** Alarms are validated as a whole, other calls by parameter. */
export const OF_ALARMS: Wording = { missing: 'ValidationError', invalid: 'ValidationError' };
const OF_CALLS: Wording = { missing: 'MissingParameter', invalid: 'InvalidParameterValue' };

export class Members {
  readonly path: string;
  readonly #value: unknown;
  readonly #wording: Wording;

  constructor(value: unknown, wording: Wording = OF_CALLS, path = '') {
    this.#value = value;
    this.#wording = wording;
    this.path = path;
    if (!isJsonObject(value)) this.refuse('', 'must be an object');
  }

  refuse(name: string, message: string, code = this.#wording.invalid): never {
    throw new InvalidInput(code, name === '' ? this.path : this.at(name), message);
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  value(name: string): unknown {
    return memberOf(this.#value, name) ?? undefined;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  text(name: string, most = 1_024): string {
    const value = this.optionalText(name, most);
    if (value === undefined || value === '') this.refuse(name, 'is required', this.#wording.missing);
    return value;
  }

  optionalText(name: string, most = 1_024): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') this.refuse(name, 'must be a text');
    if (value.length > most) this.refuse(name, `has ${value.length} characters; at most ${most} are allowed`);
    return value;
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const value = this.optionalOneOf(name, values);
    if (value === undefined) this.refuse(name, 'is required', this.#wording.missing);
    return value;
  }

  optionalOneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const found = values.find((one) => one === value);
    if (found === undefined)
      this.refuse(name, `${JSON.stringify(value)} must be one of ${values.join(', ')}`);
    return found;
  }

  flag(name: string, usual: boolean): boolean {
    const value = this.value(name);
    if (value === undefined) return usual;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return this.refuse(name, `${JSON.stringify(value)} must be true or false`);
  }

  /** Templates and the query protocol write numbers as texts. */
  optionalNumber(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number))
      this.refuse(name, `${JSON.stringify(value)} must be a number`);
    return number;
  }

  number(name: string): number {
    const number = this.optionalNumber(name);
    if (number === undefined) this.refuse(name, 'is required', this.#wording.missing);
    return number;
  }

  optionalInteger(name: string, least: number, most: number): number | undefined {
    const number = this.optionalNumber(name);
    if (number === undefined) return undefined;
    if (!Number.isInteger(number) || number < least || number > most)
      this.refuse(name, `${number} must be a whole number from ${least} to ${most}`);
    return number;
  }

  integer(name: string, least: number, most: number): number {
    const number = this.optionalInteger(name, least, most);
    if (number === undefined) this.refuse(name, 'is required', this.#wording.missing);
    return number;
  }

  /** Epoch milliseconds, of seconds or of a text in ISO 8601. */
  optionalTime(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const isSeconds = typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
    const epochMs = isSeconds ? Number(value) * 1000 : typeof value === 'string' ? Date.parse(value) : NaN;
    if (Number.isNaN(epochMs)) this.refuse(name, `${JSON.stringify(value)} must be a time`);
    return epochMs;
  }

  time(name: string): number {
    const time = this.optionalTime(name);
    if (time === undefined) this.refuse(name, 'is required', this.#wording.missing);
    return time;
  }

  optional(name: string): Members | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  object(name: string): Members {
    return new Members(this.value(name), this.#wording, this.at(name));
  }

  objects(name: string, most: number): readonly Members[] {
    return this.list(name, most).map(
      (item, index) => new Members(item, this.#wording, `${this.at(name)}.${index}`),
    );
  }

  texts(name: string, most: number): readonly string[] {
    return this.list(name, most).map((item) => {
      if (typeof item !== 'string' || item === '') this.refuse(name, 'must hold texts only');
      return item;
    });
  }

  /** Empty if absent. */
  list(name: string, most: number): readonly unknown[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) this.refuse(name, 'must be a list');
    if (value.length > most) this.refuse(name, `has ${value.length} items; at most ${most} are allowed`);
    return value;
  }
}
