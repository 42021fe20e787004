/**
 * The console's own files. They are public, because they contain no data of this run; the page signs its requests for
 * data with the key (page-key.ts).
 */
import { jsonReply } from '../../core/api-call.ts';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { PageKey } from './page-key.ts';

/** Maps the names of files, such as `index.html` and `app.js`, to their contents. */
export type ConsoleFiles = ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;

export const CONSOLE_PATH = '/console/';
/** This path is public: its response differs in each run, but is not secret. */
const START_PATH = '/console/start';

/**
 * The policy allows no external and no inline code, no framing by other pages and no form targets. Calls are allowed
 * only to the port that serves the page.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = [
  'Content-Security-Policy',
  POLICY,
  'Referrer-Policy',
  'no-referrer',
  'Cache-Control',
  'no-store',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'X-Frame-Options',
  'DENY',
];

const SHORT_LINK = /^\/r\/([\w=-]{4,64})$/;

const LONG_ID = 20;
const SHORT_ID = 8;

/** The data that the page reads first. */
type ShownStart = Pick<PageKey, 'start' | 'isReady'> & {
  /**
   * The deployed stack, if the page shows only the customers of a deployed stack; absent if a gateway serves the page.
   */
  readonly customersOf?: string;
};

/**
 * @param page is returned at `/console/start`
 * @returns undefined for other paths
 */
export async function serveConsole(
  { method, path }: ControlRequest,
  load: (() => Promise<ConsoleFiles>) | undefined,
  page?: ShownStart,
): Promise<ControlReply | undefined> {
  const id = SHORT_LINK.exec(path)?.[1];
  if (load === undefined || method !== 'GET') return undefined;
  if (path === '/console') return redirect(CONSOLE_PATH);
  if (id !== undefined) return redirect(`${CONSOLE_PATH}?request=${encodeURIComponent(id)}`);
  if (!path.startsWith(CONSOLE_PATH)) return undefined;
  if (path === START_PATH && page !== undefined)
    return jsonReply(200, {
      start: page.start,
      isReady: page.isReady,
      customersOf: page.customersOf,
    } satisfies { [Name in keyof ShownStart]: ShownStart[Name] | undefined });
  const files = await load();
  const file = files.get(path === CONSOLE_PATH ? 'index.html' : path.slice(CONSOLE_PATH.length));
  if (file === undefined)
    return { status: 404, headers: ['Content-Type', 'text/plain'], body: 'The console has no such file.' };
  return { status: 200, headers: ['Content-Type', file.type, ...HEADERS], body: file.body };
}

/**
 * Returns a link such as ` http://127.0.0.1:4000/r/0f5b1c2d`. A long id is shortened to its beginning, which `find`
 * accepts.
 */
export function printShortLink(control: string, requestId: string): string {
  return ` ${control}/r/${requestId.length > LONG_ID ? requestId.slice(0, SHORT_ID) : requestId}`;
}

function redirect(to: string): ControlReply {
  return { status: 302, headers: ['Location', to], body: '' };
}
