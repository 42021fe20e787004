import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resourcesOf } from '../../../support/a-parity-case.ts';

const API = { Ref: 'Api' };
const REGION = { Ref: 'AWS::Region' };

/** CloudFormation template reference, AWS::CloudFront. */
describe('the distribution of a case', () => {
  it('has its policies, in front of the API', () => {
    const found = resourcesOf('rest', {
      stage: 'dev',
      cloudfront: {
        of: 'api',
        key: { HeadersConfig: { HeaderBehavior: 'whitelist' } },
        request: { CookiesConfig: { CookieBehavior: 'all' } },
        response: { CorsConfig: {} },
        behavior: { Compress: true },
        origin: { OriginPath: '/x' },
        distribution: { HttpVersion: 'http2' },
      },
    });
    const made = Object.fromEntries(
      Object.entries(found).filter(([id]) => !['Api', 'Deployment', 'Stage'].includes(id)),
    );

    assert.deepEqual(made, {
      CachePolicy: {
        Type: 'AWS::CloudFront::CachePolicy',
        Properties: {
          CachePolicyConfig: {
            Name: 'CachePolicy',
            MinTTL: 0,
            DefaultTTL: 60,
            MaxTTL: 3600,
            ParametersInCacheKeyAndForwardedToOrigin: {
              EnableAcceptEncodingGzip: false,
              EnableAcceptEncodingBrotli: false,
              HeadersConfig: { HeaderBehavior: 'whitelist' },
              CookiesConfig: { CookieBehavior: 'none' },
              QueryStringsConfig: { QueryStringBehavior: 'none' },
            },
          },
        },
      },
      OriginRequestPolicy: {
        Type: 'AWS::CloudFront::OriginRequestPolicy',
        Properties: {
          OriginRequestPolicyConfig: {
            Name: 'OriginRequestPolicy',
            HeadersConfig: { HeaderBehavior: 'none' },
            CookiesConfig: { CookieBehavior: 'all' },
            QueryStringsConfig: { QueryStringBehavior: 'none' },
          },
        },
      },
      ResponseHeadersPolicy: {
        Type: 'AWS::CloudFront::ResponseHeadersPolicy',
        Properties: { ResponseHeadersPolicyConfig: { Name: 'ResponseHeadersPolicy', CorsConfig: {} } },
      },
      Distribution: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            Origins: [
              {
                Id: 'origin',
                DomainName: { 'Fn::Join': ['', [API, '.execute-api.', REGION, '.amazonaws.com']] },
                CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
                OriginPath: '/x',
              },
            ],
            DefaultCacheBehavior: {
              TargetOriginId: 'origin',
              ViewerProtocolPolicy: 'allow-all',
              CachePolicyId: { Ref: 'CachePolicy' },
              OriginRequestPolicyId: { Ref: 'OriginRequestPolicy' },
              ResponseHeadersPolicyId: { Ref: 'ResponseHeadersPolicy' },
              Compress: true,
            },
            HttpVersion: 'http2',
          },
        },
      },
    });
  });

  it('does not exist if the case does not require it, and is in front of a backend otherwise', () => {
    const found = resourcesOf(
      'rest',
      { stage: 'dev', cloudfront: { of: 'backend' } },
      { backendUrl: 'http://127.0.0.1:9' },
    );
    const made = Object.fromEntries(
      Object.entries(found).filter(([id]) => !['Api', 'Deployment', 'Stage'].includes(id)),
    );

    assert.deepEqual(made, {
      Distribution: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            Origins: [
              {
                Id: 'origin',
                DomainName: '127.0.0.1',
                CustomOriginConfig: { OriginProtocolPolicy: 'http-only', HTTPPort: 9 },
              },
            ],
            DefaultCacheBehavior: { TargetOriginId: 'origin', ViewerProtocolPolicy: 'allow-all' },
          },
        },
      },
    });
  });

  it('has a cache policy only for other times', () => {
    const { CachePolicy } = resourcesOf('rest', {
      stage: 'dev',
      cloudfront: { of: 'api', ttls: { MaxTTL: 9 } },
    });

    const { CachePolicyConfig } = (CachePolicy?.Properties ?? {}) as { CachePolicyConfig?: object };
    assert.deepEqual(
      { ...CachePolicyConfig, ParametersInCacheKeyAndForwardedToOrigin: {} },
      {
        Name: 'CachePolicy',
        MinTTL: 0,
        DefaultTTL: 60,
        MaxTTL: 9,
        ParametersInCacheKeyAndForwardedToOrigin: {},
      },
    );
  });

  it('requires the backend in front of which it is', () => {
    assert.throws(() => resourcesOf('rest', { stage: 'dev', cloudfront: { of: 'backend' } }), {
      message: 'the CloudFront distribution needs a backend, but the case has none',
    });
  });
});
