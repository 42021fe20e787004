import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Compiling } from '../../../../../packages/gateway/lambda/build/compiling.ts';
import type { FunctionLogLine } from '../../../../../packages/gateway/lambda/function-log-line.ts';

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
      'the first event waits until go build has finished',
      'go build has begun',
      'go build finished in N s',
    ]);
    assert.partialDeepStrictEqual(lines[0], { functionName: 'f', level: 'INFO', stream: 'stdout' });
  });

  it('that runs for several functions reports it once', async () => {
    const { compiling, said } = aCompiling();
    const shared = { command: 'mvn', sinceMs: 0 };
    compiling.announce('f', shared);
    await compiling.run('f', shared, () => Promise.resolve(undefined));
    compiling.announce('f', undefined);
    await compiling.run('f', undefined, () => Promise.resolve(undefined));

    assert.deepEqual(said(), []);
  });

  it('is the reason why an event was too late while it runs, and of no other answer', async () => {
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
      /go build has been running for [\d.]+ s; later requests also wait for it/,
    );
    assert.deepEqual(
      [other, answered, after],
      [{ kind: 'timed-out' }, { kind: 'returned', payload: '1' }, { kind: 'timed-out' }],
    );
  });
});
