import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as xray from '../../../../../packages/gateway/services/xray/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

const ID = '1-581cf771-a006649127e371903a2de979';
/** The time in the trace's id. */
const START_S = 0x581cf771;

type Answer = Readonly<Record<string, unknown>> & { readonly status: number };

function aBench(): EventBench<{ xray: typeof xray }> {
  return anEventEngine({ xray }, { resources: '  Any: { Type: AWS::Logs::LogGroup }' });
}

async function call(bench: EventBench, path: string, input: unknown): Promise<Answer> {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  const outcome = await bench.send({ service: 'xray', path, body });
  assert.equal(outcome.kind, 'answered');
  return { status: outcome.status, ...(JSON.parse(outcome.body.toString()) as object) };
}

const aSegment = (more: object = {}): string =>
  JSON.stringify({
    name: 'shop/dev',
    id: '000000000000000a',
    trace_id: ID,
    start_time: START_S,
    end_time: START_S + 0.5,
    ...more,
  });

const RANGE = { StartTime: START_S - 60, EndTime: START_S + 60 };

describe('GetTraceSummaries', () => {
  it('describes the traces of the time that fit the expression', async () => {
    const bench = aBench();
    const http = { request: { method: 'GET', url: 'https://a.example/' }, response: { status: 200 } };
    bench.engine.segments.publish(aSegment({ origin: 'AWS::ApiGateway::Stage', http }));
    bench.engine.segments.publish(
      aSegment({
        id: '000000000000000b',
        name: 'fn',
        parent_id: '000000000000000a',
        end_time: START_S + 2,
        annotations: { k: 'v' },
        resource_arn: 'arn:aws:lambda:us-west-2:123456789012:function:fn',
        aws: { account_id: '123456789012' },
        subsegments: [{ subsegments: [{ annotations: { k: 'inner' } }] }],
      }),
    );
    bench.engine.segments.publish(aSegment({ trace_id: ID.replace('9', '8'), fault: true }));

    const { TraceSummaries: summaries, TracesProcessedCount: count } = await call(bench, '/TraceSummaries', {
      ...RANGE,
      FilterExpression: 'ok',
    });

    const stage = { Name: 'shop/dev', Names: ['shop/dev'], Type: 'AWS::ApiGateway::Stage' };
    const fn = { Name: 'fn', Names: ['fn'], AccountId: '123456789012' };
    assert.equal(count, 2);
    assert.deepEqual(summaries, [
      {
        Id: ID,
        StartTime: START_S,
        Duration: 2,
        ResponseTime: 0.5,
        HasFault: false,
        HasError: false,
        HasThrottle: false,
        IsPartial: false,
        Http: { HttpURL: 'https://a.example/', HttpStatus: 200, HttpMethod: 'GET' },
        Annotations: {
          k: ['v', 'inner'].map((value) => ({ AnnotationValue: { StringValue: value }, ServiceIds: [fn] })),
        },
        Users: [],
        ServiceIds: [stage, fn],
        ResourceARNs: [{ ARN: 'arn:aws:lambda:us-west-2:123456789012:function:fn' }],
        InstanceIds: [],
        AvailabilityZones: [],
        EntryPoint: stage,
        FaultRootCauses: [],
        ErrorRootCauses: [],
        ResponseTimeRootCauses: [],
        Revision: 2,
      },
    ]);
  });

  it('names the users of a trace', async () => {
    const bench = aBench();
    bench.engine.segments.publish(aSegment({ user: 'ann' }));

    const { TraceSummaries: found } = await call(bench, '/TraceSummaries', RANGE);

    assert.deepEqual((found as readonly Answer[])[0]?.['Users'], [
      { UserName: 'ann', ServiceIds: [{ Name: 'shop/dev', Names: ['shop/dev'] }] },
    ]);
  });

  it('lists the most recent traces first (API reference, GetTraceSummaries, NextToken)', async () => {
    const bench = aBench();
    for (const second of [1, 3, 2])
      bench.engine.segments.publish(
        aSegment({ trace_id: `1-581cf77${second}-${'0'.repeat(24)}`, start_time: START_S + second }),
      );

    const { TraceSummaries: found } = await call(bench, '/TraceSummaries', RANGE);

    assert.deepEqual(
      (found as readonly Answer[]).map((one) => String(one['Id']).slice(2, 10)),
      ['581cf773', '581cf772', '581cf771'],
    );
  });

  /** X-Ray developer guide, "Getting data from X-Ray", "Retrieving traces": the end of a range is not part of it. */
  for (const [range, start, end, isFound] of [
    ['TraceId', 0, 1, true],
    ['TraceId', -1, 0, false],
    ['TraceId', 1, 10, false],
    ['Event', 5, 6, true],
    ['Event', 11, 12, false],
    ['Service', 5, 6, false],
    ['Service', 10, 11, true],
  ] as const)
    it(`${isFound ? 'finds' : 'does not find'} a trace of 10 s from ${start} to ${end} s by ${range}`, async () => {
      const bench = aBench();
      bench.engine.segments.publish(aSegment({ start_time: START_S, end_time: START_S + 10 }));

      const { TraceSummaries: found } = await call(bench, '/TraceSummaries', {
        TimeRangeType: range,
        StartTime: START_S + start,
        EndTime: START_S + end,
      });

      assert.equal((found as readonly unknown[]).length, isFound ? 1 : 0);
    });

  it('has errors and faults of the root segment only (API reference, TraceSummary)', async () => {
    const bench = aBench();
    const child = { id: '000000000000000b', parent_id: '000000000000000a' };
    bench.engine.segments.publish(aSegment());
    bench.engine.segments.publish(aSegment({ ...child, fault: true, error: true, throttle: true }));

    const { TraceSummaries: found } = await call(bench, '/TraceSummaries', RANGE);

    assert.partialDeepStrictEqual((found as readonly Answer[])[0], {
      HasFault: false,
      HasError: false,
      HasThrottle: true,
    });
  });

  it('gives pages of 1,000', async () => {
    const bench = aBench();
    for (let number = 0; number < 1001; number += 1)
      bench.engine.segments.publish(aSegment({ trace_id: `1-581cf771-${String(number).padStart(24, '0')}` }));
    const first = await call(bench, '/TraceSummaries', RANGE);
    const second = await call(bench, '/TraceSummaries', { ...RANGE, NextToken: first['NextToken'] });

    assert.deepEqual(
      [first, second].map(({ TraceSummaries: found }) => (found as readonly unknown[]).length),
      [1000, 1],
    );
    assert.equal(second['NextToken'], undefined);
  });
});

describe('PutTraceSegments and BatchGetTraces', () => {
  it('give back the latest document of each segment', async () => {
    const bench = aBench();
    const documents = [
      aSegment({ in_progress: true }),
      aSegment({ trace_id: ID.slice(2).replace('-', '') }),
      '{"id":"x"}',
      'no',
      // https://github.com/humanmade/aws-xray/issues/29
      '[]',
      '{}',
      aSegment({ trace_id: '1-2' }),
    ];
    const { UnprocessedTraceSegments: refused } = await call(bench, '/TraceSegments', {
      TraceSegmentDocuments: documents,
    });
    const other = ID.replace('9', '8');
    const { Traces: traces, UnprocessedTraceIds: missing } = await call(bench, '/Traces', {
      TraceIds: [ID, other],
    });

    assert.deepEqual(refused, [
      { Id: 'x', ErrorCode: 'MissingTraceId', Message: 'Invalid segment. ErrorCode: MissingTraceId' },
      { ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' },
      { ErrorCode: 'MissingId', Message: 'Invalid segment. ErrorCode: MissingId' },
      { ErrorCode: 'MissingId', Message: 'Invalid segment. ErrorCode: MissingId' },
      {
        Id: '000000000000000a',
        ErrorCode: 'InvalidTraceId',
        Message: 'Invalid segment. ErrorCode: InvalidTraceId',
      },
    ]);
    assert.deepEqual(traces, [
      {
        Id: ID,
        Duration: 0.5,
        LimitExceeded: false,
        Segments: [{ Id: '000000000000000a', Document: documents[1] }],
      },
    ]);
    assert.deepEqual(missing, [other]);
  });
});

describe('a call of X-Ray', () => {
  for (const [path, input] of [
    ['/TraceSummaries', {}],
    ['/TraceSummaries', { StartTime: 2, EndTime: 1 }],
    ['/TraceSummaries', { StartTime: 0, EndTime: 86_401 }],
    ['/TraceSummaries', { ...RANGE, SamplingStrategy: { Name: 'All' } }],
    ['/Traces', { TraceIds: [''] }],
    ['/TraceSegments', { TraceSegmentDocuments: [{}] }],
    ['/TraceSummaries', { ...RANGE, TimeRangeType: 'Never' }],
    ['/TraceSummaries', { ...RANGE, FilterExpression: 'edge("a","b")' }],
    ['/TraceSummaries', { ...RANGE, NextToken: 'x' }],
    ['/Traces', { TraceIds: [] }],
    ['/Traces', { TraceIds: ['x'] }],
    ['/Traces', { TraceIds: Array.from({ length: 6 }, () => ID) }],
    ['/TraceSegments', {}],
    ['/Traces', '{'],
  ] as const)
    it(`is refused: ${path} ${JSON.stringify(input).slice(0, 60)}`, async () => {
      assert.equal((await call(aBench(), path, input)).status, 400);
    });

  it('is refused without a body as with an empty one', async () => {
    const outcome = await aBench().send({ service: 'xray', path: '/TraceSummaries' });

    assert.partialDeepStrictEqual(outcome, { kind: 'answered', status: 400 });
  });

  it('that is not done is refused by name', async () => {
    const outcome = await aBench().send({ service: 'xray', path: '/ServiceGraph', body: '{}' });

    assert.equal(outcome.kind === 'unreachable' && outcome.reason, 'unserved');
  });
});
