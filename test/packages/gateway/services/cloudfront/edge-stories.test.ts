/** What CloudFront answers itself (issue 63); docs/aws §21 has the evidence of the answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';
import { aDistribution, answered, KEY_OF_PATH } from './a-distribution.ts';
import type { Asked } from './a-distribution.ts';

type Row = {
  readonly title: string;
  readonly given?: Parameters<typeof aDistribution>[0];
  readonly asked?: Asked;
  /** Absent means `/a`. */
  readonly target?: string;
  /** How often the request is sent; the last one is told. */
  readonly times?: number;
  readonly headline: RegExp;
  readonly because: RegExp;
  readonly change: RegExp;
};

const HTTP = { headers: ['X-Forwarded-Proto', 'http'] };
const OF_POLICY = 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/';

const ROWS: readonly (Row & { readonly source: string })[] = [
  {
    title: 'a method that the behavior does not allow',
    asked: { method: 'DELETE' },
    headline: /^DELETE \/a was answered with 403 by CloudFront itself\.$/,
    because:
      /^This cache behavior accepts only .* \(events\.yml:\d+\), so CloudFront refuses DELETE without asking the origin\./,
    change: /^Set AllowedMethods of the cache behavior \(events\.yml:\d+\) to \[GET, HEAD, OPTIONS, PUT/,
    source: `${OF_POLICY}DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods`,
  },
  {
    title: 'a GET request with a body',
    asked: { body: 'x' },
    headline: /403/,
    because: /^The GET request has a body/,
    change: /^Send the values in the query/,
    source: `${OF_POLICY}RequestAndResponseBehaviorCustomOrigin.html`,
  },
  {
    title: 'a redirect to HTTPS',
    given: { behavior: `CachePolicyId: ${KEY_OF_PATH}`, viewerProtocol: 'redirect-to-https' },
    asked: HTTP,
    headline: /^GET \/a was answered with 301 by CloudFront itself\.$/,
    because: /^ViewerProtocolPolicy .* is redirect-to-https, and the request came over HTTP\./,
    change: /^Call https:\/\//,
    source: `${OF_POLICY}using-https-viewers-to-cloudfront.html`,
  },
  {
    title: 'a response from the cache',
    times: 2,
    headline: /^GET \/a was answered with 200 by CloudFront itself\.$/,
    because:
      /^The response came from CloudFront's cache \(cached 0 s before this request, cache policy .*\); the API was not called\.$/,
    change: /use a cache policy of your own whose cache key contains that/,
    source: `${OF_POLICY}cache-key-understand-cache-policy.html`,
  },
  {
    title: 'a cached response of a managed policy that leaves out the query parameter',
    given: { behavior: 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6' },
    target: '/a?q=tea&q=milk',
    times: 2,
    headline: /^GET \/a was answered with 200 by CloudFront itself\.$/,
    because:
      /^The cache key of this policy does not contain the query parameter q, so requests that differ only in it get the same cached response\.$/,
    change:
      /^If the response depends on q, use a cache policy of your own whose cache key contains that \(events\.yml:\d+\): AWS manages CachingOptimized, so it cannot be changed; /,
    source: `${OF_POLICY}using-managed-cache-policies.html`,
  },
  {
    title: 'a custom error page in place of the error of the origin',
    given: {
      config: 'CustomErrorResponses: [{ ErrorCode: 404, ResponseCode: 200, ResponsePagePath: /index.html }]',
      origin: (request) =>
        request.target === '/index.html'
          ? answered('page')
          : answered('{}', ['Cache-Control', 'no-store'], 404),
    },
    headline: /^GET \/a was answered with 200 by CloudFront itself\.$/,
    because:
      /^The origin answered 404, and CustomErrorResponses \(events\.yml:\d+\) replace this response with \/index\.html and the status 200\.$/,
    change: /^Remove the entry for 404 from CustomErrorResponses/,
    source: `${OF_POLICY}GeneratingCustomErrorResponses.html`,
  },
  {
    title: 'a custom error page that is missing',
    given: {
      config: 'CustomErrorResponses: [{ ErrorCode: 500, ResponseCode: 200, ResponsePagePath: /oops.html }]',
      origin: (request) =>
        request.target === '/oops.html'
          ? answered('no page', ['Cache-Control', 'no-store'], 404)
          : answered('{}', ['Cache-Control', 'no-store'], 500),
    },
    headline: /^GET \/a was answered with 404 by CloudFront itself\.$/,
    because:
      /replace this response with \/oops\.html\. The origin answered this page itself with 404, and CloudFront passes that answer on\.$/,
    change: /^Make \/oops\.html available at its origin/,
    source: `${OF_POLICY}GeneratingCustomErrorResponses.html`,
  },
  {
    title: 'an origin that cannot be reached',
    given: {
      origin: () => ({ kind: 'unreachable', reason: 'network', message: 'connection refused' }),
    },
    headline: /^GET \/a was answered with 502 by CloudFront itself\.$/,
    because: /^The origin abc\.execute-api\.us-east-1\.amazonaws\.com did not answer: connection refused\.$/,
    change: /^Check DomainName/,
    source: `${OF_POLICY}http-502-bad-gateway.html`,
  },
  {
    title: 'a Host that no API has',
    given: {
      behavior: `CachePolicyId: ${KEY_OF_PATH}\nOriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3`,
      origin: () => answered('{"message":"Forbidden"}', [], 403),
    },
    headline: /^GET \/a was refused with 403 by API Gateway, before it reached any API\.$/,
    because: /^The origin request policy .*AllViewer \(events\.yml:\d+\) forwards the viewer's Host header/,
    change: /b689b0a8-53d0-40ab-baf2-68738e2966ac/,
    source: 'https://repost.aws/knowledge-center/api-gateway-cloudfront-distribution',
  },
];

describe('the story of what CloudFront answers itself', () => {
  for (const { title, given, asked, target = '/a', times = 1, headline, because, change } of ROWS)
    it(`tells ${title}`, async () => {
      const bench = aDistribution(given);
      for (let time = 0; time < times; time += 1) await bench.ask(target, asked);
      const records = new RequestRecords(10, new VirtualClock(), 'key', true);
      records.readStacks = () => bench.stacks;
      for (const edge of bench.edges) records.takeSide(edge);

      const story = records.detail('last')?.story;

      assert.ok(story);
      assert.match(story.headline, headline);
      assert.ok(
        story.sentences.some((sentence) => because.test(sentence)),
        story.sentences.join('\n'),
      );
      assert.match(story.changes.join('\n'), change);
    });

  it('lists it among the requests', async () => {
    const bench = aDistribution();
    await bench.ask('/a', { method: 'DELETE' });
    const records = new RequestRecords(10, new VirtualClock(), 'key', true);
    for (const edge of bench.edges) records.takeSide(edge);

    const [row] = records.rows();

    assert.deepEqual([row?.kind, row?.status, row?.code], ['edge', 403, 'CLOUDFRONT_METHOD']);
    // `replay` sends a request again, and this is none.
    assert.deepEqual([records.detail('last')?.kind, records.detail('last-request')], ['edge', undefined]);
  });

  it('has no record of a response that the API gave', async () => {
    const bench = aDistribution();
    await bench.ask('/a');

    assert.deepEqual(bench.edges, []);
  });
});
