/** Reads nested members as CloudFormation and the APIs write them, with the path of what is refused. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export class InvalidMember extends Error {
  override readonly name = 'InvalidMember';
  readonly code = 'MEMBER_INVALID';
  /** `Rules.0.Statement.ByteMatchStatement` */
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

export class MemberReader {
  readonly path: string;
  readonly #members: UnknownMembers;

  constructor(value: unknown, path: string) {
    if (!isJsonObject(value)) throw new InvalidMember(path, 'must be an object');
    this.path = path;
    this.#members = value;
  }

  get names(): readonly string[] {
    return Object.keys(this.#members).filter((name) => this.#members[name] !== undefined);
  }

  get printed(): string {
    return JSON.stringify(this.#members);
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null;
  }

  value(name: string): unknown {
    return this.#members[name] ?? undefined;
  }

  refuse(name: string, message: string): never {
    throw new InvalidMember(name === '' ? this.path : this.#at(name), message);
  }

  text(name: string, { most = 10_000 }: { readonly most?: number } = {}): string {
    const value = this.value(name);
    if (typeof value !== 'string' || value === '') this.refuse(name, 'must be a text');
    if (value.length > most) this.refuse(name, `has ${value.length} characters; at most ${most} are allowed`);
    return value;
  }

  oneOf<Value extends string>(name: string, values: readonly Value[], usual?: Value): Value {
    const value = this.value(name);
    if (value === undefined && usual !== undefined) return usual;
    const found = values.find((one) => one === value);
    if (found === undefined) this.refuse(name, `must be one of ${values.join(', ')}`);
    return found;
  }

  /** One of the names of a table. */
  nameIn<Name extends string>(name: string, table: Readonly<Record<Name, unknown>>): Name {
    return this.oneOf(name, Object.keys(table) as Name[]);
  }

  /** Templates may write flags as texts. */
  flag(name: string, usual: boolean): boolean {
    const value = this.value(name);
    if (value === undefined) return usual;
    if (value === true || value === 'true') return true;
    if (value !== false && value !== 'false') this.refuse(name, 'must be true or false');
    return false;
  }

  /** Templates may write numbers as texts. */
  integer(name: string, least: number, most: number, usual?: number): number {
    const value = this.value(name);
    if (value === undefined && usual !== undefined) return usual;
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
      this.refuse(name, `must be a whole number from ${least} to ${most}`);
    return number;
  }

  object(name: string): MemberReader {
    return new MemberReader(this.value(name), this.#at(name));
  }

  optional(name: string): MemberReader | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  objects(name: string, most: number): readonly MemberReader[] {
    return this.#list(name, most).map((item, index) => new MemberReader(item, `${this.#at(name)}.${index}`));
  }

  texts(name: string, most: number): readonly string[] {
    return this.#list(name, most).map((item) => {
      if (typeof item !== 'string' || item === '') this.refuse(name, 'must hold texts only');
      return item;
    });
  }

  /** Other members at the same place. */
  as(members: UnknownMembers): MemberReader {
    return new MemberReader(members, this.path);
  }

  /** The only member of a union such as `Statement`. */
  sole(): string {
    const [name, ...others] = this.names;
    if (name === undefined || others.length > 0)
      this.refuse('', `must have exactly one member, and has ${this.names.join(', ') || 'none'}`);
    return name;
  }

  #list(name: string, most: number): readonly unknown[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) this.refuse(name, 'must be a list');
    if (value.length > most) this.refuse(name, `has ${value.length} items; at most ${most} are allowed`);
    return value;
  }

  #at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
