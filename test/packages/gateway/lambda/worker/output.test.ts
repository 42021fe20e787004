import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { LINE_LIMIT, printLogLine } from '../../../../../packages/gateway/lambda/function-log-line.ts';
import { anInlineFunction, startRuntime } from '../start-runtime.ts';
import { explainRemovedApi } from '../../../../../packages/gateway/lambda/worker/output.ts';

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the output of a function', () => {
  it('reaches the log with its level, stream and request id, in order', async () => {
    const source = `const fs = require('node:fs'); console.log('loading');
      exports.handler = async () => {
        console.log('one %d', 1, { a: 1 }); console.warn('two'); console.error(new Error('three').message);
        console.debug('four'); process.stdout.write('five\\n'); process.stderr.write(Buffer.from('six'));
        fs.writeSync(1, 'seven\\n'); fs.writeFileSync('/dev/stderr', 'eight');
        await new Promise((resolve) => fs.write(1, Buffer.from('__nine__'), 2, 4, resolve)); }`;
    const { invoke, lines } = await startRuntime([anInlineFunction('print', source)]);

    await invoke('print');

    const seen = lines.map((line) => [line.level, line.stream, line.message]);
    assert.deepEqual(seen, [
      ['INFO', 'stdout', 'loading'],
      ['INFO', 'stdout', 'one 1 { a: 1 }'],
      ['WARN', 'stderr', 'two'],
      ['ERROR', 'stderr', 'three'],
      ['DEBUG', 'stdout', 'four'],
      [undefined, 'stdout', 'five'],
      [undefined, 'stderr', 'six'],
      [undefined, 'stdout', 'seven'],
      [undefined, 'stderr', 'eight'],
      [undefined, 'stdout', 'nine'],
    ]);
    assert.equal(lines[0]?.requestId, undefined);
    for (const line of lines.slice(1)) assert.match(line.requestId ?? '', REQUEST_ID);
    assert.ok(lines.every((line) => line.functionName === 'print'));
  });

  it('is counted instead of kept when a function prints faster than the log can take', async () => {
    const source = `exports.handler = async (e) => { for (let i = 0; i < 30000; i++) console.log(i);
      await new Promise((r) => setTimeout(r, 50)); console.log('end') }`;
    const { invoke, lines } = await startRuntime([anInlineFunction('flood', source)]);

    await invoke('flood');

    const last = lines.at(-1)?.message;
    assert.equal(last, 'end');
    const dropped = lines.map((line) => Number(/^dropped (\d+) log lines?/.exec(line.message)?.[1] ?? 0));
    const notices = dropped.filter((count) => count > 0).length;
    assert.equal(lines.length - notices + dropped.reduce((sum, count) => sum + count, 0), 30_001);
  });

  it('is whole if a part is written by its beginning, and cut if a line is longer than logs take', async () => {
    const source = `const fs = require('node:fs'); exports.handler = async () => {
      fs.writeSync(1, Buffer.from('abcdef'), 2); fs.writeSync(1, Buffer.from('abcdef'), 2, 3);
      console.log('x'.repeat(${LINE_LIMIT})); console.log('y'.repeat(${LINE_LIMIT + 1})); }`;
    const { invoke, lines } = await startRuntime([anInlineFunction('cut', source)]);

    await invoke('cut');

    assert.deepEqual(
      lines.map(({ message }) => message),
      ['cdef', 'cde', 'x'.repeat(LINE_LIMIT), `${'y'.repeat(LINE_LIMIT)} …`],
    );
  });

  it("is printed in Lambda's text format, and the function's own format is kept", () => {
    const line = {
      functionName: 'f',
      requestId: 'id-1',
      level: 'INFO',
      stream: 'stdout',
      epochMs: 0,
      message: 'hello',
    } as const;

    assert.equal(printLogLine(line), '1970-01-01T00:00:00.000Z\tid-1\tINFO\thello');
    assert.equal(printLogLine({ ...line, level: undefined }), 'hello');
  });

  it('names signal handlers and time zones, which have no effect in a thread', async () => {
    const source = 'process.on("SIGTERM", () => {}); exports.handler = async () => 1';
    const environment = { TZ: 'Europe/Berlin' };
    const { invoke, lines } = await startRuntime([anInlineFunction('sig', source, { environment })]);

    await invoke('sig');

    assert.deepEqual(
      lines.map((line) => [line.level, line.message.split(',')[0]]),
      [
        ['WARN', 'TZ=Europe/Berlin has no effect'],
        ['WARN', 'SIGTERM is never delivered to functions'],
      ],
    );
  });
});

const DEPRECATIONS = 'https://nodejs.org/api/deprecations.html, "End-of-Life"';

describe('an error of a function for an older runtime', () => {
  const rows: { message: string; runtime: string; says: RegExp | undefined }[] = [
    {
      message: 'util.isRegExp is not a function',
      runtime: 'nodejs18.x',
      says: /^util\.isRegExp .* Node\.js 23: /,
    },
    { message: '(0 , util_1.isDate) is not a function', runtime: 'nodejs20.x', says: /^util_1\.isDate / },
    { message: 'Os.tmpDir is not a function', runtime: 'nodejs10.x', says: /^Os\.tmpDir .* Node\.js 14: / },
    { message: 'crypto.createCipher is not a function', runtime: 'nodejs20.x', says: /Node\.js 22: / },
    { message: 'timers.enroll is not a function', runtime: 'nodejs22.x', says: /Node\.js 24: / },
    { message: "Unexpected identifier 'assert'", runtime: 'nodejs20.x', says: /`import … assert`/ },
    // These fail at Lambda, too.
    { message: 'Os.tmpDir is not a function', runtime: 'nodejs18.x', says: undefined },
    { message: 'util.isRegExp is not a function', runtime: 'nodejs24.x', says: undefined },
    // Other libraries have members of these names.
    { message: 'lodash.isDate is not a function', runtime: 'nodejs18.x', says: undefined },
    { message: 'x is not a function', runtime: 'nodejs18.x', says: undefined },
  ];
  for (const { message, runtime, says } of rows)
    it(`${says === undefined ? 'is not changed' : 'is explained'}: ${message}, ${runtime}`, () => {
      const said = explainRemovedApi(new TypeError(message), runtime, '24.1.0');

      if (says === undefined) assert.equal(said, undefined, DEPRECATIONS);
      else assert.match(said ?? '', says, DEPRECATIONS);
    });

  it('is looked for in a word of 200,000 characters without a delay', () => {
    const began = performance.now();

    const said = explainRemovedApi(new Error('r'.repeat(200_000)), 'nodejs18.x', '24.1.0');

    assert.equal(said, undefined);
    assert.ok(performance.now() - began < 2_000);
  });

  it('is explained in the log of the function, after the error', async () => {
    const source = "const util = require('util'); exports.handler = async () => util.isRegExp(/a/)";
    const { invoke, lines } = await startRuntime([
      anInlineFunction('old', source, { runtime: 'nodejs18.x' }),
    ]);

    await invoke('old');

    const said = lines.map(({ level, message }) => `${level ?? ''} ${message}`);
    assert.match(said[0] ?? '', /^ERROR Invoke Error\tTypeError: util\.isRegExp is not a function/);
    assert.match(said[1] ?? '', /^WARN util\.isRegExp was removed in Node\.js 23: nodejs18\.x in Lambda/);
  });
});
