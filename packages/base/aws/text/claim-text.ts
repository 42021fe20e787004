/** A claim from API Gateway's own token authorizers: always a string (docs/aws §4.5, §4.6). */

/** `cognito`: user pool authorizers of REST APIs; `jwt`: JWT authorizers of HTTP APIs. */
export type ClaimForm = 'cognito' | 'jwt';

/**
 * HTTP APIs, written by Go: lists as `[admin editor]`, numbers as digits, structures as JSON. Cognito authorizers of REST
 * APIs, written by Java: lists as `admin,editor`, `exp` and `iat` as dates (`Thu Oct 01 12:00:00 UTC 2020`), while
 * `auth_time` stays digits, as captured events of several years show.
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
/** The last second of a JavaScript date. */
const MAX_DATE_SECONDS = 8.64e12;

/** `java.util.Date.toString()` in UTC. */
function printDate(epochSeconds: number): string {
  if (Math.abs(epochSeconds) > MAX_DATE_SECONDS) return String(epochSeconds);
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochSeconds * 1000)
    .toUTCString()
    .split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}
