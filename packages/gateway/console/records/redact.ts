/**
 * Removes secrets from data that is shown and exported. A credential is replaced by a fingerprint. For a credential of
 * at least 16 characters, the fingerprint contains its last four characters, which is enough to recognize the
 * credential but useless for a call.
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { createHmac } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import {
  isSecretInQuery,
  maskAfterScheme,
  maskCookies,
  maskParameter,
  maskSecrets,
} from '@gatewright/aws/text/find-secrets';
import { isSecretOf } from '@gatewright/aws/text/secret-names';
import type { Mask } from '@gatewright/aws/text/find-secrets';

const QUERY_MEMBER = /^(?:multivalue)?querystring(?:parameters)?$/;
/** Numbers with fewer digits are treated as counts and not as secrets. */
const MIN_DIGITS = 4;
/**
 * Minimum length of a password that is masked wherever it repeats. A password is known to be secret, so it may be
 * shorter than other repeated texts.
 */
const MIN_PASSWORD_LENGTH = 6;
/** Minimum length of a secret that is masked wherever it repeats. Shorter texts would match unrelated text. */
const MIN_REPEATED_LENGTH = 8;
/**
 * Minimum length at which the beginning of a secret is masked, because code truncates tokens to print them. Any other
 * part of a secret is masked from `MIN_PART` characters on.
 */
const MIN_BEGINNING = 10;
const MIN_PART = 16;
/** Matches a token without the dots that mark a truncation. */
const TOKEN = /[\w~+/=-]+(?:\.[\w~+/=-]+)*/g;

export type Redactor = {
  value(name: string, value: string): string;
  text(text: string): string;
  query(query: string): string;
  /**
   * Removes only the secrets that `createRedactor` received.
   * @param names names that stay visible, even if they are the beginning or a part of a secret
   */
  repeated(text: string, names?: ReadonlySet<string>): string;
};

const NO_NAMES: ReadonlySet<string> = new Set();

export const SHOWING: Redactor = {
  value: (_, value) => value,
  text: (text) => text,
  query: (query) => query,
  repeated: (text) => text,
};

/**
 * Creates a redactor.
 * @param key the key of this run, so that a fingerprint is useless outside the run
 * @param secrets texts that are removed wherever they occur, under any name
 * @param others a more general redactor that runs first
 * @param names names that the owner of the API gave, such as a customer's. They stay visible even if they are the
 * beginning or a part of a secret, or if they look like a secret of a known format, unless they are secrets themselves
 */
export function createRedactor(
  key: string,
  secrets: readonly string[] = [],
  others: Redactor['repeated'] = (text) => text,
  names: ReadonlySet<string> = NO_NAMES,
): Redactor {
  const mask: Mask = (secret, isByForm = false) => {
    if (isByForm && isOfName(secret, names)) return secret;
    const print = createHmac('sha256', key).update(secret).digest('hex').slice(0, 8);
    return secret.length >= 16 ? `[${print}..${secret.slice(-4)}]` : `[${print}]`;
  };
  const own = maskRepeated(secrets, mask);
  return redactWith(mask, (text, more = names) => own(others(text, more), more));
}

function isOfName(secret: string, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => name.includes(secret));
}

/**
 * Returns the values that a redactor would remove, if they are long enough to be recognized.
 * @param names names that are not secrets, although they have the form of one
 */
export function findSecrets(
  visit: (redactor: Redactor) => void,
  limit: number,
  names = NO_NAMES,
): readonly string[] {
  const found = new Set<string>();
  const keep: Mask = (secret, isByForm = false) => {
    if (isByForm && isOfName(secret, names)) return secret;
    if (secret.length >= MIN_REPEATED_LENGTH && found.size < limit) found.add(secret);
    return secret;
  };
  visit(redactWith(keep, (text) => text));
  return [...found];
}

/** Masks longer secrets first. Otherwise the end of a secret would remain if a shorter secret matched its beginning. */
function maskRepeated(secrets: readonly string[], mask: Mask): Redactor['repeated'] {
  if (secrets.length === 0) return (text) => text;
  const spelled = new Map(secrets.flatMap((secret) => spellings(secret).map((text) => [text, secret])));
  for (const secret of secrets) spelled.set(secret, secret);
  const longestFirst = [...spelled.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g');
  const parts = partsOf(secrets);
  return (text, names = NO_NAMES) =>
    text
      .replace(pattern, (found) => mask(spelled.get(found) ?? found))
      .replace(TOKEN, (found) => {
        const whole = found.length < MIN_BEGINNING || names.has(found) ? undefined : parts(found);
        return whole === undefined ? found : `${mask(whole)}…`;
      });
}

function partsOf(secrets: readonly string[]): (text: string) => string | undefined {
  const bare = secrets.flatMap((secret) => spellings(secret).map((spelling) => ({ secret, spelling })));
  return (text) =>
    bare.find(({ spelling }) => {
      if (spelling.length <= text.length) return false;
      return spelling.startsWith(text) || (text.length >= MIN_PART && spelling.includes(text));
    })?.secret;
}

/**
 * Returns the forms in which code prints a secret: without its scheme, percent-decoded, percent-encoded and within
 * JSON. For Basic, the decoded text is included.
 */
function spellings(secret: string): readonly string[] {
  const bare = withoutScheme(secret) ?? secret;
  const basic = readBasic(bare);
  const texts = [secret, bare, ...(basic === undefined ? [] : [basic.whole])];
  return [
    ...texts.filter((text) => text.length >= MIN_REPEATED_LENGTH),
    ...(basic !== undefined && basic.password.length >= MIN_PASSWORD_LENGTH ? [basic.password] : []),
  ].flatMap((text) => [text, decode(text), encodeURIComponent(text.toWellFormed()), inJson(text)]);
}

/** Returns a credential without its scheme, such as the token of `Bearer …`; undefined for text without a scheme. */
export function withoutScheme(text: string): string | undefined {
  return /^[a-z][\w-]{1,20}\s+(\S+)$/i.exec(text)?.[1];
}

/** Decodes `alice:password` from base64; undefined for other text. */
function readBasic(text: string): { readonly whole: string; readonly password: string } | undefined {
  if (text.length > 1_024 || !/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(text)) return undefined;
  const whole = Buffer.from(text, 'base64').toString();
  // Random text would decode to characters outside this range.
  const [, password] = /^[\x20-\x7e\u00a0-\ud7ff]{0,255}?:([\x20-\x7e\u00a0-\ud7ff]+)$/.exec(whole) ?? [];
  return password === undefined ? undefined : { whole, password };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** @param repeated runs before names are searched for, because a name may occur within a secret */
function redactWith(mask: Mask, repeated: Redactor['repeated']): Redactor {
  const plain = (text: string): string => maskSecrets(repeated(text), mask);
  const value = (name: string, text: string): string => {
    if (!isSecretOf(name, text)) return plain(text);
    return /cookie$/i.test(name) ? maskCookies(text, mask) : maskAfterScheme(text, mask);
  };
  const query = (text: string): string =>
    text
      .split('&')
      .map((pair) => {
        const equals = pair.indexOf('=');
        if (equals === -1) return repeated(pair);
        const name = pair.slice(0, equals);
        const text = pair.slice(equals + 1);
        const shown = maskParameter(name, text, true, mask);
        return `${repeated(name)}=${shown === text ? plain(text) : shown}`;
      })
      .join('&');
  const walk = (node: unknown, name: string, isInQuery = false): unknown => {
    if (typeof node === 'string') {
      if (isInQuery && isSecretInQuery(name, node)) return mask(node);
      if (name.toLowerCase() === 'rawquerystring') return query(node);
      return name === '' ? plain(node) : value(name, nested(node));
    }
    if (typeof node === 'number') return number(node, name);
    if (Array.isArray(node)) return node.map((item: unknown) => walk(item, name, isInQuery));
    if (!isJsonObject(node)) return node;
    const isQuery = QUERY_MEMBER.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
    return Object.fromEntries(
      Object.entries(node).map(([member, item]) => [repeated(member), walk(item, member, isQuery)]),
    );
  };
  const number = (node: number, name: string): number | string => {
    const text = String(node);
    if (text.length >= MIN_DIGITS && isSecretOf(name, text)) return mask(text);
    const shown = repeated(text);
    return shown === text ? node : shown;
  };
  // A body inside an event is JSON text again.
  const nested = (text: string): string => (/^\s*[[{]/.test(text) ? redactJson(text) : text);
  const redactJson = (text: string): string => {
    try {
      return JSON.stringify(walk(JSON.parse(text), ''));
    } catch {
      return plain(text);
    }
  };
  return {
    value,
    query,
    repeated,
    text: (text) => (/^\s*[[{"]/.test(text) ? redactJson(text) : plain(text)),
  };
}
