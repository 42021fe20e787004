/**
 * For each code with which a request is refused, and for each kind of API: the request that causes the refusal, or the
 * reason why AWS has no such refusal. The compiler requires every code of `core/errors.ts`.
 */
import { signRequest } from '@gatewright/aws/sign-request';
import type { GatewayErrorCode } from '../../packages/gateway/core/errors.ts';

export type Kind = 'rest' | 'http' | 'websocket' | 'function-url';
export const KINDS: readonly Kind[] = ['rest', 'http', 'websocket', 'function-url'];

export type Ask = {
  /** The logical id of the API. */
  readonly api: string;
  /** The path without the stage, with the query. */
  readonly path?: string;
  readonly method?: string;
  /** The credential for the authorizer. A number is added to it, so that each cell has a separate result. */
  readonly credential?: string;
  /** A flat list of names and values. */
  readonly headers?: readonly string[];
  readonly body?: Buffer;
  /** A message that is sent over an open connection. The frame with the refusal contains the request id. */
  readonly message?: string;
  /** The path is the whole path, including the stage. */
  readonly isWholePath?: true;
  /** The same request is first sent with another credential, so that a limit is used up. */
  readonly before?: true;
  /** Whether the authorizer's result can be cached when the request is refused. */
  readonly isCached?: true;
  /** Writes a signature for this host into the headers. */
  readonly sign?: (host: string, path: string) => readonly string[];
};

/** The request that is refused, or the reason why AWS refuses nothing with this code. */
type Cell = Ask | string;

const NO_BUG = 'a bug of the gateway itself';
const NO_KEYS = 'the kind of API has no API keys and usage plans (docs/aws §5.3)';
const NO_VALIDATION = 'the kind of API validates no requests (docs/aws §6)';
const NO_WALL = 'AWS WAF does not protect this kind of API (docs/aws §20.1)';
const NO_AUTHORIZER = 'a function URL has no authorizers (docs/aws §19.2)';
const NO_STAGE = 'a function URL has no stages and routes (docs/aws §19.1)';
const NO_MAPPING = 'the kind of API has no templates (docs/aws §7.8, §19.1)';

/** A request of an authorized caller to a REST API. */
const rest = (path: string, more: Partial<Ask> = {}): Ask => ({
  api: 'Rest',
  path,
  credential: 'allow',
  isCached: true,
  ...more,
});
const http = (path: string, more: Partial<Ask> = {}): Ask => ({ ...rest(path), api: 'Http', ...more });
const socket = (name: string, path = '', more: Partial<Ask> = {}): Ask => ({
  api: `Socket${name}`,
  path,
  ...more,
});
const url = (name: string, path = '/', more: Partial<Ask> = {}): Ask => ({
  api: `${name}Url`,
  path,
  ...more,
});

/**
 * A request that is refused without a credential, before the credential is read, or with a result that is not cached.
 */
const bare = (path: string, more: Partial<Ask> = {}): Ask => ({ api: 'Rest', path, ...more });
const bareHttp = (path: string, more: Partial<Ask> = {}): Ask => ({ ...bare(path, more), api: 'Http' });

const json = (text: string): Partial<Ask> => ({
  method: 'POST',
  headers: ['Content-Type', 'application/json'],
  body: Buffer.from(text),
});
const LONG = `?q=${'x'.repeat(10_300)}`;
const HEADERS = ['X-Long', 'x'.repeat(10_300)];
const HUGE = { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1, 0x20) };
const FORGED = [
  'Authorization',
  'AWS4-HMAC-SHA256 Credential=AKIALOCAL0000ADMIN/20200101/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=00',
  'X-Amz-Date',
  '20200101T000000Z',
];
const expiredFor =
  (service: string): NonNullable<Ask['sign']> =>
  (host, path) =>
    Object.entries(
      signRequest({
        method: 'GET',
        url: new URL(`http://${host}${path}`),
        headers: {},
        body: '',
        service,
        region: 'eu-west-1',
        accessKeyId: 'ASIALOCAL0000GONE1',
        secretAccessKey: 'a-secret-of-this-test',
        sessionToken: 'a-session-of-this-test',
        nowEpochMs: Date.now(),
      }),
    ).flat();

export const CELLS: Readonly<Record<GatewayErrorCode, Readonly<Record<Kind, Cell>>>> = {
  ACCESS_DENIED: {
    rest: rest('/ok', { credential: 'deny' }),
    http: http('/ok', { credential: 'deny' }),
    websocket: socket('Guarded', '?token=', { credential: 'deny' }),
    'function-url': url('Signed'),
  },
  API_CONFIGURATION_ERROR: {
    rest: rest('/mock'),
    http: http('/ok?do=base64'),
    websocket: socket('Mock'),
    'function-url': url('Open', '/?do=base64'),
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    rest: bare('/ok', { credential: 'odd' }),
    http: bare('/ok', { credential: 'odd', api: 'Http' }),
    websocket: socket('Guarded', '?token=', { credential: 'odd' }),
    'function-url': NO_AUTHORIZER,
  },
  AUTHORIZER_FAILURE: {
    rest: bare('/ok', { credential: 'boom' }),
    http: bare('/ok', { credential: 'boom', api: 'Http' }),
    websocket: socket('Guarded', '?token=', { credential: 'boom' }),
    'function-url': NO_AUTHORIZER,
  },
  BAD_REQUEST_BODY: {
    rest: rest('/checked', json('{"age": 3}')),
    http: NO_VALIDATION,
    websocket: socket('Messages', '', { message: '{"action": "checked"}' }),
    'function-url': NO_VALIDATION,
  },
  BAD_REQUEST_PARAMETERS: {
    rest: rest('/params'),
    http: NO_VALIDATION,
    websocket: socket('Params'),
    'function-url': NO_VALIDATION,
  },
  DEFAULT_4XX: {
    rest: rest('/mapped', json('{"pet": ')),
    http: 'a mapping from a body that is not JSON is left out (docs/aws §7.8)',
    websocket: socket('Messages', '', { message: '{"pet": ' }),
    'function-url': NO_MAPPING,
  },
  DEFAULT_5XX: { rest: NO_BUG, http: NO_BUG, websocket: NO_BUG, 'function-url': NO_BUG },
  EXPIRED_TOKEN: {
    rest: bare('/iam', { sign: expiredFor('execute-api') }),
    http: bareHttp('/iam', { sign: expiredFor('execute-api') }),
    websocket: socket('Signed', '', { sign: expiredFor('execute-api') }),
    'function-url': url('Signed', '/', { sign: expiredFor('lambda') }),
  },
  FUNCTION_FAILED: {
    rest: rest('/ok?do=fail'),
    http: http('/ok?do=fail'),
    websocket: socket('Open', '?do=fail'),
    'function-url': url('Open', '/?do=fail'),
  },
  FUNCTION_THROTTLED: {
    rest: rest('/reserved'),
    http: http('/reserved'),
    websocket: socket('Reserved'),
    'function-url': url('Reserved'),
  },
  HEADERS_TOO_LARGE: {
    rest: bare('/ok', { headers: HEADERS }),
    http: bareHttp('/ok', { headers: HEADERS }),
    websocket: socket('Open', '', { headers: HEADERS }),
    'function-url': url('Open', '/', { headers: HEADERS }),
  },
  INTEGRATION_FAILURE: {
    rest: rest('/closed'),
    http: http('/closed'),
    websocket: socket('Closed'),
    'function-url': 'a function URL calls its function only (docs/aws §19.1)',
  },
  INTEGRATION_TIMEOUT: {
    rest: rest('/slow'),
    http: http('/slow'),
    websocket: socket('Slow'),
    'function-url': 'a function URL waits for as long as the function may run (docs/aws §19.3)',
  },
  INVALID_API_KEY: {
    rest: rest('/keyed'),
    http: NO_KEYS,
    websocket: socket('Keyed'),
    'function-url': NO_KEYS,
  },
  INVALID_SIGNATURE: {
    rest: bare('/iam', { headers: FORGED }),
    http: bareHttp('/iam', { headers: FORGED }),
    websocket: socket('Signed', '', { headers: FORGED }),
    'function-url': url('Signed', '/', { headers: FORGED }),
  },
  MALFORMED_REQUEST: {
    rest: bare('/ok#top'),
    http: bareHttp('/ok#top'),
    websocket: socket('Open', '', { headers: ['Sec-WebSocket-Key', 'short'] }),
    'function-url': url('Open', '/#top'),
  },
  MISSING_AUTHENTICATION_TOKEN: {
    rest: bare('/nothing'),
    http: bareHttp('/nothing'),
    websocket: socket('Signed'),
    'function-url': 'an unsigned request is refused with ACCESS_DENIED (docs/aws §19.2)',
  },
  QUOTA_EXCEEDED: {
    rest: rest('/spent', { headers: ['x-api-key', 'key-of-acme-0123456789'], before: true }),
    http: NO_KEYS,
    websocket: socket('Keyed', '', { headers: ['x-api-key', 'key-of-sockets-0123456789'], before: true }),
    'function-url': NO_KEYS,
  },
  REQUEST_TOO_LARGE: {
    rest: bare('/ok', HUGE),
    http: bareHttp('/ok', HUGE),
    websocket: 'a handshake has no body; a message that is too long closes the connection (docs/aws §11.6)',
    'function-url': url('Open', '/', HUGE),
  },
  RESOURCE_NOT_FOUND: {
    rest: 'an unknown route is refused with MISSING_AUTHENTICATION_TOKEN (docs/aws §1.3)',
    http: 'an unknown route is refused with MISSING_AUTHENTICATION_TOKEN (docs/aws §2.2)',
    websocket: socket('Open', '/foo'),
    'function-url': NO_STAGE,
  },
  STAGE_NOT_FOUND: {
    rest: bare('/nowhere', { isWholePath: true }),
    http: bare('/nowhere', { api: 'Staged', isWholePath: true }),
    websocket: socket('Open', '/nowhere', { isWholePath: true }),
    'function-url': NO_STAGE,
  },
  THROTTLED: {
    rest: rest('/throttled', { before: true }),
    http: http('/throttled', { before: true }),
    websocket: socket('Throttled', '', { before: true }),
    'function-url': 'a function URL has no throttle but the concurrency of its function (docs/aws §19.1)',
  },
  UNAUTHORIZED: {
    rest: bare('/ok'),
    http: bareHttp('/ok'),
    websocket: socket('Guarded'),
    'function-url': NO_AUTHORIZER,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    rest: rest('/typed', {
      method: 'POST',
      headers: ['Content-Type', 'text/xml'],
      body: Buffer.from('<a/>'),
    }),
    http: NO_MAPPING,
    websocket: socket('Typed'),
    'function-url': NO_MAPPING,
  },
  URI_TOO_LONG: {
    rest: bare(`/ok${LONG}`),
    http: bareHttp(`/ok${LONG}`),
    websocket: socket('Open', LONG),
    'function-url': url('Open', `/${LONG}`),
  },
  WAF_FILTERED: {
    rest: bare('/blocked'),
    http: NO_WALL,
    websocket: NO_WALL,
    'function-url': NO_WALL,
  },
};

/** The reason why a refusal has no cached variant, if the request is not marked as cached. */
export function whyNotCached(kind: Kind, ask: Ask): string | undefined {
  if (ask.isCached === true) return undefined;
  if (kind === 'websocket') return 'the authorizers of WebSocket APIs cache nothing (docs/aws §4.7)';
  if (kind === 'function-url') return NO_AUTHORIZER;
  return ask.credential === undefined
    ? 'no authorizer has a result when the request is refused'
    : 'a failure of an authorizer is not cached (docs/aws §4.3)';
}
