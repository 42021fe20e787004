import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMethod, answered, DEFAULT, headerLines, INTERNAL, JSON_ONLY } from '../../../support/a-method.ts';
import { ACCOUNT_ID, invokeUri } from '../../../support/a-stack.ts';
import { headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { FakeFunction } from '../../../support/virtual-ports.ts';

const LAMBDA: JsonObject = {
  Type: 'AWS',
  IntegrationHttpMethod: 'POST',
  Uri: invokeUri('fn'),
  IntegrationResponses: DEFAULT,
};

describe('an AWS integration with a function', () => {
  it('gives the function what the template renders and the client what it returns', async () => {
    const { send, ports } = aMethod({
      integration: {
        ...LAMBDA,
        RequestTemplates: JSON_ONLY(`{"id": "$input.params('id')", "stage": "$context.stage"}`),
      },
      functions: { fn: (event) => ({ got: event }) },
    });

    const reply = await send({ target: '/dev/7' });

    assert.deepEqual(ports.invoker.calls[0]?.event, { id: '7', stage: 'dev' });
    assert.equal(reply.body, '{"got":{"id":"7","stage":"dev"}}');
  });

  it('turns JSON into XML by a response template', async () => {
    const template = `#set($pets = $input.path('$.pets'))
<pets>#foreach($pet in $pets)<pet id="$pet.id">#foreach($tag in $pet.tags)<tag>$tag</tag>#end</pet>#end</pets>`;
    const { send } = aMethod({
      integration: {
        ...LAMBDA,
        IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: { 'application/xml': template } }],
      },
      functions: {
        fn: () => ({
          pets: [
            { id: 1, tags: ['a', 'b'] },
            { id: 2, tags: [] },
          ],
        }),
      },
    });

    const reply = await send({ target: '/dev/7', headers: ['Accept', 'application/xml'] });

    assert.equal(headerOf(reply, 'content-type'), 'application/xml');
    assert.equal(
      String(reply.body).trim(),
      '<pets><pet id="1"><tag>a</tag><tag>b</tag></pet><pet id="2"></pet></pets>',
    );
  });

  it('sends {} if there is no body and no template [obs]', async () => {
    const { send, ports } = aMethod({ integration: LAMBDA, functions: { fn: () => null } });

    const reply = await send({ target: '/dev/7' });

    assert.deepEqual(ports.invoker.calls[0]?.event, {});
    assert.equal(reply.body, 'null');
  });

  const BAD = { StatusCode: '400', SelectionPattern: 'Bad(\\n|.)*' };
  const declared = { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '400' }] };
  const errors: readonly { message: string; status: number; source: string }[] = [
    { message: 'Bad request', status: 400, source: 'docs/aws §7.7' },
    { message: 'Bad\nrequest', status: 400, source: 'docs/aws §7.7' },
    {
      message: 'Something else',
      status: 200,
      source: 'docs/aws §7.7: the default response with the error as body',
    },
  ];
  for (const { message, status, source } of errors)
    it(`answers ${status} to the error ${JSON.stringify(message)}`, async () => {
      const { send } = aMethod({
        integration: { ...LAMBDA, IntegrationResponses: [...DEFAULT, BAD] },
        method: declared,
        functions: {
          fn: () => {
            throw new Error(message);
          },
        },
      });

      const reply = await send({ target: '/dev/7' });

      assert.equal(reply.status, status, source);
      assert.equal(
        (JSON.parse(String(reply.body)) as { errorMessage: string }).errorMessage,
        message,
        source,
      );
    });

  it('does not wait for a function that is called with Event', async () => {
    const { send, ports } = aMethod({
      integration: {
        ...LAMBDA,
        RequestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
      },
      functions: { fn: () => new Promise(() => undefined) },
    });

    const reply = await send({ method: 'POST', target: '/dev/7', body: '{"a":1}' });

    assert.deepEqual([reply.status, reply.body], [200, ''], 'docs/aws §8');
    assert.deepEqual(ports.invoker.calls[0]?.event, { a: 1 });
  });

  it("shows Lambda's refusal of an event that is not JSON", async () => {
    const { send, ports } = aMethod({ integration: LAMBDA, functions: { fn: () => null } });

    const reply = await send({ method: 'POST', target: '/dev/7', body: 'not json' });

    assert.match(String(reply.body), /Could not parse request body into json/);
    assert.equal(ports.invoker.calls.length, 0);
  });

  const failures: readonly { name: string; run: FakeFunction; status: number; body: string }[] = [
    {
      name: 'one that is too slow',
      run: () => ({ kind: 'timed-out' }),
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
    },
    {
      name: 'one that does not exist',
      run: () => ({ kind: 'refused', reason: 'not-found', message: 'gone' }),
      status: 500,
      body: INTERNAL,
    },
  ];
  for (const { name, run, status, body } of failures)
    it(`words ${name} as AWS does (docs/aws §1.5)`, async () => {
      const reply = await aMethod({ integration: LAMBDA, functions: { fn: run } }).send({ target: '/dev/7' });

      assert.deepEqual([reply.status, reply.body], [status, body]);
    });
});

describe('an AWS integration with a service', () => {
  const service = (uri: string, more: JsonObject = {}): JsonObject => ({
    Type: 'AWS',
    IntegrationHttpMethod: 'POST',
    Uri: `arn:aws:apigateway:us-east-1:${uri}`,
    IntegrationResponses: DEFAULT,
    ...more,
  });

  const rows: readonly {
    name: string;
    integration: JsonObject;
    path: string;
    query: string;
    target: string | undefined;
    source: string;
  }[] = [
    {
      name: 'the path form',
      integration: service(`sqs:path/${ACCOUNT_ID}/queue`),
      path: `/${ACCOUNT_ID}/queue`,
      query: '',
      target: undefined,
      source: 'docs/aws §8',
    },
    {
      name: 'the action form of a JSON service, with its target',
      integration: service('dynamodb:action/PutItem'),
      path: '/',
      query: 'Action=PutItem',
      target: 'DynamoDB_20120810.PutItem',
      source: 'docs/aws §8',
    },
    {
      name: 'Step Functions under their service name',
      integration: service('states:action/StartExecution'),
      path: '/',
      query: 'Action=StartExecution',
      target: 'AWSStepFunctions.StartExecution',
      source: 'docs/aws §8',
    },
    {
      name: 'EventBridge, whose target a mapping must name',
      integration: service('events:action/PutEvents', {
        RequestParameters: { 'integration.request.header.X-Amz-Target': "'AWSEvents.PutEvents'" },
      }),
      path: '/',
      query: 'Action=PutEvents',
      target: 'AWSEvents.PutEvents',
      source: 'docs/aws §8',
    },
    {
      name: 'the query of an action form',
      integration: service('sns:action/Publish&TopicArn=arn', {
        RequestParameters: { 'integration.request.querystring.Message': "'a b'" },
      }),
      path: '/',
      query: 'Action=Publish&TopicArn=arn&Message=a%20b',
      target: undefined,
      source: 'docs/aws §8',
    },
  ];
  for (const { name, integration, path, query, target, source } of rows)
    it(`calls ${name}`, async () => {
      const { send, ports } = aMethod({ integration });
      ports.services.answer = () => answered('{}');

      const reply = await send({ method: 'POST', target: '/dev/1', body: '{"a":1}' });

      const [request] = ports.services.requests;
      assert.ok(request);
      assert.deepEqual([request.path, request.query, request.body], [path, query, '{"a":1}'], source);
      assert.equal(headerLines(request.headers)['x-amz-target'], target, source);
      assert.equal(reply.status, 200);
    });

  it('answers a refusal of the service with the default response', async () => {
    const { send, ports } = aMethod({ integration: service('s3:path/bucket/{key}') });
    ports.services.answer = () => answered('<Error/>', ['Content-Type', 'application/xml'], 404);

    const reply = await send({ target: '/dev/1' });

    assert.deepEqual(
      [reply.status, reply.body, headerOf(reply, 'content-type')],
      [200, '<Error/>', 'application/json'],
      'parity aws-service-error-becomes-default-status',
    );
  });
});
