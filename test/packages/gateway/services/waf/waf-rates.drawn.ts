/**
 * Which requests a rate-based rule counts together. The oracle parses nothing: it draws an address as eight numbers and
 * then one of its spellings, and counts by the numbers. Sources: developer guide, "Aggregation options and keys"; API
 * reference, ForwardedIPConfig ("only evaluates the first IP address found in the specified HTTP header").
 */
import { createHash } from 'node:crypto';
import { aRule, aWebAcl, JudgedAcl } from './a-web-acl.ts';
import { pickFrom } from '../../../../support/pick.ts';
import type { Pick } from '../../../../support/pick.ts';
import { count } from '../../../../properties/promises.ts';
import type { DrawnPromise, Tally } from '../../../../properties/promises.ts';

const LIMIT = 10;
const WINDOW_SECONDS = 60;
const REQUESTS = 60;
const NONE = [{ Priority: 0, Type: 'NONE' }];
const MALFORMED = [
  '',
  'x',
  '192.0.2.256',
  '192.0.2.01',
  '192.0.2.1:80',
  '[2001:db8::1]',
  '1::2::3',
  'unknown',
];

type Address = readonly number[];
/** One part of a key as the oracle reads it, and how the request contains it. */
type Drawn = { readonly is: string; readonly sent: string };

const KEYS = {
  IP: {},
  ForwardedIP: {},
  HTTPMethod: {},
  Header: { Name: 'X-Key', TextTransformations: NONE },
  QueryArgument: { Name: 'k', TextTransformations: NONE },
  Cookie: { Name: 'c', TextTransformations: NONE },
} as const;
type Key = keyof typeof KEYS;
const NAMES = Object.keys(KEYS) as Key[];

type Drawing = {
  readonly pick: Pick;
  readonly tally: Tally;
  readonly fallback: 'MATCH' | 'NO_MATCH';
  /** Values that were sent before, whose hashes are sent too. */
  readonly earlier: string[];
};

const ADDRESSES: readonly Address[] = [
  [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1],
  [0x2001, 0xdb8, 0, 0, 1, 0, 0, 1],
  [0x2001, 0xdb8, 0, 1, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201],
  [0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x201],
  [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x202],
];

/** One of the spellings that RFC 4291 §2.2 allows; of an IPv4 address also the dotted one by itself. */
function spell(groups: Address, { pick, tally }: Drawing): string {
  const dotted = groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped && pick.chance(0.5)) return dotted;
  count(tally, isMapped ? 'IPv4 as IPv6' : 'IPv6');
  const endsDotted = pick.chance(0.3);
  const parts = (endsDotted ? groups.slice(0, 6) : groups).map((group) => {
    const text = pick.chance(0.5) ? group.toString(16) : group.toString(16).padStart(4, '0');
    return pick.chance(0.5) ? text.toUpperCase() : text;
  });
  const zeros = [...parts.keys()].filter((index) => groups[index] === 0);
  if (endsDotted) parts.push(dotted);
  if (zeros.length === 0 || pick.chance(0.4)) return parts.join(':');
  const from = pick.one(zeros);
  let to = from + 1;
  while (zeros.includes(to) && pick.chance(0.8)) to += 1;
  return `${parts.slice(0, from).join(':')}::${parts.slice(to).join(':')}`;
}

function drawAddress(drawing: Drawing): Drawn {
  const groups = drawing.pick.one(ADDRESSES);
  return { is: groups.join(), sent: spell(groups, drawing) };
}

/** The list of a proxy. Undefined if the request does not count. */
function drawList(drawing: Drawing): { readonly is: string | undefined; readonly sent: readonly string[] } {
  const { pick, tally, fallback } = drawing;
  if (pick.chance(0.1)) return { is: undefined, sent: [] };
  const first = drawAddress(drawing);
  const isMalformed = pick.chance(0.2);
  const more = Array.from({ length: pick.upTo(3) }, () =>
    pick.one([drawAddress(drawing).sent, ...MALFORMED]),
  );
  const listed = [isMalformed ? pick.one(MALFORMED) : first.sent, ...more];
  if (isMalformed) count(tally, `malformed, ${fallback}`);
  else if (more.some((text) => MALFORMED.includes(text))) count(tally, 'malformed behind the first');
  const is = isMalformed ? (fallback === 'MATCH' ? 'malformed' : undefined) : first.is;
  const cut = pick.upTo(listed.length - 1);
  const padded = listed.map((text) => `${pick.one(['', ' ', '\t'])}${text}${pick.one(['', ' '])}`);
  return {
    is,
    sent: cut === 0 ? [padded.join(',')] : [padded.slice(0, cut).join(','), padded.slice(cut).join(',')],
  };
}

const TEXTS = ['a', 'A', '%61', 'a","b', 'a\\', 'é', '2001:db8::1', '2001:DB8::1', 'malformed', '#', '|'];

function drawText({ pick, tally, earlier }: Drawing): string {
  const known = pick.chance(0.5) ? earlier.at(-1 - pick.upTo(5)) : undefined;
  if (known === undefined) {
    const text = pick.chance(0.6)
      ? pick.one(TEXTS)
      : `${'x'.repeat(pick.one([62, 63, 64, 65, 8000]))}${pick.one(['a', 'b'])}`;
    earlier.push(text);
    return text;
  }
  if (pick.chance(0.5)) return known;
  count(tally, 'the hash of another name');
  const hash = createHash('sha256')
    .update(known)
    .digest(pick.one(['base64', 'hex', 'base64url']));
  return pick.one([hash, `sha256:${hash}`, `#${hash}`]);
}

type Request = { readonly is: string | undefined; readonly parts: Parameters<JudgedAcl['judge']>[0] };

function drawRequest(keys: readonly Key[], drawing: Drawing): Request {
  const { pick } = drawing;
  const source = drawAddress(drawing);
  const list = drawList(drawing);
  const method = pick.one(['GET', 'POST']);
  // The three texts are taken by bytes, so they are sent as UTF-8.
  const texts = { Header: drawText(drawing), QueryArgument: drawText(drawing), Cookie: drawText(drawing) };
  const bytes = (text: string): string => Buffer.from(text).toString('latin1');
  const has = { Header: pick.chance(0.9), QueryArgument: pick.chance(0.9), Cookie: pick.chance(0.9) };
  const headers = [
    ...list.sent.flatMap((value) => [pick.one(['x-forwarded-for', 'X-FORWARDED-FOR']), value]),
    ...(has.Header ? ['x-key', bytes(texts.Header)] : []),
    ...(has.Cookie ? ['cookie', `b=1; c=${bytes(texts.Cookie)}`] : []),
  ];
  const values: Record<Key, string | undefined> = {
    IP: source.is,
    ForwardedIP: list.is,
    HTTPMethod: method,
    Header: has.Header ? texts.Header : undefined,
    QueryArgument: has.QueryArgument ? texts.QueryArgument : undefined,
    Cookie: has.Cookie ? texts.Cookie : undefined,
  };
  const named = keys.map((key) => values[key]);
  if (!named.every((value) => value !== undefined)) count(drawing.tally, 'a key is missing');
  return {
    is: named.every((value) => value !== undefined)
      ? named.map((value) => `${value.length} ${value}`).join()
      : undefined,
    parts: {
      sourceIp: source.sent,
      method,
      headers,
      query: has.QueryArgument ? `k=${bytes(texts.QueryArgument)}` : '',
    },
  };
}

function statementOf(keys: readonly Key[], fallback: string, pick: Pick): object {
  const common = {
    Limit: LIMIT,
    EvaluationWindowSec: WINDOW_SECONDS,
    ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: fallback },
  };
  const sole = keys.length === 1 ? keys[0] : undefined;
  if (sole === 'IP')
    return { RateBasedStatement: { ...common, ...(pick.chance(0.5) && { AggregateKeyType: 'IP' }) } };
  if (sole === 'ForwardedIP') return { RateBasedStatement: { ...common, AggregateKeyType: 'FORWARDED_IP' } };
  const CustomKeys = keys.map((key) => ({ [key]: KEYS[key] }));
  return { RateBasedStatement: { ...common, AggregateKeyType: 'CUSTOM_KEYS', CustomKeys } };
}

function drawKeys(pick: Pick): readonly Key[] {
  const keys = pick.some(NAMES, 1).slice(0, 5);
  const areAddresses = keys.every((key) => key === 'IP' || key === 'ForwardedIP');
  return areAddresses && keys.length > 1 ? ['IP'] : keys;
}

export const wafRates: DrawnPromise = {
  name: 'waf-rates',
  says: 'a rate-based rule counts what has the same keys together and nothing else, however the keys are written',
  few: 40,
  many: 20_000,
  meets: [
    'IPv6',
    'IPv4 as IPv6',
    'malformed, MATCH',
    'malformed, NO_MATCH',
    'malformed behind the first',
    'the hash of another name',
    'a key is missing',
    'limited',
    'a window ended',
  ],
  check(seed, tally) {
    const pick = pickFrom(seed);
    const keys = drawKeys(pick);
    const drawing: Drawing = { pick, tally, fallback: pick.one(['MATCH', 'NO_MATCH']), earlier: [] };
    const acl = new JudgedAcl(aWebAcl([aRule(statementOf(keys, drawing.fallback, pick))]));
    const counted = new Map<string, number>();
    const pool = Array.from({ length: 1 + pick.upTo(5) }, () => drawRequest(keys, drawing));
    for (let index = 0; index < REQUESTS; index += 1) {
      if (pick.chance(0.01)) {
        acl.nowEpochMs += 2 * WINDOW_SECONDS * 1000;
        counted.clear();
        count(tally, 'a window ended');
      }
      const { is, parts } = pick.chance(0.3) ? drawRequest(keys, drawing) : pick.one(pool);
      const times = (is === undefined ? 0 : (counted.get(is) ?? 0)) + 1;
      if (is !== undefined) counted.set(is, times);
      const shouldBlock = is !== undefined && times > LIMIT;
      if (shouldBlock) count(tally, 'limited');
      if ((acl.judge(parts).action.kind === 'BLOCK') !== shouldBlock)
        return JSON.stringify({ keys, fallback: drawing.fallback, parts, times, shouldBlock });
    }
    return undefined;
  },
};
