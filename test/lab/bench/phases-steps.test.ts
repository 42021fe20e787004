import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuSamples, heapSamples, kindOf, stepOf, sumBy, totalOf } from '../../../lab/bench/phases-steps.ts';
import type { Frame, Kind, Step } from '../../../lab/bench/phases-steps.ts';

const own = (functionName: string, path: string): Frame => ({ functionName, url: `file:///any/${path}` });
const native = (functionName: string): Frame => ({ functionName, url: '' });
const ROOT = native('(root)');
const HTTP = [{ functionName: 'parserOnIncoming', url: 'node:_http_server' }, ROOT];
const ANSWER = [own('answer', 'packages/gateway/server/answer-request.ts'), ...HTTP];
const SERVE = [own('serve', 'packages/gateway/core/pipeline.ts'), ...ANSWER];
const MAP = [own('mapRequest', 'packages/gateway/core/phases/map-request.ts'), ...SERVE];
const SEND = [
  own('send', 'packages/gateway/server/answer-request.ts'),
  own('answer', 'packages/gateway/server/answer-request.ts'),
  ROOT,
];
const END = [{ functionName: 'end', url: 'node:_http_outgoing' }, ...SEND];

const ROWS: readonly {
  readonly name: string;
  readonly stack: readonly Frame[];
  readonly step: Step | undefined;
  readonly kind: Kind | undefined;
}[] = [
  { name: 'a phase', stack: MAP, step: 'map-request', kind: 'other code of the gateway' },
  {
    name: 'what a phase calls in another folder',
    stack: [own('buildHttp2Event', 'packages/gateway/core/events/http-event.ts'), ...MAP],
    step: 'map-request',
    kind: 'event as JSON text',
  },
  {
    name: 'the pipeline itself',
    stack: SERVE,
    step: 'pipeline and trail',
    kind: 'other code of the gateway',
  },
  {
    name: 'what is done before the pipeline',
    stack: ANSWER,
    step: 'receive',
    kind: 'other code of the gateway',
  },
  {
    name: 'Node before any code of ours',
    stack: HTTP,
    step: 'node:http, in',
    kind: 'Node: HTTP, streams, events',
  },
  { name: 'Node for a reply of ours', stack: END, step: 'reply', kind: 'Node: HTTP, streams, events' },
  {
    name: 'the system call for a reply',
    stack: [native('writeUtf8String'), ...END],
    step: 'system call: socket',
    kind: 'write system calls',
  },
  {
    name: 'the system call for lines of the log',
    stack: [native('writev'), { functionName: 'clearBuffer', url: 'node:internal/streams/writable' }, ROOT],
    step: 'system call: log',
    kind: 'write system calls',
  },
  {
    name: 'a message to an instance',
    stack: [native('postMessage'), own('#post', 'packages/gateway/lambda/thread/thread-instance.ts'), ROOT],
    step: 'postMessage',
    kind: 'postMessage',
  },
  {
    name: 'garbage from any source',
    stack: [native('(garbage collector)'), ...MAP],
    step: 'garbage collection',
    kind: 'garbage collection',
  },
  {
    name: 'no JavaScript at all',
    stack: [native('(program)'), ROOT],
    step: 'engine',
    kind: 'engine, no JavaScript running',
  },
  { name: 'nothing', stack: [native('(idle)'), ROOT], step: undefined, kind: undefined },
  {
    name: 'the profiler',
    stack: [native('dispatch'), { functionName: 'post', url: 'node:inspector' }, ROOT],
    step: undefined,
    kind: undefined,
  },
];

describe('what was sampled', () => {
  for (const { name, stack, step, kind } of ROWS)
    it(`is found in its stack: ${name}`, () => {
      assert.deepEqual([stepOf(stack), kindOf(stack)], [step, kind]);
    });

  it('of a CPU profile is the time of each function, including all functions that it called', () => {
    const [first, second, third] = [ROOT, ...SERVE].slice(0, 3);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const nodes = [
      { id: 1, callFrame: first, children: [2] },
      { id: 2, callFrame: second, children: [3] },
      { id: 3, callFrame: third },
    ];

    const samples = cpuSamples({ nodes, samples: [3, 2, 3], timeDeltas: [10, 20, 30] });

    assert.deepEqual(samples, [
      { stack: [third, second, first], weight: 40 },
      { stack: [second, first], weight: 20 },
    ]);
  });

  it('of a heap are the bytes of each function, and sums omit what is in no row', () => {
    const leaf = { callFrame: native('(idle)'), selfSize: 7, children: [] };
    const samples = heapSamples({
      callFrame: own('log', 'packages/gateway/core/phases/log.ts'),
      selfSize: 5,
      children: [leaf],
    });

    const sums = sumBy(samples, stepOf);

    assert.deepEqual([[...sums], totalOf(sums)], [[['log', 5]], 5]);
  });
});
