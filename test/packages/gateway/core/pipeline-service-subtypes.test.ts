import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { SERVICE_SUBTYPES } from '../../../../packages/gateway/core/mapping/service-subtype.ts';
import { answered, headerLines } from '../../../support/a-method.ts';
import { aServiceIntegration } from '../../../support/a-service-integration.ts';
import { headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { QUEUE, REQUEST, SUBTYPE_ROWS } from '../engine/service-subtype-rows.ts';

describe('a service integration of an HTTP API', () => {
  for (const { subtype, parameters, call, headers, body } of SUBTYPE_ROWS)
    it(`${subtype} calls the service with its parameters (docs/aws §8)`, async () => {
      const { send, ports } = aServiceIntegration(subtype, parameters);
      ports.services.answer = () => answered('{}');

      const reply = await send(REQUEST);

      const [request] = ports.services.requests;
      assert.ok(request, String(reply.body));
      for (const [name, value] of Object.entries(call))
        assert.deepEqual(Reflect.get(request, name), value, name);
      const sent = headerLines(request.headers);
      for (const [name, value] of Object.entries(headers)) assert.equal(sent[name], value, name);
      const text = String(request.body ?? '');
      if (request.service === 'sqs') assert.deepEqual(Object.fromEntries(new URLSearchParams(text)), body);
      else if (body !== undefined) assert.deepEqual(JSON.parse(text), body);
      assert.equal(reply.status, 200);
    });

  it('is tested for every subtype', () => {
    assert.deepEqual(
      SUBTYPE_ROWS.map(({ subtype }) => subtype).toSorted(),
      Object.keys(SERVICE_SUBTYPES).toSorted(),
    );
  });

  it("answers with the service's response, changed by ResponseParameters", async () => {
    const { send, ports } = aServiceIntegration(
      'SQS-PurgeQueue',
      { QueueUrl: QUEUE },
      {
        ResponseParameters: {
          '403': {
            ResponseParameters: [
              { Destination: 'overwrite:statuscode', Source: '404' },
              { Destination: 'append:header.X-Why', Source: '$response.header.x-code' },
            ],
          },
        },
      },
    );
    ports.services.answer = () => answered('<Error/>', ['Content-Type', 'text/xml', 'X-Code', 'no'], 403);

    const reply = await send(REQUEST);

    assert.deepEqual(
      [reply.status, String(reply.body), headerOf(reply, 'content-type'), headerOf(reply, 'x-why')],
      [404, '<Error/>', 'text/xml', 'no'],
    );
  });

  const missing = [
    { name: 'lacks a required value', parameters: { QueueUrl: QUEUE, MessageBody: '$request.body.none' } },
    { name: 'has an invalid address', parameters: { QueueUrl: '$request.body.key', MessageBody: 'x' } },
    {
      name: 'has an invalid number',
      parameters: { QueueUrl: QUEUE, MessageBody: 'x', DelaySeconds: '$request.body.key' },
    },
    {
      name: 'has JSON that is none',
      parameters: { QueueUrl: QUEUE, MessageBody: 'x', MessageAttributes: '$request.body.key' },
    },
  ];
  for (const { name, parameters } of missing)
    it(`answers 400 to a request that ${name} (docs/aws §8, verify)`, async () => {
      const { send, ports } = aServiceIntegration('SQS-SendMessage', parameters);

      const reply = await send(REQUEST);

      assert.deepEqual([reply.status, reply.body], [400, '{"message":"Bad Request"}']);
      assert.deepEqual(ports.services.requests, []);
    });

  const failures = [
    { outcome: { kind: 'unreachable', reason: 'network', message: 'x' }, status: 503 },
    { outcome: { kind: 'timed-out' }, status: 503 },
    { outcome: { kind: 'unreachable', reason: 'request', message: 'not recorded' }, status: 500 },
  ] as const;
  for (const { outcome, status } of failures)
    it(`says ${status} if the service is ${outcome.kind}${'reason' in outcome ? `, ${outcome.reason}` : ''}`, async () => {
      const { send, ports } = aServiceIntegration('SQS-PurgeQueue', { QueueUrl: QUEUE });
      ports.services.answer = () => outcome;

      assert.equal((await send(REQUEST)).status, status);
    });

  const refused: readonly {
    readonly name: string;
    readonly subtype?: string;
    readonly parameters?: JsonObject;
    readonly more?: JsonObject;
    readonly message: RegExp;
  }[] = [
    {
      name: 'a subtype that AWS does not have',
      subtype: 'SNS-Publish',
      message: /not an integration subtype/,
    },
    {
      name: 'a required parameter left out',
      parameters: { MessageBody: 'x' },
      message: /SQS-SendMessage needs QueueUrl$/,
    },
    {
      name: 'a parameter that the operation does not have',
      parameters: { QueueUrl: QUEUE, MessageBody: 'x', Queue: 'q' },
      message: /not Queue$/,
    },
    {
      name: 'an invalid expression',
      parameters: { QueueUrl: QUEUE, MessageBody: '$request.cookie.x' },
      message: /Invalid mapping expression specified/,
    },
    { name: 'payload 2.0', more: { PayloadFormatVersion: '2.0' }, message: /must be "1\.0"/ },
  ];
  for (const { name, subtype = 'SQS-SendMessage', parameters, more = {}, message } of refused)
    it(`is refused with ${name}`, () => {
      assert.throws(
        () => aServiceIntegration(subtype, parameters ?? { QueueUrl: QUEUE, MessageBody: 'x' }, more),
        (error) => error instanceof DefinitionError && message.test(error.message),
      );
    });
});
