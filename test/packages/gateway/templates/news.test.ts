/**
 * What AWS has launched since spring 2025 (document history of the developer guide, API models of botocore 1.37.23 to
 * 1.43.67): served, without effect on a request, or reported at startup with its day.
 */
import { RESOURCE_TYPES } from '../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifyResources } from '../../../../packages/gateway/templates/classify.ts';
import { findSecurityPolicy } from '../../../../packages/gateway/control/domains/security-policy.ts';
import { tlsRulesOf } from '../../../../packages/gateway/server/security-policies.ts';
import { anApi } from '../../../support/an-api.ts';
import { ok, restApi } from '../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

/** What a start reports about it; `-` if a property changes nothing for a request. */
function messages(type: string, properties: JsonObject): readonly string[] {
  const resource = {
    logicalId: 'R',
    type,
    properties,
    physicalId: 'r',
    dependsOn: [],
    place: () => ({ file: 'f' }),
  };
  const { unsupported, noEffect } = classifyResources(RESOURCE_TYPES, 'shop', [resource]);
  return [...unsupported.map(({ consequence }) => consequence), ...noEffect.map(() => '-')];
}

const domainWith = (RoutingMode: string): readonly string[] =>
  messages('AWS::ApiGatewayV2::DomainName', { DomainName: 'a.example', RoutingMode });
const leastOf = (SecurityPolicy: string): string =>
  tlsRulesOf(findSecurityPolicy({ SecurityPolicy })).minVersion;

describe('what AWS has launched', () => {
  const named: readonly { readonly type: string; readonly properties: JsonObject; readonly says: RegExp }[] =
    [
      {
        type: 'AWS::ApiGateway::Method',
        properties: {
          Integration: {
            Type: 'HTTP_PROXY',
            Uri: 'http://a.example',
            IntegrationHttpMethod: 'GET',
            ConnectionType: 'VPC_LINK',
            ConnectionId: 'link',
            IntegrationTarget: 'arn:alb',
          },
        },
        says: /--vpc-link .*21 Nov 2025/,
      },
      {
        type: 'AWS::ApiGateway::RestApi',
        properties: { Name: 'a', EndpointAccessMode: 'STRICT' },
        says: /19 Nov 2025/,
      },
      { type: 'AWS::ApiGatewayV2::Portal', properties: {}, says: /19 Nov 2025/ },
      { type: 'AWS::ApiGatewayV2::PortalProduct', properties: {}, says: /19 Nov 2025/ },
      { type: 'AWS::ApiGatewayV2::ProductPage', properties: {}, says: /19 Nov 2025/ },
      {
        type: 'AWS::Lambda::Function',
        properties: { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } },
        says: /19 Nov 2025/,
      },
      {
        type: 'AWS::Lambda::Function',
        properties: { CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: {} } },
        says: /1 Dec 2025/,
      },
      { type: 'AWS::Lambda::CapacityProvider', properties: {}, says: /1 Dec 2025/ },
      {
        type: 'AWS::Lambda::Function',
        properties: { DurableConfig: { ExecutionTimeout: 60 } },
        says: /2 Dec 2025/,
      },
    ];
  for (const { type, properties, says } of named)
    it(`is reported with its day: ${type} ${Object.keys(properties).join(', ')}`, () => {
      const words = messages(type, properties);
      assert.equal(words.length, 1);
      assert.match(words[0] ?? '', says);
    });

  const served: readonly { readonly name: string; readonly seen: () => unknown; readonly is: unknown }[] = [
    {
      name: 'dual stack (28 Mar 2025): what listens is decided by --host',
      seen: () => [
        messages('AWS::ApiGatewayV2::Api', { IpAddressType: 'dualstack' }),
        messages('AWS::ApiGateway::RestApi', { EndpointConfiguration: { IpAddressType: 'dualstack' } }),
        messages('AWS::ApiGateway::DomainName', { EndpointConfiguration: { IpAddressType: 'dualstack' } }),
      ],
      is: [['-'], ['-'], ['-']],
    },
    {
      name: 'routing rules and modes (3 Jun 2025)',
      seen: () => [
        ...['API_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING'].map(domainWith),
        messages('AWS::ApiGatewayV2::RoutingRule', {
          DomainNameArn: 'a',
          Priority: 1,
          Conditions: [],
          Actions: [],
        }),
      ],
      is: [[], [], [], []],
    },
    {
      name: 'permissions of function URLs (10 Oct 2025)',
      seen: () => messages('AWS::Lambda::Permission', { InvokedViaFunctionUrl: true }),
      is: ['-'],
    },
    {
      name: 'response streaming of REST APIs (19 Nov 2025)',
      seen: () =>
        messages('AWS::ApiGateway::Method', {
          Integration: { Type: 'AWS_PROXY', ResponseTransferMode: 'STREAM' },
        }),
      is: [],
    },
    {
      name: 'security policies (19 Nov 2025 and 13 Mar 2026), and one of tomorrow',
      seen: () =>
        [
          'SecurityPolicy_TLS13_1_3_2025_09',
          'SecurityPolicy_TLS13_1_3_FIPS_PFS_PQ_2025_09',
          'SecurityPolicy_TLS13_1_2_PQ_2025_09',
          'SecurityPolicy_TLS14_2030_01',
        ].map(leastOf),
      is: ['TLSv1.3', 'TLSv1.3', 'TLSv1.2', 'TLSv1.2'],
    },
    {
      name: 'JWT authorizers of REST APIs with several issuers (autumn of 2026)',
      seen: () =>
        messages('AWS::ApiGateway::Authorizer', {
          Name: 'a',
          Type: 'JWT',
          IdentitySource: 'method.request.header.Authorization',
          JwtConfiguration: { Issuers: [{ Issuer: 'https://a' }, { Issuer: 'https://b' }] },
        }),
      is: [],
    },
    {
      name: 'private custom domains and their access associations (Nov 2024)',
      seen: () =>
        messages('AWS::ApiGateway::DomainNameAccessAssociation', {
          DomainNameArn: 'arn',
          AccessAssociationSource: 'vpce-1',
          AccessAssociationSourceType: 'VPCE',
        }),
      is: [],
    },
  ];
  for (const { name, seen, is } of served)
    it(`is accepted: ${name}`, () => {
      assert.deepEqual(seen(), is);
    });

  it('refuses SigV4a (19 Aug 2025), and the log has the algorithm', async () => {
    const { send, ports } = anApi(restApi({ AuthorizationType: 'AWS_IAM' }), { list: ok });
    const Authorization =
      'AWS4-ECDSA-P256-SHA256 Credential=AKIALOCAL/20261120/execute-api/aws4_request, SignedHeaders=host, Signature=30';

    const { status } = await send({
      target: '/dev/pets',
      headers: ['Authorization', Authorization, 'X-Amz-Date', '20261120T080910Z'],
    });

    assert.equal(status, 403);
    assert.match(ports.log.lines.at(-1) ?? '', /AWS4-ECDSA-P256-SHA256/);
  });
});
