/** CloudWatch, SNS and functions on a virtual clock. Metric data is written at full minutes. */
import { ACCOUNT, anEventEngine, REGION } from './an-event-engine.ts';
import type { ServiceModules } from './a-recorder.ts';
import type { EventBench, EventBenchOptions } from './an-event-engine.ts';

export type AlarmBench = EventBench & {
  /** Returns the states from DescribeAlarms, by alarm name. */
  states(): Promise<Record<string, string>>;
  describe(name: string): Promise<Record<string, unknown>>;
  ask(action: string, input: object): Promise<Record<string, unknown>>;
  /** Writes a metric as a function or the gateway does. */
  measure(name: string, value: number | readonly number[], more?: Measured): void;
  /** Moves the clock to the next full minute, and then by `count` minutes. */
  minutes(count: number): Promise<void>;
};

type Measured = {
  readonly namespace?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly unit?: string;
  readonly resolution?: 1 | 60;
  /** How long before the current time. */
  readonly agoMs?: number;
};

export const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:rings`;
export const PAGER = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:pager`;

/** @param modules the modules of the services, with CloudWatch as `monitoring`, and SNS */
export function anAlarmBench(
  modules: ServiceModules,
  resources: string,
  more: Partial<EventBenchOptions> = {},
): AlarmBench {
  const bench = anEventEngine(modules, {
    functions: { pager: () => null },
    ...more,
    resources: `
  Rings:
    Type: AWS::SNS::Topic
    Properties: { TopicName: rings, Subscription: [{ Protocol: lambda, Endpoint: '${PAGER}' }] }
${resources}`,
  });
  const ask: AlarmBench['ask'] = (action, input) => bench.call('monitoring', action, input);
  const all = async (): Promise<readonly Record<string, unknown>[]> => {
    const types = ['MetricAlarm', 'CompositeAlarm'];
    const { MetricAlarms, CompositeAlarms } = await ask('DescribeAlarms', {
      AlarmTypes: types,
      MaxRecords: 100,
    });
    return [
      ...(MetricAlarms as Record<string, unknown>[]),
      ...(CompositeAlarms as Record<string, unknown>[]),
    ];
  };
  return {
    ...bench,
    ask,
    async states() {
      const entries = await all();
      return Object.fromEntries(entries.map((one) => [String(one['AlarmName']), String(one['StateValue'])]));
    },
    async describe(name) {
      return (await all()).find((one) => one['AlarmName'] === name) ?? {};
    },
    measure(
      name,
      value,
      { namespace = 'Shop', dimensions = {}, unit = 'Count', resolution = 60, agoMs = 0 } = {},
    ) {
      const Metrics = [{ Name: name, Unit: unit, StorageResolution: resolution }];
      const directive = { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics };
      const epochMs = bench.clock.nowEpochMs();
      const text = JSON.stringify({
        _aws: { Timestamp: epochMs - agoMs, CloudWatchMetrics: [directive] },
        ...dimensions,
        [name]: value,
      });
      bench.engine.lines.publish({ group: '/aws/lambda/shop', text, epochMs });
    },
    async minutes(count) {
      for (let left = count; left > 0; left -= 1)
        await bench.advance(60_000 - (bench.clock.nowEpochMs() % 60_000));
    },
  };
}

/**
 * An alarm on the metric `Errors` of the namespace Shop. It goes off if the metric is above 0 for a minute, unless
 * `rule` changes this.
 */
export function anAlarm(
  name: string,
  rule = '',
  actions = `AlarmActions: [!Ref Rings], OKActions: [!Ref Rings]`,
): string {
  const given = (member: string, usual: string): string =>
    rule.includes(`${member}:`) ? '' : `${member}: ${usual}, `;
  const ofMetric = rule.includes('Metrics:')
    ? ''
    : `${given('MetricName', 'Errors')}${given('Namespace', 'Shop')}${given('Period', '60')}` +
      (rule.includes('ExtendedStatistic:') ? '' : given('Statistic', 'Sum'));
  return `
  ${name}:
    Type: AWS::CloudWatch::Alarm
    Properties: { AlarmName: ${name}, ${actions}, ${ofMetric}${given('Threshold', '0')}${given('EvaluationPeriods', '1')}${given('ComparisonOperator', 'GreaterThanThreshold')}${rule} }
`;
}
