/**
 * The program of an instance that is a process, run in a thread: events come over the Runtime API, as to the process.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RuntimeApi } from '../../../../../packages/gateway/lambda/process/runtime-api.ts';
import { OWN_PACKAGES } from '../../../../../packages/gateway/lambda/code/runtime-packages.ts';
import { requestIds } from '../../../../../packages/gateway/lambda/thread/board.ts';
import { aFolder } from '../start-runtime.ts';
import type { RuntimeEvent } from '../../../../../packages/gateway/lambda/process/runtime-api.ts';

const ENDING = '.ts';
const PROGRAM = new URL(
  `../../../../../packages/gateway/lambda/worker/process-main${ENDING}`,
  import.meta.url,
);
const SEED = '12345678-1234-4123-8123-123456789012';
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:f';

/** Says what it got, and as many letters as it is asked for. */
const SOURCE = `exports.handler = awslambda.streamifyResponse(async ({ letters = 0 }, stream, context) => {
  stream.setContentType('text/plain');
  const own = Object.keys(process.env).filter((name) => name.startsWith('GATEWRIGHT_'));
  const { awsRequestId, clientContext = null, functionVersion } = context;
  const [, place] = new Error('here').stack.split('\\n');
  stream.write(JSON.stringify([process.env._X_AMZN_TRACE_ID, awsRequestId, clientContext, functionVersion, own, place, Date.now()]));
  for (let left = letters; left > 0; left -= 50000)
    if (!stream.write('x'.repeat(50000))) await new Promise((go) => stream.once('drain', go));
  stream.end();
})
//# sourceMappingURL=data:application/json;base64,${btoa('{"version":3,"sources":["written.ts"],"names":[],"mappings":"AAAA"}')}`;

type Said = readonly [
  trace: string,
  requestId: string,
  client: unknown,
  version: string,
  own: unknown,
  place: string,
  nowMs: number,
];

// One thread for all of it: a start takes longest.
it('the program of a process passes on events one after the other, and returns their answers as they are read', async () => {
  const folder = aFolder({ 'index.js': SOURCE });
  const startFile = join(folder, 'start.json');
  const start = {
    functionName: 'f',
    functionArn: ARN,
    runtime: 'nodejs24.x',
    memorySizeMb: 128,
    handler: 'index.handler',
    layers: [],
    timeoutMs: 3_000,
    logGroupName: '/aws/lambda/f',
    logStreamName: 'stream',
    taskRoot: folder,
    code: { kind: 'file', file: join(folder, 'index.js') },
    sourceMaps: false,
    runtimePackages: OWN_PACKAGES,
    accessKeyId: 'AKID',
    standIns: [],
  };
  writeFileSync(startFile, JSON.stringify(start));
  let parts: string[] = [];
  const types = new Set<string | undefined>();
  let end: (text: string) => void = () => undefined;
  const api = new RuntimeApi(
    {
      onIdle: () => undefined,
      onPart({ bytes, acknowledge, contentType }) {
        parts.push(bytes.toString());
        types.add(contentType);
        acknowledge(bytes.length);
      },
      onReturned: () => end(parts.join('')),
      onFailed: (payload) => end(payload),
      onInitFailed: (payload) => end(payload),
      onLoaded: () => undefined,
      onHeld: () => undefined,
    },
    { name: 'f', handler: 'index.handler' },
  );
  const address = `127.0.0.1:${await api.listen()}`;
  const env = { AWS_LAMBDA_RUNTIME_API: address, GATEWRIGHT_START: startFile, GATEWRIGHT_SEED: SEED };
  const worker = new Worker(PROGRAM, { env });
  const ask = async (event: Partial<RuntimeEvent>): Promise<string> => {
    parts = [];
    const ended = new Promise<string>((resolve) => (end = resolve));
    const common = { requestId: 'of-the-gateway', payload: '{}', deadlineMs: 1, functionArn: ARN };
    api.deliver({ ...common, traceHeader: '', clientContext: undefined, clockOffsetMs: 0, ...event });
    return ended;
  };
  try {
    const idOf = requestIds(SEED);
    const [trace, id, client, version, own, place, nowMs] = JSON.parse(
      await ask({ traceHeader: 'Root=1-2-3' }),
    ) as Said;
    assert.deepEqual([trace, id, client, version, own], ['Root=1-2-3', idOf(0), null, '$LATEST', []]);
    // Nothing has asked for source maps.
    assert.match(place, /index\.js:5:/);
    const later = JSON.parse(
      await ask({
        clientContext: '{"custom":{"a":"b"}}',
        functionVersion: '7',
        clockOffsetMs: 86_400_000,
      }),
    ) as Said;
    assert.deepEqual(later.slice(0, 4), ['', idOf(1), { custom: { a: 'b' } }, '7']);
    assert.ok(later[6] - nowMs >= 86_400_000, `${later[6] - nowMs} ms`);
    // More than a reader is sent ahead: it continues only as parts are read.
    const long = await ask({ payload: '{"letters":1000000}' });
    assert.equal(long.slice(long.lastIndexOf(']') + 1), 'x'.repeat(1_000_000));
    assert.ok(parts.length > 1);
    assert.deepEqual([...types], ['text/plain']);
  } finally {
    await worker.terminate();
    api.close();
  }
});
