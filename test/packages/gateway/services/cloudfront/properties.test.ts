import * as cloudfront from '../../../../../packages/gateway/services/cloudfront/service.ts';
import { times, ABSENT, describeProperties, ref } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const SELECTIONS = {
  CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['c'] },
  QueryStringsConfig: { QueryStringBehavior: 'allExcept', QueryStrings: ['q'] },
};
const ORIGIN = {
  Id: 'o',
  DomainName: 'backend.example',
  CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
};
const CENTURY_SECONDS = 3_153_600_000;
const EDGE: readonly PropertyRow[] = [
  {
    type: 'AWS::CloudFront::Distribution',
    properties: {
      DistributionConfig: {
        Enabled: true,
        Comment: 'c',
        Aliases: ['www.example.com'],
        DefaultRootObject: 'index.html',
        WebACLId: '',
        Restrictions: { GeoRestriction: { RestrictionType: 'none' } },
        Origins: [
          {
            ...ORIGIN,
            OriginPath: '/a',
            ConnectionAttempts: 2,
            OriginCustomHeaders: [{ HeaderName: 'X-A', HeaderValue: 'a' }],
            CustomOriginConfig: {
              OriginProtocolPolicy: 'match-viewer',
              HTTPPort: 8080,
              HTTPSPort: 8443,
              OriginReadTimeout: 20,
            },
          },
        ],
        DefaultCacheBehavior: {
          TargetOriginId: 'o',
          ViewerProtocolPolicy: 'allow-all',
          AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
          CachedMethods: ['GET', 'HEAD'],
          Compress: true,
          CachePolicyId: ref('Cache'),
          OriginRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
          ResponseHeadersPolicyId: '67f7725c-6f97-4210-82d7-5512b31e9d03',
        },
        CacheBehaviors: [
          {
            PathPattern: '/old/*',
            TargetOriginId: 'o',
            ViewerProtocolPolicy: 'https-only',
            MinTTL: 1,
            DefaultTTL: 2,
            MaxTTL: 3,
            ForwardedValues: {
              QueryString: true,
              QueryStringCacheKeys: ['q'],
              Headers: ['Accept'],
              Cookies: { Forward: 'whitelist', WhitelistedNames: ['c'] },
            },
          },
        ],
        CustomErrorResponses: [
          { ErrorCode: 404, ErrorCachingMinTTL: 1, ResponseCode: 200, ResponsePagePath: '/404.html' },
        ],
      },
    },
    others: {
      Cache: {
        Type: 'AWS::CloudFront::CachePolicy',
        Properties: {
          CachePolicyConfig: {
            Name: 'c',
            MinTTL: 0,
            ParametersInCacheKeyAndForwardedToOrigin: {
              HeadersConfig: { HeaderBehavior: 'none' },
              CookiesConfig: { CookieBehavior: 'none' },
              QueryStringsConfig: { QueryStringBehavior: 'none' },
            },
          },
        },
      },
    },
    bounds: {
      'DistributionConfig.Origins.0.ConnectionAttempts': [1, 3],
      'DistributionConfig.Origins.0.CustomOriginConfig.HTTPPort': [1, 65_535],
      'DistributionConfig.Origins.0.CustomOriginConfig.HTTPSPort': [1, 65_535],
      'DistributionConfig.Origins.0.CustomOriginConfig.OriginReadTimeout': [1, 180],
      'DistributionConfig.CustomErrorResponses.0.ErrorCachingMinTTL': [0, CENTURY_SECONDS],
      'DistributionConfig.CustomErrorResponses.0.ResponseCode': [200, 599],
      'DistributionConfig.CacheBehaviors.0.MinTTL': [0, 2],
      'DistributionConfig.CacheBehaviors.0.DefaultTTL': [1, 3],
      'DistributionConfig.CacheBehaviors.0.MaxTTL': [2, CENTURY_SECONDS],
    },
    values: {
      'DistributionConfig.DefaultRootObject': { takes: ['a/b.html', ''], refuses: ['/index.html', 'a b', 7] },
      'DistributionConfig.Origins.0.DomainName': {
        takes: ['a.example'],
        refuses: [
          'https://a.example',
          'a.example:80',
          'a.example/b',
          'b.s3.amazonaws.com',
          'b.s3-website-us-east-1.amazonaws.com',
        ],
      },
      'DistributionConfig.Origins.0.OriginPath': { takes: ['', '/a/b'], refuses: ['a', '/', '/a/'] },
      'DistributionConfig.Origins.0.OriginCustomHeaders': {
        takes: [times(100, (n) => ({ HeaderName: `x-${n}`, HeaderValue: 'a' }))],
        refuses: [
          times(101, (n) => ({ HeaderName: `x-${n}`, HeaderValue: 'a' })),
          ...['Host', 'Cookie', 'If-Match', 'X-Amz-A', 'x-edge-a', 'Proxy-A', 'Cache-Control'].map(
            (HeaderName) => [{ HeaderName, HeaderValue: 'a' }],
          ),
        ],
      },
      'DistributionConfig.Origins.0.CustomOriginConfig.OriginProtocolPolicy': {
        takes: ['http-only', 'https-only'],
        refuses: ['http', ABSENT],
      },
      'DistributionConfig.CustomErrorResponses.0.ErrorCode': {
        takes: [400, 403, 405, 414, 416, 500, 501, 502, 503, 504],
        refuses: [399, 401, 418, 505, 600],
      },
      'DistributionConfig.CustomErrorResponses.0.ResponsePagePath': { takes: ['/a'], refuses: ['a', ABSENT] },
      'DistributionConfig.CustomErrorResponses.0.ResponseCode': { takes: [503], refuses: [ABSENT] },
      'DistributionConfig.Restrictions.GeoRestriction.RestrictionType': { takes: [], refuses: ['whitelist'] },
      'DistributionConfig.DefaultCacheBehavior.TargetOriginId': { takes: [], refuses: ['other', ABSENT] },
      'DistributionConfig.DefaultCacheBehavior.CachePolicyId': {
        takes: ['658327ea-f89d-4fab-a63d-7e88639e58f6'],
        refuses: ['other', ABSENT, 7],
      },
      'DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy': {
        takes: ['redirect-to-https'],
        refuses: ['http-only', ABSENT],
      },
      'DistributionConfig.CacheBehaviors.0.PathPattern': {
        takes: ['*.jpg', '/a?/*', 'a'.repeat(255)],
        refuses: ['', 'a b', 'a'.repeat(256), ABSENT],
      },
      'DistributionConfig.CacheBehaviors.0.ForwardedValues.Cookies': {
        takes: [{ Forward: 'all' }, { Forward: 'none' }],
        refuses: [{ Forward: 'some' }],
      },
    },
  },
  {
    type: 'AWS::CloudFront::CachePolicy',
    properties: {
      CachePolicyConfig: {
        Name: 'c',
        MinTTL: 1,
        DefaultTTL: 2,
        MaxTTL: 3,
        ParametersInCacheKeyAndForwardedToOrigin: {
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept'] },
          ...SELECTIONS,
          EnableAcceptEncodingGzip: true,
          EnableAcceptEncodingBrotli: true,
        },
      },
    },
    bounds: {
      'CachePolicyConfig.MinTTL': [0, 2],
      'CachePolicyConfig.DefaultTTL': [1, 3],
      'CachePolicyConfig.MaxTTL': [2, CENTURY_SECONDS],
    },
    values: {
      'CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig': {
        takes: [{ HeaderBehavior: 'none' }],
        refuses: [
          { HeaderBehavior: 'allViewer' },
          { HeaderBehavior: 'whitelist' },
          ...['Connection', 'Cookie', 'TE', 'Upgrade', 'Proxy-Authorization', 'a b'].map((name) => ({
            HeaderBehavior: 'whitelist',
            Headers: [name],
          })),
          ...['Address', 'ASN', 'TLS', 'JA3-Fingerprint', 'JA4-Fingerprint'].map((name) => ({
            HeaderBehavior: 'whitelist',
            Headers: [`CloudFront-Viewer-${name}`],
          })),
        ],
      },
      'CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig': {
        takes: [
          { CookieBehavior: 'all' },
          { CookieBehavior: 'none' },
          { CookieBehavior: 'allExcept', Cookies: ['a'] },
        ],
        refuses: [{ CookieBehavior: 'whitelist' }, { CookieBehavior: 'allExcept' }, {}],
      },
      'CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig': {
        takes: [{ QueryStringBehavior: 'all' }, { QueryStringBehavior: 'none' }],
        refuses: [{ QueryStringBehavior: 'whitelist' }, {}],
      },
    },
  },
  {
    type: 'AWS::CloudFront::OriginRequestPolicy',
    properties: {
      OriginRequestPolicyConfig: {
        Name: 'r',
        HeadersConfig: {
          HeaderBehavior: 'allViewerAndWhitelistCloudFront',
          Headers: ['CloudFront-Viewer-Address'],
        },
        ...SELECTIONS,
      },
    },
    values: {
      'OriginRequestPolicyConfig.HeadersConfig': {
        takes: [
          { HeaderBehavior: 'none' },
          { HeaderBehavior: 'allViewer' },
          { HeaderBehavior: 'allExcept', Headers: ['Host'] },
          { HeaderBehavior: 'whitelist', Headers: ['Accept', 'CloudFront-Viewer-Country'] },
        ],
        refuses: [
          { HeaderBehavior: 'whitelist', Headers: ['Authorization'] },
          { HeaderBehavior: 'allExcept' },
          { HeaderBehavior: 'allViewerAndWhitelistCloudFront', Headers: ['Accept'] },
        ],
      },
    },
  },
  {
    type: 'AWS::CloudFront::ResponseHeadersPolicy',
    properties: {
      ResponseHeadersPolicyConfig: {
        Name: 'h',
        RemoveHeadersConfig: { Items: [{ Header: 'Server' }] },
        CustomHeadersConfig: { Items: [{ Header: 'X-A', Value: 'a', Override: true }] },
        ServerTimingHeadersConfig: { Enabled: true, SamplingRate: 50 },
        CorsConfig: {
          AccessControlAllowCredentials: true,
          AccessControlAllowHeaders: { Items: ['*'] },
          AccessControlAllowMethods: { Items: ['GET'] },
          AccessControlAllowOrigins: { Items: ['*'] },
          AccessControlExposeHeaders: { Items: ['X-A'] },
          AccessControlMaxAgeSec: 1,
          OriginOverride: true,
        },
        SecurityHeadersConfig: {
          ContentSecurityPolicy: { ContentSecurityPolicy: 'c', Override: true },
          ReferrerPolicy: { ReferrerPolicy: 'origin', Override: true },
          StrictTransportSecurity: {
            AccessControlMaxAgeSec: 1,
            IncludeSubdomains: true,
            Preload: true,
            Override: true,
          },
          ContentTypeOptions: { Override: true },
          FrameOptions: { FrameOption: 'DENY', Override: true },
          XSSProtection: {
            Protection: true,
            ModeBlock: false,
            ReportUri: 'https://r.example',
            Override: true,
          },
        },
      },
    },
    bounds: {
      'ResponseHeadersPolicyConfig.ServerTimingHeadersConfig.SamplingRate': [0, 100],
      'ResponseHeadersPolicyConfig.CorsConfig.AccessControlMaxAgeSec': [0, CENTURY_SECONDS],
      'ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec': [
        0,
        CENTURY_SECONDS,
      ],
    },
  },
];

describeProperties('CloudFront', { cloudfront }, EDGE);
