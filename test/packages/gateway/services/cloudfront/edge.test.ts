import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { HttpOutcome } from '../../../../../packages/gateway/core/ports.ts';
import { EdgeCache } from '../../../../../packages/gateway/services/cloudfront/edge-cache.ts';
import {
  aDistribution,
  answered,
  invalidation,
  KEY_OF_PATH,
  NO_CACHE,
  sentHeaders,
} from './a-distribution.ts';
import type { Bench } from './a-distribution.ts';

const cacheOf = ({ headers }: { headers: Readonly<Record<string, string>> }): string =>
  (headers['x-cache'] ?? '').replace(' from cloudfront', '');

const idOf = (bench: Bench): string =>
  /<Id>(\w+)<\/Id>/.exec(bench.call('GET', '/2020-05-31/distribution').body)?.[1] ?? '';

describe('a distribution', () => {
  it('answers out of its cache until the object expires, and says its age', async () => {
    const bench = aDistribution();
    const shown = [];
    for (const passedMs of [0, 30_000, 31_000]) {
      bench.clock.advance(passedMs);
      const { headers, body } = await bench.ask('/a');
      shown.push([cacheOf({ headers }), headers['age'], body]);
    }

    assert.deepEqual(shown, [
      ['Miss', undefined, '1'],
      ['Hit', '30', '1'],
      ['Miss', undefined, '2'],
    ]);
  });

  // Developer guide, "Request and response behavior for custom origins", and the log fields x-edge-request-id.
  it('has ids of CloudFront for each request, for viewer and origin', async () => {
    const bench = aDistribution();
    const [first, second] = [await bench.ask('/a'), await bench.ask('/b')];

    for (const { headers } of [first, second]) assert.match(headers['x-amz-cf-id'] ?? '', /^[\w-]{54}==$/);
    assert.notEqual(first.headers['x-amz-cf-id'], second.headers['x-amz-cf-id']);
    assert.match(first.headers['via'] ?? '', /^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/);
    assert.match(
      JSON.stringify(bench.requests[0]?.headers),
      /"1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)"/,
    );
  });

  it('sends the origin its path and headers, and the host of the API', async () => {
    const bench = aDistribution({
      originConfig: 'OriginPath: /prod\nOriginCustomHeaders: [{ HeaderName: X-Verify, HeaderValue: s3cret }]',
    });

    await bench.ask('/pets', { headers: ['x-verify', 'guess'] });

    const [sent] = bench.requests;
    assert.ok(sent !== undefined);
    assert.deepEqual(
      [sent.origin, sent.target],
      ['https://abc.execute-api.us-east-1.amazonaws.com', '/prod/pets'],
    );
    const { host, 'x-verify': verify } = sentHeaders(sent);
    assert.deepEqual([host, verify], ['abc.execute-api.us-east-1.amazonaws.com', 's3cret']);
  });

  it('collapses requests of the same key at the same time, and calls those hits', async () => {
    const open = Promise.withResolvers<HttpOutcome>();
    const bench = aDistribution({ origin: () => open.promise });
    const replies = [bench.ask('/a'), bench.ask('/a'), bench.ask('/b')];
    open.resolve(answered('one'));

    assert.deepEqual((await Promise.all(replies)).map(cacheOf), ['Miss', 'Hit', 'Miss']);
    assert.equal(bench.requests.length, 2);
  });

  for (const control of ['private', 'no-store', 'no-cache', 'max-age=0', 's-maxage=0'])
    it(`passes each of them on if the answer is ${control}`, async () => {
      const bench = aDistribution({
        behavior: 'ForwardedValues: { QueryString: false }\nMinTTL: 0',
        origin: (_, serial) => answered(String(serial), ['Cache-Control', control]),
      });

      const replies = await Promise.all(['/a', '/a', '/a'].map((path) => bench.ask(path)));

      assert.deepEqual(replies.map(({ body }) => body).toSorted(), ['1', '2', '3']);
    });

  it('collapses nothing if cookies are forwarded', async () => {
    const bench = aDistribution({
      behavior: `CachePolicyId: ${KEY_OF_PATH}\nOriginRequestPolicyId: AllViewer`,
    });

    await Promise.all([bench.ask('/a'), bench.ask('/a')]);

    assert.equal(bench.requests.length, 2);
  });

  it('never gives one caller the cookies of another if the key has none', async () => {
    const bench = aDistribution({
      behavior: `CachePolicyId: ${KEY_OF_PATH}\nOriginRequestPolicyId: AllViewerExceptHostHeader`,
      origin: ({ headers }) => answered('x', ['Set-Cookie', `for=${headers.join('')}`]),
    });

    const first = await bench.ask('/a', { headers: ['Cookie', 'a=1'] });
    const other = await bench.ask('/a', { headers: ['Cookie', 'a=2'] });

    assert.ok(first.headers['set-cookie']);
    assert.deepEqual([cacheOf(other), other.headers['set-cookie']], ['Hit', undefined]);
  });

  it('does not cache an answer to a condition or a range for other callers', async () => {
    const bench = aDistribution({
      origin: (request) =>
        sentHeaders(request)['if-match'] === undefined
          ? answered('whole')
          : answered('', ['Cache-Control', 'max-age=60'], 412),
    });

    const first = await bench.ask('/a', { headers: ['If-Match', '"none"'] });
    const other = await bench.ask('/a');

    assert.deepEqual([first.status, other.status, other.body], [412, 200, 'whole']);
  });

  it('answers conditions out of the cache', async () => {
    const bench = aDistribution({
      origin: () => answered('x', ['ETag', '"1"', 'Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT']),
    });
    await bench.ask('/a');
    const statusOf = async (...headers: string[]): Promise<number> =>
      (await bench.ask('/a', { headers })).status;

    assert.equal(await statusOf('If-None-Match', 'W/"0", W/"1"'), 304);
    assert.equal(
      await statusOf('If-None-Match', '"2"', 'If-Modified-Since', 'Fri, 02 Jan 2026 00:00:00 GMT'),
      200,
    );
    assert.equal(await statusOf('If-Modified-Since', 'Thu, 01 Jan 2026 00:00:00 GMT'), 304);
    assert.equal(await statusOf('If-Modified-Since', 'Wed, 31 Dec 2025 00:00:00 GMT'), 200);
    assert.equal(bench.requests.length, 1);
  });

  it('renews with a 304 the headers that it contains, except those that describe the body', async () => {
    const bench = aDistribution({
      origin: (_, serial) =>
        serial === 1
          ? answered('one', ['Cache-Control', 'max-age=1', 'ETag', '"1"', 'X-Version', '1'])
          : answered('', ['Cache-Control', 'max-age=60', 'X-Version', '2'], 304),
    });
    await bench.ask('/a');
    bench.clock.advance(2_000);

    const { body, headers } = await bench.ask('/a');

    assert.deepEqual([body, headers['x-version'], headers['content-length']], ['one', '2', '3']);
  });

  it('answers ranges out of the cache', async () => {
    const bench = aDistribution({ origin: () => answered('0123456789', ['ETag', '"1"']) });
    await bench.ask('/a');
    const partOf = async (...headers: string[]): Promise<unknown> => {
      const { status, body, headers: shown } = await bench.ask('/a', { headers });
      return [status, body, shown['content-range']];
    };

    assert.deepEqual(await partOf('Range', 'bytes=0-0'), [206, '0', 'bytes 0-0/10']);
    assert.deepEqual(await partOf('Range', 'bytes=-3'), [206, '789', 'bytes 7-9/10']);
    assert.deepEqual(await partOf('Range', 'bytes=8-'), [206, '89', 'bytes 8-9/10']);
    assert.deepEqual(await partOf('Range', 'bytes=8-99'), [206, '89', 'bytes 8-9/10']);
    assert.deepEqual(await partOf('Range', 'bytes=10-'), [416, '', 'bytes */10']);
    assert.deepEqual(await partOf('Range', 'bytes=0-1,3-4'), [200, '0123456789', undefined]);
    assert.deepEqual(await partOf('Range', 'bytes=0-1', 'If-Range', '"2"'), [200, '0123456789', undefined]);
    assert.deepEqual(await partOf('Range', 'bytes=0-1', 'If-Range', '"1"'), [206, '01', 'bytes 0-1/10']);
  });

  // Release note of 2023-05-17: it "defines how long CloudFront should reuse stale responses if there's an error".
  it('serves an expired object while the origin fails, for as long as stale-if-error says', async () => {
    const bench = aDistribution({
      config: 'CustomErrorResponses: [{ ErrorCode: 503, ErrorCachingMinTTL: 0 }]',
      origin: (_, serial) =>
        serial === 1
          ? answered('x', ['Cache-Control', 'max-age=60, stale-if-error=30'])
          : answered('', [], 503),
    });

    const shown = [];
    for (const passedMs of [0, 70_000, 19_000, 2_000]) {
      bench.clock.advance(passedMs);
      shown.push((await bench.ask('/a')).status);
    }

    assert.deepEqual(shown, [200, 200, 200, 503]);
  });

  it('ignores ranges of HEAD (RFC 9110 §14.2)', async () => {
    const bench = aDistribution({ origin: () => answered('') });
    await bench.ask('/a', { method: 'HEAD' });

    const { status, headers } = await bench.ask('/a', { method: 'HEAD', headers: ['Range', 'bytes=0-3'] });

    assert.deepEqual([status, cacheOf({ headers })], [200, 'Hit']);
  });

  it('accepts the names that an alias with a star includes', async () => {
    const bench = aDistribution({
      behavior: `CachePolicyId: ${NO_CACHE}\nOriginRequestPolicyId: AllViewer`,
      config: "Aliases: ['*.example.org', www.example.com]",
    });

    for (const host of ['a.example.org', 'b.c.example.org', 'example.org', 'www.example.com'])
      await bench.ask('/a', { host });

    const hosts = bench.requests.map((request) => sentHeaders(request)['host']);
    assert.deepEqual(hosts.toSpliced(2, 1), ['a.example.org', 'b.c.example.org', 'www.example.com']);
    assert.match(hosts[2] ?? '', /cloudfront\.net$/);
  });

  it('compresses for clients that accept it, and does not mention it to others', async () => {
    const text = 'text '.repeat(400);
    const bench = aDistribution({
      behavior: 'CachePolicyId: CachingOptimized\nCompress: true',
      origin: () => answered(text, ['Content-Type', 'text/plain']),
    });
    const [front] = bench.service.fronts();

    const reply = await front?.serve({
      method: 'GET',
      path: '/a',
      query: '',
      rawHeaders: ['Accept-Encoding', 'gzip'],
      body: Buffer.alloc(0),
      host: front.name,
      remoteAddress: '127.0.0.1',
      remotePort: 1,
    });
    const plain = await bench.ask('/a');

    assert.equal((await promisify(gunzip)(reply?.body as Buffer)).toString(), text);
    assert.deepEqual([plain.body, plain.headers['content-encoding']], [text, undefined]);
  });

  it('tries an origin that does not answer as often as it says, and repeats no POST', async () => {
    const down = (): HttpOutcome => ({ kind: 'unreachable', reason: 'network', message: 'refused' });
    const methods = `CachePolicyId: ${NO_CACHE}\nAllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]`;
    const bench = aDistribution({ behavior: methods, originConfig: 'ConnectionAttempts: 2', origin: down });

    assert.equal((await bench.ask('/a')).status, 502);
    assert.equal(bench.requests.length, 2);
    assert.equal((await bench.ask('/a', { method: 'POST', body: 'x' })).status, 502);
    assert.equal(bench.requests.length, 3);
  });

  // ferdinandfrank/cdk-nuxt#7, chanzuckerberg/single-cell-data-portal#1250, EdOverflow/can-i-take-over-xyz#66
  for (const { name, origin, method, status, why } of [
    {
      name: 'of a method that the behavior does not allow',
      origin: (): HttpOutcome => ({ kind: 'timed-out' }),
      method: 'POST',
      status: 403,
      why: 'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.',
    },
    {
      name: 'of an origin that is too late',
      origin: (): HttpOutcome => ({ kind: 'timed-out' }),
      method: 'GET',
      status: 504,
      why: 'CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.',
    },
    {
      name: 'of an origin that cannot be reached',
      origin: (): HttpOutcome => ({ kind: 'unreachable', reason: 'network', message: 'refused' }),
      method: 'GET',
      status: 502,
      why: "CloudFront wasn't able to connect to the origin.",
    },
  ])
    it(`has CloudFront's page for the error ${name}`, async () => {
      const bench = aDistribution({ originConfig: 'ConnectionAttempts: 1', origin });

      const reply = await bench.ask('/a', { method });

      assert.deepEqual([reply.status, reply.headers['content-type']], [status, 'text/html']);
      for (const line of [
        '<TITLE>ERROR: The request could not be satisfied</TITLE>',
        `<H1>${status} ERROR</H1>`,
        '<H2>The request could not be satisfied.</H2>',
        why,
        'Generated by cloudfront (CloudFront)',
        `Request ID: ${String(reply.headers['x-amz-cf-id'])}`,
      ])
        assert.ok(reply.body.split('\n').includes(line), line);
    });

  it('gives up with 504 if the origin is too late', async () => {
    const bench = aDistribution({
      originConfig: 'ConnectionAttempts: 1',
      origin: () => ({ kind: 'timed-out' }),
    });

    assert.equal((await bench.ask('/a')).status, 504);
    assert.equal(bench.requests[0]?.timeoutMs, 30_000);
  });

  it('refuses URLs that are too long', async () => {
    const bench = aDistribution();

    assert.equal((await bench.ask(`/${'a'.repeat(8_200)}`)).status, 413);
    assert.equal((await bench.ask('/a', { headers: ['X-Long', 'a'.repeat(33_000)] })).status, 413);
    assert.equal(bench.requests.length, 0);
  });

  it('does not trust a viewer for what it knows itself', async () => {
    const bench = aDistribution({ behavior: `CachePolicyId: ${NO_CACHE}\nOriginRequestPolicyId: AllViewer` });

    await bench.ask('/a', {
      headers: ['CloudFront-Viewer-Country', 'DE', 'X-Edge-Location', 'x', 'X-Forwarded-Proto', 'https'],
    });

    const sent = sentHeaders(bench.requests[0] as never);
    assert.deepEqual(
      ['cloudfront-viewer-country', 'x-edge-location', 'x-forwarded-proto'].map((name) => sent[name]),
      [undefined, undefined, undefined],
    );
  });

  it('writes a line per request with the reason, and a row for the console', async () => {
    const bench = aDistribution({
      more: `
  Policy:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        { Name: own, MinTTL: 0, DefaultTTL: 60, MaxTTL: 60, ParametersInCacheKeyAndForwardedToOrigin: {
          EnableAcceptEncodingGzip: false, HeadersConfig: { HeaderBehavior: whitelist, Headers: [X-Tenant] },
          CookiesConfig: { CookieBehavior: none }, QueryStringsConfig: { QueryStringBehavior: none } } }`,
      behavior: 'CachePolicyId: !Ref Policy\nAllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]',
    });

    await bench.ask('/a', { headers: ['X-Tenant', 'one'] });
    await bench.ask('/a', { headers: ['X-Tenant', 'two'] });
    await bench.ask('/a', { headers: ['X-Tenant', 'one'] });
    await bench.ask('/a', { method: 'POST' });

    assert.deepEqual(
      bench.logged.map(({ reason }) => reason),
      [
        'miss: first request with this cache key; cached for 60 s',
        'miss: the cache key of the request differs from the key of the cached object in its header x-tenant; cached for 60 s',
        'hit: cached 0 s before this request',
        'bypass: POST is not cached',
      ],
    );
    const [row] = bench.service.rows();
    assert.equal(
      row?.state,
      '2 objects cached, hits: 1, misses: 3, errors: 0; last: POST /a bypass: POST is not cached',
    );
  });
});

describe('what a distribution keeps', () => {
  const PATH = (id: string): string => `/2020-05-31/distribution/${id}/invalidation`;

  it('goes with an invalidation, by path, star and query string', async () => {
    const bench = aDistribution({ behavior: 'ForwardedValues: { QueryString: true }' });
    const distribution = idOf(bench);
    const all = ['/a', '/a?x=1', '/b/c', '/b/d', '/A'];
    const fill = async (): Promise<void> => {
      for (const target of all) await bench.ask(target);
    };
    const gone = async (): Promise<readonly string[]> => {
      const missed = [];
      for (const target of all) if (cacheOf(await bench.ask(target)) === 'Miss') missed.push(target);
      return missed;
    };

    for (const [paths, expected] of [
      [['/a'], ['/a']],
      [['/a?x=1'], ['/a?x=1']],
      [['/a*'], ['/a', '/a?x=1']],
      [
        ['/b/*', '/A'],
        ['/b/c', '/b/d', '/A'],
      ],
      [['/*'], all],
      [['/nothing'], []],
    ] as const) {
      await fill();
      const made = bench.call('POST', PATH(distribution), invalidation(paths, paths.join()));
      assert.equal(made.status, 201);
      assert.deepEqual(await gone(), expected, paths.join());
    }
  });

  it('is nothing that was under way when it was invalidated', async () => {
    const open = Promise.withResolvers<HttpOutcome>();
    const bench = aDistribution({ origin: (_, serial) => (serial === 1 ? open.promise : answered('new')) });
    const early = bench.ask('/a');
    const id = idOf(bench);

    bench.call('POST', PATH(id), invalidation(['/a'], 'r'));
    const late = await bench.ask('/a');
    open.resolve(answered('old'));

    assert.equal((await early).body, 'old');
    assert.equal(late.body, 'new');
    assert.equal((await bench.ask('/a')).body, 'new');
  });

  it('stays over a reload that does not change the distribution, and goes with one that does', async () => {
    const bench = aDistribution();
    await bench.ask('/a');

    bench.load({});
    assert.equal(cacheOf(await bench.ask('/a')), 'Hit');
    bench.load({ behavior: `CachePolicyId: ${KEY_OF_PATH}\nOriginRequestPolicyId: AllViewer` });
    assert.equal(cacheOf(await bench.ask('/a')), 'Miss');
  });

  it('is dropped by a reset', async () => {
    const bench = aDistribution();
    await bench.ask('/a');

    bench.service.reset();

    assert.equal(cacheOf(await bench.ask('/a')), 'Miss');
  });

  it('has a maximum size in bytes, beyond which the least recently used objects are removed', () => {
    const clock = { nowEpochMs: () => 0, monotonicMs: () => 0 };
    const http = { send: () => Promise.reject(new Error('unused')) };
    const { objects } = new EdgeCache({ http, clock, maxBytes: 50_000 });
    const keep = (key: string, size = 10_000): boolean =>
      objects.keep({
        key,
        distributionId: 'E1',
        parts: {
          path: key,
          query: '',
          headers: {},
          cookies: '',
          acceptEncoding: undefined,
          isOptions: false,
        },
        method: 'GET',
        status: 200,
        headers: [],
        body: Buffer.alloc(size),
        storedAtEpochMs: 0,
        freshUntilEpochMs: 1,
        isError: false,
      });

    for (const key of ['a', 'b', 'c', 'd']) keep(key);
    objects.find('a');
    keep('e');

    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key) => objects.find(key) !== undefined),
      [true, false, true, true, true],
    );
    assert.ok(objects.bytes <= 50_000);
    assert.equal(keep('large', 20_000), false);
    assert.equal(objects.find('large'), undefined);
  });
});
