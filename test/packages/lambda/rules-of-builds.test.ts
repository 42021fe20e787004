/** Rules that need no function: streams, options of packagers, compilers and their errors. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BuildError, toLoadFailure } from '../../../packages/lambda/build-error.ts';
import { Compiling } from '../../../packages/lambda/compiling.ts';
import { listRefusedOptions, readServiceBuild } from '../../../packages/lambda/esbuild-options.ts';
import { FunctionStream } from '../../../packages/lambda/function-stream.ts';
import type { FunctionLogLine } from '../../../packages/lambda/log-line.ts';

describe('what a function streams', () => {
  function aStream() {
    const acknowledged: number[] = [];
    const stream = new FunctionStream();
    const take = (text: string): void =>
      stream.take({ bytes: Buffer.from(text), acknowledge: (bytes) => void acknowledged.push(bytes) });
    const read = async (): Promise<string> => {
      const parts: string[] = [];
      for await (const bytes of stream) parts.push(bytes.toString());
      return parts.join('|');
    };
    return { stream, take, read, acknowledged };
  }

  it('is acknowledged when it is read, and kept until then', async () => {
    const { stream, take, read, acknowledged } = aStream();
    take('one');
    take('three');
    assert.deepEqual(acknowledged, []);
    stream.end();

    assert.equal(await read(), 'one|three');
    assert.deepEqual(acknowledged, [3, 5]);
  });

  it('goes to a reader that waits, and is acknowledged at once', async () => {
    const { stream, take, acknowledged } = aStream();
    const next = stream[Symbol.asyncIterator]().next();
    take('late');

    assert.equal((await next).value?.toString(), 'late');
    assert.deepEqual(acknowledged, [4]);
  });

  it('is acknowledged without a reader once that has left, so that the function runs on', async () => {
    const { stream, take, read, acknowledged } = aStream();
    take('unread');
    stream.cancel();
    take('after');

    assert.deepEqual(acknowledged, [6, 5]);
    assert.equal(await read(), '');
  });

  it('ends once: with its error behind the parts, and what comes later is lost', async () => {
    const { stream, take, read, acknowledged } = aStream();
    take('part');
    stream.end(new Error('cut'));
    stream.end();
    take('later');

    await assert.rejects(read(), /cut/);
    assert.deepEqual(acknowledged, [5, 4]);
  });
});

// serverless-esbuild and the framework's own builder, their pages of options.
describe('options of packagers', () => {
  for (const [given, refused] of [
    [{ minify: true, sourcemap: true, nativeZip: true, keepOutputDirectory: true }, []],
    [{ bundle: true, platform: 'node', skipBuild: false }, []],
    [{ bundle: false }, ['bundle: only true']],
    [{ platform: 'browser' }, ['platform: only node']],
    [{ exclude: '*' }, []],
    [{ exclude: ['a', 'b'] }, []],
    [{ exclude: ['a', 1] }, ['exclude: "*" or a list of names']],
    [{ exclude: 'a' }, ['exclude: "*" or a list of names']],
    [{ plugins: [] }, []],
    [{ plugins: [{ name: 'mine' }] }, ['plugins "mine": the gateway does not run build plug-ins']],
    [{ outputFileExtension: '.mjs' }, []],
    [{ whatever: 1 }, ['whatever']],
  ] as const)
    it(`refuse ${refused.join(', ') || 'nothing'} of ${JSON.stringify(given)}`, () => {
      assert.deepEqual(listRefusedOptions(given), refused);
    });

  for (const [given, isModule, format, external] of [
    [{}, false, 'cjs', []],
    [{}, true, 'esm', []],
    [{ outputFileExtension: '.mjs' }, false, 'esm', []],
    [{ outputFileExtension: '.cjs' }, true, 'cjs', []],
    [{ format: 'cjs', outputFileExtension: '.mjs' }, true, 'cjs', []],
    [{ external: ['a'], exclude: ['b'] }, false, 'cjs', ['a', 'b']],
    [{ external: ['a', 1], exclude: ['b', 2] }, false, 'cjs', []],
  ] as const)
    it(`make ${format} without ${external.join(', ') || 'nothing'} of ${JSON.stringify(given)}, ${isModule ? 'a module' : 'no module'}`, () => {
      const read = readServiceBuild(given, isModule);

      assert.deepEqual([read.format, read.options.external], [format, external]);
    });

  it('leave all packages out by a star', () => {
    assert.equal(readServiceBuild({ exclude: '*' }, false).options.packages, 'external');
    assert.equal(readServiceBuild({ exclude: ['*'] }, false).options.packages, undefined);
  });
});

describe('a build that failed', () => {
  for (const [error, expected] of [
    [
      new BuildError('no b', undefined, { file: '/a.ts', line: 3, text: 'no b' }),
      { message: 'no b', place: { file: '/a.ts', line: 3 } },
    ],
    [new BuildError('odd'), { message: 'odd' }],
    [new Error('other'), { message: 'other' }],
    ['text', { message: 'text' }],
  ] as const)
    it(`says ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(toLoadFailure(error), expected);
    });
});

describe('a compiler', () => {
  function aCompiling() {
    const lines: FunctionLogLine[] = [];
    const compiling = new Compiling((line) => lines.push(line));
    return { compiling, said: () => lines.map(({ message }) => message.replace(/[\d.]+ s$/, 'N s')), lines };
  }

  it('is announced, and says when it begins and ends', async () => {
    const { compiling, said, lines } = aCompiling();
    compiling.announce('f', { command: 'go build' });

    const made = await compiling.run('f', { command: 'go build' }, () => {
      assert.equal(compiling.isRunning('f'), true);
      return Promise.resolve(5);
    });

    assert.equal(made, 5);
    assert.equal(compiling.isRunning('f'), false);
    assert.deepEqual(said(), [
      'go build runs before the first event, which waits for it',
      'go build has begun',
      'go build has ended after N s',
    ]);
    assert.partialDeepStrictEqual(lines[0], { functionName: 'f', level: 'INFO', stream: 'stdout' });
  });

  it('that runs for several functions says so itself', async () => {
    const { compiling, said } = aCompiling();
    const shared = { command: 'mvn', sinceMs: 0 };
    compiling.announce('f', shared);
    await compiling.run('f', shared, () => Promise.resolve(undefined));
    compiling.announce('f', undefined);
    await compiling.run('f', undefined, () => Promise.resolve(undefined));

    assert.deepEqual(said(), []);
  });

  it('is why an event was too late while it runs, and of no other answer', async () => {
    const { compiling } = aCompiling();
    const late = Promise.resolve({ kind: 'timed-out' } as const);
    const open = Promise.withResolvers<undefined>();
    const running = compiling.run('f', { command: 'go build' }, () => open.promise);

    const explained = await compiling.explain('f', late);
    const other = await compiling.explain('g', late);
    const answered = await compiling.explain(
      'f',
      Promise.resolve({ kind: 'returned', payload: '1' } as const),
    );
    open.resolve(undefined);
    await running;
    const after = await compiling.explain('f', late);

    assert.match(
      JSON.stringify(explained),
      /go build has run for [\d.]+ s; later requests wait for it as well/,
    );
    assert.deepEqual(
      [other, answered, after],
      [{ kind: 'timed-out' }, { kind: 'returned', payload: '1' }, { kind: 'timed-out' }],
    );
  });
});
