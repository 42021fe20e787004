/** Formats a claim from API Gateway's own token authorizers, which is always a string (docs/aws §4.5, §4.6). */

/** `cognito`: user pool authorizers of REST APIs; `jwt`: JWT authorizers of HTTP APIs. */
export type ClaimForm = 'cognito' | 'jwt';

/**
 * Formats a claim. HTTP APIs, written in Go, print lists as `[admin editor]`, numbers as digits and structures as JSON.
 * Cognito authorizers of REST APIs, written in Java, print lists as `admin,editor`, and `exp` and `iat` as dates
 * (`Thu Oct 01 12:00:00 UTC 2020`). They print `auth_time` as digits, as captured events of several years show.
 */
export function printClaim(form: ClaimForm, name: string, value: unknown): string {
  if (form === 'jwt')
    return Array.isArray(value) ? `[${value.map(printScalar).join(' ')}]` : printScalar(value);
  if (DATES.has(name) && typeof value === 'number') return printDate(value);
  return Array.isArray(value) ? value.map(printScalar).join(',') : printScalar(value);
}

function printScalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const DATES = new Set(['exp', 'iat']);
/** The latest time that a `Date` can represent, in epoch seconds. */
const MAX_DATE_SECONDS = 8.64e12;

/** Formats a date as `java.util.Date.toString()` does, in UTC. */
function printDate(epochSeconds: number): string {
  if (Math.abs(epochSeconds) > MAX_DATE_SECONDS) return String(epochSeconds);
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochSeconds * 1000)
    .toUTCString()
    .split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}
