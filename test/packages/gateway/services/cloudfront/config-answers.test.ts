/** GetDistribution returns what the template contains, member by member (API reference, DistributionConfig). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDistribution } from './a-distribution.ts';
import type { Bench } from './a-distribution.ts';

const legacy = (values: string): string => `
ForwardedValues: { ${values} }
MinTTL: 1
DefaultTTL: 2
MaxTTL: 3`;

const none = (name: string): string => `<${name}><Quantity>0</Quantity></${name}>`;
const list = (name: string, ...items: readonly string[]): string =>
  `<${name}><Quantity>${items.length}</Quantity><Items>${items.join('')}</Items></${name}>`;

function configOf(bench: Bench): string {
  const id = /<Id>(\w+)<\/Id>/.exec(bench.call('GET', '/2020-05-31/distribution').body)?.[1] ?? '';
  const { status, body } = bench.call('GET', `/2020-05-31/distribution/${id}`);
  assert.equal(status, 200);
  return body;
}

describe('the configuration that CloudFront’s API gives', () => {
  for (const [what, options, parts] of [
    [
      'names, comment and error pages',
      {
        config: `
Aliases: [a.example, B.example]
Comment: a <b> & c
DefaultRootObject: index.html
CustomErrorResponses:
  - { ErrorCode: 404, ResponseCode: 200, ResponsePagePath: /404.html, ErrorCachingMinTTL: 7 }
  - { ErrorCode: 500 }`,
      },
      [
        list('Aliases', '<CNAME>a.example</CNAME>', '<CNAME>b.example</CNAME>'),
        '<Comment>a &#60;b&#62; &#38; c</Comment>',
        '<DefaultRootObject>index.html</DefaultRootObject>',
        list(
          'CustomErrorResponses',
          '<CustomErrorResponse><ErrorCode>404</ErrorCode><ResponsePagePath>/404.html</ResponsePagePath><ResponseCode>200</ResponseCode><ErrorCachingMinTTL>7</ErrorCachingMinTTL></CustomErrorResponse>',
          '<CustomErrorResponse><ErrorCode>500</ErrorCode><ErrorCachingMinTTL>10</ErrorCachingMinTTL></CustomErrorResponse>',
        ),
        '<Enabled>true</Enabled>',
        '<PriceClass>PriceClass_All</PriceClass>',
        '<WebACLId></WebACLId>',
      ],
    ],
    [
      'nothing if the template says nothing',
      {},
      [
        none('Aliases'),
        none('CacheBehaviors'),
        none('CustomErrorResponses'),
        '<Comment></Comment>',
        '<DefaultRootObject></DefaultRootObject>',
      ],
    ],
    // AWS CLI reference, create-distribution (July 2025): what CloudFront prints of a distribution that names none of
    // it
    [
      'what CloudFront adds',
      {},
      [
        none('OriginGroups'),
        none('LambdaFunctionAssociations'),
        none('FunctionAssociations'),
        '<SmoothStreaming>false</SmoothStreaming>',
        '<FieldLevelEncryptionId></FieldLevelEncryptionId>',
        '<Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix></Logging>',
        '<ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><SSLSupportMethod>vip</SSLSupportMethod><MinimumProtocolVersion>TLSv1</MinimumProtocolVersion><CertificateSource>cloudfront</CertificateSource></ViewerCertificate>',
        '<HttpVersion>http2</HttpVersion>',
        '<Staging>false</Staging>',
      ],
    ],
    [
      'members that do not affect requests, as the template gives them',
      {
        config: `
PriceClass: PriceClass_100
HttpVersion: http2and3
IPV6Enabled: false
ViewerCertificate: { AcmCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1", SslSupportMethod: sni-only, MinimumProtocolVersion: TLSv1.2_2021 }`,
        originConfig: `
ConnectionTimeout: 5
OriginShield: { Enabled: true, OriginShieldRegion: eu-west-1 }`,
      },
      [
        '<PriceClass>PriceClass_100</PriceClass>',
        '<HttpVersion>http2and3</HttpVersion>',
        '<IsIPV6Enabled>false</IsIPV6Enabled>',
        '<ViewerCertificate><CloudFrontDefaultCertificate>false</CloudFrontDefaultCertificate><ACMCertificateArn>arn:aws:acm:us-east-1:123456789012:certificate/1</ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod><MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion><Certificate>arn:aws:acm:us-east-1:123456789012:certificate/1</Certificate><CertificateSource>acm</CertificateSource></ViewerCertificate>',
        '<ConnectionTimeout>5</ConnectionTimeout><OriginShield><Enabled>true</Enabled><OriginShieldRegion>eu-west-1</OriginShieldRegion></OriginShield>',
      ],
    ],
    [
      'its origins',
      {
        originConfig: `
OriginPath: /v1
ConnectionAttempts: 2
OriginCustomHeaders: [{ HeaderName: X-A, HeaderValue: "1" }, { HeaderName: X-B, HeaderValue: "2" }]`,
      },
      [
        `<OriginPath>/v1</OriginPath>${list(
          'CustomHeaders',
          '<OriginCustomHeader><HeaderName>X-A</HeaderName><HeaderValue>1</HeaderValue></OriginCustomHeader>',
          '<OriginCustomHeader><HeaderName>X-B</HeaderName><HeaderValue>2</HeaderValue></OriginCustomHeader>',
        )}`,
        `<CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy>${list('OriginSslProtocols', '<SslProtocol>SSLv3</SslProtocol>', '<SslProtocol>TLSv1</SslProtocol>')}<OriginReadTimeout>30</OriginReadTimeout><OriginKeepaliveTimeout>5</OriginKeepaliveTimeout></CustomOriginConfig><ConnectionAttempts>2</ConnectionAttempts><ConnectionTimeout>10</ConnectionTimeout><OriginShield><Enabled>false</Enabled></OriginShield><OriginAccessControlId></OriginAccessControlId>`,
      ],
    ],
    [
      'a behavior with chosen values',
      {
        behavior: legacy(
          'QueryString: true, QueryStringCacheKeys: [q, r], Headers: [Accept, X-A], Cookies: { Forward: whitelist, WhitelistedNames: [c] }',
        ),
      },
      [
        `<ForwardedValues><QueryString>true</QueryString><Cookies><Forward>whitelist</Forward>${list('WhitelistedNames', '<Name>c</Name>')}</Cookies>${list('Headers', '<Name>accept</Name>', '<Name>x-a</Name>')}${list('QueryStringCacheKeys', '<Name>q</Name>', '<Name>r</Name>')}</ForwardedValues><MinTTL>1</MinTTL><DefaultTTL>2</DefaultTTL><MaxTTL>3</MaxTTL>`,
        list('AllowedMethods', '<Method>HEAD</Method>', '<Method>GET</Method>').replace(
          '</AllowedMethods>',
          '',
        ),
        '<Compress>false</Compress>',
      ],
    ],
    [
      'a behavior with all values',
      { behavior: legacy('QueryString: true, Headers: ["*"], Cookies: { Forward: all }') },
      [
        `<ForwardedValues><QueryString>true</QueryString><Cookies><Forward>all</Forward></Cookies>${list('Headers', '<Name>*</Name>')}${none('QueryStringCacheKeys')}</ForwardedValues>`,
      ],
    ],
    [
      'a behavior with no values',
      {
        behavior: `${legacy('QueryString: false')}\nAllowedMethods: [GET, HEAD, OPTIONS]\nCachedMethods: [GET, HEAD, OPTIONS]\nCompress: true`,
      },
      [
        `<ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies>${none('Headers')}${none('QueryStringCacheKeys')}</ForwardedValues>`,
        list('CachedMethods', '<Method>HEAD</Method>', '<Method>GET</Method>', '<Method>OPTIONS</Method>'),
        '<Compress>true</Compress>',
      ],
    ],
    [
      'its policies, and behaviors of other paths before the default one',
      {
        behavior:
          'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6\nOriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3\nResponseHeadersPolicyId: 67f7725c-6f97-4210-82d7-5512b31e9d03',
        config:
          'CacheBehaviors: [{ PathPattern: /a/*, TargetOriginId: api, ViewerProtocolPolicy: redirect-to-https, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6 }]',
      },
      [
        '<CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId><OriginRequestPolicyId>216adef6-5c7f-47e4-b989-5492eafa07d3</OriginRequestPolicyId><ResponseHeadersPolicyId>67f7725c-6f97-4210-82d7-5512b31e9d03</ResponseHeadersPolicyId><GrpcConfig><Enabled>false</Enabled></GrpcConfig></DefaultCacheBehavior>',
        '<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior><PathPattern>/a/*</PathPattern><TargetOriginId>api</TargetOriginId><TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners><TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups><ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>',
      ],
    ],
  ] as const)
    it(`has ${what}`, () => {
      const bench = aDistribution(options);
      const body = configOf(bench);

      assert.deepEqual(bench.faults.all, []);
      for (const part of parts) assert.ok(body.includes(part), `${part}\nis not in\n${body}`);
    });

  // AWS CLI reference, list-distributions
  it('has the HTTP version of a list in its own form', () => {
    const bench = aDistribution({});

    assert.match(bench.call('GET', '/2020-05-31/distribution').body, /<HttpVersion>HTTP2<\/HttpVersion>/);
  });

  it('shows what closes a behavior as the template gives it', () => {
    const bench = aDistribution({
      behavior:
        'FunctionAssociations: [{ EventType: viewer-request, FunctionARN: "arn:aws:cloudfront::123456789012:function/f" }]\nTrustedKeyGroups: [k]',
    });
    const body = configOf(bench);

    for (const part of [
      list(
        'FunctionAssociations',
        '<FunctionAssociation><FunctionARN>arn:aws:cloudfront::123456789012:function/f</FunctionARN><EventType>viewer-request</EventType></FunctionAssociation>',
      ),
      '<TrustedKeyGroups><Enabled>true</Enabled><Quantity>1</Quantity><Items><KeyGroup>k</KeyGroup></Items></TrustedKeyGroups>',
    ])
      assert.ok(body.includes(part), `${part}\nis not in\n${body}`);
  });
});
