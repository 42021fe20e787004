import { maskSecrets } from './find-secrets.ts';
import { isSecretOf } from './secret-names.ts';

/** Not secrets by name, but they hold some: forms and JSON carry passwords, contexts what an authorizer found. */
const HIDDEN_KEYS = new Set([
  'authorizer',
  'body',
  'clientcertpem',
  'multivaluequerystringparameters',
  'querystringparameters',
  'rawquerystring',
]);

const REDACTED = '[redacted]';
/** Removes the query of addresses: `/x?token=…`. Fragments appear in `Referer`s of bad clients. */
const QUERY = /[?#].*$/s;
const ADDRESS_KEYS = new Set(['location', 'origin', 'path', 'rawpath', 'referer', 'referrer', 'uri', 'url']);

/** Replacer for `JSON.stringify`: a possible credential becomes `[redacted]`. */
export function redact(key: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  const name = plainName(key);
  if (HIDDEN_KEYS.has(name) || isSecretOf(key, describe(value))) return REDACTED;
  if (typeof value !== 'string') return value;
  const text = ADDRESS_KEYS.has(name) ? value.replace(QUERY, `?${REDACTED}`) : value;
  return maskSecrets(text, () => REDACTED);
}

/** What the name is judged with; lists and objects are judged by it alone. */
function describe(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : 'object';
}

/** Lower case, letters and digits only: `rawPath` and `raw_path` are one. */
function plainName(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}
