import { describeProperties, ref } from '../check-properties.ts';
import type { PropertyRow } from '../check-properties.ts';

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

describeProperties('CloudFront', EDGE);
