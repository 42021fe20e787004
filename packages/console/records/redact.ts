/**
 * Removes secrets from what is shown and exported: a credential becomes a fingerprint and its last four
 * characters, enough to recognise it and useless for a call.
 */
import { createHmac } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';

/** Names of headers, parameters and members with secret values, in lower case without - and _. */
const SECRET_NAME =
  /^(?:authorization|proxyauthorization|authorizationtoken|identitysource|cookies?|setcookie|xapikey|apikey|apikeyvalue|xamzsecuritytoken|secwebsocketprotocol|usageidentifierkey)$|(?:token|secret|password|passwd|credential|signature(?:256)?|sessionid|ticket|privatekey|accesskey)$|^sig$/;
/** Harmless members that a pattern would match. */
const HARMLESS = new Set(['tokenuse', 'nexttoken', 'paginationtoken', 'continuationtoken', 'csrf']);
const JWT = /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g;
const BEARER = /\b(Bearer|Basic)\s+([\w.~+/=-]{8,})/gi;
/** A parameter of a form, or of an address in any text. */
const PARAMETER = /(^|[?&#\s])([\w.%-]{1,60})=([^&\s"'<>#;,[\]]+)/g;
const MIN_SECRET_LENGTH = 6;
/** Secret in queries only: codes of OAuth, keys of Google; elsewhere they are errors and entries. */
const SECRET_IN_QUERY = new Set(['code', 'key']);
const QUERY_MEMBER = /^(?:multivalue)?querystring(?:parameters)?$/;
/** Shorter ones would match unrelated text. */
const MIN_REPEATED_LENGTH = 8;
const MAX_REPEATED = 64;
/**
 * A beginning of a secret of at least this length, and any part as long, is masked too: code cuts tokens to
 * print them.
 */
const MIN_BEGINNING = 10;
const MIN_PART = 16;
/** Without the dots that mark a cut. */
const TOKEN = /[\w~+/=-]+(?:\.[\w~+/=-]+)*/g;

export type Redactor = {
  value(name: string, value: string): string;
  text(text: string): string;
  query(query: string): string;
  /** Removes only the given secrets. */
  repeated(text: string): string;
};

/** Names already judged: every record has the same ones. */
const JUDGED = new Map<string, boolean>();
const MAX_JUDGED = 1_000;
const MAX_JUDGED_LENGTH = 100;

type Mask = (secret: string) => string;

export const SHOWING: Redactor = {
  value: (_, value) => value,
  text: (text) => text,
  query: (query) => query,
  repeated: (text) => text,
};

/**
 * @param key of this start, so that a fingerprint is useless outside it
 * @param secrets removed wherever they occur, under any name
 */
export function createRedactor(key: string, secrets: readonly string[] = []): Redactor {
  const mask = (secret: string): string => {
    const print = createHmac('sha256', key).update(secret).digest('hex').slice(0, 8);
    return secret.length >= 16 ? `[${print}..${secret.slice(-4)}]` : `[${print}]`;
  };
  return redactWith(mask, maskRepeated(secrets, mask));
}

/** Values that a redactor would remove by name, as far as they are long enough to be recognised. */
export function findSecrets(visit: (redactor: Redactor) => void): readonly string[] {
  const found = new Set<string>();
  const keep: Mask = (secret) => {
    if (secret.length >= MIN_REPEATED_LENGTH && found.size < MAX_REPEATED) found.add(secret);
    return secret;
  };
  visit(redactWith(keep, (text) => text));
  return [...found];
}

/** Longer ones first, so that none leaves the end of another. */
function maskRepeated(secrets: readonly string[], mask: Mask): Redactor['repeated'] {
  if (secrets.length === 0) return (text) => text;
  const spelled = new Map(secrets.flatMap((secret) => spellings(secret).map((text) => [text, secret])));
  for (const secret of secrets) spelled.set(secret, secret);
  const longestFirst = [...spelled.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(
    longestFirst.map((text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|'),
    'g',
  );
  const parts = partsOf(secrets);
  return (text) =>
    text
      .replace(pattern, (found) => mask(spelled.get(found) ?? found))
      .replace(TOKEN, (found) => {
        const whole = found.length < MIN_BEGINNING ? undefined : parts(found);
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
 * Forms in which code prints a secret: without its scheme, from a query and in one, within JSON; for Basic
 * also the decoded text.
 */
function spellings(secret: string): readonly string[] {
  const bare = /^[a-z][\w-]{1,20}\s+(\S+)$/i.exec(secret)?.[1] ?? secret;
  const basic = readBasic(bare);
  const texts = [secret, bare, ...(basic === undefined ? [] : [basic.whole])];
  return [
    ...texts.filter((text) => text.length >= MIN_REPEATED_LENGTH),
    // A password is certain, so it may be shorter.
    ...(basic !== undefined && basic.password.length >= MIN_SECRET_LENGTH ? [basic.password] : []),
  ].flatMap((text) => [text, decode(text), encodeURIComponent(text.toWellFormed()), inJson(text)]);
}

/** `alice:password` in base64; undefined for other text. */
function readBasic(text: string): { readonly whole: string; readonly password: string } | undefined {
  if (text.length > 1_024 || !/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(text)) return undefined;
  const whole = Buffer.from(text, 'base64').toString();
  // Random text would decode to other characters.
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

/** Texts without names: tokens by their form, and parameters of addresses. */
function plainWith(mask: Mask, repeated: Mask): Mask {
  return (text) =>
    repeated(text)
      .replace(JWT, (token) => mask(token))
      .replace(
        PARAMETER,
        (whole: string, before: string, name: string, secret: string, at: number, all: string) => {
          const isInQuery = before === '?' || before === '&' || all[at + whole.length] === '&';
          return isSecretName(name) || (isInQuery && isSecretInQuery(name, secret))
            ? `${before}${name}=${mask(secret)}`
            : whole;
        },
      )
      .replace(BEARER, (_, scheme: string, rest: string) =>
        rest.startsWith('[') ? `${scheme} ${rest}` : `${scheme} ${mask(rest)}`,
      );
}

/** @param repeated runs before names are looked for: a name may end within a secret */
function redactWith(mask: Mask, repeated: Redactor['repeated']): Redactor {
  const credentials = (text: string): string => {
    const scheme = /^(Bearer|Basic)\s+/i.exec(text)?.[0] ?? '';
    return scheme + mask(text.slice(scheme.length));
  };
  const value = (name: string, text: string): string => {
    if (!isSecretName(name)) return plain(text);
    if (name.toLowerCase().endsWith('cookie')) return maskCookies(text, mask);
    return text.length < MIN_SECRET_LENGTH && name.toLowerCase() !== 'authorization'
      ? text
      : credentials(text);
  };
  const plain = plainWith(mask, repeated);
  const query = (text: string): string =>
    text
      .split('&')
      .map((pair) => {
        const equals = pair.indexOf('=');
        if (equals === -1) return repeated(pair);
        const name = pair.slice(0, equals);
        const text = pair.slice(equals + 1);
        const isSecret = isSecretName(name) || HARMLESS.has(normal(name)) || isSecretInQuery(name, text);
        return `${repeated(name)}=${isSecret ? mask(text) : plain(text)}`;
      })
      .join('&');
  const walk = (node: unknown, name: string, isInQuery = false): unknown => {
    if (typeof node === 'string') {
      if (isInQuery && isSecretInQuery(name, node)) return mask(node);
      if (name.toLowerCase() === 'rawquerystring') return query(node);
      return name === '' ? plain(node) : value(name, nested(node));
    }
    if (typeof node === 'number') {
      const shown = repeated(String(node));
      return shown === String(node) ? node : shown;
    }
    if (Array.isArray(node)) return node.map((item: unknown) => walk(item, name, isInQuery));
    if (!isJsonObject(node)) return node;
    const isQuery = QUERY_MEMBER.test(normal(name));
    return Object.fromEntries(
      Object.entries(node).map(([member, item]) => [repeated(member), walk(item, member, isQuery)]),
    );
  };
  // A body inside an event is JSON again.
  const nested = (text: string): string => (/^\s*[[{]/.test(text) ? redactJson(text) : text);
  const redactJson = (text: string): string => {
    try {
      return JSON.stringify(walk(JSON.parse(text), ''));
    } catch {
      return plain(maskMembers(text, mask));
    }
  };
  return {
    value,
    query,
    repeated,
    text: (text) => (/^\s*[[{"]/.test(text) ? redactJson(text) : plain(text)),
  };
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

function isSecretName(name: string): boolean {
  let isSecret = JUDGED.get(name);
  if (isSecret === undefined) {
    const plain = normal(name);
    isSecret = !HARMLESS.has(plain) && SECRET_NAME.test(plain);
    // Callers choose names, so their number is bounded.
    if (JUDGED.size >= MAX_JUDGED) JUDGED.clear();
    if (name.length <= MAX_JUDGED_LENGTH) JUDGED.set(name, isSecret);
  }
  return isSecret;
}

function isSecretInQuery(name: string, value: string): boolean {
  return value.length >= MIN_SECRET_LENGTH && SECRET_IN_QUERY.has(normal(name));
}

/** Keeps the names. */
function maskCookies(text: string, mask: (secret: string) => string): string {
  return text
    .split(';')
    .map((part, index) => {
      const equals = part.indexOf('=');
      const isAttribute =
        index > 0 && /^\s*(path|domain|expires|max-age|samesite)$/i.test(part.slice(0, equals));
      return equals === -1 || isAttribute ? part : `${part.slice(0, equals)}=${mask(part.slice(equals + 1))}`;
    })
    .join(';');
}

/** Cut JSON cannot be parsed; its members can be found. */
function maskMembers(text: string, mask: (secret: string) => string): string {
  return text.replace(/"([\w-]{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"?/g, (whole, name: string, secret: string) =>
    isSecretName(name) ? `"${name}":"${mask(secret)}"` : whole,
  );
}
