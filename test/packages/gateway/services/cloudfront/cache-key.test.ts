import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HttpOutcome, HttpRequest } from '../../../../../packages/gateway/core/ports.ts';
import { aDistribution, answered, sentHeaders } from './a-distribution.ts';
import type { Asked } from './a-distribution.ts';

/**
 * Everything by which the origin could distinguish callers: all that it received, except what differs for each request.
 */
function echo(request: HttpRequest): string {
  const headers = sentHeaders(request);
  delete headers['x-amz-cf-id'];
  delete headers['via'];
  // Sent for viewers that take neither format, and the same as none.
  if (headers['accept-encoding'] === 'identity') delete headers['accept-encoding'];
  return JSON.stringify([request.method, request.target, headers]);
}

const NAMES = ['a', 'b', 'ab', 'c'];
const HEADERS = ['X-A', 'X-B', 'Accept-Language', 'Authorization', 'Accept-Encoding'];
const texts = fc.constantFrom(
  '',
  '1',
  '2',
  '12',
  'a',
  ',',
  '; ',
  '"',
  '1"],["',
  '=',
  '%26',
  ' ',
  '\t',
  '1; b=2',
);

const selection = (names: readonly string[]) =>
  fc.oneof(
    fc.constant({ kind: 'none', names: [] as string[] }),
    fc.constant({ kind: 'all', names: [] as string[] }),
    fc.record({
      kind: fc.constantFrom('whitelist', 'allExcept'),
      names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
    }),
  );

const policy = fc.record({
  // A star is a character of a header's name, though not of a cookie's.
  headers: fc.uniqueArray(fc.constantFrom(...HEADERS, 'X-*')),
  cookies: selection(NAMES),
  query: selection(NAMES),
  gzip: fc.boolean(),
  brotli: fc.boolean(),
  minTtl: fc.constantFrom(0, 5),
});

type Policy = typeof policy extends fc.Arbitrary<infer Value> ? Value : never;

const pairs = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('', '1', '2', 'a=1', '%26')), {
  maxLength: 3,
});

const request = fc.record({
  path: fc.constantFrom('/p', '/q', '/p/', '/P', '/p%2F'),
  query: pairs.map((all) => all.map(([name, value]) => `${name}=${value}`).join('&')),
  cookies: pairs.map((all) => all.map(([name, value]) => `${name}=${value}`).join('; ')),
  headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), texts), { maxLength: 3 }),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS'),
});

type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

function policyYaml({ headers, cookies, query, gzip, brotli, minTtl }: Policy): string {
  const list = (kind: string, member: string, { kind: behavior, names }: Policy['cookies']): string =>
    `{ ${kind}Behavior: ${behavior}${names.length > 0 ? `, ${member}: ${JSON.stringify(names)}` : ''} }`;
  const headerConfig =
    headers.length === 0
      ? '{ HeaderBehavior: none }'
      : `{ HeaderBehavior: whitelist, Headers: ${JSON.stringify(headers)} }`;
  return `
  Policy:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: own
        MinTTL: ${minTtl}
        DefaultTTL: 60
        MaxTTL: 600
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: ${gzip}
          EnableAcceptEncodingBrotli: ${brotli}
          HeadersConfig: ${headerConfig}
          CookiesConfig: ${list('Cookie', 'Cookies', cookies)}
          QueryStringsConfig: ${list('QueryString', 'QueryStrings', query)}`;
}

const BEHAVIOR = `
CachePolicyId: !Ref Policy
AllowedMethods: [GET, HEAD, OPTIONS]
CachedMethods: [GET, HEAD, OPTIONS]`;

function askedOf({ method, cookies, headers }: Request): Asked {
  const cookie = cookies === '' ? [] : ['Cookie', cookies];
  return { method, headers: [...cookie, ...headers.flat()] };
}

const targetOf = ({ path, query }: Request): string => (query === '' ? path : `${path}?${query}`);

describe('the key of an object', () => {
  it('returns to each caller what the origin would have answered, one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(policy, fc.array(request, { minLength: 2, maxLength: 8 }), async (own, requests) => {
        const cached = aDistribution({
          behavior: BEHAVIOR,
          more: policyYaml(own),
          origin: (sent) => answered(echo(sent)),
        });
        for (const one of requests) {
          const fresh = aDistribution({
            behavior: BEHAVIOR,
            more: policyYaml(own),
            origin: (sent) => answered(echo(sent)),
          });
          const shown = await cached.ask(targetOf(one), askedOf(one));
          const alone = await fresh.ask(targetOf(one), askedOf(one));
          // HEAD is answered out of an object of GET, as HTTP allows.
          const expected = one.method === 'HEAD' ? alone.body.replace('["HEAD"', '["GET"') : alone.body;
          const seen = one.method === 'HEAD' ? shown.body.replace('["HEAD"', '["GET"') : shown.body;
          assert.equal(seen, expected, JSON.stringify(shown.headers));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('returns to each caller its own answer if all come at the same time, whatever the order of the answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        policy,
        fc.array(request, { minLength: 2, maxLength: 8 }),
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom('max-age=60', 'private', 'no-store', 'max-age=0'),
        async (own, requests, order, control) => {
          const waiting: (() => void)[] = [];
          const bench = aDistribution({
            behavior: BEHAVIOR,
            more: policyYaml(own),
            origin: (sent) =>
              new Promise<HttpOutcome>((resolve) => {
                waiting.push(() => resolve(answered(echo(sent), ['Cache-Control', control])));
              }),
          });
          const replies = requests.map((one) => bench.ask(targetOf(one), askedOf(one)));
          let open = replies.length;
          for (const reply of replies) void reply.then(() => (open -= 1));
          for (let turn = 0; open > 0; turn += 1) {
            const [next] = waiting.splice((order[turn % order.length] ?? 0) % Math.max(1, waiting.length), 1);
            next?.();
            await new Promise((resolve) => setImmediate(resolve));
          }

          for (const [index, one] of requests.entries()) {
            const shown = await replies[index];
            const alone = aDistribution({
              behavior: BEHAVIOR,
              more: policyYaml(own),
              origin: (sent) => answered(echo(sent)),
            });
            const expected = (await alone.ask(targetOf(one), askedOf(one))).body;
            const plain = (text = ''): string =>
              one.method === 'HEAD' ? text.replace('["HEAD"', '["GET"') : text;
            assert.equal(plain(shown?.body), plain(expected));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps requests together that differ in nothing of the policy', async () => {
    const bench = aDistribution();

    await bench.ask('/a?x=1', { headers: ['Authorization', 'one', 'Cookie', 'a=1'] });
    const other = await bench.ask('/a?x=2', { headers: ['Authorization', 'two'] });

    assert.equal(other.headers['x-cache'], 'Hit from cloudfront');
    assert.equal(bench.requests.length, 1);
    assert.deepEqual(Object.keys(sentHeaders(bench.requests[0] as HttpRequest)).toSorted(), [
      'host',
      'user-agent',
      'via',
      'x-amz-cf-id',
      'x-forwarded-for',
    ]);
  });

  it('belongs to one distribution', async () => {
    const bench = aDistribution({
      more: `
  Other:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Aliases: [other.example]
        Origins: [{ Id: api, DomainName: def.execute-api.us-east-1.amazonaws.com }]
        DefaultCacheBehavior: { TargetOriginId: api, ViewerProtocolPolicy: allow-all, CachePolicyId: CachingOptimized }`,
    });

    await bench.ask('/a');
    const other = await bench.ask('/a', { host: 'other.example:8080' });

    assert.equal(other.headers['x-cache'], 'Miss from cloudfront');
    assert.deepEqual(
      bench.requests.map(({ origin }) => new URL(origin).host.slice(0, 3)),
      ['abc', 'def'],
    );
  });
});
