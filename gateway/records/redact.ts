/**
 * Takes secrets out of what is shown and exported: credentials become a fingerprint and their last four characters,
 * enough to tell two of them apart and to find one again, and nothing to call with.
 */
import { createHmac } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';

/** Names of headers, parameters and members whose values are secrets, in lower case without - and _. */
const SECRET_NAME =
  /^(?:authorization|proxyauthorization|authorizationtoken|identitysource|cookies?|setcookie|xapikey|apikey|apikeyvalue|xamzsecuritytoken|secwebsocketprotocol|usageidentifierkey)$|(?:token|secret|password|passwd|credential|signature(?:256)?|sessionid|ticket|privatekey|accesskey)$|^sig$/;
/** Members that a pattern would take for secrets and that tell of one only. */
const HARMLESS = new Set(['tokenuse', 'nexttoken', 'paginationtoken', 'continuationtoken', 'csrf']);
const JWT = /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g;
const BEARER = /\b(Bearer|Basic)\s+([\w.~+/=-]{8,})/gi;
/** A parameter of a form, or of an address in any text. */
const PARAMETER = /(^|[?&#\s])([\w.%-]{1,60})=([^&\s"'<>#;,[\]]+)/g;
const MIN_SECRET_LENGTH = 6;

export type Redactor = {
  /** A header or parameter. */
  value(name: string, value: string): string;
  /** A text of any kind, JSON among them. */
  text(text: string): string;
  query(query: string): string;
};

/** Nothing is taken out. */
export const SHOWING: Redactor = {
  value: (_, value) => value,
  text: (text) => text,
  query: (query) => query,
};

/** @param key of this start, so that a fingerprint says nothing outside of it */
export function createRedactor(key: string): Redactor {
  const mask = (secret: string): string => {
    const print = createHmac('sha256', key).update(secret).digest('hex').slice(0, 8);
    return secret.length >= 16 ? `[${print}..${secret.slice(-4)}]` : `[${print}]`;
  };
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
  const plain = (text: string): string =>
    text
      .replace(JWT, (token) => mask(token))
      .replace(PARAMETER, (whole, before: string, name: string, secret: string) =>
        isSecretName(name) ? `${before}${name}=${mask(secret)}` : whole,
      )
      .replace(BEARER, (_, scheme: string, rest: string) =>
        rest.startsWith('[') ? `${scheme} ${rest}` : `${scheme} ${mask(rest)}`,
      );
  const query = (text: string): string =>
    text
      .split('&')
      .map((pair) => {
        const equals = pair.indexOf('=');
        if (equals === -1) return pair;
        const name = pair.slice(0, equals);
        return `${name}=${isSecretName(name) || HARMLESS.has(normal(name)) ? mask(pair.slice(equals + 1)) : plain(pair.slice(equals + 1))}`;
      })
      .join('&');
  const walk = (node: unknown, name: string): unknown => {
    if (typeof node === 'string') {
      if (name.toLowerCase() === 'rawquerystring') return query(node);
      return name === '' ? plain(node) : value(name, nested(node));
    }
    if (Array.isArray(node)) return node.map((item: unknown) => walk(item, name));
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([member, item]) => [member, walk(item, member)]));
  };
  // A body inside an event is JSON once more.
  const nested = (text: string): string => (/^\s*[[{]/.test(text) ? redactJson(text) : text);
  const redactJson = (text: string): string => {
    try {
      return JSON.stringify(walk(JSON.parse(text), ''));
    } catch {
      return plain(maskMembers(text, mask));
    }
  };
  return { value, query, text: (text) => (/^\s*[[{"]/.test(text) ? redactJson(text) : plain(text)) };
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

function isSecretName(name: string): boolean {
  const plain = normal(name);
  return !HARMLESS.has(plain) && SECRET_NAME.test(plain);
}

/** The names stay. */
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

/** JSON that ends early cannot be read; its members can. */
function maskMembers(text: string, mask: (secret: string) => string): string {
  return text.replace(/"([\w-]{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"?/g, (whole, name: string, secret: string) =>
    isSecretName(name) ? `"${name}":"${mask(secret)}"` : whole,
  );
}
