/**
 * HTTP message signatures of webhooks. The oracle is a small verifier written from RFC 9421, RFC 8941 and RFC 9530. It
 * accepts more forms than the product; a delivery is verified only if the oracle verifies it, too.
 */
import { createHash, createHmac, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import { verifyDelivery } from '#shared/webhooks/verify.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { aWebhookEvent } from '../support/webhook-events.ts';
import { count } from './promises.ts';
import type { DrawnPromise } from './promises.ts';

type Header = readonly [name: string, value: string];
type Message = {
  readonly query: string;
  readonly body: string;
  readonly headers: readonly Header[];
  readonly nowSeconds: number;
};

const CREATED = 1_700_000_000;
const TOLERANCE = 300;
const PATH = '/webhooks/partner';
const HMAC = Buffer.from('a key of this test, long enough!');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const RETIRED = Buffer.from('a key that nobody has any longer');
const RECORDS = [
  `k hmac-sha256 t ${HMAC.toString('base64')}`,
  `e ed25519 t ${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`,
];

export const messageSignatures: DrawnPromise = {
  name: 'message-signatures',
  says: 'a signed webhook is verified only if a second verifier says that all that is covered is as signed, in time',
  few: 300,
  many: 300_000,
  meets: [
    'verified',
    'refused',
    'tampered',
    'verified after a harmless change',
    'at the edge of time',
    'two labels',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const signed = drawSigned(pick);
    const isChanged = pick.chance(0.6);
    const message = isChanged ? change(pick, signed) : signed;
    const outcome = await verifyDelivery(parseRawRequest(eventOf(message)), {
      scheme: 'rfc9421',
      secrets: () => RECORDS,
      toleranceSeconds: TOLERANCE,
    });
    const isVerified = outcome.kind === 'verified';
    const expected = judge(message);
    count(tally, outcome.kind);
    if (isChanged) count(tally, isVerified ? 'verified after a harmless change' : 'tampered');
    if (isVerified && Math.abs(message.nowSeconds - CREATED) === TOLERANCE)
      count(tally, 'at the edge of time');
    if (message.headers.some(([, value]) => value.includes('twin='))) count(tally, 'two labels');
    if (isVerified && expected !== undefined) return `verified, but ${expected}: ${JSON.stringify(message)}`;
    if (!isVerified && expected === undefined && isPlain(signed) && message === signed)
      return `refused as ${outcome.reason}: ${JSON.stringify(message)}`;
    return undefined;
  },
};

function eventOf({ nowSeconds, ...rest }: Message): unknown {
  return aWebhookEvent({ ...rest, nowEpochMs: nowSeconds * 1000 + 999 });
}

// Draws.

const VALUES = [
  '', '1', 'a, b', 'a,b', 'à', 'Ã\u00a0', '\u00a0x', 'x\u000b', 'x\u000c', '\ufeffx', 'x\u3000', ' y\t', 'K', '"q"', 'a\\b',
  '1\n"@method": GET', 'é', 'e\u0301', '\ud83d\ude00', 'z'.repeat(300),
]; // prettier-ignore
const HOSTS = [
  'a.example',
  'A.Example',
  'a.example:443',
  'a.example:8443',
  'k.example',
  '\u212a.example',
  'a.example ',
];
const NONCES = ['n', 'n n', '', '\\"', 'a\\\\b', 'é', 'n'.repeat(256), 'n'.repeat(257), '):;='];
const COVERED = ['@method', '@authority', '@path', '@query', 'content-digest', 'x-a', 'x-b', 'content-type'];

function drawSigned(pick: Pick): Message {
  const body = pick.one(['', '', '{}', '{"a":"à"}', ' ']);
  const query = pick.one(['', '', 'a=1', 'a=1&a=2', '%61=%C3%A9', 'a=+']);
  const headers: readonly Header[] = [
    ['host', pick.one(HOSTS)],
    ...(body === '' && pick.chance(0.8) ? [] : [['content-digest', digestOf(pick, body)] as const]),
    ...pick.some(['x-a', 'x-b', 'content-type', 'x-a']).map((name): Header => [name, pick.one(VALUES)]),
  ];
  const message = { query, body, headers, nowSeconds: CREATED + drawAge(pick) };
  const present = COVERED.filter(
    (name) =>
      (name.startsWith('@') && (name !== '@query' || query !== '' || pick.chance(0.2))) ||
      headers.some(([one]) => one === name),
  );
  const components = pick.chance(0.1) ? pick.some(COVERED, 1) : present.filter(() => pick.chance(0.97));
  return withSignature(pick, message, pick.chance(0.2) ? [...components].reverse() : components);
}

const drawAge = (pick: Pick): number =>
  pick.chance(0.5) ? 0 : pick.one([-301, -300, -299, 120, 121, 299, 300, 301, -CREATED, 1e9]);

function digestOf(pick: Pick, body: string): string {
  const of = (name: string, hash: string): string =>
    `${name}=:${createHash(hash).update(body).digest('base64')}:`;
  const one = of('sha-256', 'sha256');
  return pick.chance(0.7)
    ? one
    : pick.one([
        of('sha-512', 'sha512'),
        `${one}, ${of('sha-512', 'sha512')}`,
        `${one},\u00a0${of('sha-512', 'sha512')}`,
        `${one};a=1`,
        `sha-256=:AAAA:, ${one}`,
        `${one}, md5=:AAAA:`,
        one.replace('=:', ''),
      ]);
}

function drawParameters(pick: Pick, keyId: string): string {
  const rare = <Value>(usual: Value, others: readonly Value[]): Value =>
    pick.chance(0.92) ? usual : pick.one(others);
  const parts = [
    rare(`created=${CREATED}`, [
      `created=0${CREATED}`, `created=+${CREATED}`, `created=${CREATED}.0`, `created="${CREATED}"`, 'created=-1', '', 'created',
    ]), // prettier-ignore
    rare('', [
      `expires=${CREATED + 120}`, `expires=${CREATED - 1}`, `expires=0${CREATED + 500}`, 'expires="1"', 'expires=?1', 'expires=0',
    ]), // prettier-ignore
    rare(`keyid="${keyId}"`, ['keyid=k', 'keyid="x"', 'keyid=:aw==:', '']),
    `nonce="${rare('n', NONCES)}"`,
    rare('tag="t"', ['tag=t', 'tag="u"', '']),
    rare('', ['alg="ed25519"', 'alg="hmac-sha256"', 'alg="none"', 'x=1', 'nonce="m"', ' nonce="m"']),
  ].filter((part) => part !== '');
  return (pick.chance(0.3) ? [...parts].reverse() : parts).map((part) => `;${part}`).join('');
}

/** The signer is the oracle's reader of values, or for the rest one that signs whatever it is given. */
function withSignature(pick: Pick, message: Message, components: readonly string[]): Message {
  const keyId = pick.one(['k', 'e']);
  const spaces = pick.chance(0.05) ? pick.one(['  ', ' \t', '\u00a0']) : ' ';
  const names = components.map(
    (name) => `"${name}"${pick.chance(0.01) ? pick.one([';sf', ';bs', ';req']) : ''}`,
  );
  const parameters = `(${names.join(spaces)})${drawParameters(pick, keyId)}`;
  const lines = components.map((name) => `"${name}": ${valueOf(message, name) ?? 'absent'}`);
  const base = Buffer.from([...lines, `"@signature-params": ${parameters}`].join('\n'));
  const bytes =
    keyId === 'e'
      ? sign(null, base, privateKey)
      : createHmac('sha256', pick.chance(0.95) ? HMAC : RETIRED)
          .update(base)
          .digest();
  const label = pick.one(['sig', 'sig', 's1', 'a.b*c-d_e']);
  return {
    ...message,
    headers: [
      ...message.headers,
      ['signature-input', `${label}=${parameters}`],
      ['signature', `${label}=:${bytes.toString('base64')}:`],
    ],
  };
}

const SIGNATURE_CHANGES: readonly ((value: string) => string)[] = [
  (value) => ` ${value}`,
  (value) => `${value}\u00a0`,
  (value) => value.replace('=:', '=: '),
  (value) => value.replace(/=*:$/, ':'),
  (value) => value.replace('(', '( '),
  (value) => value.replace(';', '; '),
  (value) => `${value};a`,
  (value) => `${value}, twin=${value.replace(/^[^=]+=/, '')}`,
  (value) => `twin=:AAAA:, ${value}`,
  (value) => value.replace(/^[^=]+/, 'other'),
  (value) => value.replace(/[A-Za-z](?=[^A-Za-z]*$)/, 'B'),
  (value) => value.replaceAll('/', '_').replaceAll('+', '-'),
  (value) => value.replace(';nonce="n"', ';nonce="\\n"'),
  (value) => value.replace(`created=${CREATED}`, `created=0${CREATED}`),
  (value) => value.replace(/"@query" /, ''),
];

function change(pick: Pick, message: Message): Message {
  const { headers } = message;
  const at = pick.upTo(headers.length - 1);
  const [name, value] = headers[at] ?? ['', ''];
  const put = (text: string): Partial<Message> => ({
    headers: headers.map((one, index) => (index === at ? [one[0], text] : one)),
  });
  const changed = pick.one<() => Partial<Message>>([
    () => put(pick.one([`${value}\u00a0`, `\u000b${value}`, `${value}\ufeff`, ` ${value}\t`, `${value} x`])),
    () => put(pick.one([value.toUpperCase(), value.replace('k', '\u212a'), value.replace('.', '。')])),
    () => put(pick.one(VALUES)),
    () => put(pick.one(SIGNATURE_CHANGES)(value)),
    () => ({
      headers: headers.map(([one, text]) => [
        one,
        one.startsWith('signature') ? pick.one(SIGNATURE_CHANGES)(text) : text,
      ]),
    }),
    () => ({ headers: headers.filter((_, index) => index !== at) }),
    () => ({ headers: [...headers, [name, pick.one(['', value, 'x'])]] }),
    () => ({ body: pick.one(['', '{}', '{ }', '{"a":"a\u0300"}']) }),
    () => ({ query: pick.one(['', 'a=1', 'a=1&', 'a=%31', 'a=2&a=1']) }),
    () => ({ nowSeconds: CREATED + drawAge(pick) }),
  ])();
  return { ...message, ...changed };
}

/** Canonical spelling with the known parameters only, each once: nothing that the product's narrow profile refuses. */
const PLAIN =
  /^[a-z][a-z0-9_.*-]*=\("[a-z@-]+"(?: "[a-z@-]+")*\)(?:;(?:created|expires)=[1-9]\d*|;(?:keyid|nonce|tag|alg)="[ !#-[\]-~]{1,256}")*$/;

function isPlain({ headers }: Message): boolean {
  const input = headers.find(([name]) => name === 'signature-input')?.[1] ?? '';
  const isTwice = headers.some(([name], index) => headers.findIndex(([one]) => one === name) !== index);
  return !isTwice && PLAIN.test(input) && input.split(';nonce=').length === 2;
}

// The oracle.

/** A component's value (RFC 9421 §2.1, §2.2); undefined if it is absent. */
function valueOf({ query, headers }: Message, name: string): string | undefined {
  const found = headers
    .filter(([one]) => one === name)
    .map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (name === '@method') return 'POST';
  if (name === '@path') return PATH;
  if (name === '@query') return `?${query}`;
  if (name !== '@authority') return found.length === 0 ? undefined : found.join(', ');
  const [host, ...more] = headers.filter(([one]) => one === 'host').map(([, value]) => value);
  return more.length > 0
    ? undefined
    : host?.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/:443$/, '');
}

type Item = {
  readonly components: readonly string[];
  readonly parameters: ReadonlyMap<string, string | number>;
  readonly text: string;
};

/** Reads one inner list of strings with strings and integers as parameters (RFC 8941 §4.2), and writes it again. */
function readList(text: string): Item | undefined {
  const [, inner = '', rest = ''] = /^\( *((?:"[^"\\]*" *)*)\)(.*)$/.exec(text) ?? [];
  const components = [...inner.matchAll(/"([^"\\]*)"/g)].map(([, name = '']) => name);
  if (!/^(?:"[^"\\]*"(?: +|$))*$/.test(inner) || components.length === 0) return undefined;
  const parameters = new Map<string, string | number>();
  let left = rest;
  while (left !== '') {
    const [whole, name = '', integer, quoted] =
      /^; *([a-z*][a-z0-9_.*-]*)=(?:(-?\d{1,15})(?![.\d])|"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)")/.exec(
        left,
      ) ?? [];
    if (whole === undefined) return undefined;
    parameters.delete(name);
    parameters.set(name, integer === undefined ? (quoted ?? '').replaceAll(/\\(.)/g, '$1') : Number(integer));
    left = left.slice(whole.length);
  }
  const written = [...parameters].map(([name, value]) =>
    typeof value === 'number'
      ? `;${name}=${value}`
      : `;${name}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
  );
  return {
    components,
    parameters,
    text: `(${components.map((name) => `"${name}"`).join(' ')})${written.join('')}`,
  };
}

/** @returns why the message is not signed; undefined if it is */
function judge(message: Message): string | undefined {
  const [input, signature] = ['signature-input', 'signature'].map((name) => {
    const [value, ...more] = message.headers.filter(([one]) => one === name).map(([, text]) => text);
    const [, label, item] =
      (more.length === 0 && /^ *([a-z*][a-z0-9_.*-]*)=(.*?) *$/.exec(value ?? '')) || [];
    return label === undefined || item === undefined ? undefined : { label, item };
  });
  const list = input && readList(input.item);
  const [, base64] = /^:([A-Za-z0-9+/=]*):$/.exec(signature?.item ?? '') ?? [];
  if (list === undefined || base64 === undefined || input?.label !== signature?.label)
    return 'not one signature';
  const { components } = list;
  const needed = ['@method', '@authority', '@path'];
  if (message.query !== '') needed.push('@query');
  if (message.body !== '') needed.push('content-digest');
  if (!needed.every((name) => components.includes(name))) return 'something is not covered';
  const values = components.map((name) => valueOf(message, name));
  // "no obs-fold nor obs-text" (RFC 9421 §2.5), and no value contains a newline.
  if (values.some((value) => value === undefined || /[^\t\x20-\x7e]/.test(value)))
    return 'a value cannot be signed';
  const lines = components.map((name, index) => `"${name}": ${values[index]}`);
  const base = Buffer.from([...lines, `"@signature-params": ${list.text}`].join('\n'));
  return (
    judgeParameters(list, message) ??
    judgeDigest(message) ??
    judgeBytes(list, base, Buffer.from(base64, 'base64'))
  );
}

function judgeParameters({ parameters }: Item, { nowSeconds }: Message): string | undefined {
  const [created, expires] = [parameters.get('created'), parameters.get('expires')];
  if (typeof created !== 'number' || Math.abs(created - nowSeconds) > TOLERANCE) return 'not in time';
  if (expires !== undefined && !(typeof expires === 'number' && expires >= nowSeconds)) return 'expired';
  return parameters.get('tag') === 't' ? undefined : 'another purpose';
}

function judgeBytes({ parameters }: Item, base: Buffer, bytes: Buffer): string | undefined {
  const keys: Readonly<Record<string, readonly [string, (key?: KeyObject) => boolean]>> = {
    k: ['hmac-sha256', () => createHmac('sha256', HMAC).update(base).digest().equals(bytes)],
    e: ['ed25519', () => verify(null, base, publicKey, bytes)],
  };
  const [algorithm, holds] = keys[String(parameters.get('keyid'))] ?? [];
  if (holds === undefined || ![undefined, algorithm].includes(parameters.get('alg') as string | undefined))
    return 'no such key';
  return holds() ? undefined : 'the signature is wrong';
}

/** Every digest that is known must be right, and one must be known (RFC 9530 §2). */
function judgeDigest(message: Message): string | undefined {
  const header = valueOf(message, 'content-digest');
  if (header === undefined) return undefined;
  const known = header.split(',').map((member) => {
    const [, name, base64] = /^[ \t]*(sha-256|sha-512)=:([A-Za-z0-9+/=]+):[ \t]*$/.exec(member) ?? [];
    if (name === undefined)
      return /^[ \t]*[a-z][a-z0-9-]*=:[A-Za-z0-9+/=]*:[ \t]*$/.test(member) ? undefined : false;
    return createHash(name.replace('-', '')).update(message.body).digest('base64') === base64;
  });
  return known.includes(true) && !known.includes(false) ? undefined : 'the digest is wrong';
}
