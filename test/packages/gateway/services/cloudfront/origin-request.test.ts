import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpRequest } from '../../../../../packages/gateway/core/ports.ts';
import { aDistribution, NO_CACHE, sentHeaders } from './a-distribution.ts';

const OWN = (headers: string, cookies: string): string => `
  Policy:
    Type: AWS::CloudFront::OriginRequestPolicy
    Properties:
      OriginRequestPolicyConfig:
        Name: own
        HeadersConfig: ${headers}
        CookiesConfig: ${cookies}
        QueryStringsConfig: { QueryStringBehavior: none }`;
const KEY_WITH_SID = `
  Key:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: key
        MinTTL: 0
        DefaultTTL: 60
        MaxTTL: 600
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: false
          HeadersConfig: { HeaderBehavior: none }
          CookiesConfig: { CookieBehavior: whitelist, Cookies: [sid] }
          QueryStringsConfig: { QueryStringBehavior: none }`;

async function sentFor(
  { behavior, more = '' }: { readonly behavior: string; readonly more?: string },
  headers: readonly string[],
): Promise<Record<string, string>> {
  const bench = aDistribution({ behavior, more });
  await bench.ask('/a', { headers });
  return sentHeaders(bench.requests[0] as HttpRequest);
}

describe('a request to the origin', () => {
  it('keeps the bytes of a cookie that ends with à (RFC 9110 §5.6.3)', async () => {
    const sent = await sentFor(
      { behavior: 'CachePolicyId: CachingDisabled\nOriginRequestPolicyId: AllViewer' },
      ['Cookie', 'a=Ã\u00a0'],
    );

    assert.equal(sent['cookie'], 'a=Ã\u00a0');
  });

  for (const name of ['Content-Type', 'Range', 'Cache-Control'])
    it(`has no ${name} if the policy forwards all headers except it (OriginRequestPolicyHeadersConfig)`, async () => {
      const headers = `{ HeaderBehavior: allExcept, Headers: [${name}] }`;
      const sent = await sentFor(
        {
          behavior: `CachePolicyId: ${NO_CACHE}\nOriginRequestPolicyId: !Ref Policy`,
          more: OWN(headers, '{ CookieBehavior: none }'),
        },
        [name, 'x', 'X-A', '1'],
      );

      assert.deepEqual([sent[name.toLowerCase()], sent['x-a']], [undefined, '1']);
    });

  it('has a cookie of the key even if a star of the origin request policy excludes it', async () => {
    const cookies = '{ CookieBehavior: allExcept, Cookies: ["s*"] }';
    const sent = await sentFor(
      {
        behavior: 'CachePolicyId: !Ref Key\nOriginRequestPolicyId: !Ref Policy',
        more: `${KEY_WITH_SID}${OWN('{ HeaderBehavior: none }', cookies)}`,
      },
      ['Cookie', 'sid=1; secret=2; a=3'],
    );

    assert.equal(sent['cookie'], 'a=3; sid=1');
  });
});
