/** docs/aws §1.3–1.5: how failures of a REST API read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { restWordings } from '../../../../../packages/gateway/core/deployment/wordings/error-wordings.ts';
import { aMethod, DEFAULT, INTERNAL, JSON_ONLY } from '../../../../support/a-method.ts';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { withAuthorizer, bearer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { GatewayErrorCode } from '../../../../../packages/gateway/core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

/** The table of docs/aws §1.3. Types whose text always comes with the failure are in the tests of that failure. */
const DEFAULTS: readonly (readonly [GatewayErrorCode, status: number, body: string, errorType: string])[] = [
  [
    'ACCESS_DENIED',
    403,
    '{"Message":"User is not authorized to access this resource"}',
    'AccessDeniedException',
  ],
  ['API_CONFIGURATION_ERROR', 500, INTERNAL, 'InternalServerErrorException'],
  ['AUTHORIZER_CONFIGURATION_ERROR', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['AUTHORIZER_FAILURE', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['BAD_REQUEST_BODY', 400, '{"message":"Invalid request body"}', 'BadRequestException'],
  ['DEFAULT_5XX', 500, '{"message":"Internal server error"}', 'InternalServerErrorException'],
  [
    'EXPIRED_TOKEN',
    403,
    '{"message":"The security token included in the request is expired"}',
    'ExpiredTokenException',
  ],
  ['INTEGRATION_FAILURE', 504, INTERNAL, 'InternalServerErrorException'],
  ['INTEGRATION_TIMEOUT', 504, '{"message":"Endpoint request timed out"}', 'InternalServerErrorException'],
  ['INVALID_API_KEY', 403, '{"message":"Forbidden"}', 'ForbiddenException'],
  [
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    '{"message":"Missing Authentication Token"}',
    'MissingAuthenticationTokenException',
  ],
  ['QUOTA_EXCEEDED', 429, '{"message":"Limit Exceeded"}', 'LimitExceededException'],
  ['REQUEST_TOO_LARGE', 413, '{"message":"Request Too Long"}', 'RequestEntityTooLargeException'],
  ['RESOURCE_NOT_FOUND', 404, '{"message":"Not Found"}', 'NotFoundException'],
  ['THROTTLED', 429, '{"message":"Too Many Requests"}', 'TooManyRequestsException'],
  ['UNAUTHORIZED', 401, '{"message":"Unauthorized"}', 'UnauthorizedException'],
  ['UNSUPPORTED_MEDIA_TYPE', 415, '{"message":"Unsupported Media Type"}', 'BadRequestException'],
  ['WAF_FILTERED', 403, '{"message":"Forbidden"}', 'ForbiddenException'],
];

describe('a built-in gateway response', () => {
  for (const [code, status, body, errorType] of DEFAULTS)
    it(`of ${code} has AWS's status, bytes and error type (docs/aws §1.3)`, () => {
      const worded = restWordings.word(code, { source: 'client', reason: '' });

      assert.deepEqual(worded, {
        status,
        body,
        headers: ['Content-Type', 'application/json', 'x-amzn-ErrorType', errorType],
      });
    });
});

/** `GET /pets` behind a TOKEN authorizer that does this, with these gateway responses. */
function withResponses(auth: FakeFunction, ...responses: JsonObject[]): TestApi {
  const resources = responses.map((properties, index) => [
    `Response${index}`,
    { type: 'AWS::ApiGateway::GatewayResponse', properties: { RestApiId: API_ID, ...properties } },
  ]);
  return anApi({ ...withAuthorizer(TOKEN), ...Object.fromEntries(resources) }, { list: ok, auth });
}

const crash: FakeFunction = () => {
  throw new Error('boom');
};

checkAll('a gateway response', [
  {
    source: 'docs/aws §1.3',
    rule: 'prints the message string null without quotes, and the type by its name',
    observe() {
      const ResponseTemplates = JSON_ONLY(
        '$context.error.messageString|$context.error.message|$context.error.responseType',
      );
      const api = withResponses(crash, { ResponseType: 'DEFAULT_5XX', ResponseTemplates });
      return answerOf(api, { target: '/dev/pets', headers: bearer });
    },
    expected: [500, 'null||AUTHORIZER_FAILURE'],
  },
  {
    source: 'docs/aws §1.3',
    rule: 'keeps the braces of its own JSON, and takes those of a variable',
    observe() {
      const ResponseTemplates = JSON_ONLY(
        '{"a":{"b":$context.error.messageString},"c":"${context.httpMethod}","d":"$stageVariables.constructor"}',
      );
      const api = withResponses(crash, { ResponseType: 'UNAUTHORIZED', ResponseTemplates });
      return answerOf(api, { target: '/dev/pets' });
    },
    expected: [401, '{"a":{"b":"Unauthorized"},"c":"GET","d":""}'],
  },
  {
    source: 'docs/aws §1.3 [doc, obs]',
    rule: 'of UNAUTHORIZED follows DEFAULT_4XX; one of its own without a status keeps the status of its type',
    async observe() {
      const usual = { ResponseType: 'DEFAULT_4XX', StatusCode: '418' };
      const own = { ResponseType: 'UNAUTHORIZED', ResponseTemplates: JSON_ONLY('"mine"') };
      return [
        await answerOf(withResponses(crash, usual), { target: '/dev/pets' }),
        await answerOf(withResponses(crash, usual, own), { target: '/dev/pets' }),
      ];
    },
    expected: [
      [418, '{"message":"Unauthorized"}'],
      [401, '"mine"'],
    ],
  },
  {
    source: 'docs/aws §1.4',
    rule: 'of ACCESS_DENIED has a capital Message, and a small one where a template asks for it',
    async observe() {
      const deny: FakeFunction = () => policy('Deny', '*');
      const small = {
        ResponseType: 'ACCESS_DENIED',
        ResponseTemplates: JSON_ONLY('{"message": $context.error.messageString}'),
      };
      const request = { target: '/dev/pets', headers: bearer };
      return [
        await answerOf(withResponses(deny), request),
        await answerOf(withResponses(deny, small), request),
      ];
    },
    expected: [
      [403, '{"Message":"User is not authorized to access this resource with an explicit deny"}'],
      [403, '{"message": "User is not authorized to access this resource with an explicit deny"}'],
    ],
  },
  {
    source: 'docs/aws §1.4 (reports differ)',
    rule: 'of INVALID_SIGNATURE words an Authorization that is none on an unknown path, and DEFAULT_4XX where that is not customised',
    async observe() {
      const print = { ResponseTemplates: JSON_ONLY('"$context.error.responseType"'), StatusCode: '418' };
      const request = { target: '/dev/nothing', headers: bearer };
      const seen = [];
      for (const ResponseType of ['INVALID_SIGNATURE', 'DEFAULT_4XX', 'MISSING_AUTHENTICATION_TOKEN'])
        seen.push((await answerOf(withResponses(crash, { ResponseType, ...print }), request))[0]);
      const own = withResponses(crash, { ResponseType: 'INVALID_SIGNATURE', ...print });
      return [seen, (await answerOf(own, request))[1]];
    },
    expected: [[418, 418, 403], '"INVALID_SIGNATURE"'],
  },
  {
    source: 'docs/aws §1.3',
    rule: 'of a DEFAULT type without a status leaves each type its own',
    observe() {
      const api = withResponses(crash, { ResponseType: 'DEFAULT_4XX', ResponseTemplates: JSON_ONLY('{}') });
      return answerOf(api, { target: '/dev/pets' });
    },
    expected: [401, '{}'],
  },
]);

const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'GET',
  Uri: 'http://backend.example/',
  IntegrationResponses: DEFAULT,
};

/** Status, body and error type of `GET /1` with a Lambda proxy that ends so. */
async function proxied(run: FakeFunction, integration: JsonObject = proxyTo('fn')): Promise<unknown> {
  const reply = await aMethod({ integration, functions: { fn: run } }).send({ target: '/dev/1' });
  return [reply.status, reply.body, headerOf(reply, 'x-amzn-errortype')];
}

const BROKEN_502 = [502, INTERNAL, 'InternalServerErrorException'];
const BROKEN_500 = [500, INTERNAL, 'InternalServerErrorException'];

checkAll('an integration that fails', [
  {
    source: 'docs/aws §1.5',
    rule: "is 502 where the function fails, its own timeout included: Lambda reports that as the function's error",
    observe: () =>
      proxied(() => {
        throw new Error('2025-04-14T22:13:38Z Task timed out after 3.00 seconds');
      }),
    expected: BROKEN_502,
  },
  {
    source: 'docs/aws §1.5, §8.2 [kc]',
    rule: 'is 500 where Lambda throttles',
    observe: () => proxied(() => ({ kind: 'refused', reason: 'throttled', message: 'Rate Exceeded.' })),
    expected: BROKEN_500,
  },
  {
    source: 'docs/aws §1.5, §3.7',
    rule: 'is 500 where the function does not exist',
    observe: () => proxied(ok, proxyTo('nobody')),
    expected: BROKEN_500,
  },
  {
    source: 'docs/aws §1.5 [obs body]',
    rule: 'is 500 where a Lambda proxy is called by another method than POST',
    observe: () => proxied(ok, { ...proxyTo('fn'), IntegrationHttpMethod: 'GET' }),
    expected: BROKEN_500,
  },
  {
    source: 'docs/aws §1.5, §2.4',
    rule: 'is 500 where a body that says base64 is none',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }, { api: { BinaryMediaTypes: ['*/*'] } }), {
        echo: () => ({ statusCode: 200, isBase64Encoded: true, body: 'no base64!' }),
      });
      return answerOf(api, { target: '/dev/1' });
    },
    expected: [500, INTERNAL],
  },
  {
    source: 'docs/aws §2.5 [obs .NET tool]',
    rule: 'is 413 where the event is longer than Lambda takes',
    observe: () => proxied(() => ({ kind: 'refused', reason: 'too-large', message: 'over 6 MB' })),
    expected: [413, '{"message":"Request Too Long"}', 'RequestEntityTooLargeException'],
  },
  {
    source: 'docs/aws §1.5 [ls]',
    rule: 'is 400 where a body that is no JSON has to give a value',
    async observe() {
      const RequestParameters = { 'integration.request.header.who': 'method.request.body.who' };
      const api = aMethod({ integration: { ...HTTP, RequestParameters } });
      return answerOf(api, { method: 'POST', target: '/dev/1', body: '{"who":' });
    },
    expected: [400, '{"message":"Invalid JSON in request body"}'],
  },
]);
