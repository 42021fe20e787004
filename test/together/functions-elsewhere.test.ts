/** Services together: eventbridge, lambda-events, scheduler, sns, sqs. */
/** A function of another account is never taken for the function of the same name here. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as events from '../../packages/gateway/services/eventbridge/service.ts';
import * as lambda from '../../packages/gateway/services/lambda-events/service.ts';
import * as scheduler from '../../packages/gateway/services/scheduler/service.ts';
import * as sns from '../../packages/gateway/services/sns/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, REGION, anEventEngine } from '../support/an-event-engine.ts';
import type { EventBench } from '../support/an-event-engine.ts';

const SERVICES = { events, scheduler, sns, sqs, lambda };
const FUNCTION = `
  Worker:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: worker, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::${ACCOUNT}:role/r', Code: { ZipFile: x } }`;

type Row = {
  readonly name: string;
  readonly resources: (arn: string) => string;
  readonly cause: (bench: EventBench) => unknown;
};

const put = (bench: EventBench): Promise<unknown> =>
  bench.call('events', 'PutEvents', { Entries: [{ Source: 'shop', DetailType: 'd', Detail: '{}' }] });

/** The places in which an ARN names a function. Source: the types' pages in the CloudFormation template reference. */
const ROWS: readonly Row[] = [
  {
    name: 'the target of a rule',
    resources: (arn) => `
  Rule: { Type: AWS::Events::Rule, Properties: { EventPattern: { source: [shop] }, Targets: [{ Id: a, Arn: '${arn}' }] } }`,
    cause: put,
  },
  {
    name: 'the target of a schedule',
    resources: (arn) => `
  Schedule: { Type: AWS::Scheduler::Schedule, Properties: { ScheduleExpression: rate(1 minute), FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: '${arn}', RoleArn: 'arn:aws:iam::${ACCOUNT}:role/r' } } }`,
    cause: (bench) => bench.advance(61_000),
  },
  {
    name: 'the endpoint of a subscription',
    resources: (arn) => `
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: t } }
  Sub: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Topic, Protocol: lambda, Endpoint: '${arn}' } }`,
    cause: (bench) =>
      bench.send({
        service: 'sns',
        headers: ['content-type', 'application/x-www-form-urlencoded'],
        body: Buffer.from(
          `Action=Publish&Message=m&TopicArn=${encodeURIComponent(`arn:aws:sns:${REGION}:${ACCOUNT}:t`)}`,
        ),
      }),
  },
  {
    name: 'the function of an event source mapping',
    resources: (arn) => `
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: q } }
  Map: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: '${arn}', EventSourceArn: !GetAtt Queue.Arn } }`,
    cause: async (bench) => {
      await bench.call('sqs', 'SendMessage', {
        QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/q`,
        MessageBody: 'x',
      });
      await bench.advance(1000);
    },
  },
];

describe('a function of another account', () => {
  for (const { name, resources, cause } of ROWS)
    it(`is not invoked as ${name}, but the own function is`, async () => {
      const runs: string[] = [];
      for (const account of [ACCOUNT, '999999999999']) {
        const bench = anEventEngine(SERVICES, {
          resources: FUNCTION + resources(`arn:aws:lambda:${REGION}:${account}:function:worker`),
          functions: { worker: () => void runs.push(account) },
        });
        await cause(bench);
        await bench.engine.idle();
        await bench.advance(10);
      }

      assert.deepEqual([...new Set(runs)], [ACCOUNT]);
    });

  it('is not invoked as a destination', async () => {
    const runs: string[] = [];
    for (const account of [ACCOUNT, '999999999999']) {
      const bench = anEventEngine(SERVICES, {
        resources: `${FUNCTION}
  Other:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: other, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::${ACCOUNT}:role/r', Code: { ZipFile: x } }
  Config: { Type: AWS::Lambda::EventInvokeConfig, Properties: { FunctionName: other, Qualifier: $LATEST, DestinationConfig: { OnSuccess: { Destination: 'arn:aws:lambda:${REGION}:${account}:function:worker' } } } }`,
        functions: { other: () => 1, worker: () => void runs.push(account) },
      });
      bench.services.lambda.async.accept({ functionName: 'other', payload: '{}' });
      await bench.engine.idle();
      await bench.advance(10);
    }

    assert.deepEqual(runs, [ACCOUNT]);
  });
});
