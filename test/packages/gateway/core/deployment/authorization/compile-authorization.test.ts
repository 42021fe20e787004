import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../../../packages/gateway/core/deployment/assumptions.ts';
import {
  checkV2Authorizer,
  compileRestAuthorization,
  compileV2Authorization,
} from '../../../../../../packages/gateway/core/deployment/authorization/compile-authorization.ts';
import { ALL_PERMITTED } from '../../../../../../packages/gateway/core/deployment/authorization/invoke-permissions.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';
import type { Authorization } from '../../../../../../packages/gateway/core/deployment/model.ts';

const POOL = 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aB3';
const POOL_ISSUER = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aB3';
const JWT = { Issuer: 'https://issuer.example/', Audience: ['api'] };

function aBag(logicalId: string, properties: Readonly<Record<string, unknown>>): PropertyBag {
  return {
    id: logicalId,
    logicalId,
    properties,
    place: (property) => ({ file: 'template.json', logicalId, property }),
  };
}

type RequestOptions = {
  readonly method: Readonly<Record<string, unknown>>;
  readonly authorizer?: Readonly<Record<string, unknown>>;
};

function compile(kind: 'rest' | 'http' | 'websocket', { method, authorizer }: RequestOptions): Authorization {
  const bag = aBag('Method', { RouteKey: '$connect', AuthorizerId: 'Auth', ...method });
  const from = {
    authorizers: new Map(authorizer === undefined ? [] : [['Auth', aBag('Auth', authorizer)]]),
    assumptions: DEFAULT_ASSUMPTIONS,
    invokePermissions: ALL_PERMITTED,
  };
  return kind === 'rest' ? compileRestAuthorization(bag, from) : compileV2Authorization(bag, from, kind);
}

const COGNITO = { Type: 'COGNITO_USER_POOLS', ProviderARNs: [POOL] };
const HTTP_JWT = {
  AuthorizerType: 'JWT',
  IdentitySource: ['$request.header.Authorization'],
  JwtConfiguration: JWT,
};
const REST_JWT = {
  Type: 'JWT',
  JwtConfiguration: { Issuers: [JWT, { ...JWT, Issuer: 'https://b.example' }] },
};

describe('compileRestAuthorization', () => {
  it('takes ID tokens of a user pool without scopes and access tokens with them', () => {
    const plain = compile('rest', {
      method: { AuthorizationType: 'COGNITO_USER_POOLS' },
      authorizer: COGNITO,
    });
    const scoped = compile('rest', {
      method: { AuthorizationType: 'COGNITO_USER_POOLS', AuthorizationScopes: ['orders/read'] },
      authorizer: COGNITO,
    });

    assert.ok(plain.kind === 'token' && scoped.kind === 'token');
    assert.deepEqual(
      plain.authorizer.trust.issuers,
      [{ issuer: POOL_ISSUER, audience: 'any' }],
      'docs/aws §4.6: iss = pool',
    );
    assert.deepEqual(
      [plain.authorizer.trust.tokenUse, scoped.authorizer.trust.tokenUse],
      ['id', 'access'],
      'docs/aws §4.6',
    );
    assert.deepEqual(scoped.scopes, ['orders/read']);
    assert.deepEqual(plain.authorizer.identitySource, { kind: 'header', name: 'authorization' });
  });

  it('reads several issuers, algorithms and required claims of a JWT authorizer', () => {
    const authorizer = {
      Type: 'JWT',
      JwtConfiguration: {
        ...REST_JWT.JwtConfiguration,
        AllowedAlgorithms: ['RS512'],
        RequiredClaims: { tenant: ['a', 'b'], plan: 'gold' },
      },
    };

    const compiled = compile('rest', { method: { AuthorizationType: 'JWT' }, authorizer });

    assert.ok(compiled.kind === 'token');
    const { issuers, algorithms, requiredClaims } = compiled.authorizer.trust;
    assert.deepEqual(
      issuers.map(({ issuer }) => issuer),
      ['https://issuer.example/', 'https://b.example'],
    );
    assert.deepEqual(algorithms, ['RS512']);
    assert.deepEqual(requiredClaims, [
      { name: 'tenant', values: ['a', 'b'] },
      { name: 'plan', values: ['gold'] },
    ]);
  });
});

describe('compileV2Authorization', () => {
  it('defines how each kind of API answers a request without signature', () => {
    const method = { AuthorizationType: 'AWS_IAM' };

    assert.deepEqual(compile('http', { method }), { kind: 'iam', unsigned: 'ACCESS_DENIED' });
    assert.deepEqual(compile('websocket', { method }), {
      kind: 'iam',
      unsigned: 'MISSING_AUTHENTICATION_TOKEN',
    });
  });
});

type Refusal = RequestOptions & {
  name: string;
  kind: 'rest' | 'http' | 'websocket';
  property: string;
  message: RegExp;
};

const CUSTOM = { AuthorizationType: 'CUSTOM' };
const USES_JWT = { AuthorizationType: 'JWT' };
const USES_POOL = { AuthorizationType: 'COGNITO_USER_POOLS' };
const withIssuer = (Issuer: string) => ({ ...HTTP_JWT, JwtConfiguration: { ...JWT, Issuer } });

const REFUSALS: Refusal[] = [
  {
    name: 'CUSTOM without an authorizer, with the message recorded 2024-04-15',
    kind: 'rest',
    method: CUSTOM,
    property: 'AuthorizerId',
    message:
      /^Invalid authorizer ID specified\. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer\.$/,
  },
  {
    name: 'CUSTOM with a user pool',
    kind: 'rest',
    method: CUSTOM,
    authorizer: COGNITO,
    property: 'AuthorizerId',
    message: /valid authorizer/,
  },
  {
    name: 'a user pool that is a JWT authorizer',
    kind: 'rest',
    method: USES_POOL,
    authorizer: REST_JWT,
    property: 'AuthorizerId',
    message: /valid authorizer/,
  },
  {
    name: 'JWT with a Lambda authorizer',
    kind: 'http',
    method: USES_JWT,
    authorizer: { AuthorizerType: 'REQUEST' },
    property: 'AuthorizerId',
    message: /requires a valid JWT authorizer\.$/,
  },
  {
    name: 'a type that does not exist',
    kind: 'rest',
    method: { AuthorizationType: 'LDAP' },
    property: 'AuthorizationType',
    message: /^Invalid authorization type "LDAP"/,
  },
  {
    name: 'JWT on a WebSocket API',
    kind: 'websocket',
    method: USES_JWT,
    authorizer: HTTP_JWT,
    property: 'AuthorizationType',
    message: /NONE, AWS_IAM or CUSTOM$/,
  },
  {
    name: 'IAM on another route than $connect',
    kind: 'websocket',
    method: { AuthorizationType: 'AWS_IAM', RouteKey: 'send' },
    property: 'AuthorizationType',
    message: /\$connect route only$/,
  },
  {
    name: 'a provider that is not a user pool',
    kind: 'rest',
    method: USES_POOL,
    authorizer: { ...COGNITO, ProviderARNs: ['arn:aws:iam::1:role/x'] },
    property: 'ProviderARNs',
    message: /^Invalid ARN/,
  },
  {
    name: 'an issuer over plain HTTP',
    kind: 'http',
    method: USES_JWT,
    authorizer: withIssuer('http://issuer.example'),
    property: 'JwtConfiguration.Issuer',
    message: /must be an https URL/,
  },
  {
    name: 'an issuer with a query string',
    kind: 'http',
    method: USES_JWT,
    authorizer: withIssuer('https://issuer.example/?'),
    property: 'JwtConfiguration.Issuer',
    message: /must be an https URL/,
  },
  {
    name: 'an issuer with a password',
    kind: 'http',
    method: USES_JWT,
    authorizer: withIssuer('https://a:b@issuer.example'),
    property: 'JwtConfiguration.Issuer',
    message: /must be an https URL/,
  },
  {
    name: 'no audience',
    kind: 'http',
    method: USES_JWT,
    authorizer: { ...HTTP_JWT, JwtConfiguration: { Issuer: JWT.Issuer } },
    property: 'JwtConfiguration.Audience',
    message: /1 to 50 audiences/,
  },
  {
    name: 'two identity sources',
    kind: 'http',
    method: USES_JWT,
    authorizer: { ...HTTP_JWT, IdentitySource: ['$request.header.A', '$request.header.B'] },
    property: 'IdentitySource',
    message: /exactly one identity source/,
  },
  {
    name: 'eleven scopes',
    kind: 'http',
    method: { ...USES_JWT, AuthorizationScopes: Array.from({ length: 11 }, (_, n) => `s${n}`) },
    authorizer: HTTP_JWT,
    property: 'AuthorizationScopes',
    message: /at most 10/,
  },
  {
    name: 'a scope that would end the quotes of a challenge',
    kind: 'http',
    method: { ...USES_JWT, AuthorizationScopes: ['a"b'] },
    authorizer: HTTP_JWT,
    property: 'AuthorizationScopes',
    message: /^Invalid authorization scope/,
  },
  {
    name: 'a JWT setting that no API enforces',
    kind: 'rest',
    method: USES_JWT,
    authorizer: { Type: 'JWT', JwtConfiguration: { ...REST_JWT.JwtConfiguration, Leeway: 5 } },
    property: 'JwtConfiguration.Leeway',
    message: /^Unknown member Leeway;/,
  },
  {
    name: 'a symmetric algorithm',
    kind: 'rest',
    method: USES_JWT,
    authorizer: {
      Type: 'JWT',
      JwtConfiguration: { ...REST_JWT.JwtConfiguration, AllowedAlgorithms: ['HS256'] },
    },
    property: 'JwtConfiguration.AllowedAlgorithms',
    message: /^Invalid signing algorithm/,
  },
  {
    name: 'an issuer of several without audience',
    kind: 'rest',
    method: USES_JWT,
    authorizer: { Type: 'JWT', JwtConfiguration: { Issuers: [JWT, { Issuer: JWT.Issuer }] } },
    property: 'JwtConfiguration.Issuers.1.Audience',
    message: /1 to 50 audiences/,
  },
];

describe('an authorization that AWS refuses', () => {
  for (const { name, kind, property, message, ...options } of REFUSALS)
    it(`is refused: ${name} (${kind})`, () => {
      assert.throws(
        () => compile(kind, options),
        (error) => {
          assert.ok(error instanceof DefinitionError, String(error));
          assert.match(error.message, message);
          assert.equal(error.place.property, property);
          return true;
        },
      );
    });
});

// docs/aws §4.5, §4.7: HTTP APIs have authorizers of both types, WebSocket APIs only REQUEST.
describe('an authorizer that no route uses', () => {
  const lambda = {
    AuthorizerType: 'REQUEST',
    AuthorizerUri:
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:check/invocations',
    AuthorizerPayloadFormatVersion: '2.0',
  };
  const socket = { ...lambda, AuthorizerPayloadFormatVersion: undefined };
  for (const { name, protocol, authorizer, refusal } of [
    { name: 'a Lambda authorizer', protocol: 'http', authorizer: lambda, refusal: undefined },
    { name: 'a JWT authorizer', protocol: 'http', authorizer: HTTP_JWT, refusal: undefined },
    { name: 'a Lambda authorizer', protocol: 'websocket', authorizer: socket, refusal: undefined },
    {
      name: 'a JWT authorizer',
      protocol: 'websocket',
      authorizer: HTTP_JWT,
      refusal: /Invalid authorizer type "JWT"; expected REQUEST$/,
    },
    {
      name: 'a type that is of REST APIs',
      protocol: 'http',
      authorizer: { ...lambda, AuthorizerType: 'TOKEN' },
      refusal: /Invalid authorizer type "TOKEN"; expected REQUEST or JWT$/,
    },
    {
      name: 'no function',
      protocol: 'http',
      authorizer: { ...lambda, AuthorizerUri: undefined },
      refusal: /AuthorizerUri/,
    },
    {
      name: 'no issuer',
      protocol: 'http',
      authorizer: { ...HTTP_JWT, JwtConfiguration: {} },
      refusal: /Issuer/,
    },
    {
      name: 'results that are cached without a source',
      protocol: 'http',
      authorizer: { ...lambda, AuthorizerResultTtlInSeconds: 1 },
      refusal: /Identity source must be set if authorizer caching is enabled/,
    },
  ] as const)
    it(`is ${refusal === undefined ? 'accepted' : 'refused'} with ${name} on a ${protocol} API`, () => {
      const check = (): void => checkV2Authorizer(aBag('Auth', authorizer), protocol);

      if (refusal === undefined) assert.doesNotThrow(check);
      else assert.throws(check, (error) => error instanceof DefinitionError && refusal.test(String(error)));
    });
});

// docs/aws, authorizers: "With caching (TTL > 0), there must be identity sources … With TTL 0, identity sources are
// optional."
describe('the identity sources of a Lambda authorizer of a REST API', () => {
  const ONE = 'method.request.header.Authorization';
  const rows: readonly {
    readonly type: 'TOKEN' | 'REQUEST';
    readonly ttl: number;
    readonly source: string | undefined;
    readonly refusal?: RegExp;
  }[] = [
    { type: 'REQUEST', ttl: 300, source: ONE },
    { type: 'REQUEST', ttl: 0, source: ONE },
    { type: 'REQUEST', ttl: 0, source: undefined },
    { type: 'REQUEST', ttl: 300, source: undefined, refusal: /needs at least one identity source/ },
    { type: 'REQUEST', ttl: 1, source: undefined, refusal: /needs at least one identity source/ },
    { type: 'REQUEST', ttl: 300, source: `${ONE}, method.request.querystring.q` },
    { type: 'TOKEN', ttl: 300, source: ONE },
    { type: 'TOKEN', ttl: 0, source: ONE },
    { type: 'TOKEN', ttl: 300, source: `${ONE}, ${ONE}`, refusal: /must have exactly one identity source/ },
    {
      type: 'TOKEN',
      ttl: 300,
      source: 'method.request.querystring.q',
      refusal: /must have exactly one identity source/,
    },
  ];
  for (const { type, ttl, source, refusal } of rows)
    it(`are ${refusal === undefined ? 'accepted' : 'refused'} for ${type}, ${ttl} s: ${source ?? 'none'}`, () => {
      const authorizer = {
        Type: type,
        AuthorizerUri: invokeUri('auth'),
        AuthorizerResultTtlInSeconds: ttl,
        ...(source !== undefined && { IdentitySource: source }),
      };
      const run = () => compile('rest', { method: { AuthorizationType: 'CUSTOM' }, authorizer });

      if (refusal !== undefined) assert.throws(run, refusal);
      else {
        const compiled = run();
        assert.ok(compiled.kind === 'lambda');
        assert.equal(compiled.authorizer.payload, `rest-${type.toLowerCase()}`);
      }
    });
});
