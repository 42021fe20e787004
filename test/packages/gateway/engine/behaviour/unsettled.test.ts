/** What docs/aws calls not settled, and what is done here until it is: the choices in docs/parity.md. */
import { invokeUri } from '../../../../support/a-stack.ts';
import {
  anEchoApi,
  answerOf,
  API_ID,
  eventOf,
  httpRoutes,
  restRoutes,
} from '../../../../support/routed-apis.ts';
import { policy, TOKEN } from '../../../../support/rest-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

function withHttpAuthorizer(authorizer: JsonObject, auth: FakeFunction): TestApi {
  const Auth = {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: API_ID,
      Name: 'auth',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('auth'),
      AuthorizerPayloadFormatVersion: '2.0',
      IdentitySource: ['$request.header.Authorization'],
      ...authorizer,
    },
  };
  const route = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  return anEchoApi(httpRoutes(['GET /{proxy+}'], { route, more: { Auth } }), { auth });
}

function withTokenAuthorizer(auth: FakeFunction): TestApi {
  const Auth = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: { RestApiId: API_ID, ...TOKEN, AuthorizerUri: invokeUri('auth') },
  };
  const method = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  return anEchoApi(restRoutes({ 'GET /{proxy+}': method }, { more: { Auth } }), { auth });
}

/** Events of the authorizer. */
const askedOf = ({ ports }: TestApi): readonly Readonly<Record<string, unknown>>[] =>
  ports.invoker.calls
    .filter(({ functionName }) => functionName === 'auth')
    .map(({ event }) => event as Readonly<Record<string, unknown>>);

const unauthorized = (): never => {
  throw new Error('Unauthorized');
};
const twice = { target: '/a', headers: ['Authorization', 'one', 'authorization', 'two'] };

checkAll('what AWS does not settle', [
  {
    source: 'docs/aws §2.8',
    rule: 'has dot segments of a REST path taken as they come: by route, event and authorizer alike',
    async observe() {
      const api = withTokenAuthorizer(() => policy('Allow', '*'));
      const request = { target: '/dev/a/../b/%2e%2e/./c', headers: ['Authorization', 'x'] };
      const { path, pathParameters } = await eventOf(api, request);
      return [path, pathParameters, askedOf(api)[0]?.['methodArn']];
    },
    expected: [
      '/a/../b/%2e%2e/./c',
      { proxy: 'a/../b/%2e%2e/./c' },
      `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/dev/GET/a/../b/%2e%2e/./c`,
    ],
  },
  {
    source: 'docs/aws §2.8',
    rule: 'has dot segments of the path of an HTTP API taken as they come, decoded like everything else',
    async observe() {
      const api = withHttpAuthorizer({ EnableSimpleResponses: true }, () => ({ isAuthorized: true }));
      const request = { target: '/a/../b/%2e%2e/./c', headers: ['Authorization', 'x'] };
      const { rawPath, pathParameters } = await eventOf(api, request);
      return [rawPath, pathParameters, askedOf(api)[0]?.['routeArn']];
    },
    expected: [
      '/a/../b/.././c',
      { proxy: 'a/../b/.././c' },
      `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/$default/GET/a/../b/%2e%2e/./c`,
    ],
  },
  {
    source: 'docs/aws §2.9',
    rule: 'has the last of two headers taken for the identity source of a REST API, and both of an HTTP API',
    async observe() {
      const rest = withTokenAuthorizer(() => policy('Allow', '*'));
      await rest.send({ ...twice, target: '/dev/a' });
      const http = withHttpAuthorizer({ EnableSimpleResponses: true }, () => ({ isAuthorized: true }));
      await http.send(twice);
      return [askedOf(rest)[0]?.['authorizationToken'], askedOf(http)[0]?.['identitySource']];
    },
    expected: ['two', ['one,two']],
  },
  {
    source: 'docs/aws §4.8',
    rule: 'makes 401 of an authorizer of an HTTP API that says Unauthorized in format 1.0, and 500 in 2.0',
    async observe() {
      const request = { target: '/a', headers: ['Authorization', 'x'] };
      return [
        await answerOf(withHttpAuthorizer({ AuthorizerPayloadFormatVersion: '1.0' }, unauthorized), request),
        await answerOf(withHttpAuthorizer({}, unauthorized), request),
        await answerOf(withHttpAuthorizer({ EnableSimpleResponses: true }, unauthorized), request),
      ];
    },
    expected: [
      [401, '{"message":"Unauthorized"}'],
      [500, '{"message":"Internal Server Error"}'],
      [500, '{"message":"Internal Server Error"}'],
    ],
  },
  {
    source: 'docs/aws §7.9',
    rule: 'shows a Lambda integration of an HTTP API what RequestParameters map',
    async observe() {
      const api = anEchoApi(
        httpRoutes(['GET /a'], { integration: { RequestParameters: { 'append:header.x-more': 'yes' } } }),
      );
      return (await eventOf(api, { target: '/a' })).headers['x-more'];
    },
    expected: 'yes',
  },
]);
