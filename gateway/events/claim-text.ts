/** Claims as functions get to see them: always texts (docs/aws §4.5, §4.6). */
import { putEntry } from '../routing/text-map.ts';
import type { TextMap } from '../routing/text-map.ts';

type Claims = Readonly<Record<string, unknown>>;

/**
 * HTTP APIs, written by Go: lists as `[admin editor]`, numbers as digits, structures as JSON; a claim that is
 * null is left out (captured on AWS in August 2026, floci pull request 2011).
 */
export function printHttpClaims(claims: Claims): TextMap {
  return printClaims(claims, (value) =>
    Array.isArray(value) ? `[${value.map(printScalar).join(' ')}]` : printScalar(value),
  );
}

/**
 * Cognito authorizers of REST APIs, written by Java: lists as `admin,editor`, `exp` and `iat` as dates
 * (`Thu Oct 01 12:00:00 UTC 2020`), while `auth_time` stays digits, as captured events of several years show.
 */
export function printCognitoClaims(claims: Claims): TextMap {
  return printClaims(claims, (value, name) => {
    if (DATES.has(name) && typeof value === 'number') return printDate(value);
    return Array.isArray(value) ? value.map(printScalar).join(',') : printScalar(value);
  });
}

function printClaims(claims: Claims, print: (value: unknown, name: string) => string): TextMap {
  const texts: TextMap = {};
  for (const [name, value] of Object.entries(claims))
    if (value !== null) putEntry(texts, name, print(value, name));
  return texts;
}

function printScalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const DATES = new Set(['exp', 'iat']);
/** The last second that a JavaScript date can hold. */
const MAX_DATE_SECONDS = 8.64e12;

/** `java.util.Date.toString()` in UTC. */
function printDate(epochSeconds: number): string {
  if (Math.abs(epochSeconds) > MAX_DATE_SECONDS) return String(epochSeconds);
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochSeconds * 1000)
    .toUTCString()
    .split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}
