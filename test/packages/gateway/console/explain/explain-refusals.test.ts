/**
 * Refusals whose cause is outside the request: what the explanation says, and that its remedy is addressed to the
 * person who can act.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recording, storyOf } from '../../../../support/recorded-apis.ts';
import { aFunctionUrl, permission, PUBLIC } from '../../../../support/a-function-url.ts';
import { aMethod, answered } from '../../../../support/a-method.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ok, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { withIssuers } from '../../../../support/token-issuers.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import type { RequestDetail } from '../../../../../packages/gateway/console/records/model.ts';
import { LEAST_REMEDIES } from './least-remedy-rows.ts';
import { REFUSED } from './refusal-rows.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Served } from '../surprises/surprise-rows.ts';
import type { Row } from './refusal-rows.ts';
import type { TestRequest } from '../../../../support/an-api.ts';

const PRIVATE = { EndpointConfiguration: { Types: ['PRIVATE'] } };
const PAGE = ['Origin', 'https://shop.example', 'Access-Control-Request-Method', 'POST'];
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const url = (resources: Parameters<typeof aFunctionUrl>[2]): Served =>
  aFunctionUrl({ AuthType: 'NONE' }, () => 'hello', resources);
const toBinary = (side: 'request' | 'response') => (): Served => {
  const api = aMethod({
    integration: {
      Type: 'HTTP',
      IntegrationHttpMethod: 'POST',
      Uri: 'https://pets.example/',
      ...(side === 'request' && { ContentHandling: 'CONVERT_TO_BINARY' }),
      IntegrationResponses: [
        { StatusCode: '200', ...(side === 'response' && { ContentHandling: 'CONVERT_TO_BINARY' }) },
      ],
    },
  });
  api.ports.http.answer = () => answered('not base64!');
  return api;
};

const ROWS: readonly Row[] = [
  {
    name: 'a preflight of a resource without OPTIONS',
    source: 'docs/aws §12.1',
    api: () => anApi(restRoutes({ 'POST /pets': {} }), { echo: ok }),
    request: { method: 'OPTIONS', target: '/dev/pets', headers: PAGE },
    because: /has no route for OPTIONS \/pets/,
    change: /^Give the resource an OPTIONS method that has no authorizer/,
    never: /Call (it with )?POST/,
  },
  {
    name: 'a stage variable as identity source',
    source: 'docs/aws §4.2',
    api: () =>
      anApi(
        withAuthorizer({
          Type: 'REQUEST',
          IdentitySource: 'method.request.header.Authorization,stageVariables.tenant',
        }),
        { auth: ok },
      ),
    request: { target: '/dev/pets', headers: ['Authorization', 'x'] },
    because: /reads the caller from stage variable tenant, which has no value for this request/,
    change: /^Give the stage variable tenant a value in Variables of stage dev/,
    never: /Send stage variable/,
  },
  {
    name: 'a header and a stage variable, of which both are missing',
    source: 'docs/aws §4.2',
    api: () =>
      anApi(
        withAuthorizer({
          Type: 'REQUEST',
          IdentitySource: 'method.request.header.X-Auth,stageVariables.tenant',
        }),
        { auth: ok },
      ),
    request: { target: '/dev/pets' },
    because: /reads the caller from header X-Auth and stage variable tenant/,
    change: /^Send header X-Auth with a credential that the function auth accepts\.\nGive the stage variable/,
    never: /Send header X-Auth and stage/,
  },
  {
    name: 'a token that the expression does not match',
    source: 'docs/aws §4.1',
    api: () =>
      anApi(withAuthorizer({ ...TOKEN, IdentityValidationExpression: '^Bearer \\d+$' }), { auth: ok }),
    request: { target: '/dev/pets', headers: ['Authorization', 'Bearer x'] },
    because:
      /IdentityValidationExpression of authorizer Auth, \^Bearer \\d\+\$: the function was not called\. The expression must match the whole value of header Authorization/,
    change: /Send a token that the expression matches/,
    never: /undefined/,
  },
  {
    name: 'a token that an expression of Java does not match, which JavaScript cannot read',
    source: 'docs/aws §4.1',
    api: () =>
      anApi(withAuthorizer({ ...TOKEN, IdentityValidationExpression: '(?i)bearer [a-z]+' }), { auth: ok }),
    request: { target: '/dev/pets', headers: ['Authorization', 'Bearer 1'] },
    because:
      /IdentityValidationExpression of authorizer Auth, \(\?i\)bearer \[a-z\]\+: the function was not called/,
    change: /Send a token that the expression matches, or change the expression\. For a JWT/,
    never: /undefined/,
  },
  {
    name: 'a function URL without a permission',
    source: 'docs/aws §19.2',
    api: () => url({ resources: {} }),
    request: { target: '/' },
    because: /^No policy allows lambda:InvokeFunctionUrl and lambda:InvokeFunction on arn:aws:lambda/m,
    change:
      /^Add an AWS::Lambda::Permission for the function with Action lambda:InvokeFunctionUrl, Principal "\*" and FunctionUrlAuthType NONE, and an AWS::Lambda::Permission .*lambda:InvokeFunction, Principal "\*" and InvokedViaFunctionUrl true/,
    never: /Use a caller/,
  },
  {
    name: 'a function URL with the permission of before October 2025 only',
    source: 'docs/aws §19.2',
    api: () => url({ resources: { Url: PUBLIC['Url'] ?? permission({}) } }),
    request: { target: '/' },
    because: /^No policy allows lambda:InvokeFunction on/m,
    change:
      /^Add an AWS::Lambda::Permission for the function with Action lambda:InvokeFunction, .*ViaFunctionUrl true/,
    never: /Action lambda:InvokeFunctionUrl/,
  },
  {
    name: 'a body of a request that is not base64',
    source: 'docs/aws §2.4',
    api: toBinary('request'),
    request: { method: 'POST', target: '/dev/1', body: 'not base64!' },
    because: /the body is not base64: CONVERT_TO_BINARY decodes the body of the request/,
    change: /^Send the body of the request as base64/,
    never: /Make the integration/,
  },
  {
    name: 'a body of a backend that is not base64',
    source: 'docs/aws §2.4',
    api: toBinary('response'),
    request: { target: '/dev/1' },
    because: /CONVERT_TO_BINARY decodes the body of the integration’s response/,
    change: /^Make the integration respond with base64/,
    never: /Send the body/,
  },
  {
    name: 'a function whose name is a stage variable without a value',
    source: 'docs/aws §10.1',
    api: () =>
      aMethod({
        integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          Uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.fn}/invocations',
        },
      }),
    request: { target: '/dev/1' },
    because: /the Uri of the integration names no function/,
    change: /^Give \S+ a value in Variables of stage dev/,
    never: /function arn|Define the function/,
  },
  {
    name: 'a doubled slash',
    source: 'docs/aws §2.2',
    api: () => anApi(httpRoutes(['GET /pets', 'GET /pets/{id}']), { echo: ok }),
    request: { target: '/pets//7' },
    because: /closest routes are GET \/pets\/\{id\}: the request’s path has an empty segment/,
    change: /^Send the path without the second slash/,
    never: /Call GET/,
  },
  {
    name: 'an encoded slash',
    source: 'docs/aws §2.2',
    api: () => anApi(httpRoutes(['GET /pets', 'GET /pets/{id}']), { echo: ok }),
    request: { target: '/pets/7%2F8' },
    because: /GET \/pets\/\{id\}: the gateway decodes %2F before it chooses a route/,
    change: /^Encode a slash within a value twice, as %252F/,
    never: /Call GET/,
  },
  {
    name: 'a slash at the end',
    source: 'docs/aws §2.2',
    api: () => anApi(httpRoutes(['GET /pets']), { echo: ok }),
    request: { target: '/pets/' },
    because: /GET \/pets: the request’s path ends with a slash/,
    change: /^Send the path without the trailing slash/,
    never: /Call GET/,
  },
  {
    name: 'a method that ANY does not cover',
    source: 'docs/aws §2.1',
    api: () => anApi(restRoutes({ 'ANY /pets': {} }), { echo: ok }),
    request: { method: 'PROPFIND', target: '/dev/pets' },
    because: /ANY \/pets: ANY does not cover the method PROPFIND/,
    change: /^Use one of the methods that ANY covers: DELETE, GET/,
    never: /slash/,
  },
];

const failing = (errorType: string, errorMessage: string) => (): Served => {
  const api = anApi(withAuthorizer(TOKEN), { auth: ok });
  const failed = { kind: 'failed', errorType, errorMessage, payload: '{}' } as const;
  api.ports.invoker.invoke = () => Promise.resolve(failed as never);
  return api;
};
const service = (responses: readonly JsonObject[]) => (): Served => {
  const api = aMethod({
    integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Credentials: 'arn:aws:iam::123456789012:role/sender',
      Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/jobs',
      IntegrationResponses: [...responses],
    },
  });
  api.ports.services.answer = () =>
    answered(
      'User: arn:aws:sts::123456789012:assumed-role/sender/BackplaneAssumeRoleSession is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:123456789012:jobs because no identity-based policy allows the sqs:sendmessage action',
      [],
      403,
    );
  return api;
};
const untrusted = (): Served => {
  const api = aMethod({
    integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: 'https://pets.example/' },
  });
  api.ports.http.answer = () => ({
    kind: 'unreachable',
    reason: 'network',
    message: 'GET https://pets.example: self-signed certificate',
    isTls: true,
  });
  return api;
};
const BEARER = { target: '/dev/pets', headers: ['Authorization', 'x'] };

const FAULTS: readonly Row[] = [
  {
    name: 'a private API without a policy',
    source: 'docs/aws §10.6',
    api: () => anApi(restRoutes({ 'GET /pets': {} }, { api: PRIVATE }), { echo: ok }),
    request: { target: '/dev/pets' },
    because: /The API is private and has no resource policy/,
    change: /^Give the API a Policy that allows execute-api:Invoke .*aws:SourceVpce.* deploy it again\.$/,
    never: /Use a caller/,
  },
  {
    name: 'a refusal of an authorizer that is not spelled as API Gateway expects',
    source: 'docs/aws §4.3',
    api: failing('Error', 'unauthorized'),
    request: BEARER,
    because: /failed with Error: unauthorized/,
    change: /throw an error whose message is exactly Unauthorized; every other error becomes 500/,
    never: /Fix the function/,
  },
  {
    name: 'an authorizer that its own timeout ended',
    source: 'docs/aws §4.3',
    api: failing('Sandbox.Timedout', 'Task timed out after 1.00 seconds'),
    request: BEARER,
    because: /failed with Sandbox\.Timedout/,
    change: /^Make the function auth finish sooner, or give it a larger Timeout/,
    never: /Fix the function/,
  },
  {
    name: 'a backend whose certificate is not trusted',
    source: 'docs/aws §8',
    api: untrusted,
    request: { target: '/dev/1' },
    because: /could not be reached: GET https:\/\/pets\.example: self-signed certificate/,
    change: /^Give the server a certificate of a public certificate authority/,
    never: /Start a server/,
  },
  {
    name: 'a right that the role of a service integration lacks',
    source: 'docs/aws §8',
    api: service([
      { StatusCode: '200', SelectionPattern: '2\\d{2}' },
      { StatusCode: '403', SelectionPattern: '4\\d{2}' },
    ]),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    because: /No policy of the role sender allows sqs:SendMessage on arn:aws:sqs:us-east-1:123456789012:jobs/,
    change: /^Add to the policies of the role sender: \{"Effect":"Allow","Action":"sqs:SendMessage"/,
    never: /Check sqs/,
  },
  {
    name: 'the same if the default integration response makes it a success',
    source: 'docs/aws §7.7',
    api: service([{ StatusCode: '200' }]),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    because: /No policy of the role sender allows sqs:SendMessage/,
    change: /^Add to the policies of the role sender/,
    never: /undefined/,
  },
];

const QUEUE: JsonObject = {
  IntegrationUri: undefined as never,
  IntegrationSubtype: 'SQS-SendMessage',
  PayloadFormatVersion: '1.0',
  CredentialsArn: 'arn:aws:iam::123456789012:role/sender',
  RequestParameters: {
    QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs',
    MessageBody: '$request.body.text',
  },
};
const MISSING: Row = {
  name: 'a parameter of a service that the request does not give',
  source: 'docs/aws §8',
  api: () => anApi(httpRoutes(['POST /jobs'], { integration: QUEUE }), { echo: ok }),
  request: { method: 'POST', target: '/jobs', body: '{"other": 1}' },
  because: /has no value for MessageBody, which is mapped from \$request\.body\.text/,
  change: /^Send a request in which \$request\.body\.text has a value, or map MessageBody/,
  never: /Change the integration/,
};

describe('a refusal whose cause is outside the request', () => {
  for (const { name, source, api, request, because, change, never } of [
    ...ROWS,
    ...REFUSED,
    ...LEAST_REMEDIES,
    ...FAULTS,
    MISSING,
  ])
    it(`is explained: ${name} (${source})`, async () => {
      const detail = await detailOf(api(), request);
      assert.match(detail.story.sentences.join('\n'), because);
      assert.match(detail.story.changes.join('\n'), change);
      assert.doesNotMatch(storyOf(detail), never);
    });
});

async function detailOf({ ports, send }: Served, request: TestRequest): Promise<RequestDetail> {
  const records = new RequestRecords(10, createSystemClock(), 'key of a test');
  ports.records = records;
  await send(request);
  const detail = records.detail('last');
  assert.ok(detail !== undefined, 'nothing was recorded');
  return detail;
}

describe('a remedy for a page that the configuration of an HTTP API does not allow', () => {
  const own = { statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://b.example' } };
  const api = (allowed: string): Served =>
    anApi(httpRoutes(['GET /pets'], { api: { CorsConfiguration: { AllowOrigins: [allowed] } } }), {
      echo: () => own,
    });
  const storyFor = async (allowed: string, origin: string): Promise<string> =>
    storyOf(await detailOf(api(allowed), { target: '/pets', headers: ['Origin', origin] }));

  it('says that the gateway sent no CORS headers, and that it does not allow any other page than this one', async () => {
    const story = await storyFor('https://a.example', 'https://c.example');
    assert.match(story, /sent none, because CorsConfiguration does not allow https:\/\/c\.example/);
    assert.match(story, /Add https:\/\/c\.example to AllowOrigins/);
    assert.doesNotMatch(story, /Add https:\/\/b\.example|sent its own/);
  });

  it('corrects an origin that no browser writes, instead of allowing it', async () => {
    const ofClient = await storyFor('https://a.example', 'https://a.example/');
    assert.match(ofClient, /Send the header Origin as browsers write it: https:\/\/a\.example,/);
    assert.doesNotMatch(ofClient, /Add https/);

    const ofSetting = await storyFor('https://a.example/', 'https://a.example');
    assert.match(ofSetting, /Write https:\/\/a\.example instead of https:\/\/a\.example\/ in AllowOrigins/);
  });
});

describe('a credential that is not a token', () => {
  const claims = base64url({ iss: 'https://issuer.example/', sub: 'ann' });
  const head = base64url({ alg: 'RS256', kid: 'a' });
  const rows: readonly [part: string, credential: string, because: RegExp][] = [
    ['segments', 'abc', /it does not have three parts/],
    ['header', `x!.${claims}.c2ln`, /its first part, the header, is not base64url/],
    ['payload', `${head}.e30e.c2ln`, /its second part, the claims, is not base64url/],
    ['unsigned', `${base64url({ alg: 'none' })}.${claims}.`, /it is not signed, because its third part/],
    ['signature', `${head}.${claims}.c2ln=`, /its third part, the signature, is not base64url/],
    [
      'extension',
      `${base64url({ alg: 'RS256', crit: ['b64'] })}.${claims}.c2ln`,
      /its header has the member crit/,
    ],
    ['algorithm', `${base64url({ kid: 'a' })}.${claims}.c2ln`, /its header names no algorithm/],
  ];
  for (const [part, credential, because] of rows)
    it(`is described by the part that cannot be read: ${part} (docs/aws §4.5)`, async () => {
      const api = recording(
        withIssuers(
          httpRoutes(['GET /pets'], {
            route: { AuthorizationType: 'JWT', AuthorizerId: 'Auth' },
            more: {
              Auth: {
                type: 'AWS::ApiGatewayV2::Authorizer',
                properties: {
                  ApiId: 'abcdefghij',
                  Name: 'tokens',
                  AuthorizerType: 'JWT',
                  IdentitySource: ['$request.header.Authorization'],
                  JwtConfiguration: { Issuer: 'https://issuer.example/', Audience: ['api'] },
                },
              },
            },
          }),
        ),
      );
      await api.send({ target: '/pets', headers: ['Authorization', `Bearer ${credential}`] });
      assert.match(storyOf(api.last()), because);
    });
});
