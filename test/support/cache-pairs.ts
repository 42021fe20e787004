/**
 * Pairs of events, of which the second is made from the first by edits. For each pair, the guide says whether both
 * events may share an entry of the answer cache. The list of what is left out of a key is read from the guide, not from
 * the code.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { KeyParameters } from '#shared/cache/cache-key.ts';
import { findEntry } from '#shared/cache/find-entry.ts';
import type { EntryRules } from '#shared/cache/find-entry.ts';
import { AWS_EVENTS } from './aws-events.ts';
import type { SampleEvent } from './aws-events.ts';

type Fields = Record<string, unknown>;

const GUIDE = readFileSync(new URL('../../docs/guides/receive/cache.md', import.meta.url), 'utf8');

/** The names in backticks in the list item that begins with this text. */
function listedAfter(beginning: string): readonly string[] {
  const line = GUIDE.split('\n').find((one) => one.startsWith(`- ${beginning}`));
  if (line === undefined) throw new Error(`the guide has no line "- ${beginning}"`);
  return [...line.matchAll(/`([^`]+)`/g)].flatMap(([, names = '']) =>
    names.split(' ').filter((name) => !name.includes('.')),
  );
}

export const LISTED = {
  members: listedAfter('ids, times'),
  headers: listedAfter('headers, unless'),
  signature: listedAfter('for IAM'),
  shared: [...listedAfter('for IAM'), ...listedAfter('with `public`')],
};

/** Events are edited in place. */
const isEditable = (value: unknown): value is Fields => isJsonObject(value);
const editableOf = (value: unknown): Fields => (isEditable(value) ? value : {});

const LISTED_NAMES = new Set(LISTED.headers);
const LISTED_BEGINNINGS = LISTED.headers
  .filter((name) => name.endsWith('*'))
  .map((name) => name.slice(0, -1));

function isListedHeader(name: string): boolean {
  return LISTED_NAMES.has(name) || LISTED_BEGINNINGS.some((beginning) => name.startsWith(beginning));
}

/** Copies a JSON value, faster than `structuredClone`, because a million pairs are copied. */
function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (!isJsonObject(value)) return value;
  const copy: Fields = {};
  for (const name of Object.keys(value)) copy[name] = copyOf(value[name]);
  return copy as Value;
}

/** `part`: of `contextParts`. */
const isListedMember = (name: string, part: number): boolean =>
  LISTED.members.includes(name) && (part === 3) === (name === 'integrationLatency');

const SCOPES = {
  authorization: 'authorization',
  public: 'public',
  named: (event: SampleEvent): string => `for ${String(editableOf(event['headers'])['x-tenant'])}`,
} as const;
const KEYS = [{}, { query: ['parameter1', 'tag'], headers: ['Accept-Language', 'cookie'] }] as const;

function without(fields: Fields, isLeftOut: (name: string) => boolean): Fields {
  const left: Fields = {};
  for (const name of Object.keys(fields)) if (!isLeftOut(name)) left[name] = fields[name];
  return left;
}

/** A map without some of its entries; a value that is not a map stays as it is. */
function withoutEntries(map: unknown, isLeftOut: (name: string) => boolean): unknown {
  return isEditable(map) ? without(map, isLeftOut) : map;
}

/** Returns the event without the values that the guide lists. */
function strip(event: SampleEvent, { scope, key = {} }: EntryRules<SampleEvent>): Fields {
  const whole = editableOf(event['requestContext']);
  const { authorizer, identity } = whole;
  const signer = isEditable(whole['http']) ? editableOf(authorizer)['iam'] : identity;
  const arn = editableOf(signer)['userArn'];
  const isOfAll = scope !== 'authorization';
  const isSigned = typeof arn === 'string' && arn !== '';
  const leftOut = isOfAll ? LISTED.shared : isSigned ? LISTED.signature : [];
  const named = (key.headers ?? []).map((name) => name.toLowerCase());
  const isDropped = (sent: string): boolean => {
    const name = sent.toLowerCase();
    return !named.includes(name) && (isListedHeader(name) || leftOut.includes(name));
  };
  const context = without(
    whole,
    (name) => isListedMember(name, 0) || (isOfAll && LISTED.shared.includes(name)),
  );
  for (const [index, part] of ['http', 'identity', 'authorizer'].entries())
    if (part in context)
      context[part] = withoutEntries(context[part], (name) => isListedMember(name, index + 1));
  return {
    ...without(event, (name) => name === 'cookies' && isOfAll && isDropped('cookie')),
    ...stripQuery(event, key.query),
    ...('headers' in event && { headers: withoutEntries(event['headers'], isDropped) }),
    ...('multiValueHeaders' in event && {
      multiValueHeaders: withoutEntries(event['multiValueHeaders'], isDropped),
    }),
    ...(isEditable(event['requestContext']) && { requestContext: context }),
    // Anything that the reader of events does not know is never left out of the key.
    unknown: [event['unknown'], editableOf(identity)['unknown']],
  };
}

/** Pairs in the order of their names; equal names keep theirs. */
function stripQuery(event: SampleEvent, names: readonly string[] | undefined): Fields {
  const isLeftOut = (name: string): boolean => names !== undefined && !names.includes(name);
  const { rawQueryString } = event;
  const nameOf = (pair: string): string => new URLSearchParams(pair).keys().next().value ?? '';
  const maps = ['queryStringParameters', 'multiValueQueryStringParameters'].filter((map) => map in event);
  return {
    ...Object.fromEntries(maps.map((map) => [map, withoutEntries(event[map], isLeftOut)])),
    ...(typeof rawQueryString === 'string' && {
      rawQueryString: Object.groupBy(
        rawQueryString
          .split('&')
          .filter((pair) => [pair, ...pair.split(';')].some((part) => !isLeftOut(nameOf(part)))),
        nameOf,
      ),
    }),
  };
}

type Tally = { pairs: number; alike: number; shared: number; apart: number; bypassed: number };

export const emptyTally = (): Tally => ({ pairs: 0, alike: 0, shared: 0, apart: 0, bypassed: 0 });

type Pair = {
  readonly events: readonly [SampleEvent, SampleEvent];
  /** Parts of the key that the service names. Each is tried in every scope. */
  readonly key: KeyParameters;
};

/** @returns what is wrong, or undefined if the cache did as the guide says */
export function findFault({ events: [one, other], key }: Pair, tally: Tally): string | undefined {
  tally.pairs += 1;
  for (const [name, scope] of Object.entries(SCOPES)) {
    const rules = { scope, key };
    const isAlike = isDeepStrictEqual(strip(one, rules), strip(other, rules));
    const [first, second] = [findEntry(one, rules), findEntry(other, rules)];
    const isShared = first.kind === 'entry' && second.kind === 'entry' && first.id === second.id;
    const isCached = first.kind === 'entry' && second.kind === 'entry';
    tally[isAlike ? 'alike' : 'apart'] += 1;
    tally.shared += Number(isShared);
    tally.bypassed += Number(!isCached);
    if (isShared && !isAlike) return `${name}: two different requests share an entry`;
    if (isAlike && !isShared && (isCached || first.kind !== second.kind))
      return `${name}: two requests that differ in the list do not share an entry`;
  }
  return undefined;
}

type Edit = { readonly kind: keyof typeof EDITS; readonly at: number; readonly value: number };

const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;

const TEXTS = ['', 'a', 'b', 'A', 'a, b', 'GET', 'HEAD', '/', '%FF', '%FE', '\ufffd', '2.0', '1.0', 'null'];
const VALUES = [...TEXTS, 0, 1, true, false, null, [], ['a'], {}, { userArn: 'arn:a' }, { sub: 'a' }];
/** A copy, because later edits change it. */
const anyValue = (at: number): unknown => copyOf(pick<unknown>(VALUES, at));

/** Headers that were once missing from the cache key, credentials, and names that only resemble those of the list. */
const HEADERS = (
  'cookie authorization x-api-key x-amz-date x-amz-security-token x-session-token x-tenant ' +
  'x-forwarded-uri x-forwarded-ssl x-original-forwarded-for rsc x-nextjs-data x-original-url ' +
  'x-http-method-override forwarded x-forwarded-host x-forwarded-proto host origin baggage ' +
  'x-requested-with x-csrf-token accept-version from true-client-ip x-middleware-prefetch'
).split(' ');
const RAW_VALUES = ['1', '2', '%FF', '%FE', '+', '%20', '', '1;page=2', '%31', '%E2%82', '%c3%bc'];
const RAW_NAMES = ['parameter1', 'page', '%FF', '%70age', 'tag', '_method', ''];
const CONTEXT_MEMBERS = [
  'apiId',
  'stage',
  'domainName',
  'routeKey',
  'resourcePath',
  'isCanaryRequest',
  'path',
];
const IDENTITY_MEMBERS = [
  'userArn',
  'apiKey',
  'accessKey',
  'caller',
  'vpceId',
  'clientCert',
  'principalOrgId',
];

/** Finds every member of the event, at any depth, whose value is not an object. */
function leavesOf(value: unknown, holder: Fields, name: string, found: (readonly [Fields, string])[]): void {
  if (isEditable(value) || Array.isArray(value))
    for (const member of Object.keys(value))
      leavesOf((value as Fields)[member], value as Fields, member, found);
  else found.push([holder, name]);
}

const placesOf = (event: Fields): readonly (readonly [Fields, string])[] => {
  const found: (readonly [Fields, string])[] = [];
  for (const name of Object.keys(event)) leavesOf(event[name], event, name, found);
  return found;
};

function partOf(event: Fields, part: string): Fields {
  const context = editableOf(event['requestContext']);
  if (!isEditable(context[part])) context[part] = {};
  return context[part] as Fields;
}

function setHeader(event: Fields, name: string, value: string): void {
  for (const [map, sent] of [
    ['headers', value],
    ['multiValueHeaders', [value]],
  ] as const)
    if (isEditable(event[map])) event[map][name] = sent;
}

function addPair(event: Fields, name: string, value: string): void {
  const { rawQueryString } = event;
  const [[key, decoded] = ['', '']] = new URLSearchParams(`${name}=${value}`);
  const single = isEditable(event['queryStringParameters']) ? event['queryStringParameters'] : {};
  if (typeof rawQueryString === 'string') {
    event['rawQueryString'] = [rawQueryString, `${name}=${value}`].filter((text) => text !== '').join('&');
    single[key] = key in single ? `${String(single[key])},${decoded}` : decoded;
  } else {
    const multi = isEditable(event['multiValueQueryStringParameters'])
      ? event['multiValueQueryStringParameters']
      : {};
    single[key] = decoded;
    multi[key] = [...(Array.isArray(multi[key]) ? multi[key] : []), decoded];
    event['multiValueQueryStringParameters'] = multi;
  }
  event['queryStringParameters'] = single;
}

const contextParts = (event: Fields): readonly Fields[] => {
  const context = editableOf(event['requestContext']);
  return [context, ...['http', 'identity', 'authorizer'].map((part) => editableOf(context[part]))];
};

const anotherValue = (value: unknown, by: number): unknown =>
  typeof value === 'number' ? value + 1 + by : `changed ${by}`;

function changeListed(event: Fields, at: number, value: number): void {
  const part = at % 4;
  const holder = pick(contextParts(event), part);
  const present = Object.keys(holder).filter((name) => isListedMember(name, part));
  if (value % 2 === 0 && present.length > 0) {
    const name = pick(present, at >> 2);
    holder[name] = anotherValue(holder[name], value);
  }
  if (value % 2 === 1) setHeader(event, pick(LISTED.headers, at).replace('*', 'more'), `changed ${value}`);
}

/** The next request of a client: every value that the guide lists differs. */
function nextRequest(event: SampleEvent): SampleEvent {
  const next = copyOf(event) as Fields;
  for (const [part, holder] of contextParts(next).entries())
    for (const name of Object.keys(holder))
      if (isListedMember(name, part)) holder[name] = anotherValue(holder[name], 1);
  for (const name of Object.keys(editableOf(next['headers'])))
    if (isListedHeader(name.toLowerCase())) setHeader(next, name, 'next');
  return next;
}

const EDITS = {
  listed: changeListed,
  leaf(event: Fields, at: number, value: number) {
    const [holder, name] = pick(placesOf(event), at);
    holder[name] = anyValue(value);
  },
  drop(event: Fields, at: number) {
    const [holder, name] = pick(placesOf(event), at);
    if (Array.isArray(holder)) holder.pop();
    else Reflect.deleteProperty(holder, name);
  },
  dropPart(event: Fields, at: number) {
    const context = editableOf(event['requestContext']);
    const holder = pick([event, context], at);
    Reflect.deleteProperty(holder, pick(Object.keys(holder), at >> 1));
  },
  header: (event: Fields, at: number, value: number) =>
    setHeader(event, pick([...HEADERS, ...LISTED.headers], at), pick(TEXTS, value)),
  recase(event: Fields, at: number) {
    for (const map of [event['headers'], event['multiValueHeaders']].map(editableOf)) {
      const names = Object.keys(map);
      if (names.length === 0) continue;
      const name = pick(names, at);
      const { [name]: moved } = map;
      Reflect.deleteProperty(map, name);
      map[name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase()] = moved;
    }
  },
  query: (event: Fields, at: number, value: number) =>
    addPair(event, pick(RAW_NAMES, at), pick(RAW_VALUES, value)),
  swap(event: Fields, at: number) {
    const { rawQueryString } = event;
    if (typeof rawQueryString === 'string' && at % 2 === 0)
      event['rawQueryString'] = rawQueryString.split('&').reverse().join('&');
    else if (Array.isArray(event['cookies'])) event['cookies'].reverse();
    else
      for (const list of Object.values(editableOf(event['multiValueHeaders'])))
        if (Array.isArray(list)) list.reverse();
  },
  cookie(event: Fields, at: number, value: number) {
    if (typeof event['rawQueryString'] === 'string')
      event['cookies'] = [
        ...(Array.isArray(event['cookies']) ? event['cookies'] : []),
        `s=${pick(TEXTS, value)}`,
      ];
    else setHeader(event, pick(['Cookie', 'cookie'], at), `s=${pick(TEXTS, value)}`);
  },
  context(event: Fields, at: number, value: number) {
    editableOf(event['requestContext'])[pick(CONTEXT_MEMBERS, at)] = pick(TEXTS, value);
  },
  identity(event: Fields, at: number, value: number) {
    partOf(event, 'identity')[pick(IDENTITY_MEMBERS, at)] = anyValue(value);
  },
  authorizer(event: Fields, at: number, value: number) {
    partOf(event, 'authorizer')[pick(['iam', 'lambda', 'jwt', 'claims', 'principalId', 'sub'], at)] =
      anyValue(value);
  },
  authentication(event: Fields, at: number, value: number) {
    partOf(event, 'authentication')['clientCert'] = anyValue(value + at);
  },
  stageVariable(event: Fields, at: number, value: number) {
    event['stageVariables'] = { [pick(['table', 'alias'], at)]: pick(TEXTS, value) };
  },
  body(event: Fields, at: number, value: number) {
    event['body'] = pick(TEXTS, value);
    if (at % 2 === 0) event['isBase64Encoded'] = true;
  },
  unknown(event: Fields, at: number, value: number) {
    const context = editableOf(event['requestContext']);
    pick([event, context, partOf(event, 'identity')], at)['unknown'] = pick(TEXTS, value);
  },
};

const weighed = (weight: number, ...kinds: readonly (keyof typeof EDITS)[]) =>
  kinds.map((kind) => ({ arbitrary: fc.constant(kind), weight }));
const ANY_KIND = fc.oneof(
  ...weighed(4, 'header', 'leaf', 'query', 'cookie'),
  ...weighed(2, 'context', 'identity', 'authorizer', 'recase', 'swap', 'stageVariable'),
  ...weighed(1, 'drop', 'dropPart', 'authentication', 'body', 'unknown', 'listed'),
);

const oneEdit = (kind: fc.Arbitrary<keyof typeof EDITS>): fc.Arbitrary<Edit> =>
  fc.record({ kind, at: fc.nat(400), value: fc.nat(400) });

function edited(event: SampleEvent, edits: readonly Edit[]): SampleEvent {
  const changed = copyOf(event) as Fields;
  for (const { kind, at, value } of edits) EDITS[kind](changed, at, value);
  return changed;
}

/** A third of the pairs differ only in values that the guide lists. */
export const aPair: fc.Arbitrary<Pair> = fc
  .record({
    key: fc.constantFrom(...KEYS),
    sample: fc.nat(AWS_EVENTS.length - 1),
    before: fc.array(oneEdit(ANY_KIND), { maxLength: 3 }),
    edits: fc.oneof(
      { arbitrary: fc.array(oneEdit(ANY_KIND), { minLength: 1, maxLength: 3 }), weight: 2 },
      { arbitrary: fc.array(oneEdit(fc.constant('listed')), { minLength: 1, maxLength: 4 }), weight: 1 },
    ),
  })
  .map(({ sample, before, edits, key }) => {
    const one = edited(pick(AWS_EVENTS, sample).event, before);
    return { events: [one, edited(one, edits)], key };
  });

/** Counts, by scope, for how many of AWS's samples the client's next request is answered from the table. */
export function countHits(): Readonly<Record<string, string>> {
  const requests = AWS_EVENTS.filter(({ event }) => !('connectionId' in editableOf(event['requestContext'])));
  return Object.fromEntries(
    Object.entries(SCOPES).map(([name, scope]) => {
      const hits = requests.filter(({ event }) => {
        const [first, second] = [findEntry(event, { scope }), findEntry(nextRequest(event), { scope })];
        return first.kind === 'entry' && second.kind === 'entry' && first.id === second.id;
      });
      return [name, `${hits.length} of ${requests.length}`];
    }),
  );
}
