import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aStack, refusal } from '../stack-builders.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const SAM = 'AWS SAM specification, DomainConfiguration';

function template(kind: 'Api' | 'HttpApi', domains: readonly string[]): string {
  const apis = domains.map(
    (domain, index) =>
      `  Shop${index}: { Type: AWS::Serverless::${kind}, Properties: { StageName: live, Domain: ${domain} } }`,
  );
  return ['Transform: AWS::Serverless-2016-10-31', 'Resources:', ...apis].join('\n');
}

/** What SAM generates from the domains of a template, by logical id. */
function madeOf(text: string): Record<string, JsonObject> {
  const resources = [...aStack(text).resolveResources().values()];
  return Object.fromEntries(
    resources
      .filter(({ type }) => /::(?:DomainName|BasePathMapping|ApiMapping)$/.test(type))
      .map(({ logicalId, type, properties }) => {
        const { RestApiId, ApiId, ...rest } = properties;
        if (!type.endsWith('::DomainName')) assert.equal(typeof (RestApiId ?? ApiId), 'string');
        return [logicalId, { type: type.replace('AWS::', ''), ...rest }];
      }),
  );
}

it('has the lines of Domain for what SAM makes from it', () => {
  const text = `Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Domain:
        DomainName: api.example.com
        CertificateArn: arn`;
  const lines = [...aStack(text).resolveResources().values()]
    .filter(({ type }) => /::(?:DomainName|BasePathMapping)$/.test(type))
    .map((resource) => [resource.type.split('::')[2], resource.place('DomainName').line]);

  assert.deepEqual(Object.fromEntries(lines), { DomainName: 8, BasePathMapping: 8 });
});

describe('a private domain', () => {
  it('has other types, so that it never answers like a public one', () => {
    const text = template('Api', [
      '{ DomainName: api.example.com, CertificateArn: arn, BasePath: [v1], EndpointConfiguration: PRIVATE, Policy: {}, AccessAssociation: { VpcEndpointId: vpce-0123456789abcdef0 } }',
    ]);

    assert.deepEqual(madeOf(text), {}, SAM);
    const stack = aStack(text);
    const types = [...stack.resolveResources().values()].map(({ type }) => type);
    assert.deepEqual(stack.raw.findings, []);
    for (const type of ['DomainNameV2', 'BasePathMappingV2', 'DomainNameAccessAssociation'])
      assert.ok(types.includes(`AWS::ApiGateway::${type}`), type);
  });
});

describe('expandDomain', () => {
  it('makes a domain of a REST API with a mapping per base path, normalized', () => {
    const text = template('Api', [
      '{ DomainName: api.example.com, CertificateArn: arn, BasePath: [/v1, my-shop, /], EndpointConfiguration: REGIONAL, SecurityPolicy: TLS_1_2 }',
    ]);

    const mapping = { type: 'ApiGateway::BasePathMapping', DomainName: 'api.example.com', Stage: 'live' };
    assert.deepEqual(
      madeOf(text),
      {
        ApiGatewayDomainName1bc412bb08: {
          type: 'ApiGateway::DomainName',
          DomainName: 'api.example.com',
          SecurityPolicy: 'TLS_1_2',
          EndpointConfiguration: { Types: ['REGIONAL'] },
        },
        Shop0v1BasePathMapping: { ...mapping, BasePath: 'v1' },
        Shop0myshopBasePathMapping: { ...mapping, BasePath: 'myshop' },
        Shop0BasePathMapping: mapping,
      },
      SAM,
    );
  });

  it('creates a domain of an HTTP API, whose base paths may have several levels', () => {
    const text = template('HttpApi', [
      '{ DomainName: api.example.com, CertificateArn: arn, BasePath: [/v1/shop/], NormalizeBasePath: false }',
    ]);

    assert.deepEqual(
      madeOf(text),
      {
        ApiGatewayDomainNameV21bc412bb08: {
          type: 'ApiGatewayV2::DomainName',
          DomainName: 'api.example.com',
          DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }],
        },
        Shop0v1shopApiMapping: {
          type: 'ApiGatewayV2::ApiMapping',
          DomainName: 'api.example.com',
          Stage: 'live',
          ApiMappingKey: 'v1/shop',
        },
      },
      SAM,
    );
  });

  it('shares a domain between APIs of one template', () => {
    const made = madeOf(
      template('Api', [
        '{ DomainName: a.example.com, BasePath: [one] }',
        '{ DomainName: a.example.com, BasePath: [two] }',
      ]),
    );

    assert.deepEqual(Object.keys(made), [
      'ApiGatewayDomainName6c21496336',
      'Shop0oneBasePathMapping',
      'Shop1twoBasePathMapping',
    ]);
  });

  it('keeps mutual TLS, which is then named as unsupported, and refuses a domain without a name', () => {
    const tls = template('Api', [
      '{ DomainName: a.example.com, MutualTlsAuthentication: { TruststoreUri: s3://b/k } }',
    ]);
    assert.deepEqual(madeOf(tls)['ApiGatewayDomainName6c21496336']?.['MutualTlsAuthentication'], {
      TruststoreUri: 's3://b/k',
    });
    assert.match(
      refusal(() => aStack(template('Api', ['{ CertificateArn: arn }'])).resolveResources()),
      /Domain\.DomainName is required/,
    );
  });
});
