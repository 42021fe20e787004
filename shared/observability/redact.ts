import { SIGNATURE_HEADERS } from '../webhooks/signature-headers.ts';

const SECRET_KEYS = new Set([
  'accesstoken',
  'apikey',
  'authorization',
  'authorizationtoken',
  'authorizer',
  // The `body` of a request or response. Forms and JSON may contain passwords and refresh tokens.
  'body',
  'clientassertion',
  'clientcertpem',
  'clientsecret',
  'cookie',
  'cookies',
  'dpop',
  'idtoken',
  'identitysource',
  'multivaluequerystringparameters',
  'password',
  'proxyauthorization',
  'querystringparameters',
  'rawjwt',
  'rawquerystring',
  'refreshtoken',
  'secret',
  'secwebsocketprotocol',
  'setcookie',
  'ticket',
  'token',
  'usageidentifierkey',
  'xamzsecuritytoken',
  'xapikey',
  // GitHub sends its older SHA-1 signature in addition to the current one.
  'xhubsignature',
  ...Object.values(SIGNATURE_HEADERS).map(plainName),
]);

const REDACTED = '[redacted]';
/**
 * Matches the query of an address, such as `/x?token=…`. It also matches a fragment, which some faulty clients send in
 * `Referer`.
 */
const QUERY = /[?#].*$/s;
const ADDRESS_KEYS = new Set(['location', 'origin', 'path', 'rawpath', 'referer', 'referrer', 'uri', 'url']);
/**
 * Finds credentials in places that are not listed above, such as a user's own header or an error text. It matches a
 * JWS, the text after an authentication scheme, and the toolkit's credentials: a ticket, an invitation, a secret of
 * webhooks, or an API key from its id onwards. A JWS is searched for only at the start of a word. Otherwise a text such
 * as `-eyJ-eyJ-…` would be scanned to its end from each `eyJ`, which would block the function.
 */
const CREDENTIALS =
  /(?<![\w-])(?=(?:[\w-]*-)?eyJ)[\w-]+\.[\w-]+\.[\w-]*|\b(?:basic|bearer|dpop) +[\w.~+/=-]+|_[0-9a-z]{16}_[0-9a-z]{36}|wst_[\w-]{43}|gwinv_[0-9a-f]{64}|whsec_[\w+/=]{16,}/gi;

/** Serves as the replacer of `JSON.stringify`. It turns a possible credential into `[redacted]`. */
export function redact(key: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  const name = plainName(key);
  if (SECRET_KEYS.has(name)) return REDACTED;
  if (typeof value !== 'string') return value;
  const text = ADDRESS_KEYS.has(name) ? value.replace(QUERY, `?${REDACTED}`) : value;
  return text.replace(CREDENTIALS, REDACTED);
}

/** Returns the name in lower case with letters and digits only, so that `x-api-key` and `xApiKey` are the same name. */
function plainName(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}
