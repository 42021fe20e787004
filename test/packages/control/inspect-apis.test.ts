import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findLateParts } from '../../../packages/control/inspect-apis.ts';
import type { ResolvedResource } from '../../../packages/core/stack/model.ts';

const aResource = (
  logicalId: string,
  type: string,
  dependsOn: readonly string[] = [],
  api = 'a1',
): ResolvedResource => ({
  logicalId,
  type: `AWS::ApiGateway::${type}`,
  physicalId: logicalId,
  dependsOn,
  properties: { RestApiId: api },
  place: () => ({ file: 'template.yml' }),
});
const late = (deployment: ResolvedResource) =>
  findLateParts(
    new Map(
      [
        deployment,
        aResource('Get', 'Method', ['Unauthorized']),
        aResource('Unauthorized', 'GatewayResponse'),
        aResource('Elsewhere', 'GatewayResponse', [], 'b2'),
        aResource('Body', 'Model'),
      ].map((resource) => [resource.logicalId, resource]),
    ),
    'a1',
  );

describe('findLateParts of what is loaded', () => {
  it('goes by DependsOn, however far, and looks at what nothing refers to', () => {
    assert.deepEqual(late(aResource('Deployment', 'Deployment', ['Get'])), []);
    assert.deepEqual(late(aResource('Deployment', 'Deployment')), [
      { part: 'Get', deployment: 'Deployment' },
      { part: 'Unauthorized', deployment: 'Deployment' },
    ]);
  });

  it('passes over what comes with the document of its API', () => {
    const imported = aResource('Api GET /app', 'Method');
    const resources = new Map(
      [aResource('Deployment', 'Deployment'), imported].map((one) => [one.logicalId, one]),
    );

    assert.deepEqual(findLateParts(resources, 'a1'), []);
  });
});
