/**
 * Authorizers of an `AWS::Serverless::Api`, and what its events ask for.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { samProperties, samSecurity, samTemplate } from '../sam-builders.ts';
import { aStack, refusal } from '../stack-builders.ts';

const GET = 'Path: /x, Method: get';
const LAMBDA = 'FunctionArn: !GetAtt F.Arn';
const auth = (text: string): string => `Auth: { ${text} }`;

describe('an authorizer of a REST API', () => {
  const authorizer = (text: string): JsonObject =>
    samProperties(
      samTemplate('Api', auth(`Authorizers: { A: { ${text} } }`), { E: GET }),
      'Api Authorizer A',
    );
  for (const [what, text, expected] of [
    [
      'is a TOKEN authorizer by default',
      LAMBDA,
      { Type: 'TOKEN', IdentitySource: 'method.request.header.Authorization' },
    ],
    ['is a TOKEN authorizer by name', `${LAMBDA}, FunctionPayloadType: TOKEN`, { Type: 'TOKEN' }],
    [
      'reads its header',
      `${LAMBDA}, Identity: { Header: X-T }`,
      { IdentitySource: 'method.request.header.X-T' },
    ],
    [
      'checks its token',
      `${LAMBDA}, Identity: { ValidationExpression: '^a' }`,
      { IdentityValidationExpression: '^a' },
    ],
    [
      'is asked again after a time',
      `${LAMBDA}, Identity: { ReauthorizeEvery: 0 }`,
      { AuthorizerResultTtlInSeconds: 0 },
    ],
    ['is called with a role', `${LAMBDA}, FunctionInvokeRole: role`, { AuthorizerCredentials: 'role' }],
    ['is called without a role', `${LAMBDA}, FunctionInvokeRole: NONE`, { AuthorizerCredentials: undefined }],
    [
      'reads headers',
      `${LAMBDA}, FunctionPayloadType: REQUEST, Identity: { Headers: [A, B] }`,
      { Type: 'REQUEST', IdentitySource: 'method.request.header.A, method.request.header.B' },
    ],
    [
      'reads query parameters',
      `${LAMBDA}, FunctionPayloadType: REQUEST, Identity: { QueryStrings: [q] }`,
      { IdentitySource: 'method.request.querystring.q' },
    ],
    [
      'reads stage variables',
      `${LAMBDA}, FunctionPayloadType: REQUEST, Identity: { StageVariables: [v] }`,
      { IdentitySource: 'stageVariables.v' },
    ],
    [
      'reads the context',
      `${LAMBDA}, FunctionPayloadType: REQUEST, Identity: { Context: [path] }`,
      { IdentitySource: 'context.path' },
    ],
    [
      'reads nothing, and checks no token of a REQUEST',
      `${LAMBDA}, FunctionPayloadType: REQUEST, Identity: { ValidationExpression: '^a' }`,
      { IdentitySource: undefined, IdentityValidationExpression: undefined },
    ],
    ['is a user pool', 'UserPoolArn: pool', { Type: 'COGNITO_USER_POOLS', ProviderARNs: ['pool'] }],
    ['is several user pools', 'UserPoolArn: [a, b]', { ProviderARNs: ['a', 'b'] }],
    [
      'reads the header of a user pool',
      'UserPoolArn: pool, Identity: { Header: X-T, ValidationExpression: a }',
      { IdentitySource: 'method.request.header.X-T', IdentityValidationExpression: 'a' },
    ],
  ] as const)
    it(what, () => {
      const found = authorizer(text);

      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])),
        expected,
      );
    });

  for (const [text, says] of [
    ['Authorizers: { A: {} }', /Auth\.Authorizers\.A: UserPoolArn or FunctionArn is required/],
    ['Authorizers: { A: text }', /Auth\.Authorizers\.A must be a mapping/],
    [`Authorizers: { A: { ${LAMBDA}, FunctionPayloadType: BOTH } }`, /must be TOKEN or REQUEST/],
    [
      'DefaultAuthorizer: [A], Authorizers: { B: { UserPoolArn: pool } }',
      /Auth\.DefaultAuthorizer must be a string/,
    ],
    [
      'DefaultAuthorizer: B, Authorizers: { C: { UserPoolArn: pool } }',
      /names B, which is not in Auth\.Authorizers/,
    ],
  ] as const)
    it(`is refused: ${text}`, () => {
      assert.match(
        refusal(() => aStack(samTemplate('Api', auth(text), { E: GET }))),
        says,
      );
    });
});

describe('the security of an event', () => {
  const A = `A: { ${LAMBDA}, AuthorizationScopes: [own] }`;
  const B = `B: { UserPoolArn: pool, AuthorizationScopes: [own] }`;
  const both = `Authorizers: { ${A}, ${B} }`;
  for (const [what, api, event, expected] of [
    ['is none', both, '', 'NONE'],
    ['is the default', `${both}, DefaultAuthorizer: A`, '', 'CUSTOM A'],
    ['is its own', `${both}, DefaultAuthorizer: A`, 'Authorizer: B', 'COGNITO_USER_POOLS B'],
    ['is not the default', `${both}, DefaultAuthorizer: A`, 'Authorizer: NONE', 'NONE'],
    ['is a signature', both, 'Authorizer: AWS_IAM', 'AWS_IAM'],
    ['is a signature by default', 'DefaultAuthorizer: AWS_IAM', '', 'AWS_IAM'],
    ['is a key', both, 'ApiKeyRequired: true', 'NONE key'],
    ['is a key by default', 'ApiKeyRequired: true', '', 'NONE key'],
    ['is without a key', 'ApiKeyRequired: true', 'ApiKeyRequired: false', 'NONE'],
    ['is both', `${both}, ApiKeyRequired: true`, 'Authorizer: A', 'CUSTOM A key'],
    [
      'is the default, without a key',
      `${both}, DefaultAuthorizer: A, ApiKeyRequired: true`,
      'ApiKeyRequired: false',
      'CUSTOM A',
    ],
  ] as const)
    it(`${what}: ${event}`, () => {
      const own = event === '' ? GET : `${GET}, Auth: { ${event} }`;

      assert.equal(samSecurity(samTemplate('Api', auth(api), { E: own }))['GET /x'], expected);
    });

  for (const [what, event, scopes] of [
    ['of the authorizer', 'Authorizer: B', ['own']],
    ['of the event', 'Authorizer: B, AuthorizationScopes: [e]', ['e']],
  ] as const)
    it(`has the scopes ${what}`, () => {
      const text = samTemplate('Api', auth(both), { E: `${GET}, Auth: { ${event} }` });

      assert.deepEqual(samProperties(text, 'Api GET /x')['AuthorizationScopes'], scopes);
    });

  for (const [event, says] of [
    ['Authorizer: C', /event E: the API has no authorizer C/],
    ['Authorizer: [A]', /event E: Auth\.Authorizer must be the name of an authorizer/],
    ['Authorizer: NONE', /event E: Authorizer NONE is allowed only if the API has a DefaultAuthorizer/],
  ] as const)
    it(`is refused: ${event}`, () => {
      assert.match(
        refusal(() => aStack(samTemplate('Api', auth(both), { E: `${GET}, Auth: { ${event} }` }))),
        says,
      );
    });

  for (const [what, api, isGuarded] of [
    ['as every method', 'DefaultAuthorizer: A', true],
    ['unless that is off', 'DefaultAuthorizer: A, AddDefaultAuthorizerToCorsPreflight: false', false],
  ] as const)
    it(`guards a preflight ${what}`, () => {
      const text = samTemplate('Api', `Cors: "'*'", ${auth(`Authorizers: { ${A} }, ${api}`)}`, { E: GET });

      assert.equal(samSecurity(text)['OPTIONS /x'], isGuarded ? 'CUSTOM A' : 'NONE');
    });

  for (const [what, api, expected] of [
    ['as every method', 'ApiKeyRequired: true', 'NONE key'],
    ['unless that is off', 'ApiKeyRequired: true, AddApiKeyRequiredToCorsPreflight: false', 'NONE'],
  ] as const)
    it(`asks a preflight for a key ${what}`, () => {
      const text = samTemplate('Api', `Cors: "'*'", ${auth(api)}`, { E: GET });

      assert.equal(samSecurity(text)['OPTIONS /x'], expected);
    });

  // aws-sam-translator 1.110.0, tried: without Authorizers, only the name AWS_IAM has an effect.
  for (const name of ['aws_iam', 'B'])
    it(`is ignored by SAM, and reported, if the API has no authorizers: DefaultAuthorizer: ${name}`, () => {
      const { raw } = aStack(samTemplate('Api', auth(`DefaultAuthorizer: ${name}`), { E: GET }));

      assert.deepEqual(
        raw.findings.map(({ property, consequence }) => [property, consequence]),
        [
          [
            'Auth.DefaultAuthorizer',
            'SAM ignores this property, because Auth.Authorizers is empty: routes without another authorizer are open, in this gateway as on AWS',
          ],
        ],
      );
    });
});
