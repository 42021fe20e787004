/** Expressions for generated calls, with the names and values that they use. */
import { valueOf } from './values.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Seed } from './seed.ts';

const PATHS = [
  'a',
  'b',
  'c',
  'n',
  's',
  'l',
  'm',
  'ss',
  'ns',
  'm.a',
  'm.n',
  'm.l[0]',
  'l[0]',
  'l[1]',
  'm.z.y',
  'z',
];
const RESERVED = ['name', 'status', 'size', 'Value', 'date'];
const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='];

/** Makes the expressions of one request, which share their placeholders. */
export class Expressions {
  readonly #seed: Seed;
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, UnknownMembers>();

  constructor(seed: Seed) {
    this.#seed = seed;
  }

  members(): Record<string, unknown> {
    if (this.#seed.chance(0.015)) this.#names.set('#unused', 'unused');
    if (this.#seed.chance(0.015)) this.#values.set(':unused', { S: 'unused' });
    if (this.#seed.chance(0.01)) this.#values.set('bad', { S: 'x' });
    if (this.#seed.chance(0.01)) this.#names.delete([...this.#names.keys()][0] ?? '');
    if (this.#seed.chance(0.01)) this.#values.delete([...this.#values.keys()][0] ?? '');
    return {
      ...(this.#names.size === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(this.#names) }),
      ...(this.#values.size === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(this.#values) }),
    };
  }

  value(given?: UnknownMembers): string {
    const name = `:v${this.#values.size}`;
    this.#values.set(name, given ?? valueOf(this.#seed, 1));
    return name;
  }

  name(attribute: string): string {
    const name = `#n${this.#names.size}`;
    this.#names.set(name, attribute);
    return name;
  }

  path(): string {
    const seed = this.#seed;
    if (seed.chance(0.02)) return seed.pick(RESERVED);
    const path = seed.pick(PATHS);
    if (!seed.chance(0.2)) return path;
    return path.replace(/^\w+/, (head) => this.name(head));
  }

  #operand(): string {
    const seed = this.#seed;
    if (seed.chance(0.1)) return `size(${this.path()})`;
    return seed.chance(0.5) ? this.path() : this.value();
  }

  condition(depth = 3): string {
    const seed = this.#seed;
    if (seed.chance(0.02)) return this.#wrong();
    if (depth > 0 && seed.chance(0.35)) {
      const [left, right] = [this.condition(depth - 1), this.condition(depth - 1)];
      const joined = `${left} ${seed.pick(['AND', 'OR', 'and', 'or'])} ${right}`;
      return seed.chance(0.4) ? `(${joined})` : joined;
    }
    if (depth > 0 && seed.chance(0.1)) return `NOT ${this.condition(depth - 1)}`;
    return seed.pick<() => string>([
      () => `${this.path()} ${seed.pick(COMPARATORS)} ${this.value()}`,
      () => `${this.path()} ${seed.pick(COMPARATORS)} ${this.value()}`,
      () => `${this.#operand()} ${seed.pick(COMPARATORS)} ${this.#operand()}`,
      () => `attribute_exists(${this.path()})`,
      () => `attribute_not_exists(${this.path()})`,
      () => `begins_with(${this.path()}, ${this.value({ S: 'a' })})`,
      () => `contains(${this.path()}, ${this.value()})`,
      () =>
        `attribute_type(${this.path()}, ${this.value({ S: seed.pick(['S', 'N', 'L', 'M', 'SS', 'Q']) })})`,
      () =>
        `${this.path()} BETWEEN ${this.value({ N: '0' })} AND ${this.value({ N: seed.pick(['5', '-1']) })}`,
      () => `${this.path()} IN (${this.value()}, ${this.value()})`,
      () => `size(${this.path()}) > ${this.value({ N: '1' })}`,
    ])();
  }

  #wrong(): string {
    const seed = this.#seed;
    return seed.pick<() => string>([
      () => '',
      () => ' ',
      () => `${this.path()} =`,
      () => `((${this.path()} = ${this.value()}))`,
      () => `size(${this.path()})`,
      () => `unknown_function(${this.path()})`,
      () => `attribute_exists(${this.value()})`,
      () => `attribute_exists(a, b)`,
      () => `a = a`,
      () => `a == ${this.value()}`,
      () => `begins_with(a, ${this.value({ N: '1' })})`,
      () => `attribute_exists(attribute_exists(a))`,
      () => `a IN ()`,
      () => `a BETWEEN ${this.value({ N: '1' })} AND ${this.value({ S: 'a' })}`,
      () => `a[-1] = ${this.value()}`,
      () => `a. b = ${this.value()}`,
      () => `a = ${this.value()} AND`,
      () => `a = ${this.value()} XOR b = ${this.value()}`,
      () => `contains(a, a)`,
      () => `a[99999999999] = ${this.value()}`,
      () => `NOT a`,
      () => `(a) = ${this.value()}`,
      () => `1a = ${this.value()}`,
      () => `size(size(a)) = ${this.value()}`,
      () => `"a" = ${this.value()}`,
    ])();
  }

  update(): string {
    const seed = this.#seed;
    if (seed.chance(0.05)) return this.#wrongUpdate();
    const set = (): string =>
      `${seed.pick(['SET', 'set'])} ${seed.many(1 + seed.below(2), () => `${this.path()} = ${this.#setValue()}`).join(', ')}`;
    const clauses = [
      set,
      set,
      () => `REMOVE ${this.path()}`,
      () =>
        `ADD ${seed.pick(['n', 'm.n', 'z', 'ns'])} ${this.value(seed.pick<UnknownMembers>([{ N: '1' }, { NS: ['7'] }]))}`,
      () =>
        `DELETE ${seed.pick(['ss', 'ns', 'z'])} ${this.value(seed.pick<UnknownMembers>([{ SS: ['a'] }, { NS: ['1'] }]))}`,
    ];
    const first = seed.pick(clauses)();
    return seed.chance(0.25) ? `${first} ${seed.pick(clauses)()}` : first;
  }

  #setValue(): string {
    const seed = this.#seed;
    return seed.pick<() => string>([
      () => this.value(),
      () => this.value(),
      () => this.path(),
      () => `${seed.pick(['n', 'm.n'])} ${seed.pick(['+', '-'])} ${this.value({ N: '1' })}`,
      () => `if_not_exists(${this.path()}, ${this.value()})`,
      () => `list_append(l, ${this.value({ L: [{ S: 'x' }] })})`,
      () => `list_append(if_not_exists(l, ${this.value({ L: [] })}), ${this.value({ L: [{ N: '1' }] })})`,
      () => `if_not_exists(n, ${this.value({ N: '0' })}) + ${this.value({ N: '1' })}`,
    ])();
  }

  #wrongUpdate(): string {
    const seed = this.#seed;
    return seed.pick<() => string>([
      () => '',
      () => `SET a = ${this.value()} SET b = ${this.value()}`,
      () => `SET a = ${this.value()}, a = ${this.value()}`,
      () => `SET a.b = ${this.value()}, a[0] = ${this.value()}`,
      () => `SET m = ${this.value()}, m.a = ${this.value()}`,
      () => `REMOVE`,
      () => `SET a`,
      () => `ADD n ${this.value({ S: 'x' })}`,
      () => `ADD l ${this.value({ L: [] })}`,
      () => `DELETE n ${this.value({ N: '1' })}`,
      () => `SET a = ${this.value({ S: 'x' })} + ${this.value({ N: '1' })}`,
      () => `SET a = n + n + n`,
      () => `SET a = list_append(l)`,
      () => `SET a = if_not_exists(${this.value()}, ${this.value()})`,
      () => `SET a = size(b)`,
      () => `UPSERT a = ${this.value()}`,
      () => `SET l[99] = ${this.value()}`,
      () => `SET a = (${this.value()})`,
      () => `SET (a) = ${this.value()}`,
      () => `SET a = ${this.value()},`,
      () => `ADD a n`,
      () => `REMOVE l[0], l[1]`,
    ])();
  }

  projection(): string {
    const seed = this.#seed;
    if (seed.chance(0.08))
      return seed.pick(['', 'a,', 'a, a', 'a, a.b', 'a b', 'm.a, m[0]', 'm..a', 'a[x]', '(a)']);
    return seed.many(1 + seed.below(3), () => this.path()).join(', ');
  }
}
