/** Attribute values, keys and items of generated calls: mostly valid, with the edges of each type. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Seed } from './seed.ts';

type Members = Readonly<Record<string, UnknownMembers>>;

const NUMBERS = '0 1 -1 7 42 3.14 -0 +5 1E6 +1E6 1e-3 00012.50 100000 0.5 -2.5 10 11 9'.split(' ');
const ODD_NUMBERS = [
  '',
  ' 1',
  'abc',
  '1e400',
  '1e126',
  '9.9999999999999999999999999999999999999E+125',
  '1e-131',
  '1e-130',
  '123456789012345678901234567890123456789',
  '12345678901234567890123456789012345678',
  'NaN',
  '0x10',
  '1_0',
  '.5',
  '5.',
];
const TEXTS = ['a', 'b', 'ab', 'abc', 'x', 'é', '日本', 'a b', 'A', 'zz'];
const BYTES = ['AA==', 'AQ==', 'AQI=', '/w==', 'YWJj'];
export const NAMES = ['a', 'b', 'c', 'n', 's', 'l', 'm', 'ss', 'ns'];

function numberOf(seed: Seed): string {
  return seed.chance(0.04) ? seed.pick(ODD_NUMBERS) : seed.pick(NUMBERS);
}

function simple(seed: Seed): UnknownMembers {
  return seed.pick<() => UnknownMembers>([
    () => ({ S: seed.pick(TEXTS) }),
    () => ({ S: seed.pick(TEXTS) }),
    () => ({ N: numberOf(seed) }),
    () => ({ N: numberOf(seed) }),
    () => ({ B: seed.pick(BYTES) }),
    () => ({ BOOL: seed.chance(0.5) }),
    () => ({ NULL: true }),
  ])();
}

function set(seed: Seed): UnknownMembers {
  const size = 1 + seed.below(3);
  return seed.pick<() => UnknownMembers>([
    () => ({ SS: TEXTS.slice(seed.below(4), seed.below(4) + 4 + size) }),
    () => ({ NS: ['1', '2', '3', '4'].slice(0, size) }),
    () => ({ BS: BYTES.slice(0, size) }),
  ])();
}

export function valueOf(seed: Seed, depth = 2): UnknownMembers {
  if (seed.chance(0.02)) return oddValue(seed);
  if (depth === 0 || seed.chance(0.6)) return simple(seed);
  if (seed.chance(0.4)) return set(seed);
  if (seed.chance(0.5)) return { L: seed.many(seed.below(4), () => valueOf(seed, depth - 1)) };
  return {
    M: Object.fromEntries(seed.many(seed.below(4), () => [seed.pick(NAMES), valueOf(seed, depth - 1)])),
  };
}

function oddValue(seed: Seed): UnknownMembers {
  return seed.pick<UnknownMembers>([
    { S: '' },
    { SS: [] },
    { NS: [] },
    { BS: [] },
    { SS: ['a', 'a'] },
    { NS: ['1', '1.0'] },
    { NS: ['1', 'x'] },
    { SS: [''] },
    { NULL: false },
    {},
    { S: 'a', N: '1' },
    { B: '' },
    { B: 'not base64' },
    { N: 1 },
    { S: 1 },
    { X: 'a' },
    { L: 'a' },
    { M: [] },
  ]);
}

export type Key = { readonly name: string; readonly type: 'S' | 'N' | 'B' };
export type TableShape = { readonly name: string; readonly keys: readonly Key[] };

const KEY_VALUES: Readonly<Record<Key['type'], readonly string[]>> = {
  S: ['k1', 'k2', 'k3', 'k4'],
  N: ['1', '2', '3', '10'],
  B: ['AQ==', 'Ag==', 'Aw==', '/w=='],
};

export function keyOf(seed: Seed, { keys }: TableShape): Members {
  const key = Object.fromEntries(
    keys.map(({ name, type }) => [name, { [type]: seed.pick(KEY_VALUES[type]) }]),
  ) as Record<string, UnknownMembers>;
  if (!seed.chance(0.05)) return key;
  const [first] = keys;
  return seed.pick<Members>([
    {},
    { ...key, extra: { S: 'x' } },
    Object.fromEntries(Object.entries(key).slice(1)),
    { ...key, [first?.name ?? 'id']: { BOOL: true } },
    { ...key, [first?.name ?? 'id']: { S: '' } },
    { ...key, [first?.name ?? 'id']: { N: '1e400' } },
    { ...key, [first?.name ?? 'id']: { S: 'x'.repeat(2049) } },
  ]);
}

/** Attributes have fixed types, so that most expressions match them. */
export function itemOf(seed: Seed, table: TableShape): Members {
  const typed: Members = {
    n: { N: numberOf(seed) },
    s: { S: seed.pick(TEXTS) },
    l: { L: seed.many(seed.below(4), () => valueOf(seed, 1)) },
    m: { M: { a: simple(seed), n: { N: seed.pick(['1', '2', '3']) }, l: { L: [simple(seed), { S: 'a' }] } } },
    ss: { SS: ['a', 'b', 'abc'].slice(0, 1 + seed.below(3)) },
    ns: { NS: ['1', '2', '3'].slice(0, 1 + seed.below(3)) },
  };
  const chosen = Object.entries(typed).filter(() => seed.chance(0.7));
  const free = seed.many(seed.below(3), () => [seed.pick(['a', 'b', 'c']), valueOf(seed)] as const);
  return { ...Object.fromEntries(chosen), ...Object.fromEntries(free), ...keyOf(seed, table) };
}
