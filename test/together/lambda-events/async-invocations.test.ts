/** Services together: lambda-events, sns, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, type EventBench, REGION } from '../../support/an-event-engine.ts';
import { throttledByReservation } from '../../../packages/gateway/lambda/pool/refused-start.ts';
import type { InvocationResult } from '../../../packages/gateway/core/ports.ts';
import * as sns from '../../../packages/gateway/services/sns/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sns, sqs, lambda: lambdaEvents };

const CONFIG = (more: string): string => `
  Done: { Type: AWS::SQS::Queue, Properties: { QueueName: done } }
  Failed: { Type: AWS::SQS::Queue, Properties: { QueueName: failed } }
  Config:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: { FunctionName: work, Qualifier: $LATEST, ${more} }`;
const DESTINATIONS =
  'DestinationConfig: { OnSuccess: { Destination: !GetAtt Done.Arn }, OnFailure: { Destination: !GetAtt Failed.Arn } }';

const minutes = (count: number): number => count * 60_000;

function bodiesOf(bench: EventBench<typeof SERVICES>, name: string): unknown[] {
  const queue = bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`);
  return queue?.receive({ most: 10 }).map(({ body }) => JSON.parse(body) as unknown) ?? [];
}

const THROTTLED: InvocationResult = { kind: 'refused', reason: 'throttled', message: 'Rate Exceeded.' };

// Source: Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation", docs/aws §18.1
describe('AsyncInvocations', () => {
  it('tries a failed event again after one minute and after two more, and gives it up', async () => {
    const at: number[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: CONFIG(DESTINATIONS),
      functions: {
        work() {
          at.push(bench.clock.nowEpochMs());
          throw new RangeError('no');
        },
      },
    });
    const start = bench.clock.nowEpochMs();
    assert.equal(bench.services.lambda.async.accept({ functionName: 'work', payload: '{"n":1}' }), true);
    await bench.engine.idle();
    await bench.advance(minutes(1) - 1);
    assert.equal(at.length, 1);
    await bench.advance(1);
    await bench.advance(minutes(2) - 1);
    assert.equal(at.length, 2);
    await bench.advance(1);
    assert.deepEqual(
      at.map((ms) => ms - start),
      [0, minutes(1), minutes(3)],
    );
    assert.deepEqual(bench.reports[0], 'an event for work failed: RangeError: no');
    const [record] = bodiesOf(bench, 'failed') as Record<string, unknown>[];
    const { requestId, ...context } = record?.['requestContext'] as Record<string, unknown>;
    assert.equal(typeof requestId, 'string');
    assert.deepEqual(
      { ...record, requestContext: context },
      {
        version: '1.0',
        timestamp: '2025-04-14T22:16:38.000Z',
        requestContext: {
          functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work:$LATEST`,
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { n: 1 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'RangeError', errorMessage: 'no' },
      },
    );
    assert.equal(bench.services.lambda.async.size, 0);
  });

  it('gives the destination the version of an alias that has run', async () => {
    const result: InvocationResult = { kind: 'returned', payload: '1', executedVersion: '7' };
    const resources = CONFIG(DESTINATIONS).replace('$LATEST', 'live');
    const bench = anEventEngine(SERVICES, { resources, functions: { work: () => result } });
    bench.services.lambda.async.accept({ functionName: 'work', qualifier: 'live', payload: '{}' });
    await bench.engine.idle();

    const [record] = bodiesOf(bench, 'done') as Record<string, unknown>[];

    assert.deepEqual(record?.['responseContext'], { statusCode: 200, executedVersion: '7' });
  });

  it('runs all tries of an event when the clock jumps past them', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: CONFIG(DESTINATIONS),
      functions: {
        work() {
          throw new Error('no');
        },
      },
    });
    bench.services.lambda.async.accept({ functionName: 'work', payload: '1' });
    await bench.engine.idle();
    await bench.advance(minutes(10));
    assert.deepEqual([bench.invoker.calls.length, bodiesOf(bench, 'failed').length], [3, 1]);
  });

  it('gives the destination of success the answer of the function', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: CONFIG(DESTINATIONS),
      functions: { work: () => ({ ok: true }) },
    });
    bench.services.lambda.async.accept({ functionName: 'work', payload: '{}' });
    await bench.engine.idle();
    const [record] = bodiesOf(bench, 'done') as Record<string, unknown>[];
    assert.deepEqual(record?.['responsePayload'], { ok: true });
    assert.equal((record['requestContext'] as Record<string, unknown>)['condition'], 'Success');
  });

  for (const { name, config, waits, calls, condition } of [
    {
      name: 'as often as MaximumRetryAttempts says',
      config: 'MaximumRetryAttempts: 0',
      waits: [minutes(5)],
      calls: 1,
      condition: 'RetriesExhausted',
    },
    {
      name: 'not when it is older than MaximumEventAgeInSeconds',
      config: 'MaximumEventAgeInSeconds: 90',
      waits: [minutes(1), minutes(5)],
      calls: 2,
      condition: 'EventAgeExceeded',
    },
  ])
    it(`tries a failed event ${name}`, async () => {
      const bench = anEventEngine(SERVICES, {
        resources: CONFIG(`${config}, ${DESTINATIONS}`),
        functions: {
          work() {
            throw new Error('no');
          },
        },
      });
      bench.services.lambda.async.accept({ functionName: 'work', payload: '{}' });
      await bench.engine.idle();
      for (const ms of waits) await bench.advance(ms);
      assert.equal(bench.invoker.calls.length, calls);
      const [record] = bodiesOf(bench, 'failed') as { requestContext: { condition: string } }[];
      assert.equal(record?.requestContext.condition, condition);
    });

  it('retries a throttled event with growing waits for six hours, and does not count it as a failure of the function', async () => {
    const at: number[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: CONFIG(DESTINATIONS),
      functions: {
        work() {
          at.push((bench.clock.nowEpochMs() - start) / 1000);
          return THROTTLED;
        },
      },
    });
    const start = bench.clock.nowEpochMs();
    bench.services.lambda.async.accept({ functionName: 'work', payload: '{}' });
    await bench.engine.idle();
    for (let second = 0; second < 600; second += 1) await bench.advance(1000);
    assert.deepEqual(at, [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]);
    await bench.advance(6 * 3_600_000);
    const [record] = bodiesOf(bench, 'failed') as { requestContext: { condition: string } }[];
    assert.equal(record?.requestContext.condition, 'EventAgeExceeded');
  });

  it('gives an event up at once if 0 executions are reserved for the function', async () => {
    let tries = 0;
    const bench = anEventEngine(SERVICES, {
      resources: CONFIG(DESTINATIONS),
      functions: {
        work() {
          tries += 1;
          return throttledByReservation('work', 0);
        },
      },
    });
    bench.services.lambda.async.accept({ functionName: 'work', payload: '{"n":3}' });
    await bench.engine.idle();
    const [record] = bodiesOf(bench, 'failed') as { requestPayload: unknown }[];
    assert.deepEqual(record?.requestPayload, { n: 3 });
    await bench.advance(minutes(10));
    assert.equal(tries, 1);
  });

  it('sends the event itself to the dead-letter queue of the function', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Other:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: work, Runtime: nodejs24.x, Handler: i.h, Role: r, Code: { ZipFile: '' }, DeadLetterConfig: { TargetArn: !GetAtt Dead.Arn } }`,
      functions: {
        work() {
          throw new Error('no');
        },
      },
    });
    bench.services.lambda.async.accept({ functionName: 'work', payload: '{"n":2}' });
    await bench.engine.idle();
    await bench.advance(minutes(10));
    const [message] =
      bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:dead`)?.receive({ most: 1 }) ?? [];
    assert.equal(message?.body, '{"n":2}');
    assert.deepEqual(message.attributes['ErrorMessage'], { DataType: 'String', StringValue: 'no' });
    assert.deepEqual(Object.keys(message.attributes), ['RequestID', 'ErrorCode', 'ErrorMessage']);
  });

  // obs: localstack, test_sns_topic_as_lambda_dead_letter_queue, August 2023
  it('sends the attributes of a failure to a topic, too', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `
  Got: { Type: AWS::SQS::Queue, Properties: { QueueName: got } }
  Dead: { Type: AWS::SNS::Topic, Properties: { TopicName: dead, Subscription: [{ Protocol: sqs, Endpoint: !GetAtt Got.Arn }] } }
  Other:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: work, Runtime: nodejs24.x, Handler: i.h, Role: r, Code: { ZipFile: '' }, DeadLetterConfig: { TargetArn: !Ref Dead } }`,
      functions: {
        work() {
          throw new Error('no');
        },
      },
    });

    bench.services.lambda.async.accept({ functionName: 'work', payload: '{"n":2}' });
    await bench.engine.idle();
    await bench.advance(minutes(10));

    const [message] =
      bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:got`)?.receive({ most: 1 }) ?? [];
    const { Message, MessageAttributes, Subject } = JSON.parse(message?.body ?? '{}') as Record<
      string,
      unknown
    >;
    assert.deepEqual([Message, Subject], ['{"n":2}', undefined]);
    const { RequestID, ...attributes } = MessageAttributes as Record<string, object>;
    assert.deepEqual(attributes, {
      ErrorCode: { Type: 'Number', Value: '200' },
      ErrorMessage: { Type: 'String', Value: 'no' },
    });
    assert.partialDeepStrictEqual(RequestID, { Type: 'String' });
  });

  it('runs 64 events of a function at a time, and finally all of them', async () => {
    let [running, most] = [0, 0];
    const bench = anEventEngine(SERVICES, {
      resources: '',
      functions: {
        async work() {
          running += 1;
          most = Math.max(most, running);
          await new Promise(setImmediate);
          running -= 1;
        },
      },
    });
    for (let index = 0; index < 1_000; index += 1)
      bench.services.lambda.async.accept({ functionName: 'work', payload: `${index}` });
    await bench.engine.idle();
    assert.deepEqual([bench.invoker.calls.length, most], [1_000, 64]);
  });
});
