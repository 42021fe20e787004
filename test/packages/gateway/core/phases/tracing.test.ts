import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { ok } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

type Segment = Readonly<Record<string, unknown>>;

/** Segments that one request to `/dev/pets` sends, and the trace header that the function saw. */
async function trace(
  stage: JsonObject,
  rawHeaders: readonly string[] = [],
  list: FakeFunction = ok,
): Promise<{ readonly segments: readonly Segment[]; readonly seen: string }> {
  let seen = '';
  const { api, ports } = stagedApi(stage, {
    list: (event, invocation) => {
      seen = invocation.traceHeader;
      return list(event, invocation);
    },
  });
  const segments: Segment[] = [];
  const at = { ...ports, traces: { send: (text: string) => segments.push(JSON.parse(text) as Segment) } };
  const wire = {
    method: 'GET',
    target: '/dev/pets',
    rawHeaders,
    body: undefined,
    remoteAddress: '127.0.0.1',
    httpVersion: '1.1',
  };
  await serve(receive(wire, api.served, at), at);
  return { segments, seen };
}

const TRACED = { TracingEnabled: true };
const ROOT = '1-67fd7aa2-0123456789abcdef01234567';

describe('tracing of a REST stage', () => {
  it('sends a segment of each request, and says to the function that it is sampled (docs/aws §10.3)', async () => {
    const { segments, seen } = await trace(TRACED);

    const [segment = {}] = segments;
    const [, root, parent] = /^Root=(\S+);Parent=([0-9a-f]{16});Sampled=1$/.exec(seen) ?? [];
    assert.equal(segments.length, 1);
    assert.equal(segment['trace_id'], root);
    assert.equal(segment['id'], parent);
    assert.equal(segment['name'], 'pets/dev');
    assert.equal(segment['origin'], 'AWS::ApiGateway::Stage');
    assert.ok(!('parent_id' in segment));
  });

  it('continues the trace of the client as its child', async () => {
    const { segments } = await trace(TRACED, [
      'X-Amzn-Trace-Id',
      `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`,
    ]);

    assert.equal(segments[0]?.['trace_id'], ROOT);
    assert.equal(segments[0]['parent_id'], '53995c3f42cd8ad8');
    // The header continues as the client sent it; the segment is one of its own nevertheless.
    assert.match(String(segments[0]['id']), /^[0-9a-f]{16}$/);
    assert.notEqual(segments[0]['id'], '53995c3f42cd8ad8');
  });

  const faults: readonly { status: number; flags: Segment }[] = [
    { status: 200, flags: {} },
    { status: 404, flags: { error: true } },
    { status: 429, flags: { error: true, throttle: true } },
    { status: 500, flags: { fault: true } },
  ];
  for (const { status, flags } of faults)
    it(`marks a ${status} as X-Ray does`, async () => {
      const { segments } = await trace(TRACED, [], () => ({ statusCode: status }));
      const { error, throttle, fault } = segments[0] ?? {};
      assert.deepEqual(
        { error, throttle, fault },
        { error: undefined, throttle: undefined, fault: undefined, ...flags },
      );
    });

  it('omits requests that the client has decided not to sample', async () => {
    const { segments, seen } = await trace(TRACED, ['X-Amzn-Trace-Id', `Root=${ROOT};Sampled=0`]);
    assert.deepEqual(segments, []);
    assert.match(seen, /Sampled=0$/);
  });

  it('is off unless the stage has it', async () => {
    const { segments, seen } = await trace({});
    assert.deepEqual(segments, []);
    assert.match(seen, /Sampled=0$/);
  });
});
