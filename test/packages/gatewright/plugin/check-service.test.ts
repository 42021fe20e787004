import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkService } from '../../../../packages/gatewright/plugin/check-service.ts';

const DOCUMENT = `version: 1
api:
  dev: { stack: shop-dev, logicalId: ApiGatewayRestApi, stage: dev }
  test: { stack: shop-dev, logicalId: ApiGatewayRestApi, stage: dev }
routes: ../../shop
issuers: [{ id: main, type: oidc, issuer: https://issuer.example/, audience: [api] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: read, effect: allow, methods: [GET], paths: [/orders] }]
quota: { tenant: shop, plan: daily, routes: [GET /orders], plans: [{ id: daily, version: 1, limits: [] }] }
`;
const ROUTES = JSON.stringify({
  kind: 'rest',
  apiIds: {},
  routes: [{ method: 'GET', path: '/orders', isProtected: true }],
});
const FILES = { 'shop.yml': DOCUMENT, 'shop.routes.json': ROUTES, 'compiled.json': '{}' };
const filesWithout = (left: string) =>
  Object.fromEntries(Object.entries(FILES).filter(([name]) => name !== left));

/** An authorizer as osls writes it for an ARN that another stack exports. */
const authorizer = (ttlSeconds: number) => ({
  RequestDashauthorizerApiGatewayAuthorizer: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      Name: 'request-authorizer',
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: ttlSeconds,
      AuthorizerUri: {
        'Fn::Join': ['', [{ 'Fn::ImportValue': 'gatewright-dev-RequestAuthorizerArn' }, '/invocations']],
      },
    },
  },
});

/** The findings of packaging for a service next to the folder `documents/`. */
function check(files: Readonly<Record<string, string>>, over: object = {}, at = 'documents') {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-service-'));
  try {
    mkdirSync(join(root, 'shop'));
    mkdirSync(join(root, at), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, at, name), text);
    return checkService({
      directory: join(root, 'shop'),
      settings: { access: '../documents' },
      stackName: 'shop-dev',
      resources: authorizer(0),
      ...over,
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** `GET /orders` behind that authorizer, as osls writes it. */
const method = (over: object = {}) => ({
  ApiGatewayRestApi: {
    Type: 'AWS::ApiGateway::RestApi',
    Properties: { Name: 'shop', ApiKeySourceType: 'AUTHORIZER' },
  },
  ApiGatewayResourceOrders: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      PathPart: 'orders',
      ParentId: { 'Fn::GetAtt': ['ApiGatewayRestApi', 'RootResourceId'] },
    },
  },
  ApiGatewayMethodOrdersGet: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResourceId: { Ref: 'ApiGatewayResourceOrders' },
      HttpMethod: 'GET',
      ApiKeyRequired: true,
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'RequestDashauthorizerApiGatewayAuthorizer' },
      ...over,
    },
  },
});

/** `GET /orders/{id}/notes` behind the authorizer of `method`. */
const NOTES = {
  ApiGatewayResourceOrder: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      PathPart: '{id}',
      ParentId: { Ref: 'ApiGatewayResourceOrders' },
    },
  },
  ApiGatewayResourceNotes: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      PathPart: 'notes',
      ParentId: { Ref: 'ApiGatewayResourceOrder' },
    },
  },
  ApiGatewayMethodNotesGet: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResourceId: { Ref: 'ApiGatewayResourceNotes' },
      HttpMethod: 'GET',
      ApiKeyRequired: true,
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'RequestDashauthorizerApiGatewayAuthorizer' },
    },
  },
};

const NOTHING = { complaints: [], warnings: [] };

describe('checkService', () => {
  it('has nothing against an authorizer that the document can live with', () => {
    assert.deepEqual(check(FILES), NOTHING);
  });

  it('refuses, once, one that keeps what must be charged', () => {
    assert.deepEqual(check(FILES, { resources: authorizer(30) }).complaints, [
      'access/shop.yml: authorizer request-authorizer: caches results for 30 s, and cached results are not charged to the quota: set the TTL to 0',
    ]);
  });

  // Over REST's `*`: a caller who may GET /orders/{id} would be allowed at /orders/{id}/notes too.
  it('refuses a method with an authorizer that the routes of the document do not have, under a wildcard', () => {
    const rest = (path: string, isProtected: boolean) => ({ method: 'GET', path, isProtected });
    const document = DOCUMENT.replace(/paths: \[[^\]]*\]/, "paths: ['/orders/{id}']");
    const complaintsOf = (routes: readonly object[], routesFrom = '..') =>
      check(
        {
          ...FILES,
          'shop.yml': document.replace(/^routes: .*$/m, `routes: ${routesFrom}`),
          'shop.routes.json': JSON.stringify({ kind: 'rest', apiIds: {}, routes }),
        },
        { resources: { ...authorizer(0), ...method(), ...NOTES } },
      ).complaints.filter((complaint) => complaint.includes('/notes'));

    const known = [rest('/orders', true), rest('/orders/{id}', true)];
    assert.match(
      complaintsOf([...known, rest('/orders/{id}/notes', false)]).join(),
      /access\/shop\.yml: .* can also call GET \/orders\/\{id\}\/notes, because .* had no authorizer .* run gatewright access sync$/,
    );
    assert.deepEqual(complaintsOf([...known, rest('/orders/{id}/notes', true)]), []);
    // Its routes are read from what is deployed, so this must be deployed first.
    assert.deepEqual(complaintsOf([...known, rest('/orders/{id}/notes', false)], 'live'), []);
  });

  // The rules have their own tests: check-wiring, check-preflight.
  it('refuses what the checks of routes and of their authorizers find in the template', () => {
    const files = {
      ...FILES,
      'shop.yml': DOCUMENT.replace('plans', 'admissionKey: shop-admitted-requests, plans'),
    };
    const { ApiGatewayMethodOrdersGet: get, ...api } = method({ ApiKeyRequired: false });
    const options = { ...get, Properties: { ...get.Properties, HttpMethod: 'OPTIONS' } };
    const resources = { ...authorizer(0), ...api, Get: get, Options: options };

    assert.deepEqual(check(files, { resources }).complaints, [
      'access/shop.yml: OPTIONS /orders has an authorizer, but browsers send preflights without credentials: remove the authorizer',
      'access/shop.yml: GET /orders is charged but requires no API key: set ApiKeyRequired: true, or remove quota.admissionKey',
    ]);
    resources.ApiGatewayRestApi.Properties.ApiKeySourceType = 'HEADER';
    assert.match(check(files, { resources }).complaints.join(), /needs ApiKeySourceType: AUTHORIZER/);
  });

  // The service was refused, although access matrix says of such a route that no rule of the document applies.
  it('does not refuse a route without a key whose authorizer is a function of the service', () => {
    const files = {
      ...FILES,
      'shop.yml': DOCUMENT.replace('plans', 'admissionKey: shop-admitted-requests, plans'),
    };
    const guarded = authorizer(0);
    const [[name, auth] = ['', {}]] = Object.entries(guarded).filter(
      ([, { Type }]) => Type === 'AWS::ApiGateway::Authorizer',
    ) as unknown as readonly [string, { Properties: object }][];
    const Gate = { Type: 'AWS::Lambda::Function' };
    const uri = { 'Fn::GetAtt': ['Gate', 'Arn'] };
    const own = {
      ...auth,
      Properties: { ...(auth as { Properties: object }).Properties, AuthorizerUri: uri },
    };
    const resources = { ...guarded, [name]: own, Gate, ...method({ ApiKeyRequired: false }) };

    assert.deepEqual(check(files, { resources }).complaints, []);
  });

  it('refuses a charged route without an authorizer at a deployment, and warns of it where it is only served', () => {
    const open = method({ AuthorizationType: 'NONE', AuthorizerId: undefined });
    const resources = { ...authorizer(0), ...open };
    const uncharged = (more: string): string =>
      `access/shop.yml: GET /orders is charged but has no authorizer of the toolkit, so calls are not charged: add an authorizer to the template${more}; if it is meant to be open, run gatewright access sync`;

    // attach does not change the template, so the same deployment would be refused again after it.
    assert.deepEqual(check(FILES, { resources }), { complaints: [uncharged('')], warnings: [] });
    const warning = uncharged(', or run gatewright attach when the API is deployed');
    assert.deepEqual(check(FILES, { resources, isServed: true }), { complaints: [], warnings: [warning] });
  });

  it('checks no stack that no document names', () => {
    assert.deepEqual(check(FILES, { resources: authorizer(30), stackName: 'shop-eve' }), NOTHING);
  });

  it('warns if no document names an API that uses the authorizers, because nothing was checked', () => {
    const resources = { ...authorizer(30), ...method() };
    const warning =
      "ApiGatewayRestApi of stack shop-eve uses authorizers of Gatewright's stack, but no document in ../documents names this API by stack and logical id, so the API was not checked. To have it checked, add an entry under api in its document. The key of the entry is the stage of Gatewright's stack, for example prod: { stack: shop-eve, logicalId: ApiGatewayRestApi, stage: the stage of the API }";

    assert.deepEqual(check(FILES, { resources, stackName: 'shop-eve' }), {
      complaints: [],
      warnings: [warning],
    });
    assert.deepEqual(check(FILES, { resources: method(), stackName: 'shop-eve' }), NOTHING);
  });

  it('does not warn of an API that a document names, nor if a document that may name it is not complete', () => {
    const resources = { ...authorizer(0), ...method() };

    assert.deepEqual(check(FILES, { resources }), NOTHING);
    const { warnings } = check(filesWithout('shop.routes.json'), { resources, stackName: 'shop-eve' });
    assert.deepEqual(
      warnings.filter((warning) => warning.includes('was not checked')),
      [],
    );
  });

  it('refuses an unknown setting, since a typing error would leave everything unchecked', () => {
    assert.match(
      check(FILES, { settings: { acess: '../documents' } }).complaints[0] ?? '',
      /^custom\.gatewright\.acess is not a setting; known settings: access, check, variables, /,
    );
  });

  it("reads the service's own access/ folder by default, but only if the commands have written it", () => {
    const own = { settings: undefined, resources: authorizer(30) };

    assert.equal(check(FILES, own, 'shop/access').complaints.length, 1);
    assert.deepEqual(check(filesWithout('compiled.json'), own, 'shop/access'), NOTHING);
    assert.deepEqual(check(FILES, { ...own, settings: { variables: {} } }), NOTHING);
  });

  it('refuses a setting that names no such folder', () => {
    const expected = /^custom\.gatewright\.access must be the folder of the toolkit's access documents/;

    for (const access of ['../nowhere', '.'])
      assert.match(check(FILES, { settings: { access } }).complaints[0] ?? '', expected);
    for (const access of [7, null])
      assert.deepEqual(check(FILES, { settings: { access } }).complaints, [
        'custom.gatewright.access must be the path of a folder, as text',
      ]);
  });

  it('refuses a folder with a document that cannot be read, and names one without routes', () => {
    const unread = filesWithout('shop.routes.json');
    const broken = { ...FILES, 'shop.yml': DOCUMENT.replace('effect: allow', 'effect: alow') };

    assert.match(check(broken).complaints[0] ?? '', /documents\/shop\.yml:8:\d+: rules\[0\]\.effect/);
    assert.deepEqual(check(unread).complaints, []);
    assert.match(check(unread).warnings[0] ?? '', /the routes have not been read/);
  });
});
