/** Services together: cloudwatch, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as monitoring from '../../../packages/gateway/services/cloudwatch/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import type { Measurement } from '../../../packages/gateway/core/ports.ts';

const MINUTE = 60_000;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:failures`;

const alarm = (name: string, metric: string, threshold: number): string => `
  ${name}:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: ${name}
      Namespace: AWS/SQS
      MetricName: ${metric}
      Dimensions: [{ Name: QueueName, Value: !GetAtt Failures.QueueName }]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: ${threshold}
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
`;

function aBench(alarms: string) {
  const bench = anEventEngine(
    { sqs, monitoring },
    { resources: `  Failures: { Type: AWS::SQS::Queue, Properties: { QueueName: failures } }${alarms}` },
  );
  const states = async (): Promise<Record<string, string>> => {
    const { MetricAlarms } = await bench.call('monitoring', 'DescribeAlarms', {});
    const entries = MetricAlarms as readonly { readonly AlarmName: string; readonly StateValue: string }[];
    return Object.fromEntries(entries.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]));
  };
  return { bench, states };
}

// SQS developer guide, "Available CloudWatch metrics for Amazon SQS".
describe('alarms on a failure queue', () => {
  it('ring while messages are there, and go back when they are gone', async () => {
    const { bench, states } = aBench(
      alarm('Failed', 'ApproximateNumberOfMessagesVisible', 0) +
        alarm('Old', 'ApproximateAgeOfOldestMessage', 600),
    );
    await bench.advance(MINUTE);
    assert.deepEqual(await states(), { Failed: 'OK', Old: 'OK' });
    assert.equal(bench.engine.nextDue, undefined);

    await bench.engine.targets.send(QUEUE, 'batch');
    await bench.advance(MINUTE);
    assert.deepEqual(await states(), { Failed: 'ALARM', Old: 'OK' });
    for (let minute = 0; minute < 12; minute += 1) await bench.advance(MINUTE);
    assert.deepEqual(await states(), { Failed: 'ALARM', Old: 'ALARM' });

    bench.services.sqs.queues.find(QUEUE)?.purge();
    for (let minute = 0; minute < 6; minute += 1) await bench.advance(MINUTE);
    assert.deepEqual(await states(), { Failed: 'OK', Old: 'OK' });
    assert.equal(bench.engine.nextDue, undefined);
  });

  it('measure each queue once after a reload', async () => {
    const { bench } = aBench(alarm('Failed', 'ApproximateNumberOfMessagesVisible', 0));
    const measured: Measurement[] = [];
    bench.engine.metrics.follow((one) => void measured.push(one));
    bench.reload();
    await bench.engine.targets.send(QUEUE, 'batch');

    assert.equal(measured.length, 1);
  });
});
