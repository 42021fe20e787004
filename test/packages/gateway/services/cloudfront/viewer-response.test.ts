/**
 * The headers that a response headers policy gives and takes, without an origin.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import type {
  Behavior,
  CorsPolicy,
  ResponseHeadersPolicy,
} from '../../../../../packages/gateway/services/cloudfront/distribution.ts';
import { toViewer } from '../../../../../packages/gateway/services/cloudfront/viewer-response.ts';

const CORS: CorsPolicy = {
  allowsCredentials: true,
  allowHeaders: ['X-A'],
  allowMethods: ['GET', 'PUT'],
  allowOrigins: ['https://a.example', '*.b.example'],
  exposeHeaders: ['X-B', 'X-C'],
  maxAgeSeconds: 60,
  overrides: false,
};
type Asked = {
  readonly method?: string;
  readonly sent?: readonly string[];
  readonly answered?: readonly string[];
  readonly ageSeconds?: number;
};

/** Returns the headers that the policy gives, without those of every answer of CloudFront. */
function headersOf(
  policy: Partial<ResponseHeadersPolicy>,
  { method = 'GET', sent = [], answered = [], ageSeconds }: Asked = {},
): Readonly<Record<string, string>> {
  const none = { kind: 'none' };
  const response = { name: 'p', cors: undefined, headers: [], removes: [], ...policy };
  const behavior = {
    cache: { headers: none, cookies: none },
    request: undefined,
    response,
  } as unknown as Behavior;
  const { headers } = toViewer(
    { status: 200, headers: answered, body: Buffer.alloc(0) },
    { method, headers: new HeaderList([...sent]) } as Parameters<typeof toViewer>[1],
    behavior,
    { result: 'Miss', requestId: 'r', via: 'v', ageSeconds, tookMs: 12.4, draw: 50 },
  );
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : [],
  );
  return Object.fromEntries(pairs.filter(([name]) => !/^(?:X-Cache|Via|X-Amz-Cf-|Age$)/.test(name)));
}

describe('the CORS headers of a policy', () => {
  const SIMPLE = {
    'Access-Control-Allow-Origin': 'https://a.example',
    Vary: 'Origin',
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': 'X-B,X-C',
  };
  const PREFLIGHT = {
    'Access-Control-Allow-Methods': 'GET, PUT',
    'Access-Control-Allow-Headers': 'X-A',
    'Access-Control-Max-Age': '60',
  };
  const FROM = ['Origin', 'https://a.example'];
  const rows: readonly (readonly [
    what: string,
    asked: Asked,
    cors: Partial<CorsPolicy>,
    expected: object,
  ])[] = [
    ['no origin', {}, {}, {}],
    ['an origin', { sent: FROM }, {}, SIMPLE],
    ['another origin', { sent: ['Origin', 'https://c.example'] }, {}, {}],
    ['another scheme', { sent: ['Origin', 'http://a.example'] }, {}, {}],
    [
      'a name that a star matches, by any scheme',
      { sent: ['Origin', 'http://x.b.example'] },
      {},
      { ...SIMPLE, 'Access-Control-Allow-Origin': 'http://x.b.example' },
    ],
    ['the name without what the star stands for', { sent: ['Origin', 'https://b.example'] }, {}, {}],
    [
      'a preflight',
      { method: 'OPTIONS', sent: [...FROM, 'Access-Control-Request-Method', 'PUT'] },
      {},
      { ...SIMPLE, ...PREFLIGHT },
    ],
    ['an OPTIONS request that is not a preflight', { method: 'OPTIONS', sent: FROM }, {}, SIMPLE],
    [
      'no OPTIONS, whatever it requests',
      { sent: [...FROM, 'Access-Control-Request-Method', 'PUT'] },
      {},
      SIMPLE,
    ],
    [
      'any origin',
      { sent: ['Origin', 'https://c.example'] },
      { allowOrigins: ['*'], allowsCredentials: false, exposeHeaders: [] },
      { 'Access-Control-Allow-Origin': '*' },
    ],
    [
      'an origin that the backend answers itself',
      { sent: FROM, answered: ['access-control-allow-origin', 'of the backend'] },
      { allowsCredentials: false, exposeHeaders: [] },
      { 'access-control-allow-origin': 'of the backend', Vary: 'Origin' },
    ],
    [
      'an origin that the policy overrides',
      { sent: FROM, answered: ['access-control-allow-origin', 'of the backend'] },
      { allowsCredentials: false, exposeHeaders: [], overrides: true },
      { 'Access-Control-Allow-Origin': 'https://a.example', Vary: 'Origin' },
    ],
  ];
  for (const [what, asked, cors, expected] of rows)
    it(`are as the policy says for ${what}`, () => {
      assert.deepEqual(headersOf({ cors: { ...CORS, ...cors } }, asked), expected);
    });
});

describe('other headers of a policy', () => {
  const set = (overrides: boolean) => [{ name: 'X-Set', value: 'policy', overrides }];
  for (const [what, policy, answered, expected] of [
    ['added', { headers: set(false) }, [], { 'X-Set': 'policy' }],
    ['left to the origin', { headers: set(false) }, ['x-set', 'origin'], { 'x-set': 'origin' }],
    ['overridden', { headers: set(true) }, ['x-set', 'origin'], { 'X-Set': 'policy' }],
    [
      'removed first, then added',
      { headers: set(false), removes: ['x-set'] },
      ['x-set', 'o'],
      { 'X-Set': 'policy' },
    ],
    ['removed', { removes: ['x-set'] }, ['X-Set', 'o', 'X-Kept', 'x-set'], { 'X-Kept': 'x-set' }],
    [
      'named by CloudFront, if Server is removed',
      { removes: ['server'] },
      ['server', 'nginx'],
      { Server: 'CloudFront' },
    ],
    [
      'never of the connection',
      {},
      ['Connection', 'close', 'x-edge-a', '1', 'X-Kept', '2'],
      { 'X-Kept': '2' },
    ],
  ] as const)
    it(`are ${what}`, () => {
      assert.deepEqual(headersOf(policy, { answered }), expected);
    });

  for (const [percent, pragma, isThere] of [
    [undefined, 'server-timing', false],
    [50, '', false],
    [51, '', true],
    [0, 'server-timing', true],
  ] as const)
    it(`have ${isThere ? '' : 'no '}Server-Timing at ${percent ?? 'no'} percent${pragma && ', if asked for'}`, () => {
      const found = headersOf({ timedPercent: percent }, { sent: pragma === '' ? [] : ['Pragma', pragma] });
      assert.equal('Server-Timing' in found, isThere);
    });

  it('tell the time of the origin after a miss, with the metrics of the origin, and not of a stored object', () => {
    const answered = ['server-timing', 'db;dur=1'];
    const miss = headersOf({ timedPercent: 100 }, { answered })['Server-Timing'] ?? '';
    const hit = headersOf({ timedPercent: 100 }, { answered, ageSeconds: 3 })['Server-Timing'] ?? '';
    assert.match(miss, /^db;dur=1,cdn-upstream-layer;.*cdn-upstream-fbl;dur=12,cdn-cache-miss,/);
    assert.match(hit, /^cdn-cache-hit,.*cdn-hit-layer;desc="EDGE",cdn-downstream-fbl;dur=12$/);
  });
});
