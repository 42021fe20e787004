import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDistribution, answered, KEY_OF_PATH } from './a-distribution.ts';
import type { Bench } from './a-distribution.ts';

describe('what a distribution makes of an answer of its origin', () => {
  // Developer guide, "Serve compressed files".
  for (const [accepts, coding] of [
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, br', 'br'],
    ['identity', undefined],
  ] as const)
    it(`compresses for a viewer that accepts ${accepts}: ${coding ?? 'not at all'}`, async () => {
      const behavior = 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6\nCompress: true';
      const origin = (...more: string[]) =>
        answered('x'.repeat(2_000), ['Cache-Control', 'max-age=60', 'Content-Type', 'text/html', ...more]);
      const asked = { headers: ['Accept-Encoding', accepts] };
      const codingOf = async (bench: Bench): Promise<string | undefined> =>
        (await bench.ask('/a', asked)).headers['content-encoding'];

      assert.equal(await codingOf(aDistribution({ behavior, origin: () => origin() })), coding);
      const packed = aDistribution({ behavior, origin: () => origin('Content-Encoding', 'zstd') });
      assert.equal(await codingOf(packed), 'zstd');
    });

  // Developer guide, "How CloudFront caches HTTP 4xx and 5xx status codes from your origin".
  for (const [control, least, seconds] of [
    ['s-maxage=60, max-age=20', 10, 60],
    ['max-age=20', 10, 20],
    ['', 10, 10],
    ['', 0, 0],
  ] as const)
    it(`keeps an error of "${control}" and a least time of ${least} s for ${seconds} s`, async () => {
      const bench = aDistribution({
        config: `CustomErrorResponses: [{ ErrorCode: 404, ErrorCachingMinTTL: ${least} }]`,
        origin: (_, serial) =>
          answered(String(serial), control === '' ? [] : ['Cache-Control', control], 404),
      });
      const bodies = [];
      for (const passedMs of [0, Math.max(0, seconds * 1_000 - 500), 1_000]) {
        bench.clock.advance(passedMs);
        bodies.push((await bench.ask('/a')).body);
      }

      assert.deepEqual(bodies, seconds === 0 ? ['1', '2', '3'] : ['1', '1', '2']);
    });
});

// Developer guide, "How CloudFront processes HTTP 3xx status codes from your origin".
describe('a redirection of the origin', () => {
  for (const [status, control, isKept] of [
    [301, undefined, true],
    [302, undefined, true],
    [307, undefined, false],
    [307, 'max-age=60', true],
    [308, undefined, false],
    [308, 'public', true],
  ] as const)
    it(`${status} ${control === undefined ? 'without' : 'with'} Cache-Control is ${isKept ? 'kept' : 'not kept'}`, async () => {
      const headers = control === undefined ? [] : ['Cache-Control', control];
      const bench = aDistribution({
        behavior: 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6',
        origin: (_, serial) => answered(String(serial), ['Location', '/b', ...headers], status),
      });
      await bench.ask('/a');

      assert.equal((await bench.ask('/a')).body, isKept ? '1' : '2');
    });
});

// Developer guide, "Understand response headers policies", "Server-Timing header".
describe('a response headers policy with Server-Timing', () => {
  const timed = (samplingRate: number, origin: readonly string[] = []): Bench =>
    aDistribution({
      behavior: 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6\nResponseHeadersPolicyId: !Ref Policy',
      more: `
  Policy:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig:
        Name: own
        ServerTimingHeadersConfig: { Enabled: true, SamplingRate: ${samplingRate} }`,
      origin: () => answered('x', ['Cache-Control', 'max-age=60', ...origin]),
    });
  const timingOf = async (bench: Bench, ...headers: string[]): Promise<string | undefined> =>
    (await bench.ask('/a', { headers })).headers['server-timing'];

  it('adds the metrics of a miss, then of a hit, and what the origin measured to the miss', async () => {
    const bench = timed(100, ['Server-Timing', 'db;dur=53']);

    assert.match(
      (await timingOf(bench)) ?? '',
      /^db;dur=53,cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=0,cdn-upstream-fbl;dur=\d+,cdn-cache-miss,cdn-pop;desc="LCL1-P1",cdn-rid;desc="[^"]+",cdn-downstream-fbl;dur=\d+$/,
    );
    assert.match(
      (await timingOf(bench)) ?? '',
      /^cdn-cache-hit,cdn-pop;desc="LCL1-P1",cdn-rid;desc="[^"]+",cdn-hit-layer;desc="EDGE",cdn-downstream-fbl;dur=\d+$/,
    );
  });

  it('adds none at a sampling rate of 0, unless the request asks for it', async () => {
    const bench = timed(0);

    assert.equal(await timingOf(bench), undefined);
    assert.match((await timingOf(bench, 'Pragma', 'server-timing')) ?? '', /^cdn-cache-hit/);
  });
});

// docs/aws §21.2: klaytn/klaytn-docs#236, benweissmann/getmic.ro#9; the page of a 307 is inferred.
describe('a redirection to HTTPS', () => {
  for (const [method, status, title, length] of [
    ['GET', 301, '301 Moved Permanently', 167],
    ['POST', 307, '307 Temporary Redirect', 169],
  ] as const)
    it(`of ${method} is a page of CloudFront`, async () => {
      const bench = aDistribution({
        viewerProtocol: 'redirect-to-https',
        behavior: `CachePolicyId: ${KEY_OF_PATH}\nAllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]`,
      });
      const answer = await bench.ask('/a?x=1', { method, headers: ['X-Forwarded-Proto', 'http'] });

      const { server, 'content-type': type, 'x-cache': result } = answer.headers;
      assert.deepEqual(
        [answer.status, server, type, result],
        [status, 'CloudFront', 'text/html', 'Redirect from cloudfront'],
      );
      assert.match(answer.headers['location'] ?? '', /^https:\/\/.*\/a\?x=1$/);
      assert.equal(answer.body.length, length);
      for (const part of [
        `<head><title>${title}</title></head>`,
        `<center><h1>${title}</h1></center>`,
        '<hr><center>CloudFront</center>',
      ])
        assert.ok(answer.body.includes(`${part}\r\n`), part);
      assert.deepEqual(bench.requests, []);
    });
});
