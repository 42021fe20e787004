import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as xray from '../../../../../packages/gateway/services/xray/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

const ID = '1-581cf771-a006649127e371903a2de979';
const START_S = 1_700_000_000;

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
      }),
    );
    bench.engine.segments.publish(aSegment({ trace_id: ID.replace('9', '8'), fault: true }));

    const { TraceSummaries: summaries, TracesProcessedCount: count } = await call(bench, '/TraceSummaries', {
      ...RANGE,
      FilterExpression: 'ok',
    });

    const stage = { Name: 'shop/dev', Names: ['shop/dev'], Type: 'AWS::ApiGateway::Stage' };
    const fn = { Name: 'fn', Names: ['fn'] };
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
        Annotations: { k: [{ AnnotationValue: { StringValue: 'v' }, ServiceIds: [fn] }] },
        Users: [],
        ServiceIds: [stage, fn],
        EntryPoint: stage,
        Revision: 2,
      },
    ]);
  });

  it('names the users of a trace', async () => {
    const bench = aBench();
    bench.engine.segments.publish(aSegment({ user: 'ann' }));

    const { TraceSummaries: found } = await call(bench, '/TraceSummaries', RANGE);

    assert.deepEqual((found as readonly Answer[])[0]?.['Users'], [{ UserName: 'ann' }]);
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
    ];
    const { UnprocessedTraceSegments: refused } = await call(bench, '/TraceSegments', {
      TraceSegmentDocuments: documents,
    });
    const other = ID.replace('9', '8');
    const { Traces: traces, UnprocessedTraceIds: missing } = await call(bench, '/Traces', {
      TraceIds: [ID, other],
    });

    assert.deepEqual(refused, [
      {
        Id: 'x',
        ErrorCode: 'MissingFields',
        Message: 'A segment must have an id, a trace_id and a start_time',
      },
      { Id: '', ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' },
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
