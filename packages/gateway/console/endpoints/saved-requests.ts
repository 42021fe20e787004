/**
 * Requests saved in a file of the project, which may be committed. Instead of tokens, the file
 * contains the names of callers, and instead of values that the redactor hides, it contains `${NAME}`.
 */
import { CREDENTIAL_HEADERS } from '@gatewright/aws/credential-headers';
import { isJsonObject } from '@gatewright/aws/json-object';
import { InvalidRequest } from '../../core/errors.ts';
import { withoutScheme } from '../records/redact.ts';
import type { Redactor } from '../records/redact.ts';
import type { SavedRequest } from './inspect-model.ts';

const MAX_SAVED = 500;
const MAX_TEXT = 256 * 1024;

/** @throws InvalidRequest if the text is not a file of saved requests */
export function parseSavedRequests(text: string, file: string): readonly SavedRequest[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidRequest(`${file} is not JSON: ${error instanceof Error ? error.message : ''}.`);
  }
  const list = isJsonObject(value) ? value['requests'] : undefined;
  if (!Array.isArray(list))
    throw new InvalidRequest(
      `${file} must be an object with a list "requests"; {"requests": []} is an empty file.`,
    );
  return list.map((one: unknown, index) => {
    const request = readSavedRequest(one);
    if (request === undefined)
      throw new InvalidRequest(
        `${file}: request ${index + 1} must have name, api, stage, method, target and headers.`,
      );
    return request;
  });
}

/** Writes one member on each line, so that a small change produces a small diff. */
export function printSavedRequests(requests: readonly SavedRequest[]): string {
  return `${JSON.stringify({ requests }, null, 2)}\n`;
}

/** Returns undefined if the value is not a request that can be sent. */
export function readSavedRequest(value: unknown): SavedRequest | undefined {
  if (!isJsonObject(value)) return undefined;
  const { name, api, stage, method, target, headers, as, body } = value;
  if (!isText(name, 200) || name === '' || !isText(api, 200) || !isText(stage, 200)) return undefined;
  if (!isText(method, 20) || !isText(target, 32 * 1024) || !target.startsWith('/')) return undefined;
  if (!isPairs(headers) || (as !== undefined && !isText(as, 400))) return undefined;
  if (body !== undefined && !isText(body, MAX_TEXT)) return undefined;
  return {
    name,
    api,
    stage,
    method,
    target,
    headers,
    ...(as !== undefined && as !== '' && { as }),
    ...(body !== undefined && body !== '' && { body }),
  };
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

function isPairs(value: unknown): value is (readonly [string, string])[] {
  return (
    Array.isArray(value) &&
    value.length <= 200 &&
    value.every((pair: unknown) => {
      const [name, text, ...more] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
      return isText(name, 256) && isText(text, MAX_TEXT) && more.length === 0;
    })
  );
}

/**
 * Adds requests, which replace requests of the same name.
 * @throws InvalidRequest if there are too many requests
 */
export function addSavedRequests(
  before: readonly SavedRequest[],
  added: readonly SavedRequest[],
): readonly SavedRequest[] {
  const byName = new Map([...before, ...added].map((one) => [one.name, one]));
  if (byName.size > MAX_SAVED)
    throw new InvalidRequest(`The file can contain at most ${MAX_SAVED} requests; remove some first.`);
  return [...byName.values()];
}

/** Matches the text that a redactor writes in place of a secret. */
const MASK = /\[[0-9a-f]{8}(?:\.\.[^\]\s]{1,8})?\]\u2026?/;
/**
 * Minimum length of a value that is hidden wherever it repeats. Shorter values could occur by chance in other words.
 */
const MIN_REPEATED = 8;

/** @throws InvalidRequest if `as` is a credential instead of the name of a caller */
export function hideSecrets(request: SavedRequest, redactor: Redactor): SavedRequest {
  const { as = '', headers, target, body } = request;
  if (redactor.text(as) !== as || MASK.test(as))
    throw new InvalidRequest(
      'The caller must be a name such as alice:admin. A token would be saved as plain text.',
    );
  const hidden = new Map<string, string>();
  const hide = (name: string, value: string): string => {
    const placeholder = placeholderOf(name);
    if (value.length >= MIN_REPEATED) hidden.set(value, placeholder);
    // Another part of the request may contain the token without its scheme.
    const bare = withoutScheme(value);
    if (bare !== undefined && bare.length >= MIN_REPEATED) hidden.set(bare, placeholder);
    return placeholder;
  };
  const isHidden = (name: string, value: string): boolean =>
    MASK.test(value) || redactor.value(name, value) !== value;
  const kept = headers
    .filter(([name]) => as === '' || !CREDENTIAL_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => [name, isHidden(name, value) ? hide(name, value) : value] as const);
  const shownTarget = hideInTarget(target, redactor, hide);
  const shownBody = body === undefined ? undefined : hideInBody(body, kept, redactor, hide);
  const repeated = (text: string): string =>
    [...hidden].reduce((shown, [value, placeholder]) => shown.replaceAll(value, placeholder), text);
  return {
    ...request,
    target: repeated(shownTarget),
    headers: kept.map(([name, value]) => [name, repeated(value)] as const),
    ...(shownBody !== undefined && { body: repeated(shownBody) }),
  };
}

type Hide = (name: string, value: string) => string;

function placeholderOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z\d]+/g, '_')
    .replaceAll(/^[_\d]+|_+$/g, '')
    .toUpperCase()
    .slice(0, 60);
  return `\${${words === '' ? 'SECRET' : words}}`;
}

function hideInTarget(target: string, redactor: Redactor, hide: Hide): string {
  const [path = '', ...rest] = target.split('?');
  const segments = path.split('/').map((segment) => {
    return MASK.test(segment) || redactor.repeated(segment) !== segment ? hide('path', segment) : segment;
  });
  const query = rest.join('?');
  return `${segments.join('/')}${query === '' ? '' : `?${hideInPairs(query, redactor, hide)}`}`;
}

/** Hides secrets in the pairs of a query or a form. */
function hideInPairs(text: string, redactor: Redactor, hide: Hide): string {
  return text
    .split('&')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      const isHidden = MASK.test(pair) || redactor.query(pair) !== pair;
      return isHidden ? `${name}=${hide(name, rest.join('='))}` : pair;
    })
    .join('&');
}

function hideInBody(body: string, headers: SavedRequest['headers'], redactor: Redactor, hide: Hide): string {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return hideInPairs(body, redactor, hide);
  const redacted = redactor.text(body);
  const [before, after] = [readJson(body), readJson(redacted)];
  if (before === undefined || after === undefined)
    return redacted.replaceAll(new RegExp(MASK, 'g'), (mask) => hide('secret', mask));
  const shown = hideInJson(before, after, 'secret', hide);
  // If the body contains no secrets, it stays as it was written.
  return JSON.stringify(shown) === JSON.stringify(before) ? body : JSON.stringify(shown, null, 2);
}

function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Compares a value with the redactor's output, member by member, and hides the differences. */
function hideInJson(value: unknown, redacted: unknown, name: string, hide: Hide): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = Array.isArray(redacted) ? redacted : [];
    return value.map((item: unknown, index) => hideInJson(item, items[index], name, hide));
  }
  if (isJsonObject(value)) {
    const shown = isJsonObject(redacted) ? Object.entries(redacted) : [];
    return Object.fromEntries(
      Object.entries(value).map(([member, item], index) => [
        member,
        hideInJson(item, shown[index]?.[1], member, hide),
      ]),
    );
  }
  const text = String(value);
  return value === redacted && !MASK.test(text) ? value : hide(name, text);
}
