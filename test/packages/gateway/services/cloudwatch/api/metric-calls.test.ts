import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import type { MetricDataQuery, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { EPOCH_MS } from '../../../../../support/virtual-ports.ts';
import { aClient } from '../a-client.ts';

const MINUTE = 60_000;
/** The full minute before the clock of the bench. */
const NOW = Math.floor(EPOCH_MS / MINUTE) * MINUTE;
const ago = (minutes: number): Date => new Date(NOW - minutes * MINUTE);
const SPAN = { StartTime: ago(10), EndTime: new Date(NOW + MINUTE) };

const put = (...MetricData: MetricDatum[]): PutMetricDataCommand =>
  new PutMetricDataCommand({ Namespace: 'Shop', MetricData });

const stat = (
  Id: string,
  MetricName: string,
  Stat = 'Sum',
  more: Partial<MetricDataQuery> = {},
): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat },
  ...more,
});

/** The values of the query `e`, oldest first. */
async function compute(data: readonly MetricDatum[], queries: MetricDataQuery[]): Promise<readonly number[]> {
  const { client } = aClient();
  if (data.length > 0) await client.send(put(...data));
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({ ...SPAN, MetricDataQueries: queries, ScanBy: 'TimestampAscending' }),
  );
  return MetricDataResults.find(({ Id }) => Id === 'e')?.Values ?? [];
}

const at = (minutes: number, MetricName: string, Value: number): MetricDatum => ({
  MetricName,
  Value,
  Timestamp: ago(minutes),
});

/** CloudWatch user guide, "Using math expressions with CloudWatch metrics". */
const DATA = [at(3, 'a', 1), at(2, 'a', 4), at(1, 'a', 9), at(3, 'b', 2), at(1, 'b', 3)];
const EXPRESSIONS: readonly { readonly expression: string; readonly values: readonly number[] }[] = [
  { expression: 'a * 2 + 1', values: [3, 9, 19] },
  { expression: '(a + b) / 2', values: [1.5, 6] },
  { expression: '-a ^ 2', values: [-1, -16, -81] },
  { expression: 'a / (b - 2)', values: [9] },
  { expression: 'SUM([a, b])', values: [3, 4, 12] },
  { expression: 'SUM(METRICS())', values: [3, 4, 12] },
  { expression: 'SUM([a, b] * 2)', values: [6, 8, 24] },
  { expression: 'SUM(10 - [a, b])', values: [17, 6, 8] },
  { expression: 'SUM(METRICS("b"))', values: [2, 3] },
  { expression: 'AVG([a, b])', values: [1.5, 4, 6] },
  { expression: 'MIN([a, b])', values: [1, 4, 3] },
  { expression: 'MAX([a, b])', values: [2, 4, 9] },
  { expression: 'a - MIN(a)', values: [0, 3, 8] },
  { expression: 'a / SUM(a) * 14', values: [1, 4, 9] },
  { expression: 'TIME_SERIES(AVG(b)) - TIME_SERIES(2.5)', values: Array.from({ length: 11 }, () => 0) },
  { expression: 'FILL(b, 0)', values: [0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0] },
  { expression: 'FILL(b, REPEAT)', values: [2, 2, 3, 3] },
  { expression: 'FILL(b, LINEAR)', values: [2, 2.5, 3] },
  { expression: 'FILL(missing, 1)', values: Array.from({ length: 11 }, () => 1) },
  { expression: 'RATE(a) * 60', values: [3, 5] },
  { expression: 'DIFF(a)', values: [3, 5] },
  { expression: 'RUNNING_SUM(a)', values: [1, 5, 14] },
  { expression: 'IF(a > 2, a, 0)', values: [0, 4, 9] },
  { expression: 'IF(a > 2, b)', values: [3] },
  { expression: 'IF(a > 2 AND NOT b == 3, 1, 2)', values: [2, 2] },
  { expression: 'CEIL(a / 2) + ABS(-1)', values: [2, 3, 6] },
  { expression: 'a * PERIOD(a)', values: [60, 240, 540] },
  { expression: 'a * DATAPOINT_COUNT(b)', values: [2, 8, 18] },
  { expression: 'FIRST([a, b])', values: [1, 4, 9] },
];

describe('GetMetricData', () => {
  for (const { expression, values } of EXPRESSIONS)
    it(`computes ${expression}`, async () => {
      const hidden = { ReturnData: false };
      const queries = [
        stat('a', 'a', 'Sum', hidden),
        stat('b', 'b', 'Sum', hidden),
        stat('missing', 'none', 'Sum', hidden),
      ];
      // METRICS() means all of them; one without data adds nothing.
      assert.deepEqual(await compute(DATA, [{ Id: 'e', Expression: expression }, ...queries]), values);
    });

  it('answers statistics of what was put: values, counts, sets, of a unit', async () => {
    const { client } = aClient();
    const of = (Timestamp: Date): MetricDatum => ({ MetricName: 'Took', Timestamp, Unit: 'Milliseconds' });
    await client.send(
      put(
        { ...of(ago(2)), Values: [10, 20, 30, 40], Counts: [1, 1, 1, 97] },
        { ...of(ago(1)), StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 } },
        { ...of(ago(1)), Unit: 'Seconds', Value: 7 },
      ),
    );
    const Stats = ['SampleCount', 'Average', 'Maximum', 'p2', 'p99', 'tm99'] as const;
    const MetricDataQueries = Stats.map((Stat, index) => ({
      Id: `q${index}`,
      MetricStat: {
        Metric: { Namespace: 'Shop', MetricName: 'Took' },
        Period: 60,
        Stat,
        Unit: 'Milliseconds' as const,
      },
    }));
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({ ...SPAN, MetricDataQueries }),
    );

    // Newest first; a set of different values has no percentiles.
    assert.deepEqual(
      MetricDataResults.map(({ Values }) => Values),
      [[4, 100], [2.5, 39.4], [4, 40], [20], [40], [3_900 / 99]],
    );
    assert.deepEqual(MetricDataResults[0]?.Timestamps, [ago(1), ago(2)]);
    assert.deepEqual(
      [MetricDataResults[0].Label, MetricDataResults[0].StatusCode],
      ['Took SampleCount', 'Complete'],
    );
  });

  // Recorded: localstack/localstack test_cloudwatch.snapshot.json test_label_generation
  for (const { queries, labels } of [
    {
      queries: [
        ['Sum', 60],
        ['Minimum', 30],
      ],
      labels: ['a Sum 60', 'a Minimum 30'],
    },
    {
      queries: [
        ['Sum', 60],
        ['Minimum', 60],
      ],
      labels: ['a Sum', 'a Minimum'],
    },
    {
      queries: [
        ['Sum', 60],
        ['Sum', 30],
      ],
      labels: ['a 60', 'a 30'],
    },
    {
      queries: [
        ['Sum', 60],
        ['Sum', 60],
      ],
      labels: ['a', 'a'],
    },
  ] as const)
    it(`labels ${JSON.stringify(queries)} with what differs`, async () => {
      const { client } = aClient();
      const MetricDataQueries = queries.map(([Stat, Period], index) => ({
        Id: `q${index}`,
        MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'a' }, Period, Stat },
      }));

      const { MetricDataResults = [] } = await client.send(
        new GetMetricDataCommand({ ...SPAN, MetricDataQueries }),
      );

      assert.deepEqual(
        MetricDataResults.map(({ Label }) => Label),
        labels,
      );
    });

  // Recorded: test_get_metric_data_different_units_no_unit_in_query, test_handle_different_units
  it('returns one of several units with a message, and statistics of each', async () => {
    const { client } = aClient();
    const datum = { MetricName: 'Took', Timestamp: ago(1) };
    await client.send(
      put(
        { ...datum, Unit: 'Milliseconds', Value: 60_000 },
        { ...datum, Unit: 'Seconds', Value: 60 },
        { ...datum, Unit: 'Count', Value: 5 },
      ),
    );
    const MetricStat = { Metric: { Namespace: 'Shop', MetricName: 'Took' }, Period: 60, Stat: 'Sum' };

    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({ ...SPAN, MetricDataQueries: [{ Id: 'm1', MetricStat }] }),
    );
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({ ...SPAN, ...MetricStat.Metric, Period: 60, Statistics: ['Average'] }),
    );

    assert.deepEqual(
      [MetricDataResults[0]?.Values, MetricDataResults[0]?.Messages],
      [[5], [{ Code: 'MultipleUnits', Value: "Multiple units returned: '[Count, Milliseconds, Seconds]'" }]],
    );
    assert.deepEqual(
      Datapoints.map(({ Unit, Average }) => [Unit, Average]),
      [
        ['Count', 5],
        ['Milliseconds', 60_000],
        ['Seconds', 60],
      ],
    );
  });

  it('finds data in a span of many years, with what fills it', async () => {
    const { client } = aClient();
    await client.send(put(...DATA));
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(0),
        EndTime: SPAN.EndTime,
        MetricDataQueries: [stat('a', 'a'), { Id: 'e', Expression: 'IF(FILL(a, 0) > 0, a)' }],
      }),
    );

    for (const Id of ['a', 'e'])
      assert.deepEqual(MetricDataResults.find((result) => result.Id === Id)?.Values, [9, 4, 1]);
  });

  it('returns pages with the requested number of data points', async () => {
    const { client } = aClient();
    await client.send(put(...DATA));
    const input = { ...SPAN, MetricDataQueries: [stat('e', 'a')], MaxDatapoints: 2 };
    const first = await client.send(new GetMetricDataCommand(input));
    const second = await client.send(new GetMetricDataCommand({ ...input, NextToken: first.NextToken }));

    assert.deepEqual(
      [first.MetricDataResults?.[0]?.Values, second.MetricDataResults?.[0]?.Values],
      [[9, 4], [1]],
    );
    assert.deepEqual(
      [first.MetricDataResults?.[0]?.StatusCode, second.NextToken],
      ['PartialData', undefined],
    );
    await assert.rejects(client.send(new GetMetricDataCommand({ ...input, NextToken: 'no' })), {
      name: 'InvalidNextToken',
    });
    // The API model gives ListMetrics no InvalidNextToken.
    await assert.rejects(client.send(new ListMetricsCommand({ NextToken: 'no' })), {
      name: 'InvalidParameterValueException',
    });
  });

  for (const { query, message, isGap = false } of [
    {
      query: { Expression: `SEARCH('{Shop} a', 'Sum')` },
      message: /uses SEARCH, which the gateway does not support/,
      isGap: true,
    },
    {
      query: { Expression: 'ANOMALY_DETECTION_BAND(a)' },
      message: /ANOMALY_DETECTION_BAND, which the gateway does not support/,
      isGap: true,
    },
    { query: { Expression: 'MEDIAN(a)' }, message: /uses MEDIAN, an unknown function/ },
    { query: { Expression: 'SUM(a)' }, message: /returns no time series/ },
    { query: { Expression: 'c + 1' }, message: /refers to "c", which is not the id of a query/ },
    { query: { Expression: 'e + 1' }, message: /refers to "e", which refers back/ },
    { query: { Expression: 'a +' }, message: /ends early/ },
    { query: { Expression: 'a ? b' }, message: /cannot be read at "\? b"/ },
    { query: { Expression: 'SELECT SUM(x) FROM y' }, message: /Metrics Insights/, isGap: true },
    { query: { Expression: `${'('.repeat(60)}a${')'.repeat(60)}` }, message: /nested/ },
  ])
    it(`refuses ${query.Expression.slice(0, 30)}`, async () => {
      await assert.rejects(compute([], [{ Id: 'e', ...query }, stat('a', 'a')]), {
        name: isGap ? /^NotImplementedException$/ : /^(?:Validation|InvalidParameterValue)Exception$/,
        message,
      });
    });
});

describe('GetMetricStatistics', () => {
  it('answers data points with their unit', async () => {
    const { client } = aClient();
    await client.send(
      put({ MetricName: 'Took', Unit: 'Milliseconds', Timestamp: ago(1), Values: [1, 2, 3] }),
    );
    const input = { ...SPAN, Namespace: 'Shop', MetricName: 'Took', Period: 60 };
    const { Label, Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        ...input,
        Statistics: ['Sum', 'Average'],
        ExtendedStatistics: ['p50'],
      }),
    );

    assert.equal(Label, 'Took');
    assert.deepEqual(Datapoints, [
      { Timestamp: ago(1), Sum: 6, Average: 2, Unit: 'Milliseconds', ExtendedStatistics: { p50: 2 } },
    ]);
  });

  // Source: snapshots of AWS's answers, test_cloudwatch.snapshot.json of LocalStack 4.7 (Apache-2.0),
  // test_invalid_amount_of_datapoints
  it('takes a day of minutes that begins within a minute', async () => {
    const { client } = aClient();
    const input = { Namespace: 'Shop', MetricName: 'Took', Period: 60, Statistics: ['Sum' as const] };
    const StartTime = new Date(NOW - 86_400_000 - 1_500);
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({ ...input, StartTime, EndTime: new Date(NOW - 1_500) }),
    );

    assert.deepEqual(Datapoints, []);
  });

  it('refuses more than 1,440 data points', async () => {
    const { client } = aClient();
    const input = { Namespace: 'Shop', MetricName: 'Took', Period: 60, Statistics: ['Sum' as const] };
    const days = { StartTime: new Date(NOW - 2 * 86_400_000), EndTime: new Date(NOW) };

    await assert.rejects(client.send(new GetMetricStatisticsCommand({ ...input, ...days })), {
      name: 'InvalidParameterCombinationException',
      message: /up to 2880 datapoints, which exceeds the limit of 1440/,
    });
  });
});

describe('ListMetrics', () => {
  it('lists metrics by namespace, name and dimensions', async () => {
    const { client } = aClient();
    const Dimensions = [{ Name: 'Stage', Value: 'dev' }];
    await client.send(put({ MetricName: 'a', Value: 1, Dimensions }, { MetricName: 'b', Value: 1 }));
    const list = async (input: object): Promise<readonly (string | undefined)[]> =>
      ((await client.send(new ListMetricsCommand(input))).Metrics ?? []).map(({ MetricName }) => MetricName);

    assert.deepEqual(await list({}), ['a', 'b']);
    assert.deepEqual(await list({ MetricName: 'b' }), ['b']);
    assert.deepEqual(await list({ Namespace: 'Other' }), []);
    assert.deepEqual(await list({ Dimensions: [{ Name: 'Stage' }] }), ['a']);
    assert.deepEqual(await list({ Dimensions: [{ Name: 'Stage', Value: 'prod' }] }), []);
    assert.deepEqual((await client.send(new ListMetricsCommand({ MetricName: 'a' }))).Metrics, [
      { Namespace: 'Shop', MetricName: 'a', Dimensions },
    ]);
  });
});

describe('PutMetricData', () => {
  for (const { name, input, error, message } of [
    {
      name: 'a namespace of AWS',
      input: { Namespace: 'AWS/Lambda' },
      error: 'InvalidParameterValueException',
      message: 'The value AWS/ for parameter Namespace is invalid.',
    },
    { name: 'no data', input: { MetricData: [] }, error: 'MissingRequiredParameterException' },
    {
      name: 'an unknown unit',
      input: { MetricData: [{ MetricName: 'a', Value: 1, Unit: 'Cups' as 'Count' }] },
      error: 'InvalidParameterValueException',
    },
    // API reference, Dimension: "only ASCII characters", "at least one non-whitespace character".
    ...[
      { Name: 'é', Value: 'a' },
      { Name: ':a', Value: 'a' },
      { Name: 'a', Value: '日本' },
      { Name: 'a', Value: ' ' },
      { Name: 'a', Value: 'a\n' },
    ].map((dimension) => ({
      name: `the dimension ${JSON.stringify(dimension)}`,
      input: { MetricData: [{ MetricName: 'a', Value: 1, Dimensions: [dimension] }] },
      error: 'InvalidParameterValueException',
    })),
    // PutMetricData: "Values must be in the range of -2^360 to 2^360."
    ...[
      { Value: 2 ** 361 },
      { Values: [1, -(2 ** 361)] },
      { StatisticValues: { SampleCount: 1, Sum: 1, Minimum: -(2 ** 361), Maximum: 1 } },
    ].map((datum) => ({
      name: `values out of range: ${Object.keys(datum).join()}`,
      input: { MetricData: [{ MetricName: 'a', ...datum }] },
      error: 'InvalidParameterValueException',
    })),
    {
      name: 'a datum without a value',
      input: { MetricData: [{ MetricName: 'a' }] },
      error: 'MissingRequiredParameterException',
      message: 'At least one of the parameters must be specified.',
    },
    // Recorded: localstack/localstack test_cloudwatch.snapshot.json test_put_metric_data_validation
    {
      name: 'values and counts that differ in number',
      input: { MetricData: [{ MetricName: 'a', Values: [1, 2], Counts: [1] }] },
      error: 'InvalidParameterValueException',
      message:
        'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.',
    },
    ...(['Values', 'StatisticValues'] as const).map((other) => ({
      name: `a value and ${other}`,
      input: {
        MetricData: [
          {
            MetricName: 'a',
            Value: 1,
            [other]: other === 'Values' ? [1] : { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 },
          },
        ],
      },
      error: 'InvalidParameterCombinationException',
      message: `The parameters MetricData.member.1.Value and MetricData.member.1.${other} are mutually exclusive and you have specified both.`,
    })),
    {
      name: 'data of three weeks ago',
      input: { MetricData: [{ MetricName: 'a', Value: 1, Timestamp: new Date(NOW - 21 * 86_400_000) }] },
      error: 'InvalidParameterValueException',
    },
  ] as readonly { name: string; input: object; error: string; message?: string }[])
    it(`refuses ${name}, and keeps nothing`, async () => {
      const { client } = aClient();
      const MetricData = [{ MetricName: 'good', Value: 1 }];

      await assert.rejects(
        client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData, ...input })),
        { name: error, ...(message !== undefined && { message }) },
      );
      assert.deepEqual((await client.send(new ListMetricsCommand({}))).Metrics, []);
    });

  // Recorded: localstack/localstack test_cloudwatch.py test_put_metric_data_validation; which of the two counts is
  // inferred.
  it('accepts values with statistics, and keeps the statistics', async () => {
    const { client } = aClient();
    const StatisticValues = { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 };
    await client.send(put({ MetricName: 'a', Values: [1, 10], Counts: [2, 4], StatisticValues }));

    assert.deepEqual(
      (await client.send(new ListMetricsCommand({}))).Metrics?.map(({ MetricName }) => MetricName),
      ['a'],
    );
  });

  it('takes long, compressed inputs', async () => {
    const { client } = aClient();
    const data = Array.from({ length: 800 }, (_, index) => ({ MetricName: `metric${index}`, Value: index }));
    if (data.length > 0) await client.send(put(...data));

    const { Metrics = [], NextToken } = await client.send(new ListMetricsCommand({ Namespace: 'Shop' }));
    assert.equal(Metrics.length, 500);
    assert.equal((await client.send(new ListMetricsCommand({ NextToken }))).Metrics?.length, 300);
  });
});
