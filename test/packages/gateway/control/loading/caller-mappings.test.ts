import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callerMappingsIn } from '../../../../../packages/gateway/control/loading/caller-mappings.ts';
import type { ResolvedResource } from '../../../../../packages/gateway/core/stack/model.ts';

const aResource = (
  logicalId: string,
  type: string,
  properties: ResolvedResource['properties'],
): ResolvedResource => ({
  logicalId,
  type,
  physicalId: `${logicalId}-id`,
  dependsOn: [],
  properties,
  place: (property) => ({ file: 'template.yml', line: undefined, logicalId, property }),
});
const READS = '{"owner": "$context.authorizer.claims.email"}';
const RESOURCES = new Map(
  [
    aResource('Put', 'AWS::ApiGateway::Method', {
      Integration: {
        RequestTemplates: { 'application/json': READS, 'text/plain': '$input.body' },
        IntegrationResponses: [{ ResponseTemplates: { 'application/json': '$context.authorizer.sub' } }],
      },
    }),
    aResource('Get', 'AWS::ApiGatewayV2::Route', { Target: 'integrations/Call-id' }),
    aResource('Call', 'AWS::ApiGatewayV2::Integration', {
      RequestParameters: { 'append:header.owner': '$context.authorizer.jwt.claims.sub' },
    }),
    aResource('Mock', 'AWS::ApiGateway::Method', { Integration: { Type: 'MOCK' } }),
  ].map((resource) => [resource.logicalId, resource]),
);
const found = (routeId: string) =>
  callerMappingsIn(RESOURCES)(routeId).map(({ text, place }) => [text, place.logicalId, place.property]);

describe('callerMappingsIn', () => {
  it("reads a method's templates, including those of its responses", () => {
    assert.deepEqual(found('Put'), [
      [READS, 'Put', 'Integration.RequestTemplates'],
      ['$context.authorizer.sub', 'Put', 'Integration.IntegrationResponses'],
    ]);
  });

  it('finds the integration that a route of version 2 names', () => {
    assert.deepEqual(found('Get'), [['$context.authorizer.jwt.claims.sub', 'Call', 'RequestParameters']]);
  });

  it('is empty if no text reads the caller, or if there is no such route', () => {
    assert.deepEqual([...found('Mock'), ...found('Nobody')], []);
  });
});
