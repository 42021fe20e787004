/** Reads requests to the functions of the portal, and writes their responses. */
import { isLoopbackUrl } from '../access/tokens/issuers.ts';
import { parseHttpEvent } from '../aws/http-event.ts';
import type { OnAnswer } from '../http/router.ts';
import type { HttpEvent } from '../aws/http-event.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError } from '../errors.ts';
import { portalProblemOf } from './portal-problem.ts';
import { routePathOf } from './route-path.ts';

export type PortalRequest = {
  readonly event: HttpEvent;
  /** The address of the portal without a slash at the end, such as `https://portal.example.com`. */
  readonly address: string;
  /** Path below the address, such as `/api/keys`. */
  readonly path: string;
  readonly cookies: ReadonlyMap<string, string>;
};

type CookieName = 'session' | 'sign-in';

/** Responses are about a single member, so no cache may store them (RFC 9111, section 5.2.2.5). */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
};
const MAX_COOKIE_BYTES = 8192;

/**
 * Reads a request.
 * @param portalUrl the address of the portal; undefined if it is the address that API Gateway has routed. API Gateway
 * routes by `Host`, so a request with another host name does not reach the function
 */
export function readPortalRequest(value: unknown, portalUrl: string | undefined): PortalRequest {
  const event = parseHttpEvent(value);
  const path = routePathOf(event);
  const base = event.path.endsWith(path) ? event.path.slice(0, -path.length) : '';
  const address = portalUrl ?? `${addressOf(event.headers)}${base}`;
  return {
    event,
    address: address.replace(/\/$/, ''),
    path,
    cookies: readCookies(event.headers['cookie'] ?? ''),
  };
}

/**
 * Plain HTTP is used on a developer's machine only. `X-Forwarded-Proto` does not help, because the gateway always sets
 * it to https, as API Gateway does. If the portal is behind HTTPS on such a machine, set `portalUrl` to its address.
 */
function addressOf({ host = '' }: HttpEvent['headers']): string {
  const plain = `http://${host}`;
  const address = isLoopbackUrl(plain) ? plain : `https://${host}`;
  if (!URL.canParse(address)) throw new DomainError('EVENT_MALFORMED', 'the event has no host');
  return new URL(address).origin;
}

/** White space around a cookie's name and value (RFC 6265, section 5.2). */
const AROUND = /^[ \t]+|[ \t]+$/g;

/**
 * Reads cookies. If a name occurs twice, neither value is used. Attack: a neighboring site could set a second cookie
 * with the same name and another path. Attack: `trim` also removes spaces such as U+00A0. The cookie of a neighboring
 * site, which browsers accept because its name does not begin with `__Host-`, would then be read as the portal's
 * cookie.
 */
function readCookies(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  if (header.length > MAX_COOKIE_BYTES) return found;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at === -1) continue;
    const name = pair.slice(0, at).replace(AROUND, '');
    if (found.has(name)) twice.add(name);
    found.set(name, pair.slice(at + 1).replace(AROUND, ''));
  }
  for (const name of twice) found.delete(name);
  return found;
}

export function cookieOf({ address, cookies }: PortalRequest, name: CookieName): string | undefined {
  return cookies.get(cookieName(address, name));
}

/**
 * Formats a cookie. The prefix `__Host-` makes browsers refuse it from another site of the same domain (RFC 6265bis,
 * section 4.1.3.2); it needs HTTPS, so it is left out on a developer's machine.
 * @param value undefined removes the cookie
 */
export function printCookie(
  { address }: Pick<PortalRequest, 'address'>,
  name: CookieName,
  value: string | undefined,
  maxAgeSeconds: number,
): string {
  const isSecure = address.startsWith('https://');
  // The issuer's response is a navigation from another site. For such a request, a browser sends only Lax cookies.
  const sameSite = name === 'sign-in' ? 'Lax' : 'Strict';
  return [
    `${cookieName(address, name)}=${value ?? ''}`,
    'Path=/',
    `Max-Age=${value === undefined ? 0 : maxAgeSeconds}`,
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');
}

function cookieName(address: string, name: CookieName): string {
  return `${address.startsWith('https://') ? '__Host-' : ''}gw-portal-${name}`;
}

/**
 * Refuses a change that another site sends. Browsers send `Origin` with each POST, and no page can change it (Fetch
 * standard, section 3.2).
 * @throws DomainError ORIGIN_REFUSED
 */
export function assertOwnOrigin({ event, address }: PortalRequest): void {
  if (event.headers['origin'] !== new URL(address).origin)
    throw new DomainError('ORIGIN_REFUSED', 'the request comes from another site');
}

/**
 * Runs the handler of a request, and turns its error into a response.
 * @throws errors that are not in `PORTAL_ANSWERS`, so that the platform logs them and the browser gets 500
 */
export async function answerPortal(
  routeOf: () => string,
  answered: OnAnswer,
  handle: () => Promise<ProxyResult>,
): Promise<ProxyResult> {
  try {
    const reply = await handle();
    answered(routeOf(), undefined);
    return withHeaders(reply);
  } catch (error) {
    const problem = portalProblemOf(error);
    if (problem === undefined) throw error;
    answered(routeOf(), problem.code);
    return withHeaders(problem.reply);
  }
}

function withHeaders(reply: ProxyResult): ProxyResult {
  return { ...reply, headers: { ...HEADERS, ...reply.headers } };
}
