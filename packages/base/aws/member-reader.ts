/**
 * Reads nested members as CloudFormation and all protocols of AWS's APIs write them. An error names the path of the
 * wrong member. The same reader is used for properties of API Gateway (packages/gateway/core/deployment/properties.ts).
 */
import { asFlag, asInteger, asNumber, isJsonList, isJsonObject, memberOf } from './json-object.ts';
import type { Json, JsonObject, UnknownMembers } from './json-object.ts';

export class InvalidMember extends Error {
  override readonly name: string = 'InvalidMember';
  readonly code: string = 'MEMBER_INVALID';
  /** Path of the member: `Rules.0.Statement.ByteMatchStatement` */
  readonly path: string;
  /** True if a required member is absent; some services have a separate error code for this. */
  readonly isMissing: boolean;

  constructor(path: string, message: string, isMissing = false) {
    super(message);
    this.path = path;
    this.isMissing = isMissing;
  }
}

type Policy = {
  /** Default maximum length of a string. */
  readonly longest: number;
  readonly refusal: (path: string, message: string, isMissing: boolean) => Error;
};

const INVALID_MEMBER: Policy = {
  longest: 10_000,
  refusal: (path, message, isMissing) => new InvalidMember(path, message, isMissing),
};

/**
 * Each method throws InvalidMember, or the error of its policy. Methods without `optional` in their name and without a
 * default require the member, except for lists: an absent list is empty. Null counts as absent, and for `text`, so does
 * an empty string.
 */
export class MemberReader {
  readonly path: string;
  readonly #members: JsonObject;
  readonly #policy: Policy;

  constructor(value: unknown, path = '', policy: Partial<Policy> = {}) {
    this.#policy = { ...INVALID_MEMBER, ...policy };
    if (!isJsonObject(value))
      throw this.#policy.refusal(path, `must be an object${foundInstead(value)}`, false);
    this.path = path;
    this.#members = value;
  }

  get members(): JsonObject {
    return this.#members;
  }

  get names(): readonly string[] {
    return Object.keys(this.#members).filter((name) => this.#members[name] !== undefined);
  }

  get printed(): string {
    return JSON.stringify(this.#members);
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  value(name: string): Json | undefined {
    return memberOf(this.#members, name) ?? undefined;
  }

  at(name: string): string {
    if (name === '') return this.path;
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  refuse(name: string, message: string): never {
    throw this.#policy.refusal(this.at(name), message, false);
  }

  /** @param expected what the member must be, such as `one of A, B` */
  missing(name: string, expected?: string): never {
    const rule = expected === undefined ? '' : `; it must be ${expected}`;
    throw this.#policy.refusal(this.at(name), `is required${rule}`, true);
  }

  text(name: string, most = this.#policy.longest): string {
    const value = this.optionalText(name, most);
    return value === undefined || value === '' ? this.missing(name) : value;
  }

  optionalText(name: string, most = this.#policy.longest): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') this.refuse(name, `must be a string${foundInstead(value)}`);
    if (value.length > most) this.refuse(name, `has ${value.length} characters; at most ${most} are allowed`);
    return value;
  }

  /** Returns numbers and flags as text, as CloudFormation does. */
  anyText(name: string, usual?: string): string {
    return this.#read(name, 'must be a string', asAnyText) ?? usual ?? this.missing(name);
  }

  oneOf<Value extends string>(name: string, values: readonly Value[], usual?: Value): Value {
    return this.optionalOneOf(name, values) ?? usual ?? this.missing(name, `one of ${values.join(', ')}`);
  }

  optionalOneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const isOne = (value: Json): Value | undefined => values.find((one) => one === value);
    return this.#read(name, `must be one of ${values.join(', ')}`, isOne);
  }

  /** Reads a string that must be one of the table's keys. */
  nameIn<Name extends string>(name: string, table: Readonly<Record<Name, unknown>>): Name {
    return this.oneOf(name, Object.keys(table) as Name[]);
  }

  flag(name: string, usual: boolean): boolean {
    return this.#read(name, 'must be true or false', asFlag) ?? usual;
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? this.missing(name);
  }

  optionalNumber(name: string): number | undefined {
    return this.#read(name, 'must be a number', asNumber);
  }

  integer(name: string, least: number, most: number, usual?: number): number {
    return (
      this.optionalInteger(name, least, most) ??
      usual ??
      this.missing(name, `a whole number from ${least} to ${most}`)
    );
  }

  optionalInteger(name: string, least: number, most: number): number | undefined {
    const rule = `must be a whole number from ${least} to ${most}`;
    return this.#read(name, rule, (value) => asInteger(value, least, most));
  }

  time(name: string): number {
    return this.optionalTime(name) ?? this.missing(name);
  }

  /** Reads seconds or an ISO 8601 string, and returns epoch milliseconds. */
  optionalTime(name: string): number | undefined {
    return this.#read(name, 'must be a time', (value) => {
      const isSeconds = typeof value === 'number' || (typeof value === 'string' && SECONDS.test(value));
      const epochMs = isSeconds ? Number(value) * 1000 : typeof value === 'string' ? Date.parse(value) : NaN;
      return Number.isNaN(epochMs) ? undefined : epochMs;
    });
  }

  object(name: string): MemberReader {
    return new MemberReader(this.value(name), this.at(name), this.#policy);
  }

  optional(name: string): MemberReader | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  objects(name: string, most: number): readonly MemberReader[] {
    return this.list(name, most).map(
      (item, index) => new MemberReader(item, `${this.at(name)}.${index}`, this.#policy),
    );
  }

  texts(name: string, most: number): readonly string[] {
    return this.list(name, most).map((item) =>
      typeof item === 'string' && item !== ''
        ? item
        : this.refuse(name, `must contain only strings${foundInstead(item)}`),
    );
  }

  /** Returns an empty list if the member is absent. */
  list(name: string, most: number): readonly Json[] {
    const value = this.value(name) ?? [];
    if (!isJsonList(value)) return this.refuse(name, `must be a list${foundInstead(value)}`);
    if (value.length > most) this.refuse(name, `has ${value.length} items; at most ${most} are allowed`);
    return value;
  }

  /** Returns a reader of other members at the same path. */
  as(members: UnknownMembers): MemberReader {
    return new MemberReader(members, this.path, this.#policy);
  }

  /** Returns the name of the only member of a union such as `Statement`. */
  sole(): string {
    const [name, ...others] = this.names;
    if (name === undefined || others.length > 0)
      this.refuse('', `must have exactly one member, but has ${this.names.join(', ') || 'none'}`);
    return name;
  }

  /** Returns undefined if the member is absent. */
  #read<Value>(name: string, rule: string, read: (value: Json) => Value | undefined): Value | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    return read(value) ?? this.refuse(name, `${rule}${foundInstead(value)}`);
  }
}

const SECONDS = /^\d+(\.\d+)?$/;

function asAnyText(value: Json): string | undefined {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar ? String(value) : undefined;
}

/** Returns the end of a message about an invalid value, such as `, not "abc"`; empty if the value is absent. */
export function foundInstead(value: unknown): string {
  return value === undefined ? '' : `, not ${JSON.stringify(value)}`;
}
