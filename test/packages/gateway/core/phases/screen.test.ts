/** The hard limits, each at its last accepted size and one above (docs/aws §1.1 steps 1 and 4). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { GatewayError } from '../../../../../packages/gateway/core/errors.ts';
import { screen } from '../../../../../packages/gateway/core/phases/screen.ts';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import type { Received } from '../../../../../packages/gateway/core/exchange.ts';

const KB = 1024;
const HOST = ['Host', 'a.test'];
/** Name and value, and two bytes for each. */
const headersOf = (bytes: number): readonly string[] => {
  const used = [...HOST, 'x-a'].reduce((sum, text) => sum + text.length + 2, 0);
  return [...HOST, 'x-a', 'v'.repeat(bytes - used - 2)];
};

type Over = Partial<Record<keyof Received, unknown>> & { readonly lines?: readonly string[] };

const codeOf = (over: Over): string => errorOf(over)?.code ?? 'accepted';

function errorOf(over: Over): GatewayError | undefined {
  const { lines = HOST, ...own } = over;
  const received = {
    api: { protocol: 'rest' },
    rawPath: '/a',
    rawQuery: '',
    headers: new HeaderList(lines),
    ...own,
  };
  try {
    screen(received as unknown as Received);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return error;
  }
}

const ofType = (endpointType: string) => ({ protocol: 'rest', endpointType });
const atEdge = (over: Parameters<typeof codeOf>[0]): Parameters<typeof codeOf>[0] => ({
  method: 'GET',
  body: Buffer.from('{}'),
  api: ofType('EDGE'),
  extendedRequestId: 'abc=',
  ...over,
});

describe('a request', () => {
  for (const { name, over, code = 'accepted' } of [
    { name: 'with a URL of 10,240 bytes', over: { rawPath: 'p'.repeat(10_000), rawQuery: 'q'.repeat(239) } },
    {
      name: 'with a URL of a byte more',
      over: { rawPath: 'p'.repeat(10_000), rawQuery: 'q'.repeat(240) },
      code: 'URI_TOO_LONG',
    },
    { name: 'with # in its path', over: { rawPath: '/a#b' }, code: 'MALFORMED_REQUEST' },
    { name: 'with # in its query', over: { rawQuery: 'a=#' }, code: 'MALFORMED_REQUEST' },
    { name: 'with an escaped #', over: { rawPath: '/a%23b' } },
    { name: 'with headers of 10,240 bytes', over: { lines: headersOf(10_240) } },
    { name: 'with headers of a byte more', over: { lines: headersOf(10_241) }, code: 'HEADERS_TOO_LARGE' },
    {
      name: 'with two Host headers',
      over: { lines: [...HOST, 'hOST', 'b.test'] },
      code: 'MALFORMED_REQUEST',
    },
    { name: 'with Host as a value', over: { lines: [...HOST, 'x-a', 'Host'] } },
    { name: 'with no Host', over: { lines: ['Hosts', 'a.test'] } },
    { name: 'with a body of 10 MB', over: { body: Buffer.alloc(10 * KB * KB) } },
    {
      name: 'with a body of a byte more',
      over: { body: Buffer.alloc(10 * KB * KB + 1) },
      code: 'REQUEST_TOO_LARGE',
    },
    { name: 'with a packed body that was unpacked', over: { packed: {} } },
    {
      name: 'with a packed body that is too large when unpacked',
      over: { packed: { fault: 'too-large' } },
      code: 'REQUEST_TOO_LARGE',
    },
    {
      name: 'with a packed body in a coding that AWS does not unpack',
      over: { packed: { fault: 'unsupported', sent: Buffer.from('{}') } },
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
    { name: 'of GET with a body at an edge-optimized API', over: atEdge({}), code: 'ACCESS_DENIED' },
    { name: 'of GET with an empty body there', over: atEdge({ body: Buffer.alloc(0) }) },
    { name: 'of POST with a body there', over: atEdge({ method: 'POST' }) },
    { name: 'of GET with a body at a Regional API', over: atEdge({ api: ofType('REGIONAL') }) },
    {
      name: 'of GET with a body at a custom domain of the edge-optimized API',
      over: atEdge({ api: { ...ofType('EDGE'), basePathMatched: 'v1' } }),
    },
    {
      name: 'to an API with its own limits',
      over: { api: { limits: { urlBytes: 2, headerBytes: 100 } }, rawPath: '/ab' },
      code: 'URI_TOO_LONG',
    },
  ])
    it(`${name} is ${code}`, () => {
      assert.equal(codeOf(over), code);
    });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
describe('a body that cannot be decompressed', () => {
  const packed = gzipSync('{"event":"click"}');
  for (const { name, coding, sent, because, change } of [
    {
      name: 'a coding that API Gateway does not decompress',
      coding: 'br',
      sent: packed,
      because: /^Content-Encoding is br, but API Gateway decompresses only gzip and deflate\.$/,
      change: /^Compress the body with gzip or deflate/,
    },
    {
      name: 'text that is not compressed',
      coding: 'gzip',
      sent: Buffer.from('{"event":"click"}'),
      because: /^Content-Encoding is gzip, but the body is not compressed with gzip\.$/,
      change: /^Remove the header Content-Encoding from the request, or compress the body with gzip/,
    },
    {
      name: 'the other coding',
      coding: 'deflate',
      sent: packed,
      because: /^Content-Encoding is deflate, but the body is compressed with gzip\.$/,
      change: /^Send Content-Encoding: gzip\.$/,
    },
    {
      name: 'a body that has lost bytes',
      coding: 'gzip',
      sent: packed.subarray(0, 12),
      because:
        /^Content-Encoding is gzip, and the body begins as gzip does, but its data are damaged or incomplete\.$/,
      change: /--data-binary/,
    },
  ])
    it(`is refused with the reason: ${name}`, () => {
      const lines = [...HOST, 'Content-Encoding', coding];
      const error = errorOf({ lines, packed: { fault: 'unsupported', sent } });
      assert.equal(error?.code, 'UNSUPPORTED_MEDIA_TYPE');
      const defect = error.detail.defect;
      assert.ok(defect?.kind === 'screen');
      assert.match(defect.because.join('\n'), because);
      assert.match(defect.changes.join('\n'), change);
    });
});
