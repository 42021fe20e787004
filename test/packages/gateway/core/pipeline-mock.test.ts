import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMethod, DEFAULT, INTERNAL, JSON_ONLY } from '../../../support/a-method.ts';
import { headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const MOCK: JsonObject = {
  Type: 'MOCK',
  RequestTemplates: JSON_ONLY('{"statusCode": 200}'),
  IntegrationResponses: DEFAULT,
};

describe('a MOCK integration', () => {
  it('answers with the response template and no trace id', async () => {
    const { send } = aMethod({
      integration: {
        ...MOCK,
        IntegrationResponses: [
          { StatusCode: '200', ResponseTemplates: JSON_ONLY(`{"id": "$input.params('id')"}`) },
        ],
      },
    });

    const reply = await send({ target: '/dev/42' });

    assert.deepEqual([reply.status, reply.body], [200, '{"id": "42"}']);
    assert.equal(headerOf(reply, 'content-type'), 'application/json');
    assert.equal(headerOf(reply, 'x-amzn-trace-id'), undefined, 'docs/aws §1.6');
  });

  const failures: readonly { name: string; integration: JsonObject; source: string }[] = [
    {
      name: 'a statusCode in quotes',
      integration: { ...MOCK, RequestTemplates: JSON_ONLY('{"statusCode": "200"}') },
      source: 'docs/aws §8',
    },
    {
      name: 'no request template and no body',
      integration: { ...MOCK, RequestTemplates: {} },
      source: 'docs/aws §8: the body is passed raw as the JSON to parse',
    },
    {
      name: 'a status that no response is for',
      integration: { ...MOCK, IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '4..' }] },
      source: 'docs/aws §1.5 no match and no default',
    },
    {
      name: 'a response whose status the method does not declare',
      integration: { ...MOCK, IntegrationResponses: [{ StatusCode: '201' }] },
      source: 'docs/aws §7.7 Output mapping refers to an invalid method response',
    },
    {
      name: 'a template that fails while it renders',
      integration: { ...MOCK, RequestTemplates: JSON_ONLY('$util.parseJson("{")') },
      source: 'docs/aws §7.5',
    },
    {
      name: 'a parameter that is overridden twice',
      integration: {
        ...MOCK,
        RequestTemplates: JSON_ONLY(
          '#set($context.requestOverride.header.a = "1")#set($context.requestOverride.header.a = "2"){"statusCode": 200}',
        ),
      },
      source: 'docs/aws §7.4',
    },
  ];
  for (const { name, integration, source } of failures)
    it(`answers 500 to ${name}`, async () => {
      const reply = await aMethod({ integration }).send({ target: '/dev/1' });

      assert.deepEqual([reply.status, reply.body], [500, INTERNAL], source);
      assert.equal(headerOf(reply, 'x-amzn-errortype'), 'InternalServerErrorException', source);
    });

  it('chooses the response by any number that it renders', async () => {
    const { send } = aMethod({
      integration: {
        ...MOCK,
        RequestTemplates: JSON_ONLY('{"statusCode": -1000}'),
        IntegrationResponses: [...DEFAULT, { StatusCode: '418', SelectionPattern: '-1\\d+' }],
      },
      method: { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '418' }] },
    });

    assert.equal((await send({ target: '/dev/1' })).status, 418, 'docs/aws §8');
  });

  it('allows the request template to override status and headers of the reply (docs/aws §7.4)', async () => {
    const template =
      '#set($context.responseOverride.status = 444)#set($context.responseOverride.header.X-Foo = "bar"){"statusCode": 200}';
    const reply = await aMethod({ integration: { ...MOCK, RequestTemplates: JSON_ONLY(template) } }).send({
      target: '/dev/1',
    });

    assert.deepEqual([reply.status, headerOf(reply, 'x-foo')], [444, 'bar']);
  });

  for (const status of ['99', '600', '"abc"', '200.5'])
    it(`ignores an overridden status of ${status}`, async () => {
      const template = `#set($context.responseOverride.status = ${status}){"statusCode": 200}`;
      const reply = await aMethod({ integration: { ...MOCK, RequestTemplates: JSON_ONLY(template) } }).send({
        target: '/dev/1',
      });

      assert.equal(reply.status, 200, 'docs/aws §7.4');
    });

  it('fails behind */* as binary media type unless the request is converted to text (docs/aws §12)', async () => {
    const api = { BinaryMediaTypes: ['*/*'] };
    const plain = await aMethod({ integration: MOCK, api }).send({ method: 'OPTIONS', target: '/dev/1' });
    const converted = await aMethod({
      integration: { ...MOCK, ContentHandling: 'CONVERT_TO_TEXT' },
      api,
    }).send({ method: 'OPTIONS', target: '/dev/1' });

    assert.deepEqual([plain.status, converted.status], [500, 200]);
  });

  it('answers 415 to a type without template if passing through is off', async () => {
    const { send } = aMethod({ integration: { ...MOCK, PassthroughBehavior: 'NEVER' } });

    const reply = await send({
      method: 'POST',
      target: '/dev/1',
      headers: ['Content-Type', 'text/csv'],
      body: 'a',
    });

    assert.deepEqual([reply.status, reply.body], [415, '{"message":"Unsupported Media Type"}']);
    assert.equal(headerOf(reply, 'x-amzn-errortype'), 'BadRequestException', 'docs/aws §7.1');
  });

  it('takes the content type of the template it answered with', async () => {
    const { send } = aMethod({
      integration: {
        ...MOCK,
        IntegrationResponses: [
          { StatusCode: '200', ResponseTemplates: { 'application/json': '{}', 'application/xml': '<a/>' } },
        ],
      },
    });

    const reply = await send({ target: '/dev/1', headers: ['Accept', 'application/xml'] });

    assert.deepEqual([reply.body, headerOf(reply, 'content-type')], ['<a/>', 'application/xml']);
  });
});
