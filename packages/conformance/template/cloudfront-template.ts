/** The distribution of a case, with policies of its own, in front of the case's API or backend. */
import type { Draft } from './draft.ts';
import type { CloudFrontSetup, Json, JsonObject } from '../schema/parity-case.ts';

const NOTHING_IN_KEY = {
  EnableAcceptEncodingGzip: false,
  EnableAcceptEncodingBrotli: false,
  HeadersConfig: { HeaderBehavior: 'none' },
  CookiesConfig: { CookieBehavior: 'none' },
  QueryStringsConfig: { QueryStringBehavior: 'none' },
};
const NOTHING_FORWARDED = {
  HeadersConfig: { HeaderBehavior: 'none' },
  CookiesConfig: { CookieBehavior: 'none' },
  QueryStringsConfig: { QueryStringBehavior: 'none' },
};

export function addDistribution(draft: Draft, setup: CloudFrontSetup, backendUrl: string | undefined): void {
  const { distribution = {}, behavior = {}, origin = {}, key, ttls, request, response } = setup;
  const own: Record<string, Json> = {};
  const policy = (type: string, property: string, config: JsonObject): void => {
    const id = draft.id(type);
    const Properties = { [`${type}Config`]: { Name: id, ...draft.fillAll(config) } };
    draft.add(id, { Type: `AWS::CloudFront::${type}`, Properties });
    own[property] = { Ref: id };
  };
  if (key !== undefined || ttls !== undefined) {
    const ParametersInCacheKeyAndForwardedToOrigin = { ...NOTHING_IN_KEY, ...key };
    policy('CachePolicy', 'CachePolicyId', {
      MinTTL: 0,
      DefaultTTL: 60,
      MaxTTL: 3600,
      ...ttls,
      ParametersInCacheKeyAndForwardedToOrigin,
    });
  }
  if (request !== undefined)
    policy('OriginRequestPolicy', 'OriginRequestPolicyId', { ...NOTHING_FORWARDED, ...request });
  if (response !== undefined) policy('ResponseHeadersPolicy', 'ResponseHeadersPolicyId', response);
  draft.add(draft.id('Distribution'), {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Enabled: true,
        Origins: [{ Id: 'origin', ...originOf(draft, setup.of, backendUrl), ...draft.fillAll(origin) }],
        DefaultCacheBehavior: {
          TargetOriginId: 'origin',
          ViewerProtocolPolicy: 'allow-all',
          ...own,
          ...draft.fillAll(behavior),
        },
        ...draft.fillAll(distribution),
      },
    },
  });
}

function originOf(draft: Draft, of: 'api' | 'backend', backendUrl: string | undefined): JsonObject {
  if (of === 'api') {
    const parts = [{ Ref: draft.id('Api') }, '.execute-api.', { Ref: 'AWS::Region' }, '.amazonaws.com'];
    const CustomOriginConfig = { OriginProtocolPolicy: 'https-only' };
    return { DomainName: { 'Fn::Join': ['', parts] }, CustomOriginConfig };
  }
  if (backendUrl === undefined) throw new Error('the distribution wants a backend');
  const { hostname, port } = new URL(backendUrl);
  const CustomOriginConfig = { OriginProtocolPolicy: 'http-only', HTTPPort: Number(port) };
  return { DomainName: hostname, CustomOriginConfig };
}
