/**
 * The return values of a resource for templates. Source: AWS CloudFormation template reference, "Return values" of each
 * type.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { API_TYPES } from '../../../../../packages/gateway/control/resource-types/api-types.ts';

function namesOf(type: string, properties: Readonly<Record<string, string>> = {}) {
  const { names } = API_TYPES.get(type) ?? {};
  assert.ok(names !== undefined, type);
  const resource = {
    stackName: 'shop',
    logicalId: 'It',
    type,
    region: 'eu-west-1',
    accountId: '123456789012',
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    text: (property: string) => properties[property],
  };
  const attributes = Object.entries(names.attributes ?? {}).map(
    ([name, namer]) => [name, namer(resource)] as const,
  );
  return { ref: names.ref(resource), attributes: new Map(attributes) };
}

describe('Ref of a part of an API', () => {
  const ids: readonly (readonly [type: string, attribute: string])[] = [
    ['AWS::ApiGateway::RestApi', 'RestApiId'],
    ['AWS::ApiGateway::Resource', 'ResourceId'],
    ['AWS::ApiGateway::Authorizer', 'AuthorizerId'],
    ['AWS::ApiGateway::RequestValidator', 'RequestValidatorId'],
    ['AWS::ApiGateway::GatewayResponse', 'Id'],
    ['AWS::ApiGateway::Deployment', 'DeploymentId'],
    ['AWS::ApiGateway::ClientCertificate', 'ClientCertificateId'],
    ['AWS::ApiGateway::ApiKey', 'APIKeyId'],
    ['AWS::ApiGateway::UsagePlan', 'Id'],
    ['AWS::ApiGateway::UsagePlanKey', 'Id'],
    ['AWS::ApiGateway::VpcLink', 'VpcLinkId'],
    ['AWS::ApiGatewayV2::Api', 'ApiId'],
    ['AWS::ApiGatewayV2::Route', 'RouteId'],
    ['AWS::ApiGatewayV2::Integration', 'IntegrationId'],
    ['AWS::ApiGatewayV2::Authorizer', 'AuthorizerId'],
    ['AWS::ApiGatewayV2::Model', 'ModelId'],
    ['AWS::ApiGatewayV2::RouteResponse', 'RouteResponseId'],
    ['AWS::ApiGatewayV2::IntegrationResponse', 'IntegrationResponseId'],
    ['AWS::ApiGatewayV2::Deployment', 'DeploymentId'],
    ['AWS::ApiGatewayV2::VpcLink', 'VpcLinkId'],
  ];
  for (const [type, attribute] of ids)
    it(`is the id of an ${type}, and its ${attribute} is the same`, () => {
      const { ref, attributes } = namesOf(type);

      assert.match(ref, /^[a-z0-9]{6,10}$/);
      assert.equal(attributes.get(attribute), ref);
    });

  it('is the name of a stage', () => {
    for (const version of ['', 'V2'])
      assert.equal(namesOf(`AWS::ApiGateway${version}::Stage`, { StageName: 'prod' }).ref, 'prod');
  });

  it('is the name of a model, which consists of letters and digits if it is generated', () => {
    assert.equal(namesOf('AWS::ApiGateway::Model', { Name: 'Pet' }).ref, 'Pet');
    assert.match(namesOf('AWS::ApiGateway::Model').ref, /^[A-Za-z0-9]+$/);
  });

  for (const [protocol, scheme] of [
    ['HTTP', 'https'],
    ['WEBSOCKET', 'wss'],
  ])
    it(`has an ApiEndpoint by ${scheme}, of an API by ${protocol}`, () => {
      const { ref, attributes } = namesOf('AWS::ApiGatewayV2::Api', { ProtocolType: protocol ?? '' });

      assert.equal(attributes.get('ApiEndpoint'), `${scheme}://${ref}.execute-api.eu-west-1.amazonaws.com`);
    });
});
