/**
 * API keys and one-time tickets through the toolkit's whole authorizer. The oracle compares texts: a credential is
 * accepted if it is one that was handed out, to the character, at its place, within its time, and a ticket once. What a
 * place holds is read by RFC 6750 §2.1 (Bearer), RFC 9110 §5.6.1 (lists) and docs/guides/protect/access.md (sources).
 */
import { crc32 } from 'node:zlib';
import { createAuthorizer } from '#shared/access/authorize.ts';
import { readCredential } from '#shared/access/credential.ts';
import { createRevocationReader } from '#shared/access/revocation/revocation-store.ts';
import { issueTicket } from '#shared/access/tickets/issue-ticket.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { aDocument, anAccess, ARN } from '../support/an-access-document.ts';
import { ApiKeyTable, NOON_SECONDS } from '../support/api-key-table.ts';
import { pickFrom } from '../support/pick.ts';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';
import { aFetcher } from '../support/signed-tokens.ts';
import { count } from './promises.ts';
import type { Pick } from '../support/pick.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const REQUESTS_PER_SEED = 30;
const LIFETIME_SECONDS = 30;
const END_MS = (NOON_SECONDS + LIFETIME_SECONDS) * 1000;
const DOCUMENT = aDocument(
  {
    issuers: [
      { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
      { id: 'live', type: 'apiKey', prefix: 'shop_live' },
      { id: 'test', type: 'apiKey', prefix: 'shop_test' },
      { id: 'tickets', type: 'ticket', from: ['shop'] },
    ],
    sources: [
      { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'live', 'test'] },
      { in: 'header', name: 'x-api-key', issuers: ['live'] },
      { in: 'query', name: 'ticket', issuers: ['tickets'] },
      { in: 'subprotocol', marker: 'bearer', issuers: ['main', 'live', 'tickets'] },
    ],
    rules: [{ id: 'all', effect: 'allow', connect: true }],
  },
  ['ANY $connect'],
  'websocket',
);

/** The places in which a credential may be sent, and its possible owners. */
const PLACES = ['authorization', 'x-api-key', 'ticket', 'subprotocol'] as const;
type Place = (typeof PLACES)[number];
type Kind = 'shop_live' | 'shop_test' | 'ticket';
const ADMITTED: Readonly<Record<Place, readonly Kind[]>> = {
  authorization: ['shop_live', 'shop_test'],
  'x-api-key': ['shop_live'],
  ticket: ['ticket'],
  subprotocol: ['shop_live', 'ticket'],
};

type Handed = {
  readonly text: string;
  readonly kind: Kind;
  readonly principal: string;
  /** The time in milliseconds from which the credential is refused; undefined means never. */
  notAfterMs: number | undefined;
  isOver: boolean;
};

class Stage {
  readonly table = new ApiKeyTable();
  readonly handed: Handed[] = [];
  readonly #authorize;

  constructor() {
    const clock = { nowEpochMs: () => this.nowMs };
    this.#authorize = createAuthorizer(
      anAccess(DOCUMENT),
      { stage: 'prod', localIssuerUrl: undefined },
      {
        clock,
        keySets: aFetcher(new Map()),
        apiKeys: this.table.reader,
        tickets: createTicketStore(this.table.store),
        revocations: createRevocationReader(this.table.store),
      },
    );
  }

  get nowMs(): number {
    return Math.round(this.table.nowSeconds * 1000);
  }

  moveTo(ms: number): void {
    this.table.nowSeconds = ms / 1000;
  }

  async addKey(pick: Pick): Promise<void> {
    const kind = pick.one(['shop_live', 'shop_live', 'shop_test'] as const);
    const isLimited = pick.chance(0.5);
    const { key, keyId } = await this.table.make({
      prefix: kind,
      tenant: pick.one(['acme', 'other']),
      ...(isLimited && { lifetimeSeconds: LIFETIME_SECONDS }),
    });
    const isOver = pick.chance(0.15);
    if (isOver) await this.table.admin.revoke(keyId, this.table.operation());
    const principal = `${kind === 'shop_live' ? 'live' : 'test'}|${keyId}`;
    const notAfterMs = isLimited ? END_MS : undefined;
    const first = { text: key, kind, principal, notAfterMs, isOver };
    this.handed.push(first);
    if (isOver || pick.chance(0.6)) return;
    // Both texts are of one key while the rotation overlaps.
    const overlapSeconds = pick.one([0, LIFETIME_SECONDS]);
    const { key: newer = '' } = await this.table.admin.rotate(keyId, overlapSeconds, this.table.operation());
    this.handed.push({ ...first, text: newer });
    if (overlapSeconds === 0) first.isOver = true;
    else first.notAfterMs = END_MS;
  }

  /** A ticket of this document, or of another one, which admits nobody here. */
  async addTicket(pick: Pick): Promise<void> {
    const subject = pick.one(['ada', 'bob', 'ad\u00e4', 'ad\u0061\u0308', '\u{1f600}']);
    const isForeign = pick.chance(0.15);
    const issuer = 'https://issuer.example/';
    const caller = { principalId: `main|${subject}`, subject, issuer, roles: [], scopes: [] };
    const { ticket } = await issueTicket(
      {
        tickets: createTicketStore(this.table.store),
        clock: { nowEpochMs: () => this.nowMs },
        random: REAL_RANDOM,
      },
      { document: isForeign ? 'other' : DOCUMENT.name, caller, ttlSeconds: LIFETIME_SECONDS },
    );
    const { principalId: principal } = caller;
    this.handed.push({ text: ticket, kind: 'ticket', principal, notAfterMs: END_MS, isOver: isForeign });
  }

  /** The principal that is admitted; undefined if nobody is. */
  async ask(event: object): Promise<string | undefined> {
    const methodArn = `arn:aws:execute-api:${ARN.region}:${ARN.accountId}:${ARN.apiId}/prod/$connect`;
    const requestContext = { eventType: 'CONNECT' };
    const request = parseRequestEvent({ type: 'REQUEST', methodArn, requestContext, ...event });
    const { kind, arn, sourceIp } = request;
    const authorized = await this.#authorize({
      kind,
      arn,
      sourceIp,
      readCredential: (sources) => readCredential(request, sources),
    });
    if (authorized.kind !== 'known' || authorized.decision.kind !== 'allow') return undefined;
    const { result } = authorized;
    return 'principalId' in result ? result.principalId : 'nobody';
  }
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A key's text with the checksum of its changed parts, as an attacker would compute it. */
function withChecksum(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let at = 0; at < 6; at += 1) {
    digits = `${DIGITS[rest % 62] ?? ''}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return `${body}${digits}`;
}

const wide = (text: string): string =>
  text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
const swapCase = (char: string): string =>
  char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase();

/** Replaces the character at this place. */
function change(text: string, at: number, change: (char: string) => string): string {
  return `${text.slice(0, at)}${change(text[at] ?? '')}${text.slice(at + 1)}`;
}

/**
 * The changes that clients, proxies and attackers make to a credential. `other` is another credential that was issued.
 */
const CHANGES: readonly ((text: string, other: string, pick: Pick) => string)[] = [
  (text, _other, pick) => change(text, pick.upTo(text.length - 1), (char) => (char === 'a' ? 'b' : 'a')),
  (text, _other, pick) => change(text, pick.upTo(text.length - 1), swapCase),
  (text, _other, pick) => change(text, pick.upTo(text.length - 1), () => ''),
  (text, _other, pick) => change(text, pick.upTo(text.length - 1), (char) => `${char}${char}`),
  (text, _other, pick) => text.slice(0, pick.upTo(text.length)),
  (text, _other, pick) => text.slice(pick.upTo(text.length)),
  (text, _other, pick) =>
    `${text}${pick.one(['=', '==', '.', '~', '\n', '\r\n', '\0', ' ', '\t', '\u00a0', '\ufeff', '\u2028', '%00', '%20', '/', ';', ',', ',x', '\ud83d'])}`,
  (text, _other, pick) =>
    `${pick.one([' ', '\t', '\u00a0', '\ufeff', '\u3000', '\0', '.', '"', ',', 'x,', 'Bearer '])}${text}`,
  (text) => `${text}${text}`,
  (text) => `${text},${text}`,
  (text) => `${text} ${text}`,
  (text, other) => `${text},${other}`,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => wide(text),
  (text, _other, pick) => change(text, pick.upTo(text.length - 1), wide),
  (text, _other, pick) =>
    change(text, pick.upTo(text.length - 1), (char) => `%${char.charCodeAt(0).toString(16)}`),
  (text) => Buffer.from(text).toString('base64url'),
  (text) => `"${text}"`,
  (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  // The last digit of 256 bits in base64url has two bits too many, which decoders ignore.
  (text) => change(text, text.length - 1, (char) => String.fromCharCode(char.charCodeAt(0) + 1)),
  (text, other) => `${text.slice(0, 27)}${other.slice(27)}`,
  (text, other) => withChecksum(`${text.slice(0, -36)}${other.slice(-36, -6)}`),
  (text, other) => withChecksum(`${other.slice(0, 10)}${text.slice(10, -6)}`),
  (text) => withChecksum(`shop_test${text.slice(9, -6)}`),
  (text) => withChecksum(`shop_live${text.slice(9, -6)}`),
  (text, _other, pick) => withChecksum(change(text, pick.upTo(text.length - 7), swapCase).slice(0, -6)),
  (text) => text.replace('wst_', 'shop_live_'),
  () => `wst_${'A'.repeat(43)}`,
  () => '',
];

/** A value of the field or parameter that contains this text. */
function valueOf(place: Place, text: string, pick: Pick): string {
  if (place === 'authorization')
    return `${pick.one(['Bearer ', 'Bearer ', 'bearer ', 'BEARER  ', 'Bearer\t', 'Basic ', ''])}${text}`;
  if (place === 'subprotocol')
    return `${pick.one(['bearer, ', 'Bearer,', 'chat, bearer ,\t', 'bearer, x, ', ''])}${text}`;
  return text;
}

/** The event of a handshake that has these values at this place. */
function eventOf(place: Place, values: readonly string[], pick: Pick): object {
  if (place === 'ticket')
    return {
      queryStringParameters: { ticket: values.at(-1) },
      multiValueQueryStringParameters: { ticket: values },
    };
  const name = place === 'subprotocol' ? 'Sec-WebSocket-Protocol' : place;
  const spelled = pick.chance(0.5) ? name : name.toUpperCase();
  return { headers: { [spelled]: values.at(-1) }, multiValueHeaders: { [spelled]: values } };
}

/** The credentials in a value. A header that is not a Bearer header holds one that nobody was given. */
function textsIn(place: Place, value: string): readonly string[] {
  if (value.trim() === '') return [];
  if (place === 'ticket' || place === 'x-api-key') return [value];
  if (place === 'authorization') return [/^bearer +(.*)$/is.exec(value)?.[1] ?? ''];
  const members = value.split(',').map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''));
  return members.filter((member, at) => member !== '' && members[at - 1]?.toLowerCase() === 'bearer');
}

/** Returns which caller must be admitted, and with which credential. */
function expect(
  handed: readonly Handed[],
  place: Place,
  values: readonly string[],
  nowMs: number,
): Handed | undefined {
  const texts = [...new Set(values.flatMap((value) => textsIn(place, value)))];
  if (texts.length !== 1) return undefined;
  const found = handed.find(({ text }) => text === texts[0]);
  if (found === undefined || found.isOver || !ADMITTED[place].includes(found.kind)) return undefined;
  return found.notAfterMs !== undefined && nowMs >= found.notAfterMs ? undefined : found;
}

function drawTimeMs(pick: Pick): number {
  return pick.chance(0.6)
    ? NOON_SECONDS * 1000 + pick.upTo(999)
    : END_MS + pick.one([-1000, -1, 0, 1, 999, 1000]);
}

async function tryOne(stage: Stage, pick: Pick, tally: Tally): Promise<string | undefined> {
  const { text: own, notAfterMs, kind } = pick.one(stage.handed);
  const isChanged = pick.chance(0.5);
  const text = isChanged ? pick.one(CHANGES)(own, pick.one(stage.handed).text, pick) : own;
  const suited = PLACES.filter((place) => ADMITTED[place].includes(kind));
  const place = pick.one(pick.chance(0.8) ? suited : PLACES);
  const values = [valueOf(place, text, pick)];
  if (pick.chance(0.15)) {
    count(tally, 'two values');
    values.push(pick.one([...values, '', ' ', valueOf(place, pick.one(stage.handed).text, pick)]));
    if (pick.chance(0.5)) values.reverse();
  }
  const expected = expect(stage.handed, place, values, stage.nowMs);
  const principal = await stage.ask(eventOf(place, values, pick));
  if (isChanged && text !== own) count(tally, 'changed');
  if (expected !== undefined) count(tally, `admitted by ${kind === 'ticket' ? 'a ticket' : 'a key'}`);
  if (notAfterMs !== undefined && text === own)
    count(
      tally,
      { [-1]: 'a millisecond before the end', 0: 'at the end' }[stage.nowMs - notAfterMs] ??
        'in time or late',
    );
  // A ticket is used up.
  if (expected?.kind === 'ticket') expected.isOver = true;
  if (principal === expected?.principal) return undefined;
  return `${place} ${JSON.stringify(values)}, ${stage.nowMs - NOON_SECONDS * 1000} ms later, admitted ${String(principal)}, not ${String(expected?.principal)}; handed out: ${JSON.stringify(stage.handed)}`;
}

export const exactCredentials: DrawnPromise = {
  name: 'exact-credentials',
  says: 'an API key or ticket is accepted only as it was handed out, at its place, in its time, for its own subject',
  few: 5,
  many: 15_000,
  meets: [
    'admitted by a key',
    'admitted by a ticket',
    'changed',
    'two values',
    'a millisecond before the end',
    'at the end',
    'revoked, used or foreign',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const stage = new Stage();
    for (let made = 0; made < 3; made += 1) {
      await stage.addKey(pick);
      await stage.addTicket(pick);
      await stage.addTicket(pick);
    }
    const timesMs = Array.from({ length: REQUESTS_PER_SEED }, () => drawTimeMs(pick)).toSorted(
      (a, b) => a - b,
    );
    for (const timeMs of timesMs) {
      stage.moveTo(timeMs);
      if (stage.handed.some(({ isOver }) => isOver)) count(tally, 'revoked, used or foreign');
      const broken = await tryOne(stage, pick, tally);
      if (broken !== undefined) return broken;
    }
    return undefined;
  },
};
