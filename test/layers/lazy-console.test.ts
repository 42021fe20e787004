import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { Console as LazyConsole } from '../../layers/lazy-console.ts';

type Method = 'debug' | 'info' | 'log' | 'warn' | 'error';

const SAID: readonly (readonly [string, readonly unknown[]])[] = [
  ['a line of JSON', ['{"level":"INFO"}']],
  ['a text with what looks like a placeholder', ['100 %s of it']],
  ['a placeholder and its value', ['%s of it', 'all']],
  ['an object', [{ a: { b: 1 } }]],
  ['an error', [new Error('bad')]],
  ['nothing', []],
];

describe('the Console of the layer', () => {
  for (const method of ['debug', 'info', 'log', 'warn', 'error'] as const)
    for (const [what, said] of SAID)
      it(`prints ${what} as Node's does, if Node's does (${method})`, (context) => {
        assert.deepEqual(printedByLayer(context, method, said), printedByNode(method, said));
      });

  it('prints what is traced to the error stream', (context) => {
    const out = streamsOf(context);

    new LazyConsole().trace('where');

    assert.deepEqual(out, { stdout: '', stderr: 'where\n' });
  });
});

type Printed = { stdout: string; stderr: string };

function printedByLayer(context: TestContext, method: Method, said: readonly unknown[]): Printed {
  const printed = streamsOf(context);
  new LazyConsole()[method](...said);
  context.mock.restoreAll();
  return printed;
}

function printedByNode(method: Method, said: readonly unknown[]): Printed {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  new Console({ stdout, stderr })[method](...said);
  const read = (stream: PassThrough) => ((stream.read() as Buffer | null) ?? '').toString();
  return { stdout: read(stdout), stderr: read(stderr) };
}

/** The process's streams print into what is returned for as long as the test runs. */
function streamsOf({ mock }: TestContext): Printed {
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    mock.method(process[stream], 'write', (text: string) => {
      printed[stream] += text;
      return true;
    });
  return printed;
}
