import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../packages/gateway/core/deployment/assumptions.ts';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { anApi, headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ApiSetup, TestApi } from '../../../support/an-api.ts';

const API = 'abcdefghij';
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:echo';

function aFunction(
  integration: JsonObject,
  answer: unknown = { statusCode: 200, body: 'fine' },
  setup: ApiSetup = {},
): TestApi {
  return anApi(
    {
      Api: { type: 'AWS::ApiGatewayV2::Api', id: API, properties: { Name: 'menu', ProtocolType: 'HTTP' } },
      Echo: {
        type: 'AWS::ApiGatewayV2::Integration',
        properties: {
          ApiId: API,
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: ARN,
          PayloadFormatVersion: '2.0',
          ...integration,
        },
      },
      Route: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId: API, RouteKey: 'POST /v1/{item}', Target: 'integrations/Echo' },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: { ApiId: API, StageName: '$default', AutoDeploy: true, StageVariables: { env: 'test' } },
      },
    },
    { echo: () => answer },
    setup,
  );
}

const CHANGES = {
  'append:header.x-a': '$request.header.x-b',
  'overwrite:header.X-C': 'by ${context.stage}/${stageVariables.env}',
  'remove:header.X-Gone': "''",
  'overwrite:querystring.page': '$request.body.page',
  'append:querystring.tag': '$request.path.item',
  'remove:querystring.secret': "''",
  'overwrite:path': '/v2/${request.path.item}',
};
const REQUEST = {
  method: 'POST',
  target: '/v1/soup?page=1&tag=a&secret=s',
  headers: ['X-A', '1', 'X-B', '2', 'X-C', 'old', 'X-Gone', 'g', 'Content-Type', 'application/json'],
  body: '{"page": 7}',
};

type SeenEvent = Readonly<Record<string, unknown>> & { readonly headers: Record<string, string> };

const seen = ({ ports }: TestApi): SeenEvent => ports.invoker.calls[0]?.event as SeenEvent;

describe('parameter mapping in front of a Lambda proxy of an HTTP API (docs/aws §7.8, §7.9)', () => {
  it('changes what the event of payload 2.0 shows', async () => {
    const api = aFunction({ RequestParameters: CHANGES });

    await api.send(REQUEST);

    const event = seen(api);
    assert.deepEqual(
      [event.headers['x-a'], event.headers['x-c'], event.headers['x-gone'], event.headers['x-b']],
      ['1,2', 'by $default/test', undefined, '2'],
    );
    assert.deepEqual(event['queryStringParameters'], { tag: 'a,soup', page: '7' });
    assert.equal(event['rawQueryString'], 'tag=a&page=7&tag=soup');
    assert.equal(event['rawPath'], '/v2/soup');
    assert.deepEqual([event['routeKey'], event['body']], ['POST /v1/{item}', REQUEST.body]);
  });

  it('changes what the event of payload 1.0 shows', async () => {
    const api = aFunction({ RequestParameters: CHANGES, PayloadFormatVersion: '1.0' });

    await api.send(REQUEST);

    const event = seen(api);
    assert.deepEqual(event['path'], '/v2/soup');
    assert.deepEqual(event['multiValueQueryStringParameters'], { tag: ['a', 'soup'], page: ['7'] });
    assert.deepEqual((event['multiValueHeaders'] as Record<string, unknown>)['X-A'], ['1', '2']);
  });

  it('does not change events if there is none', async () => {
    const api = aFunction({});

    await api.send(REQUEST);

    assert.deepEqual([seen(api)['rawPath'], seen(api).headers['x-a']], ['/v1/soup', '1']);
  });

  it('changes the answer by its status', async () => {
    const ResponseParameters = {
      '404': {
        ResponseParameters: [
          { Destination: 'overwrite:statuscode', Source: '410' },
          { Destination: 'append:header.X-Why', Source: '$response.body.why' },
          { Destination: 'remove:header.X-Powered-By', Source: "''" },
        ],
      },
    };
    const answer = {
      statusCode: 404,
      headers: { 'x-powered-by': 'me' },
      cookies: ['a=1', 'b=2'],
      body: '{"why":"none"}',
    };
    const { send } = aFunction({ ResponseParameters }, answer);
    const fine = aFunction({ ResponseParameters }, { ...answer, statusCode: 201 });

    const changed = await send(REQUEST);
    const kept = await fine.send(REQUEST);

    assert.deepEqual(
      [changed.status, headerOf(changed, 'x-why'), headerOf(changed, 'x-powered-by'), String(changed.body)],
      [410, 'none', undefined, answer.body],
    );
    assert.equal(headerOf(changed, 'set-cookie'), 'a=1, b=2');
    assert.deepEqual([kept.status, headerOf(kept, 'x-powered-by')], [201, 'me']);
  });

  it('answers 500 if a value is not allowed in a header', async () => {
    const { send, ports } = aFunction({ RequestParameters: { 'append:header.x-a': '$request.body.page' } });

    const reply = await send({ ...REQUEST, body: JSON.stringify({ page: 'a\r\nb' }) });

    assert.deepEqual([reply.status, ports.invoker.calls.length], [500, 0]);
  });

  for (const name of ['Authorization', 'x-amzn-trace-id', 'X-Amz-Date', 'Apigw-RequestId', 'Origin', 'Via'])
    it(`may not touch ${name}`, () => {
      const parameters = { [`overwrite:header.${name}`]: 'x' };
      const responses = { '200': { [`append:header.${name}`]: 'x' } };

      for (const integration of [{ RequestParameters: parameters }, { ResponseParameters: responses }])
        assert.throws(
          () => aFunction(integration),
          (error) => error instanceof DefinitionError && /are restricted/.test(error.message),
        );
    });

  it('has no effect under --assume lambda-parameter-mapping=ignored', async () => {
    const api = aFunction({ RequestParameters: CHANGES }, undefined, {
      assumptions: { ...DEFAULT_ASSUMPTIONS, 'lambda-parameter-mapping': 'ignored' },
    });

    await api.send(REQUEST);

    assert.deepEqual([seen(api)['rawPath'], seen(api).headers['x-a']], ['/v1/soup', '1']);
  });
});
