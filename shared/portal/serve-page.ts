/**
 * Serves the portal's page: its files, and `portal.json`, which says what the owner of the APIs offers in this stage.
 */
import { createHash } from 'node:crypto';
import { isLoopbackUrl } from '../access/tokens/issuers.ts';
import { problem, problemReply } from '../http/problem.ts';
import type { HttpEvent } from '../aws/http-event.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { urlInStage } from './compiled-portal-page.ts';
import { routePathOf } from './route-path.ts';
import type { CompiledPortalPage, PortalBrand, PortalFile } from './compiled-portal-page.ts';
import type { About } from './answers.ts';

type Headers = Readonly<Record<string, string>>;

const YEAR = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/**
 * Returns a function that responds to requests for the page and its files.
 * @param stage stage of the stack
 */
export function createPortalPage(
  compiled: CompiledPortalPage,
  stage: string,
): (event: HttpEvent) => ProxyResult {
  const about = compiled.about && describePortal(compiled.about, stage);
  const headers = headersOf(about?.apis ?? []);
  const files = new Map(Object.entries(compiled.files));
  if (about !== undefined) files.set('portal.json', aboutFile(about));
  return (event) => {
    const own = isSecure(event) ? { ...headers, ...STRICT_TRANSPORT } : headers;
    const path = fileOf(event);
    const file = path === undefined ? undefined : files.get(path);
    if (file === undefined) return notFound(own);
    const folder = path === '' ? folderOf(event.path) : undefined;
    return folder === undefined ? reply(file, own, event.headers['if-none-match']) : redirect(folder, own);
  };
}

/**
 * On a developer's machine, other services have the same host name. With `Strict-Transport-Security`, browsers would
 * call them by HTTPS only.
 */
function isSecure({ headers: { host = '', 'x-forwarded-proto': scheme } }: HttpEvent): boolean {
  return scheme === 'https' && !isLoopbackUrl(`http://${host}`);
}

function describePortal({ apis, signIn, webhooks = [], ...brand }: PortalBrand, stage: string): About {
  const label = Object.hasOwn(signIn, stage) ? signIn[stage] : undefined;
  return {
    ...brand,
    ...(webhooks.includes(stage) && { hasWebhooks: true }),
    signIn: label === undefined ? { kind: 'invitation' } : { kind: 'oidc', label },
    apis: apis.flatMap((api) => {
      const url = urlInStage(api, stage);
      return url === undefined ? [] : [{ ...api, url }];
    }),
  };
}

function aboutFile(about: About): PortalFile {
  const body = JSON.stringify(about);
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  return { type: 'application/json', body, etag };
}

/** Returns the name of the requested file; undefined for any method other than GET. */
function fileOf(event: HttpEvent): string | undefined {
  return event.routeKey.startsWith('GET ') ? routePathOf(event).slice(1) : undefined;
}

/**
 * Returns the last segment of a path that does not end with a slash. Relative addresses of the page would otherwise
 * begin one level too high, if the portal is below a mapping of a custom domain.
 */
function folderOf(path: string): string | undefined {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? undefined : last;
}

function redirect(folder: string, headers: Headers): ProxyResult {
  return { statusCode: 308, headers: { ...headers, location: `./${encodeURIComponent(folder)}/` }, body: '' };
}

function reply(
  { type, body, isBase64, etag, isHashed }: PortalFile,
  security: Headers,
  known: string | undefined,
): ProxyResult {
  const headers = { ...security, etag, 'cache-control': isHashed === true ? YEAR : ASK_AGAIN };
  if (known !== undefined && listsTag(known, etag)) return { statusCode: 304, headers, body: '' };
  return {
    statusCode: 200,
    headers: { ...headers, 'content-type': type },
    body,
    ...(isBase64 && { isBase64Encoded: true }),
  };
}

/** @see RFC 9110, section 13.1.2: the comparison ignores whether a tag is weak. */
function listsTag(known: string, etag: string): boolean {
  return known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag || each.trim() === '*');
}

function notFound(security: Headers): ProxyResult {
  const reply = problemReply({ ...problem(404, 'Not Found'), code: 'ROUTE_UNKNOWN' });
  return { ...reply, headers: { ...reply.headers, ...security, 'cache-control': 'no-store' } };
}

const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000' };

function headersOf(apis: About['apis']): Headers {
  const origins = [...new Set(apis.map(({ url }) => new URL(url).origin))];
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      ['connect-src', "'self'", ...origins].join(' '),
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}
