/** Runs cases of alarms: sends data points for full periods, and compares the resulting state. */
import { firstDifference } from './compare.ts';
import { withoutPackage } from './control-target.ts';
import { NotAsked } from './not-asked.ts';
import { RUNNER_KEY } from './signing.ts';
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Draft } from '../template/draft.ts';
import type { JsonObject, ParityCase } from '../schema/parity-case.ts';
import type { RunningApi } from './running-api.ts';

const METRIC = { Namespace: 'Parity', MetricName: 'Value' };
const MINUTE_MS = 60_000;
/** Minimum time that must be left in the minute for the calls. */
const MARGIN_MS = 15_000;

/**
 * Adds an alarm on the metric `Value` in the namespace `Parity`. Unless the case specifies something else, the alarm is
 * triggered if the value is above 0 in 3 of 3 minutes.
 */
export function addAlarm(draft: Draft, properties: JsonObject): void {
  const { Metrics, ExtendedStatistic } = properties;
  const ofMetric = {
    ...METRIC,
    Period: 60,
    ...(ExtendedStatistic === undefined && { Statistic: 'Sum' }),
  };
  const usual = Metrics === undefined ? ofMetric : {};
  draft.add(draft.id('Alarm'), {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...usual,
      EvaluationPeriods: 3,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      ...draft.fillAll(properties),
    },
  });
}

export async function playAlarm(
  { setup, request, expect }: ParityCase,
  api: RunningApi,
): Promise<string | undefined> {
  const { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand, SetAlarmStateCommand } =
    await import('@aws-sdk/client-cloudwatch').catch(withoutPackage);
  const { control: endpoint, region } = api;
  if (endpoint === undefined)
    throw new NotAsked('alarms are read with API calls, which this target does not accept');
  const client = new CloudWatchClient({ endpoint, region, credentials: RUNNER_KEY, maxAttempts: 1 });
  try {
    const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
    const shiftMs = leftMs < MARGIN_MS ? MARGIN_MS : 0;
    if (shiftMs > 0) await api.advance(shiftMs);
    const now = Date.now() + shiftMs;
    const endMs = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
    const MetricData = dataOf(request.datapoints ?? '', endMs, Number(setup.alarm?.['Period'] ?? 60));
    const { Namespace = METRIC.Namespace } = (setup.alarm ?? {}) as { readonly Namespace?: string };
    if (MetricData.length > 0) await client.send(new PutMetricDataCommand({ Namespace, MetricData }));
    const { MetricAlarms: [made] = [] } = await client.send(new DescribeAlarmsCommand({}));
    if (request.state !== undefined)
      await client.send(
        new SetAlarmStateCommand({
          AlarmName: made?.AlarmName,
          StateValue: request.state as StateValue,
          StateReason: 'before',
        }),
      );
    await api.advance(endMs - now + 1);
    const { MetricAlarms: [judged] = [] } = await client.send(new DescribeAlarmsCommand({}));
    return firstDifference(expect.alarmState ?? '', judged?.StateValue, 'exact', 'alarmState');
  } finally {
    client.destroy();
  }
}

function dataOf(datapoints: string, endMs: number, periodSeconds: number) {
  return datapoints
    .split(' ')
    .toReversed()
    .flatMap((sign, index) => {
      if (sign === '-' || sign === '') return [];
      const Timestamp = new Date(endMs - (index + 1) * periodSeconds * 1000);
      const Values = sign === 'X' ? [1] : sign.split(',').map(Number);
      return [{ MetricName: METRIC.MetricName, Timestamp, Values }];
    });
}
