import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';

import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import type { FunctionDefinition } from '../../../../packages/gateway/core/stack/function.ts';
import { unsupportedReason } from '../../../../packages/gateway/lambda/code/check-code.ts';
import {
  aFolder,
  aFolderFunction,
  anInlineFunction,
  failed,
  returned,
  startRuntime,
} from './start-runtime.ts';

const COUNTING = 'let n = 0; exports.handler = async () => { n += 1; return n }';

describe('an instance', () => {
  it('keeps its module state from event to event, and runs one event at a time', async () => {
    const source = `let running = 0, n = 0;
      exports.handler = async () => {
        running += 1; if (running > 1) throw new Error('two at once');
        await null; running -= 1; n += 1; return n };`;
    const { invoke } = await startRuntime([anInlineFunction('count', source)], { maxInstances: 1 });

    const answers = await Promise.all(Array.from({ length: 300 }, () => invoke('count')));

    assert.deepEqual(
      answers.map(returned),
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
  });

  it('that is busy is woken less often than it gets events, which it gets in their order', async (context) => {
    const { invoke } = await startRuntime([anInlineFunction('count', COUNTING)], { maxInstances: 1 });
    for (let event = 1; event <= 20; event += 1) await invoke('count');
    const post = context.mock.method(MessagePort.prototype, 'postMessage');

    const answers = await Promise.all(Array.from({ length: 300 }, () => invoke('count')));

    assert.deepEqual(
      answers.map(returned),
      Array.from({ length: 300 }, (_, index) => index + 21),
    );
    assert.ok(post.mock.callCount() < 300, `${post.mock.callCount()} messages`);
  });

  it('continues if its function replaces setImmediate, as fake timers do', async () => {
    const source =
      'let n = 0; exports.handler = async () => { globalThis.setImmediate = () => 0; return ++n; }';
    const definition = anInlineFunction('faking', source, { timeoutSeconds: 2 });
    const { invoke } = await startRuntime([definition], { maxInstances: 1 });
    const answers: unknown[] = [];
    for (let round = 0; round < 5; round += 1)
      answers.push(...(await Promise.all([1, 2, 3].map(() => invoke('faking')))).map(returned));

    assert.deepEqual(
      answers,
      Array.from({ length: 15 }, (_, at) => at + 1),
    );
  });

  it('gets events of any size and text, and its answers arrive whole and in order', async () => {
    const source = 'exports.handler = async ({ text, times }) => text.repeat(times)';
    const { invoke } = await startRuntime([anInlineFunction('repeat', source)], { maxInstances: 1 });
    const events = Array.from({ length: 400 }, (_, at) => {
      const text = ['a', 'ä€😀', 'x'.repeat(3_000), '\ud800'][at % 4] ?? '';
      return { text: `${at} ${text}`, times: [0, 1, 30, 400][Math.floor(at / 4) % 4] ?? 1 };
    });

    const answers = await Promise.all(events.map((event) => invoke('repeat', event)));

    assert.deepEqual(
      answers.map(returned),
      events.map(({ text, times }) => text.repeat(times)),
    );
  });

  it('is terminated when its function runs out of time, even in an endless loop; the next event gets a new one', async () => {
    const source = COUNTING.replace('async ()', 'async (e)').replace('return', 'for (; e.spin;) {} return');
    const { invoke } = await startRuntime([anInlineFunction('spin', source, { timeoutSeconds: 1 })]);
    assert.equal(returned(await invoke('spin')), 1);

    const result = failed(await invoke('spin', { spin: true }));

    assert.equal(result.errorType, 'Sandbox.Timedout');
    assert.match(result.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
    assert.deepEqual(JSON.parse(result.payload), {
      errorType: result.errorType,
      errorMessage: result.errorMessage,
    });
    assert.equal(returned(await invoke('spin')), 1);
  });

  it('continues with an event whose caller has stopped waiting', async () => {
    const source = `let done = 0; exports.handler = async (e) => {
      if (e.ms) await new Promise((r) => setTimeout(r, e.ms)); done += 1; return done }`;
    const { invoke } = await startRuntime([anInlineFunction('slow', source)], { maxInstances: 1 });
    await invoke('slow');

    const first = await invoke('slow', { ms: 60 }, 10);

    assert.deepEqual(first, { kind: 'timed-out' });
    assert.equal(returned(await invoke('slow')), 3);
  });

  it('starts again after an init error, which fails one invocation only', async () => {
    const folder = aFolder({
      'f.js': `const fs = require('node:fs'); const flag = __dirname + '/flag';
        if (!fs.existsSync(flag)) { fs.writeFileSync(flag, ''); throw new RangeError('first start') }
        exports.handler = async () => 'up'`,
    });
    const { invoke, lines } = await startRuntime([aFolderFunction(folder, 'f.handler', { name: 'flaky' })]);

    const first = failed(await invoke('flaky'));
    const second = returned(await invoke('flaky'));

    assert.deepEqual([first.errorType, first.errorMessage], ['RangeError', 'first start']);
    assert.equal(second, 'up');
    assert.ok(lines.some((line) => line.level === 'ERROR' && line.message.includes('first start')));
  });

  it('passes waiting events to another instance when it crashes', async () => {
    const source = `exports.handler = async (e) => { if (e.crash) { await null; process.exit(1) } return 'ok' }`;
    const { invoke } = await startRuntime([anInlineFunction('crash', source)], { maxInstances: 1 });
    await Promise.all(Array.from({ length: 50 }, () => invoke('crash')));

    const [crashed, ...others] = await Promise.all([
      invoke('crash', { crash: true }),
      ...Array.from({ length: 20 }, () => invoke('crash')),
    ]);

    assert.equal(failed(crashed).errorType, 'Runtime.ExitError');
    assert.deepEqual(new Set(others.map(returned)), new Set(['ok']));
  });

  it('returns events that it was given ahead, so that a fast function can call its own API', async () => {
    const api = createServer((request, response) => {
      const depth = Number(request.url?.slice(1));
      void started.invoke('self', { depth }).then((result) => response.end(JSON.stringify(returned(result))));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const source = `exports.handler = async ({ depth }) =>
      depth ? 1 + await (await fetch('${url}/' + (depth - 1))).json() : 0`;
    const started = await startRuntime([anInlineFunction('self', source)]);
    // Many fast answers, so that the runtime hands events ahead.
    await Promise.all(Array.from({ length: 200 }, () => started.invoke('self', { depth: 0 })));

    const answers = await Promise.all([
      started.invoke('self', { depth: 2 }),
      started.invoke('self', { depth: 1 }),
    ]);

    api.close();
    assert.deepEqual(answers.map(returned), [2, 1]);
  });
});

describe('the pool of a function', () => {
  it('runs events that wait at the same time on separate instances', async () => {
    const source = `const me = Math.random();
      exports.handler = async (e) => { await new Promise((r) => setTimeout(r, 40)); return me }`;
    const { invoke } = await startRuntime([anInlineFunction('wait', source)]);
    let instances = 0;
    // Instances take long to start if the machine is busy: the events of a later round find them.
    for (let round = 0; round < 6 && instances < 4; round += 1) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => invoke('wait')));
      instances = new Set(answers.map(returned)).size;
    }

    assert.ok(instances >= 4, `${instances} instances`);
  });

  it('refuses events as throttled when no instance gets free in time, and takes later ones', async () => {
    const source = 'exports.handler = async (e) => new Promise((r) => setTimeout(r, e.ms ?? 0, 1))';
    const { invoke } = await startRuntime([anInlineFunction('one', source)], {
      maxInstances: 1,
      limits: { queueWaitMs: 60 },
    });
    await invoke('one');

    const [served, refused] = await Promise.all([invoke('one', { ms: 300 }), invoke('one')]);

    assert.equal(returned(served), 1);
    assert.ok(refused.kind === 'refused' && refused.reason === 'throttled', JSON.stringify(refused));
    assert.equal(returned(await invoke('one')), 1);
  });

  it('refuses events at once if the queue is full', async () => {
    const { invoke } = await startRuntime([anInlineFunction('full', COUNTING)], {
      maxInstances: 1,
      limits: { queueLength: 3 },
    });

    const answers = await Promise.all(Array.from({ length: 5 }, () => invoke('full')));

    assert.deepEqual(
      answers.map((answer) => answer.kind),
      ['returned', 'returned', 'returned', 'refused', 'refused'],
    );
  });
});

describe('the runtime', () => {
  it('refuses a function that does not exist or cannot run, by name', async () => {
    const python = anInlineFunction('snake', 'sub handler {}', { runtime: 'perl5' });
    const { runtime, invoke } = await startRuntime([python]);

    assert.equal(runtime.has('snake'), false);
    assert.match(unsupportedReason(python) ?? '', /perl5/);
    const [absent, unsupported] = [await invoke('absent'), await invoke('snake')];
    assert.deepEqual(absent, {
      kind: 'refused',
      reason: 'not-found',
      message: 'Function not found: absent',
    });
    assert.ok(unsupported.kind === 'refused' && unsupported.message.includes('perl5'));
  });

  it('refuses an event over 6 MB', async () => {
    const { invoke } = await startRuntime([anInlineFunction('f', COUNTING)]);

    const result = await invoke('f', 'x'.repeat(6_291_455));

    assert.ok(result.kind === 'refused' && result.reason === 'too-large', JSON.stringify(result));
  });

  it('keeps instances of functions that a new definition does not change', async () => {
    const kept = anInlineFunction('kept', COUNTING);
    const { runtime, invoke } = await startRuntime([kept, anInlineFunction('changed', COUNTING)]);
    await invoke('kept');
    await invoke('changed');

    await runtime.define([{ ...kept }, anInlineFunction('changed', COUNTING, { environment: { A: '1' } })]);

    assert.equal(returned(await invoke('kept')), 2);
    assert.equal(returned(await invoke('changed')), 1);
  });

  it('finishes the events of a function whose definition changes, including those that wait', async () => {
    const slow =
      'exports.handler = async () => { await new Promise((done) => setTimeout(done, 200)); return 1; };';
    const { runtime, invoke } = await startRuntime([anInlineFunction('f', slow)]);
    await invoke('f');
    const running = [invoke('f'), invoke('f')];

    await runtime.define([anInlineFunction('f', 'exports.handler = async () => 2;')]);

    assert.equal(returned(await invoke('f')), 2);
    assert.deepEqual((await Promise.all(running)).map(returned), [1, 1]);
  });

  it('ends within a second, whatever its functions do, and answers callers that wait', async () => {
    const { runtime, invoke } = await startRuntime([
      anInlineFunction('spin', 'exports.handler = async () => { console.log("go"); for (;;); }'),
    ]);
    const waiting = [invoke('spin'), invoke('spin')];
    await new Promise((resolve) => setImmediate(resolve));
    const started = performance.now();

    await runtime.close();

    assert.ok(performance.now() - started < 10_000, 'an endless loop holds nothing up');
    for (const result of await Promise.all(waiting)) assert.notEqual(result.kind, 'returned');
  });
});

describe('definitions that are refused before anything runs', () => {
  const folder = aFolder({
    'users.ts': 'export const list = async (): Promise<number> => 1;',
    'broken.ts': 'export const handler = (: => 1;',
    'plain.js': 'exports.handler = async () => 1',
  });
  const rows: readonly {
    name: string;
    given: FunctionDefinition;
    message: RegExp;
    source: string;
    at?: RegExp;
  }[] = [
    {
      name: 'a handler file that is missing',
      given: aFolderFunction(folder, 'functions/orders.list'),
      message: /there is no functions\/orders\.ts, .* create it with an export named "list"$/,
      source: 'docs/design/functions.md',
    },
    {
      name: 'an export that is missing',
      given: aFolderFunction(folder, 'users.remove'),
      message: /users\.ts exports list, but no "remove"$/,
      source: 'docs/design/functions.md',
    },
    {
      name: 'a handler without an export name',
      given: aFolderFunction(folder, 'users'),
      message: /does not have the form path\/to\/file\.export/,
      source: 'Lambda: Runtime.MalformedHandlerName',
    },
    {
      name: 'a handler that climbs out of its folder',
      given: aFolderFunction(folder, '../users.list'),
      message: /or it contains "\.\."/,
      source: 'Lambda: Runtime.MalformedHandlerName',
    },
    {
      name: 'source that does not compile, with line and column',
      given: aFolderFunction(folder, 'broken.handler'),
      message: /broken\.ts:1:24/,
      at: /^\/.*\/broken\.ts:1: /,
      source: 'docs/design/functions.md',
    },
    {
      name: 'esbuild settings that cannot be honoured, all by name',
      given: aFolderFunction(folder, 'users.list', {
        esbuild: { plugins: [{ name: 'magic' }], platform: 'browser', minify: true, typo: 1 },
      }),
      message:
        /plugins "magic" \(the gateway does not run build plug-ins\); platform \(only node is supported\); typo$/,
      source: 'AGENTS.md: nothing is ignored in silence',
    },
    {
      name: 'a reserved variable',
      given: anInlineFunction('f', COUNTING, { environment: { AWS_REGION: 'x', OK: '1' } }),
      message: /^Lambda refuses functions that set reserved variables; rename AWS_REGION$/,
      source: 'Lambda, "Reserved environment variables"',
    },
    {
      name: 'more than 4 KB of variables',
      given: anInlineFunction('f', COUNTING, { environment: { BIG: 'x'.repeat(4094) } }),
      message:
        /^the environment variables take up 4097 bytes, but Lambda allows at most 4096; shorten or remove some of them$/,
      source: 'Lambda quotas',
    },
  ];
  for (const row of rows) {
    it(row.name, async () => {
      await assert.rejects(startRuntime([row.given]), (error) => {
        assert.ok(error instanceof DefinitionError, `${String(error)} (${row.source})`);
        assert.match(error.message, row.message, row.source);
        assert.match(
          error.describe(),
          row.at ?? /^template\.yml:7: TheFunction\.(Handler|esbuild|Environment\.Variables): /,
        );
        return true;
      });
    });
  }
});
