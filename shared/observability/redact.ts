/** Keeps credentials out of the logs, whatever object is logged. */

const SECRET_KEYS = new Set([
  'access_token',
  'apikey',
  'authorization',
  'authorizationtoken',
  'client_secret',
  'clientcertpem',
  'cookie',
  'cookies',
  'id_token',
  'identitysource',
  'proxy-authorization',
  'querystringparameters',
  'multivaluequerystringparameters',
  'rawjwt',
  'rawquerystring',
  'refresh_token',
  'sec-websocket-protocol',
  'set-cookie',
  'signature',
  'token',
  'usageidentifierkey',
  'x-api-key',
]);

/** Replacer for `JSON.stringify`: the value of a key that holds a credential becomes `[redacted]`. */
export function redact(key: string, value: unknown): unknown {
  return SECRET_KEYS.has(key.toLowerCase()) && value !== undefined && value !== null ? '[redacted]' : value;
}
