import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findLateParts, localTokenOf } from '../../../../../packages/gateway/control/loading/inspect-apis.ts';
import type { Authorization } from '../../../../../packages/gateway/core/deployment/model.ts';
import type { ResolvedResource } from '../../../../../packages/gateway/core/stack/model.ts';

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
    'rest',
  );

describe('findLateParts of what is loaded', () => {
  it('goes by DependsOn, however far, and looks at what nothing refers to', () => {
    assert.deepEqual(late(aResource('Deployment', 'Deployment', ['Get'])), []);
    assert.deepEqual(late(aResource('Deployment', 'Deployment')), [
      { part: 'Get', deployment: 'Deployment' },
      { part: 'Unauthorized', deployment: 'Deployment' },
    ]);
  });

  // examples/chat: the deployment names the route responses, each of which refers to its route.
  it('goes by the parts to which the properties of what is awaited refer', () => {
    const part = (
      logicalId: string,
      type: string,
      properties: object,
      dependsOn: readonly string[] = [],
    ) => ({
      ...aResource(logicalId, type, dependsOn),
      type: `AWS::ApiGatewayV2::${type}`,
      properties: { ApiId: 'a1', ...properties },
    });
    const resources = new Map(
      [
        part('Deployment', 'Deployment', {}, ['Answer']),
        part('Answer', 'RouteResponse', { RouteId: 'Read' }),
        part('Read', 'Route', { RouteKey: 'read' }),
        part('Late', 'Route', { RouteKey: 'late' }),
      ].map((one) => [one.logicalId, one]),
    );

    assert.deepEqual(findLateParts(resources, 'a1', 'websocket'), [
      { part: 'Late', deployment: 'Deployment' },
    ]);
  });

  it('passes over what comes with the document of its API', () => {
    const imported = aResource('Api GET /app', 'Method');
    const resources = new Map(
      [aResource('Deployment', 'Deployment'), imported].map((one) => [one.logicalId, one]),
    );

    assert.deepEqual(findLateParts(resources, 'a1', 'rest'), []);
  });
});

describe('localTokenOf', () => {
  const OWN = 'https://local.gatewright.invalid/';
  const OTHER = 'https://pool.example/';
  const known = { own: OWN, includes: (issuer: string) => [OWN, OTHER].includes(issuer) };
  const wanting = (
    issuers: readonly object[],
    scopes: readonly string[] = [],
    more: object = {},
  ): Authorization =>
    ({
      kind: 'token',
      authorizer: {
        trust: { issuers, tokenUse: 'access', algorithms: ['RS256'], requiredClaims: [], ...more },
      },
      scopes,
    }) as unknown as Authorization;

  it('says what a token of the local issuer must contain', () => {
    const issuers = [
      { issuer: 'https://elsewhere.example/', audience: ['x'] },
      { issuer: OWN, audience: ['orders', 'menu'] },
    ];

    assert.deepEqual(localTokenOf(wanting(issuers, ['read', 'write']), known), {
      issuer: undefined,
      audience: 'orders',
      scope: 'read',
      tokenUse: 'access',
    });
  });

  it('names the issuer for which the local issuer stands in, and no audience if any audience is accepted', () => {
    assert.deepEqual(localTokenOf(wanting([{ issuer: OTHER, audience: 'any' }]), known), {
      issuer: OTHER,
      audience: undefined,
      scope: undefined,
      tokenUse: 'access',
    });
  });

  it('has the claims that the authorizer requires', () => {
    const requiredClaims = [
      { name: 'sub', values: [] },
      { name: 'tier', values: ['gold', 'silver'] },
      { name: 'roles', values: ['admin'] },
      { name: 'email', values: [] },
    ];

    const { roles, claims } =
      localTokenOf(wanting([{ issuer: OWN, audience: 'any' }], [], { requiredClaims }), known) ?? {};

    assert.deepEqual({ roles, claims }, { roles: ['admin'], claims: { tier: 'gold', email: 'any' } });
  });

  it('is undefined for an authorizer that does not accept RS256, with which the local issuer signs', () => {
    const ofOwn = [{ issuer: OWN, audience: 'any' }];

    assert.equal(localTokenOf(wanting(ofOwn, [], { algorithms: ['RS512'] }), known), undefined);
  });

  it('is undefined if no token of this machine is accepted', () => {
    const elsewhere = { issuer: 'https://elsewhere.example/', audience: 'any' };

    assert.equal(localTokenOf(wanting([elsewhere]), known), undefined);
    assert.equal(localTokenOf({ kind: 'none' }, known), undefined);
  });
});
