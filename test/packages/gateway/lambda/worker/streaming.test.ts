import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { anInlineFunction, failed, startRuntime, type StartedRuntime } from '../start-runtime.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';

const RIC = 'aws-lambda-nodejs-runtime-interface-client';
const PRELUDE = (metadata: string): string => `${metadata}${'\0'.repeat(8)}`;

async function start(source: string, changes: Partial<FunctionDefinition> = {}): Promise<StartedRuntime> {
  return startRuntime([anInlineFunction('fn', source, changes)]);
}

type Times = { readonly timeoutMs?: number; readonly idleMs?: number };

function open(
  { runtime }: StartedRuntime,
  event: unknown = {},
  { timeoutMs = 10_000, idleMs = 10_000 }: Times = {},
) {
  const payload = JSON.stringify(event);
  return runtime.stream({ functionName: 'fn', payload, timeoutMs, idleMs, traceHeader: '' });
}

/** The text of a stream, and what broke it off. */
async function read(
  started: StartedRuntime,
  event?: unknown,
  times?: Times,
): Promise<readonly [string, string?]> {
  const answer = await open(started, event, times);
  assert.ok(answer.kind === 'streams', JSON.stringify(answer));
  const parts: Buffer[] = [];
  try {
    for await (const part of answer.body) parts.push(part);
  } catch (error) {
    return [Buffer.concat(parts).toString(), (error as Error).message];
  }
  return [Buffer.concat(parts).toString()];
}

const streamed = (body: string): string =>
  `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`;

describe('a handler that streams', () => {
  const rows: readonly {
    readonly name: string;
    readonly body: string;
    readonly gives: readonly [string, string?];
    readonly from: string;
    /** The first of what it prints as an error. */
    readonly logs?: RegExp;
  }[] = [
    {
      name: 'sends text, bytes and, as JSON, everything else',
      body: 'stream.write("a"); stream.write(Buffer.from("b")); stream.write({ c: 1 }); stream.end("d")',
      gives: ['ab{"c":1}d'],
      from: RIC,
    },
    {
      name: 'gets event and context',
      body: 'stream.end(JSON.stringify([event.n, context.functionName, context.done]))',
      gives: ['[7,"fn",null]'],
      from: RIC,
    },
    {
      name: 'puts its metadata and eight NUL bytes before the first write',
      body: 'stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); stream.write("x"); stream.end()',
      gives: [PRELUDE('{"statusCode":201}') + 'x'],
      from: RIC,
    },
    {
      name: 'loses its metadata if it only ends the stream',
      body: 'awslambda.HttpResponseStream.from(stream, { statusCode: 201 }).end("x")',
      gives: ['x'],
      from: RIC,
    },
    {
      name: 'may pipe into its stream',
      body: 'await require("node:stream/promises").pipeline(require("node:stream").Readable.from(["a", "b"]), stream)',
      gives: ['ab'],
      from: 'Lambda developer guide, "Writing response streaming-enabled Lambda functions"',
    },
    {
      name: 'may continue writing after its promise is settled',
      body: 'setTimeout(() => stream.end("late"), 20); stream.write("early ")',
      gives: ['early late'],
      from: RIC,
    },
    {
      name: 'breaks off if it throws',
      body: 'stream.write("half"); await new Promise((go) => setTimeout(go, 20)); throw new RangeError("no more")',
      gives: ['half', 'RangeError: no more'],
      from: RIC,
    },
    {
      name: 'breaks off if nothing is left that could end its stream',
      body: 'stream.write("half")',
      gives: ['half', 'Error: Response stream is not finished.'],
      from: RIC,
      logs: /^Invoke Error\s.*Response stream is not finished\./,
    },
    {
      name: 'breaks off if its process ends',
      body: 'stream.write("half"); await new Promise((go) => setTimeout(go, 20)); process.exit(3)',
      gives: ['half', 'Runtime.ExitError'],
      from: 'Lambda developer guide, "Troubleshoot invocation issues"',
    },
    {
      name: 'survives a write after the end, which fails the invocation',
      body: 'stream.write("a"); stream.end(); stream.write("b")',
      gives: ['a', 'write after end'],
      from: 'Node.js, ERR_STREAM_WRITE_AFTER_END',
    },
  ];
  for (const { name, body, gives, from, logs = /^/ } of rows)
    it(name, async () => {
      const started = await start(streamed(body));
      const [text, failure] = await read(started, { n: 7 });

      assert.equal(text, gives[0], from);
      if (gives[1] === undefined) assert.equal(failure, undefined, from);
      else assert.ok(failure?.includes(gives[1]), `${failure ?? 'complete'} (${from})`);
      assert.match(started.lines.find(({ level }) => level === 'ERROR')?.message ?? '', logs);
    });

  // Attack: a caller asks at the same time, and reads the answer of a neighbour.
  it('gives each caller its own parts, however many events are waiting', async () => {
    const started = await start(streamed('stream.write(`${event.n} `); stream.end(String(event.n))'));
    for (let n = 0; n < 5; n += 1) await read(started, { n });

    const events = Array.from({ length: 40 }, (_, n) => n);
    const texts = await Promise.all(events.map(async (n) => (await read(started, { n }))[0]));

    assert.deepEqual(
      texts,
      events.map((n) => `${n} ${n}`),
    );
  });

  it('sends each caller its own lines, with any number of waiting events', async () => {
    const started = await start('exports.handler = async ({ n }) => console.log(`line ${n}`)');
    const invoke = async (n: number): Promise<readonly string[]> => {
      const lines: string[] = [];
      const options = { clientContext: undefined, onLine: (line: string) => lines.push(line.trim()) };
      const payload = JSON.stringify({ n });
      await started.runtime.invoke({
        functionName: 'fn',
        payload,
        timeoutMs: 10_000,
        traceHeader: '',
        options,
      });
      return lines.map((line) => /line \d+/.exec(line)?.[0] ?? line);
    };
    for (let n = 0; n < 5; n += 1) await invoke(n);

    const events = Array.from({ length: 40 }, (_, n) => n);

    assert.deepEqual(
      await Promise.all(events.map(invoke)),
      events.map((n) => [`line ${n}`]),
    );
  });

  it('fails before its first byte like any other handler', async () => {
    const result = await open(await start(streamed('throw new RangeError("at once")')));

    assert.ok(result.kind === 'failed');
    assert.equal(result.errorType, 'RangeError');
  });

  it('has to return a promise (aws-lambda-nodejs-runtime-interface-client)', async () => {
    const result = await open(await start('exports.handler = awslambda.streamifyResponse(() => 1)'));

    assert.ok(result.kind === 'failed');
    assert.equal(result.errorMessage, 'Streaming does not support non-async handlers.');
  });

  it('fails if a content type comes too late after the first write', async () => {
    const [text, failure] = await read(
      await start(streamed('stream.write("a"); stream.setContentType("b/c")')),
    );

    assert.equal(text, 'a');
    assert.match(failure ?? '', /InvalidStreamingOperation: Cannot set content-type, too late\./);
  });

  it('is warned of a return value and of metadata that were not sent', async () => {
    const started = await start(streamed('awslambda.HttpResponseStream.from(stream, {}).end("x"); return 1'));

    await read(started);

    const warnings = started.lines.filter(({ level }) => level === 'WARN').map(({ message }) => message);
    assert.deepEqual(
      warnings.map((text) => text.slice(0, 30)),
      ['Streaming handlers ignore retu', 'The metadata passed to HttpRes'],
    );
  });

  it('answers one event after another, each with its own stream and request id', async () => {
    const started = await start(streamed('stream.end(`${event.n} ${context.awsRequestId}`)'));

    const seen = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const answer = await open(started, { n });
        assert.ok(answer.kind === 'streams');
        const parts: Buffer[] = [];
        for await (const part of answer.body) parts.push(part);
        return [Buffer.concat(parts).toString(), `${n} ${answer.requestId?.() ?? ''}`];
      }),
    );

    for (const [text, expected] of seen) assert.equal(text, expected);
  });

  it('waits for a slower reader, with a limited amount in transit', async () => {
    const source = streamed(`
      const part = Buffer.alloc(65536, 'x');
      let written = 0;
      for (let n = 0; n < 64; n++) {
        const isRoom = stream.write(part);
        written += part.length;
        if (!isRoom) { console.log(written); await require('node:events').once(stream, 'drain'); }
      }
      stream.end();`);
    const started = await start(source, { timeoutSeconds: 20 });

    const answer = await open(started);
    assert.ok(answer.kind === 'streams');
    const reader = answer.body[Symbol.asyncIterator]();
    await reader.next();
    await untilQuiet(started);
    const onTheWay = Number(started.lines.at(-1)?.message);
    let bytes = 65_536;
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      bytes += next.value.length;

    assert.ok(onTheWay < 512 * 1024, `${onTheWay} bytes were written before anybody read`);
    assert.equal(bytes, 64 * 65_536);
  });

  it('leaves nothing behind if it fails while its reader is slower', async () => {
    const started = await start(
      streamed(`
        if (event.waits) await new Promise(() => undefined);
        stream.write(Buffer.alloc(1e6));
        await new Promise((go) => setTimeout(go, 50));
        throw new Error("no more")`),
    );
    const answer = await open(started);
    assert.ok(answer.kind === 'streams');
    await new Promise((go) => setTimeout(go, 200));
    const parts = answer.body[Symbol.asyncIterator]();
    await assert.rejects(async () => {
      while ((await parts.next()).done !== true);
    }, /no more/);

    const next = await open(started, { waits: true });

    assert.equal(next.kind === 'failed' && next.errorMessage, 'Response stream is not finished.');
  });

  it('runs on when its reader leaves (developer guide, "Stream the integration response")', async () => {
    const started = await start(
      streamed(`
        stream.write('a');
        for (let n = 0; n < 40; n++)
          if (!stream.write(Buffer.alloc(65536))) await require('node:events').once(stream, 'drain');
        stream.end();
        console.log('done')`),
      { timeoutSeconds: 20 },
    );

    const answer = await open(started);
    assert.ok(answer.kind === 'streams');
    answer.body.cancel();
    while (!started.lines.some(({ message }) => message === 'done'))
      await new Promise((go) => setTimeout(go, 5));

    assert.deepEqual(await answer.body[Symbol.asyncIterator]().next(), { done: true, value: undefined });
  });

  it('is cut off by its own timeout, and by that of its caller', async () => {
    const source = streamed('stream.write("a"); await new Promise((go) => setTimeout(go, 60000))');

    const [own, callers] = await Promise.all([
      read(await start(source, { timeoutSeconds: 1 })),
      read(await start(source, { timeoutSeconds: 20 }), {}, { timeoutMs: 2_000 }),
    ]);

    assert.equal(own[0], 'a');
    assert.match(own[1] ?? '', /Task timed out after 1\.00 seconds/);
    assert.deepEqual(callers, ['a', 'the response was not complete within the integration timeout']);
  });

  it('is too slow if its first byte does not come within the idle timeout', async () => {
    const source = streamed('await new Promise((go) => setTimeout(go, 60000)); stream.end("a")');

    assert.deepEqual(await open(await start(source), {}, { idleMs: 100 }), {
      kind: 'timed-out',
      isColdStart: true,
    });
  });

  it('is one text for a caller that does not stream, up to 6 MB', async () => {
    const body = 'stream.write("a"); stream.write(Buffer.alloc(event.bytes, "b")); stream.end()';
    const { invoke } = await start(streamed(body));

    const small = await invoke('fn', { bytes: 3 });
    const large = await invoke('fn', { bytes: 6_291_556 });

    assert.ok(small.kind === 'returned');
    assert.equal(small.payload, 'abbb');
    assert.equal(failed(large).errorType, 'Function.ResponseSizeTooLarge');
  });
});

describe('a handler that returns its answer', () => {
  it('is a stream of one part to a caller who streams', async () => {
    assert.deepEqual(await read(await start('exports.handler = async () => ({ a: 1 })')), ['{"a":1}']);
  });
});

/** Until the function has printed nothing new for a while: it waits. */
async function untilQuiet({ lines }: StartedRuntime): Promise<void> {
  let seen = -1;
  while (seen !== lines.length) {
    seen = lines.length;
    await new Promise((go) => setTimeout(go, 100));
  }
}
