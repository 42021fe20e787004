import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileAccessLogFormat } from '../../../../../packages/gateway/core/deployment/stage/access-log-format.ts';
import { PLAIN_ROUTE } from '../../../../../packages/gateway/core/deployment/stage/route-options.ts';
import { describeNotPermitted } from '../../../../../packages/gateway/core/events/authorizer-error.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { connect } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { anApi as aRestOrHttpApi } from '../../../../support/an-api.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { accessLogSetting, stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, ok, TOKEN } from '../../../../support/rest-apis.ts';
import { API_ID, echo, httpRoutes } from '../../../../support/routed-apis.ts';
import { anApi, AUTHORIZED, OK, somePorts } from '../websocket/fixture.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';
import type { Handler } from '../websocket/fixture.ts';

const FORMAT =
  '$context.requestId $context.authorizer.status $context.authorizer.error $context.integration.error';
const boom = (): never => {
  throw new Error('the issuer is down');
};
const unauthorized = (): never => {
  throw new Error('Unauthorized');
};

/** The part of the access log after the request id. */
function lastOf({ lines }: { readonly lines: readonly string[] }): string {
  const line = (lines.at(-1) ?? '').replace(/^\S+ \S+ /, '');
  assert.match(line, / -$/, 'it is no error of the integration');
  return line.slice(0, -' -'.length);
}

async function ofRest(auth: FakeFunction, headers: readonly string[]): Promise<string> {
  const stage = { AccessLogSetting: accessLogSetting(FORMAT) };
  const { send, ports } = stagedApi(stage, { list: ok, auth }, withAuthorizer(TOKEN));
  await send({ target: '/dev/pets', headers });
  return lastOf(ports.logGroups);
}

async function ofHttp(
  auth: FakeFunction,
  headers: readonly string[],
  authorizer: JsonObject = {},
): Promise<string> {
  const isJwt = authorizer['AuthorizerType'] === 'JWT';
  const Auth = {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: API_ID,
      Name: 'auth',
      AuthorizerType: 'REQUEST',
      ...(isJwt
        ? {}
        : {
            AuthorizerUri: invokeUri('auth'),
            AuthorizerPayloadFormatVersion: '2.0',
            EnableSimpleResponses: true,
          }),
      IdentitySource: ['$request.header.Authorization'],
      ...authorizer,
    },
  };
  const route = { AuthorizationType: isJwt ? 'JWT' : 'CUSTOM', AuthorizerId: 'Auth' };
  const resources = httpRoutes(['GET /pets'], { route, more: { Auth } });
  const stage = resources['Stage0'];
  assert.ok(stage);
  const properties = { ...stage.properties, AccessLogSettings: accessLogSetting(FORMAT) };
  const logged = { ...resources, Stage0: { ...stage, properties } };
  const { send, ports } = aRestOrHttpApi(logged, { echo, auth });
  await send({ target: '/pets', headers });
  return lastOf(ports.logGroups);
}

async function ofHandshake(auth: Handler): Promise<string> {
  const open = anApi(AUTHORIZED);
  const stage = open.stages.get('dev');
  assert.ok(stage);
  const logs = {
    access: { groups: ['chat'], format: compileAccessLogFormat(FORMAT) },
    executionGroups: [],
    optionsOf: () => PLAIN_ROUTE,
    isTraced: false,
  };
  const api = { ...open, stages: new Map([['dev', { ...stage, logs }]]) };
  const ports = somePorts(api, { connect: OK, auth });
  const rawHeaders = ['Upgrade', 'websocket', 'Sec-WebSocket-Version', '13'];
  rawHeaders.push('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==');
  const wire = { method: 'GET', target: '/dev?token=x', rawHeaders, body: undefined, httpVersion: '1.1' };
  await connect(receive({ ...wire, remoteAddress: '192.0.2.1' }, api, ports), ports);
  return lastOf(ports.logGroups);
}

const bearer = ['Authorization', 'token'];
const ISSUER = { Issuer: 'https://issuer.example', Audience: ['shop'] };
const WRONG_FORM =
  "The response from the Lambda Authorizer function doesn't match the format that API Gateway expects.";

describe('$context.authorizer.error', () => {
  const rows: readonly {
    readonly name: string;
    readonly line: () => Promise<string>;
    readonly has: string;
    readonly source: string;
  }[] = [
    {
      name: 'is AWS’s text if a simple response has no isAuthorized (HTTP)',
      line: () => ofHttp(() => ({ allowed: true }), bearer),
      has: `500 ${WRONG_FORM} Simple response did not include 'isAuthorized'`,
      source: 'docs/aws §10.3: a support note of October 2023',
    },
    {
      name: 'is AWS’s text if a policy is invalid (HTTP)',
      line: () => ofHttp(() => 'yes', bearer, { EnableSimpleResponses: false }),
      has: `500 ${WRONG_FORM}`,
      source: 'docs/aws §10.3: the same, without the part on simple responses',
    },
    {
      name: 'is what the function has thrown (HTTP)',
      line: () => ofHttp(boom, bearer),
      has: '500 the issuer is down',
      source: 'docs/aws §10.3: "the error message returned from an authorizer"',
    },
    {
      name: 'is what a JWT authorizer says in www-authenticate, too (HTTP)',
      line: () => ofHttp(ok, bearer, { AuthorizerType: 'JWT', JwtConfiguration: ISSUER }),
      has: '401 the token is malformed: token contains an invalid number of segments',
      source: 'docs/aws §4.5',
    },
    {
      name: 'is what the function has thrown (REST)',
      line: () => ofRest(boom, bearer),
      has: '500 the issuer is down',
      source: 'docs/aws §10.3',
    },
    {
      name: 'is Unauthorized if the function has thrown that (REST)',
      line: () => ofRest(unauthorized, bearer),
      has: '401 Unauthorized',
      source: 'docs/aws §10.3',
    },
    {
      name: 'is what the function has thrown (handshakes)',
      line: () => ofHandshake(boom),
      has: '500 the issuer is down',
      source: 'docs/aws §10.3',
    },
    {
      name: 'is Unauthorized if the function has thrown that (handshakes)',
      line: () => ofHandshake(unauthorized),
      has: '401 Unauthorized',
      source: 'docs/aws §10.3',
    },
  ];
  for (const { name, line, has, source } of rows)
    it(name, async () => assert.equal(await line(), has, source));

  it('reports a function that the authorizer may not invoke in the wording of its kind of API', () => {
    assert.match(describeNotPermitted({ payload: 'http-2.0' }), /^The IAM role configured on the authorizer/);
    assert.match(describeNotPermitted({ payload: 'http-1.0' }), /Check the permissions and try again\.$/);
    for (const payload of ['rest-token', 'rest-request', 'websocket'] as const)
      assert.equal(describeNotPermitted({ payload }), 'Invalid permissions on Lambda function');
  });
});
