import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokeUri } from '../../../../support/a-stack.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, bearer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const Variables = {
  host: 'pets.example',
  path: 'cats',
  query: 'page=2',
  fn: 'list',
  auth: 'auth',
  link: 'pets-link',
  queue: 'orders',
};

const METHOD_RESPONSES = { MethodResponses: [{ StatusCode: '200' }] };
const template = (text: string): JsonObject => ({ 'application/json': text });

describe('stage variables', () => {
  type Row = {
    readonly name: string;
    readonly method: JsonObject;
    readonly more?: Record<string, TestResource>;
    /** What shows that the variable has arrived. */
    readonly seen: (api: TestApi, body: string) => unknown;
    readonly expected: unknown;
  };
  const http = (Uri: string, more: JsonObject = {}): JsonObject => ({
    Integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri, ...more },
  });
  const target = ({ ports }: TestApi): unknown => {
    const {
      origin,
      target: path,
      vpcLink,
    } = ports.http.requests[0] ?? { origin: '', target: '', vpcLink: '' };
    return `${vpcLink ?? '-'} ${origin}${path}`;
  };
  const mock = (parts: JsonObject): JsonObject => ({
    ...METHOD_RESPONSES,
    Integration: {
      Type: 'MOCK',
      RequestTemplates: template('{"statusCode": 200}'),
      IntegrationResponses: [{ StatusCode: '200', ...parts }],
    },
  });
  const rows: readonly Row[] = [
    {
      name: 'name the host of an HTTP URI',
      method: http('http://${stageVariables.host}/pets'),
      seen: target,
      expected: '- http://pets.example/pets',
    },
    {
      name: 'are part of path and query of an HTTP URI',
      method: http('http://pets.example/${stageVariables.path}?${stageVariables.query}'),
      seen: target,
      expected: '- http://pets.example/cats?page=2',
    },
    {
      name: 'name a VPC link',
      method: http('http://pets.example/', {
        ConnectionType: 'VPC_LINK',
        ConnectionId: '${stageVariables.link}',
      }),
      seen: target,
      expected: 'pets-link http://pets.example/',
    },
    {
      name: 'name the function of a Lambda proxy',
      method: {
        Integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          Uri: invokeUri('${stageVariables.fn}'),
        },
      },
      seen: (_, body) => body,
      expected: 'ok',
    },
    {
      name: 'are part of the path of a service URI',
      method: {
        ...METHOD_RESPONSES,
        Integration: {
          Type: 'AWS',
          IntegrationHttpMethod: 'POST',
          Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/${stageVariables.queue}',
          IntegrationResponses: [{ StatusCode: '200' }],
        },
      },
      seen: ({ ports }) => ports.services.requests[0]?.path,
      expected: '/123456789012/orders',
    },
    {
      name: 'are read by a template',
      method: mock({
        ResponseTemplates: template('$stageVariables.host ${stageVariables.path} $stageVariables["fn"]'),
      }),
      seen: (_, body) => body,
      expected: 'pets.example cats list',
    },
    {
      name: 'are read by a gateway response',
      method: { AuthorizationType: 'AWS_IAM' },
      more: {
        Response: {
          type: 'AWS::ApiGateway::GatewayResponse',
          properties: {
            RestApiId: 'abcdefghij',
            ResponseType: 'DEFAULT_4XX',
            ResponseTemplates: { 'application/json': '$stageVariables.host' },
          },
        },
      },
      seen: (_, body) => body,
      expected: 'pets.example',
    },
  ];
  for (const { name, method, more = {}, seen, expected } of rows)
    it(name, async () => {
      const api = stagedApi({ Variables }, { list: ok }, restApi(method, more));

      const { body } = await api.send({ target: '/dev/pets' });

      assert.deepEqual(seen(api, body.toString()), expected, 'docs/aws §10.1');
    });

  it('name the function of an authorizer', async () => {
    const authorizer = { ...TOKEN, AuthorizerUri: invokeUri('${stageVariables.auth}') };
    const api = stagedApi(
      { Variables },
      { list: ok, auth: () => policy('Allow', '*') },
      withAuthorizer(authorizer),
    );
    assert.equal((await api.send({ target: '/dev/pets', headers: bearer })).status, 200);
  });

  it('are empty if the stage has none of that name, and the call then fails', async () => {
    const uri = invokeUri('${stageVariables.gone}');
    const method = { Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: uri } };
    const api = stagedApi({ Variables }, { list: ok }, restApi(method));
    assert.equal((await api.send({ target: '/dev/pets' })).status, 500);
  });
});
