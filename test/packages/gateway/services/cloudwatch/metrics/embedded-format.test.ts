import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readEmbedded } from '../../../../../../packages/gateway/services/cloudwatch/metrics/embedded-format.ts';
import type {
  DataPoint,
  Metric,
} from '../../../../../../packages/gateway/services/cloudwatch/metrics/metric.ts';

const PAGE = 'CloudWatch user guide, "Specification: Embedded metric format"';

const line = (directives: unknown, members: object = {}): string =>
  JSON.stringify({ ...members, _aws: { Timestamp: 1_574_109_732_004, CloudWatchMetrics: directives } });

const directive = (more: object = {}): object => ({
  Namespace: 'lambda-function-metrics',
  Dimensions: [['functionVersion']],
  Metrics: [{ Name: 'time', Unit: 'Milliseconds' }],
  ...more,
});
const VERSION = { functionVersion: '$LATEST', time: 100 };
const POINT = {
  namespace: 'lambda-function-metrics',
  name: 'time',
  unit: 'Milliseconds',
  epochMs: 1_574_109_732_004,
  resolution: 60,
  dimensions: [['functionVersion', '$LATEST']],
  sample: [[100, 1]],
};

/** Each with its metric. */
function pointsIn(text: string): readonly (Metric & DataPoint)[] {
  return readEmbedded(text).flatMap(({ points, ...of }) => points.map((point) => ({ ...of, ...point })));
}

describe('readEmbedded', () => {
  it("reads the guide's example", () => {
    assert.deepEqual(pointsIn(line([directive()], VERSION)), [POINT], PAGE);
  });

  it('counts a metric once in each dimension set, and in each namespace', () => {
    const sets = directive({ Dimensions: [[], ['functionVersion'], ['stage', 'functionVersion']] });
    const points = pointsIn(line([sets, directive({ Namespace: 'Other' })], { ...VERSION, stage: 'dev' }));

    assert.deepEqual(
      points.map(({ namespace, dimensions }) => [namespace, dimensions.map(([name]) => name)]),
      [
        ['lambda-function-metrics', []],
        ['lambda-function-metrics', ['functionVersion']],
        ['lambda-function-metrics', ['functionVersion', 'stage']],
        ['Other', ['functionVersion']],
      ],
    );
  });

  it('takes arrays of values and a resolution of one second', () => {
    const metrics = [{ Name: 'time', StorageResolution: 1 }];
    const [point] = pointsIn(line([directive({ Metrics: metrics })], { ...VERSION, time: [1, 2, 2] }));

    assert.partialDeepStrictEqual(point, {
      resolution: 1,
      unit: 'None',
      sample: [
        [1, 1],
        [2, 1],
        [2, 1],
      ],
    });
  });

  it('reads each of several lines, and ignores other lines', () => {
    const two = `start\n${line([directive()], VERSION)}\n${line([directive()], VERSION)}\n{"_aws"`;

    assert.deepEqual(pointsIn(two), [POINT, POINT]);
  });

  for (const { name, text } of [
    { name: 'no line of metrics', text: 'an order came' },
    { name: 'no JSON', text: '{"_aws": ' },
    { name: 'no time', text: '{"_aws":{"CloudWatchMetrics":[]}}' },
    { name: 'no namespace', text: line([directive({ Namespace: '' })], VERSION) },
    { name: 'no value', text: line([directive()], { functionVersion: '$LATEST' }) },
    { name: 'a value that is a text', text: line([directive()], { ...VERSION, time: '100' }) },
    {
      name: 'over 100 values',
      text: line([directive()], { ...VERSION, time: Array.from({ length: 101 }, () => 1) }),
    },
    { name: 'a dimension that is missing', text: line([directive()], { time: 100 }) },
    { name: 'a dimension that is a number', text: line([directive()], { ...VERSION, functionVersion: 1 }) },
    { name: 'a dimension that is empty', text: line([directive()], { ...VERSION, functionVersion: '' }) },
    { name: 'a dimension beyond ASCII', text: line([directive()], { ...VERSION, functionVersion: 'ü' }) },
    {
      name: 'over 30 dimensions',
      text: line([directive({ Dimensions: [Array.from({ length: 31 }, () => 'functionVersion')] })], VERSION),
    },
  ])
    it(`leaves out ${name}`, () => {
      assert.deepEqual(pointsIn(text), [], PAGE);
    });

  it('throws for no text', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        pointsIn(`{"_aws":{"Timestamp":1,"CloudWatchMetrics":${json}},"a":${json}}`);
        pointsIn(`{"_aws":${json}}`);
      }),
    );
  });
});
