/** A service that trusts Cognito and Auth0, without a network: the local issuer replaces both. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { aGateway } from '../support/a-gateway.ts';
import type { StartedGateway } from '../support/a-gateway.ts';

const AUTH0 = 'https://example.eu.auth0.com/';
const FOREIGN_POOL = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc';
/** This host can never be reached (RFC 2606). */
const NOWHERE = 'https://issuer.invalid/';

const lambda = (code: string, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::123456789012:role/x',
    Code: { ZipFile: code },
    ...more,
  },
});
const jwt = (Issuer: unknown) => ({
  Type: 'AWS::ApiGatewayV2::Authorizer',
  Properties: {
    ApiId: { Ref: 'Http' },
    Name: 'jwt',
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer, Audience: ['app'] },
  },
});
const route = (path: string, AuthorizerId: string, AuthorizationType = 'JWT') => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Http' },
    RouteKey: `GET ${path}`,
    AuthorizationType,
    AuthorizerId: { Ref: AuthorizerId },
    Target: { 'Fn::Sub': 'integrations/${Hello}' },
  },
});
const uri = (name: string) => ({
  'Fn::Sub': `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
});

/**
 * Fetches the keys as libraries do: with `https` at the usual address, and with `fetch` at the address in the discovery
 * document.
 */
const GUARD = `
const https = require('node:https'); const { createPublicKey, verify } = require('node:crypto');
const read = (address) => new Promise((ok, no) => https.get(address, (m) => {
  let t = ''; m.on('data', (c) => t += c).on('end', () => ok(JSON.parse(t))) }).on('error', no));
exports.handler = async ({ headers }) => {
  const [header, payload, signature] = headers.authorization.replace('Bearer ', '').split('.');
  const json = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  const { iss } = json(payload);
  const usual = await read(iss.replace(/\\/$/, '') + '/.well-known/jwks.json');
  const { issuer, jwks_uri } = await (await fetch(iss.replace(/\\/$/, '') + '/.well-known/openid-configuration')).json();
  const found = await (await fetch(jwks_uri)).json();
  if (issuer !== iss || JSON.stringify(found) !== JSON.stringify(usual)) throw new Error('two key sets');
  const jwk = usual.keys.find(({ kid }) => kid === json(header).kid);
  const isAuthorized = verify('sha256', Buffer.from(header + '.' + payload), createPublicKey({ key: jwk, format: 'jwk' }), Buffer.from(signature, 'base64url'));
  return { isAuthorized, context: { issuer: iss } };
};`;

/** Allows everybody, and adds a claim to their tokens that says so. */
const TRIGGER = `
exports.handler = async (event) => {
  if (event.triggerSource === 'PreSignUp_SignUp') event.response.autoConfirmUser = true;
  else event.response = { claimsOverrideDetails: { claimsToAddOrOverride: { let_in_by: event.triggerSource } } };
  return event;
};`;
const triggerArn = { 'Fn::GetAtt': ['Trigger', 'Arn'] };

const RESOURCES = {
  Pool: {
    Type: 'AWS::Cognito::UserPool',
    Properties: {
      UserPoolName: 'shop',
      LambdaConfig: { PreSignUp: triggerArn, PreTokenGeneration: triggerArn },
    },
  },
  Trigger: lambda(TRIGGER),
  App: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: { UserPoolId: { Ref: 'Pool' }, ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] },
  },
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Http' }, StageName: '$default', AutoDeploy: true },
  },
  Function: lambda('exports.handler = async (event) => event.requestContext.authorizer'),
  Hello: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Http' },
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: uri('Function'),
    },
  },
  OfPool: jwt({ 'Fn::GetAtt': ['Pool', 'ProviderURL'] }),
  OfForeignPool: jwt(FOREIGN_POOL),
  OfAuth0: jwt(AUTH0),
  OfNobody: jwt(NOWHERE),
  Guard: lambda(GUARD),
  OfGuard: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'Http' },
      Name: 'guard',
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerUri: uri('Guard'),
    },
  },
  RPool: route('/pool', 'OfPool'),
  RForeign: route('/foreign', 'OfForeignPool'),
  RAuth0: route('/auth0', 'OfAuth0'),
  RNobody: route('/nobody', 'OfNobody'),
  RGuard: route('/guard', 'OfGuard', 'CUSTOM'),
};

describe('a service whose issuers cannot be reached', () => {
  let at: StartedGateway;
  let ownPool = '';
  before(async () => {
    at = await aGateway(RESOURCES, { localIssuers: [AUTH0, FOREIGN_POOL] });
    const pool = at.gateway.stacks[0]?.resources.get('Pool')?.physicalId ?? '';
    ownPool = `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`;
  });
  after(() => at.close());

  const ask = async (path: string, token: string) => {
    const response = await fetch(`${at.urlOf('http').replace(/\/$/, '')}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, text: await response.text() };
  };
  const mint = (issuer: string, more: object = {}) =>
    at.gateway.mint({ sub: 'ada', aud: 'app', issuer, ...more });

  it('accepts tokens of each issuer that the local issuer replaces, and of no other', async () => {
    const rows: [string, string][] = [
      ['/pool', ownPool],
      ['/foreign', FOREIGN_POOL],
      ['/auth0', AUTH0],
    ];
    for (const [path, issuer] of rows) {
      const own = await ask(path, await mint(issuer));
      const other = await ask(path, await mint(issuer === AUTH0 ? ownPool : AUTH0));

      assert.equal(own.status, 200, `${path}: ${own.text}`);
      assert.equal((JSON.parse(own.text) as { jwt: { claims: { iss: string } } }).jwt.claims.iss, issuer);
      assert.equal(other.status, 401, path);
    }
  });

  it('lets authorizer functions find the keys at the usual addresses', async () => {
    for (const issuer of [ownPool, FOREIGN_POOL, AUTH0]) {
      const { status, text } = await ask('/guard', await mint(issuer));

      assert.equal(status, 200, [text, ...at.lines].join('\n'));
      assert.deepEqual(JSON.parse(text), { lambda: { issuer } });
    }
  });

  it('calls the triggers of a user pool when users sign up and sign in', async () => {
    const ClientId = at.gateway.stacks[0]?.resources.get('App')?.physicalId ?? '';
    const call = async (name: string, input: object): Promise<Readonly<Record<string, unknown>>> => {
      const headers = { 'x-amz-target': `AWSCognitoIdentityProviderService.${name}` };
      const body = JSON.stringify({ ClientId, ...input });
      const response = await fetch(at.listening.control, { method: 'POST', headers, body });
      return (await response.json()) as Readonly<Record<string, unknown>>;
    };
    const [USERNAME, PASSWORD] = ['bob', 'Correct horse 1!'];

    const signedUp = await call('SignUp', { Username: USERNAME, Password: PASSWORD });
    const signedIn = await call('InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    });

    assert.equal(signedUp['UserConfirmed'], true, JSON.stringify(signedUp));
    const { IdToken } = signedIn['AuthenticationResult'] as { IdToken: string };
    const claims = JSON.parse(Buffer.from(IdToken.split('.')[1] ?? '', 'base64url').toString()) as object;
    assert.ok('let_in_by' in claims && claims.let_in_by === 'TokenGeneration_Authentication');
  });

  it('creates no token for an issuer that no option replaces', async () => {
    await assert.rejects(mint(NOWHERE), /start the gateway with --issuer https:\/\/issuer\.invalid\/=local$/);
  });

  it('names, at the start and at each refusal, the issuer whose keys cannot be read, and the remedy', async () => {
    const { status } = await ask('/nobody', await mint(AUTH0));

    assert.equal(status, 401);
    assert.deepEqual(at.listening.unreachableIssuers, [NOWHERE]);
    assert.match(at.lines.at(-1) ?? '', /start with --issuer https:\/\/issuer\.invalid\/=local/);
  });

  it('suggests tokens of these issuers', () => {
    const routes = at.gateway.inspect().flatMap((api) => api.routes);
    const issuers = routes.map(({ path, localToken }) => [path, localToken?.issuer]);

    assert.deepEqual(Object.fromEntries(issuers), {
      '/pool': ownPool,
      '/foreign': FOREIGN_POOL,
      '/auth0': AUTH0,
      '/nobody': undefined,
      '/guard': undefined,
    });
  });
});
