/** The cache behavior through which a request came, and what to change in it so that the API gets a header. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adviseBehavior } from '../../../../../packages/gateway/console/explain/behavior-advice.ts';
import { findBehavior } from '../../../../../packages/gateway/console/records/describe-edge.ts';
import * as cloudfront from '../../../../../packages/gateway/services/cloudfront/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const HOST = 'abc.execute-api';
const AUTHORIZATION = [{ kind: 'header', name: 'Authorization' }];

const aStack = (behavior: string, path = '') =>
  anEventEngine(
    { cloudfront },
    {
      resources: `
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - { Id: api, DomainName: ${HOST}.us-east-1.amazonaws.com, OriginPath: /dev, CustomOriginConfig: { OriginProtocolPolicy: https-only } }
          - { Id: other, DomainName: shop.example, CustomOriginConfig: { OriginProtocolPolicy: https-only } }
        DefaultCacheBehavior:
          TargetOriginId: ${path === '' ? 'api' : 'other'}
          ViewerProtocolPolicy: allow-all
          ${path === '' ? behavior : 'CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad'}
        CacheBehaviors:
          - PathPattern: ${path === '' ? '/none/*' : path}
            TargetOriginId: ${path === '' ? 'other' : 'api'}
            ViewerProtocolPolicy: allow-all
            ${path === '' ? 'CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad' : behavior}`,
    },
  ).stacks;

const POLICY = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const OF_HEADERS =
  'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html';

const ROWS: readonly {
  readonly title: string;
  readonly source: string;
  readonly behavior: string;
  readonly path?: string;
  readonly change: RegExp;
  readonly never?: RegExp;
}[] = [
  {
    title: 'ForwardedValues without the header, which has no effect together with a policy',
    source: 'https://github.com/Droplr/serverless-api-cloudfront/issues/11',
    behavior: 'ForwardedValues: { QueryString: true, Headers: [] }',
    change:
      /have CloudFront forward it: add Authorization to the Headers of ForwardedValues in the default cache behavior \(events\.yml:\d+\)\. Or remove ForwardedValues, and set CachePolicyId: \S+ \(CachingDisabled\) and OriginRequestPolicyId/,
    never: /: set OriginRequestPolicyId/,
  },
  {
    title: 'no origin request policy',
    source: OF_HEADERS,
    behavior: `CachePolicyId: ${POLICY}`,
    change: new RegExp(`set OriginRequestPolicyId: ${ALL_BUT_HOST} .* in the default cache behavior`),
  },
  {
    title: 'another origin request policy, of the behavior with the path',
    source: OF_HEADERS,
    behavior: 'OriginRequestPolicyId: acba4595-bd28-49b8-b9fe-13317c0390fa',
    path: '/private*',
    change: new RegExp(
      `replace acba4595-\\S+ by ${ALL_BUT_HOST} .* as OriginRequestPolicyId of the cache behavior /private\\* \\(events\\.yml:\\d+\\)`,
    ),
  },
];

describe('a header that CloudFront did not send on', () => {
  for (const { title, source, behavior, path, change, never } of ROWS)
    it(`is advised for the behavior as it is written: ${title} (${source})`, () => {
      const found = findBehavior(aStack(behavior, path), [HOST], '/dev/private');

      const advice = adviseBehavior(AUTHORIZATION, 'header Authorization', found);

      assert.match(advice, change);
      if (never !== undefined) assert.doesNotMatch(advice, never);
    });

  it('is advised without a place if no loaded stack has the distribution', () => {
    assert.equal(findBehavior(aStack(''), ['def.execute-api'], '/dev/private'), undefined);
    assert.match(
      adviseBehavior(AUTHORIZATION, 'header Authorization', undefined),
      /set OriginRequestPolicyId: .* in the behavior of the distribution\./,
    );
  });
});
