/** Reads the header maps of a function's response, and checks them before they reach a socket (docs/aws §3.5). */

import { quote } from '../routing/quote.ts';
import { HEADER_NAME } from './header-list.ts';
import type { ProxyFault } from '../defect.ts';

export type HeaderLine = readonly [name: string, value: string];

type Refused = { readonly kind: 'malformed'; readonly reason: string } & ProxyFault;

export type HeaderReading = { readonly kind: 'headers'; readonly lines: readonly HeaderLine[] } | Refused;

/**
 * Matches the characters that are allowed in a header value, to prevent response splitting. If user input with a CR or
 * LF were accepted, a client could add headers or a whole second reply. Characters above U+00FF cannot be sent in a
 * header.
 */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const NONE: HeaderReading = { kind: 'headers', lines: [] };

/**
 * Reads `headers`, which has one scalar per name. Booleans and numbers are converted to text in the same way as on AWS
 * (booleans are recorded, numbers were seen in practice).
 */
export function readHeaderMap(map: unknown): HeaderReading {
  if (map === undefined || map === null) return NONE;
  if (typeof map !== 'object' || Array.isArray(map)) return malformed('headers', 'headers is not an object');
  const lines: HeaderLine[] = [];
  for (const [name, value] of Object.entries(map)) {
    const refusal = addLine(lines, name, value);
    if (refusal !== undefined) return withOthers(refusal, map);
  }
  return { kind: 'headers', lines };
}

/** Reads `multiValueHeaders`, which has an array of scalars per name. */
export function readMultiHeaderMap(map: unknown): HeaderReading {
  if (map === undefined || map === null) return NONE;
  if (typeof map !== 'object' || Array.isArray(map))
    return malformed('multiValueHeaders', 'multiValueHeaders is not an object');
  const lines: HeaderLine[] = [];
  for (const [name, values] of Object.entries(map)) {
    if (!Array.isArray(values))
      return malformed('header-values', `multiValueHeaders ${quote(name)} is not an array`, name);
    for (const value of values) {
      const refusal = addLine(lines, name, value);
      if (refusal !== undefined) return refusal;
    }
  }
  return { kind: 'headers', lines };
}

/**
 * Adds a line if its name and value are valid.
 * @returns the reason if the line is refused; otherwise undefined
 */
function addLine(lines: HeaderLine[], name: string, value: unknown): Refused | undefined {
  const text = printScalar(value);
  if (text === undefined)
    return malformed(
      Array.isArray(value) ? 'header-list' : 'header-value',
      `header ${quote(name)} is not a string`,
      name,
    );
  if (!isSafe(name, text))
    return malformed('header-text', `header ${quote(name)} has invalid characters`, name);
  lines.push([name, text]);
  return undefined;
}

/** Reads `cookies` of payload 2.0. Each cookie becomes a separate `Set-Cookie` header. */
export function readCookies(cookies: unknown): HeaderReading {
  if (cookies === undefined || cookies === null) return NONE;
  if (!Array.isArray(cookies)) return malformed('cookies', 'cookies is not an array');
  const lines: HeaderLine[] = [];
  for (const cookie of cookies as unknown[]) {
    if (typeof cookie !== 'string') return malformed('cookie', 'a cookie is not a string');
    if (!VALUE.test(cookie)) return malformed('cookie-text', 'a cookie has invalid characters');
    lines.push(['Set-Cookie', cookie]);
  }
  return { kind: 'headers', lines };
}

function printScalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : undefined;
}

function isSafe(name: string, value: string): boolean {
  return HEADER_NAME.test(name) && VALUE.test(value);
}

function malformed(part: ProxyFault['part'], reason: string, name?: string): Refused {
  return { kind: 'malformed', reason, part, name };
}

/** Adds the names of the other headers with the same fault, so that all of them can be corrected at once. */
function withOthers(refusal: Refused, map: object): Refused {
  const others = Object.entries(map)
    .filter(([name, value]) => name !== refusal.name && addLine([], name, value)?.part === refusal.part)
    .map(([name]) => name);
  return others.length === 0 ? refusal : { ...refusal, others };
}
