/** What CloudWatch refuses in metrics, in its words. The tests name the reports that quote AWS. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { EPOCH_MS } from '../../../../../support/virtual-ports.ts';
import { aClient } from '../a-client.ts';

const DAY = 86_400_000;

const UNITS =
  'Seconds, Microseconds, Milliseconds, Bytes, Kilobytes, Megabytes, Gigabytes, Terabytes, Bits, Kilobits, Megabits, Gigabits, Terabits, Percent, Count, Bytes/Second, Kilobytes/Second, Megabytes/Second, Gigabytes/Second, Terabytes/Second, Bits/Second, Kilobits/Second, Megabits/Second, Gigabits/Second, Terabits/Second, Count/Second, None';

describe('refused metrics', () => {
  // prometheus-community/yet-another-cloudwatch-exporter#1435
  it('names all statistics that do not exist', async () => {
    const queries = ['Sum', 'Sums', 'Median'].map((Stat, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'a' }, Period: 60, Stat },
    }));
    const span = { StartTime: new Date(EPOCH_MS - DAY), EndTime: new Date(EPOCH_MS) };
    await assert.rejects(
      aClient().client.send(new GetMetricDataCommand({ ...span, MetricDataQueries: queries })),
      {
        name: 'ValidationException',
        message: [2, 3]
          .map(
            (at) =>
              `The value for parameter MetricDataQueries.member.${at}.MetricStat.Stat is not a valid statistic.`,
          )
          .join('\n'),
      },
    );
  });

  // influxdata/telegraf#5420
  it('names all ids of queries that do not match the pattern', async () => {
    const of = { Metric: { Namespace: 'Shop', MetricName: 'a' }, Period: 60, Stat: 'Sum' };
    const queries = ['5xx_average', 'm1', 'sqs-length'].map((Id) => ({ Id, MetricStat: of }));
    const span = { StartTime: new Date(EPOCH_MS - DAY), EndTime: new Date(EPOCH_MS) };
    await assert.rejects(
      aClient().client.send(new GetMetricDataCommand({ ...span, MetricDataQueries: queries })),
      {
        name: 'ValidationException',
        message: [
          'The value 5xx_average for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.',
          'The value sqs-length for parameter MetricDataQueries.member.3.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.',
        ].join('\n'),
      },
    );
  });

  const refuse = (MetricData: MetricDatum[], message: string): Promise<void> =>
    assert.rejects(aClient().client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData })), {
      name: 'InvalidParameterValueException',
      message,
    });

  // getmoto/moto#3880
  for (const [value, name] of [
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ] as const)
    it(`says that ${name} is no value`, () =>
      refuse(
        [{ MetricName: 'a', Value: value }],
        `The value ${name} for parameter MetricData.member.1.Value is invalid.`,
      ));

  // cloud-custodian/cloud-custodian#2559
  it('says that the data is too old', () =>
    refuse(
      [{ MetricName: 'a', Value: 1, Timestamp: new Date(EPOCH_MS - 21 * DAY) }],
      'The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.',
    ));

  // jdamick/dropwizard-metrics-cloudwatch#3
  it('says that a dimension is named twice', () =>
    refuse(
      [
        {
          MetricName: 'a',
          Value: 1,
          Dimensions: [
            { Name: 'city', Value: 'Bern' },
            { Name: 'city', Value: 'Thun' },
          ],
        },
      ],
      'No metric may specify the same dimension name twice.',
    ));

  // awslabs/collectd-cloudwatch#46
  it('names all units that do not exist', () =>
    refuse(
      ['Parsecs', 'Count', 'Miles'].map((unit) => ({
        MetricName: 'a',
        Value: 1,
        Unit: unit as MetricDatum['Unit'],
      })),
      [1, 3]
        .map((at) => `The parameter MetricData.member.${at}.Unit must be a value in the set [ ${UNITS} ].`)
        .join('\n'),
    ));
});
