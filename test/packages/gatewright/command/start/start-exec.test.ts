import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  printReady,
  readExecOptions,
  runWithGateway,
} from '../../../../../packages/gatewright/command/start/start-exec.ts';
import { captureOutput } from '../../../../support/captured-output.ts';
import type { Listening } from '../../../../../packages/gateway/engine/index.ts';

const SOURCE = 'docs/guides/run/testing.md, a command together with the gateway';

describe('the options of start --exec', () => {
  const given = { port: 3000, controlPort: 4000, dynamodb: 'embedded', reload: true };
  const rows: readonly {
    readonly name: string;
    readonly source: string;
    readonly flags: Partial<Parameters<typeof readExecOptions>[0]>;
    /** The options that the command line names. */
    readonly named: readonly string[];
    readonly read: ReturnType<typeof readExecOptions>;
  }[] = [
    {
      name: 'without a command: default ports may move, and files are watched',
      source: SOURCE,
      flags: {},
      named: [],
      read: { port: 3000, controlPort: 4000, movablePorts: { api: true, control: true }, reload: true },
    },
    {
      name: 'without a command: named ports stay where they are',
      source: SOURCE,
      flags: { port: 3100, reload: false },
      named: ['port'],
      read: { port: 3100, controlPort: 4000, movablePorts: { api: false, control: true }, reload: false },
    },
    {
      name: 'with a command: free ports, no reload, and tables that may be reset',
      source: SOURCE,
      flags: { exec: 'npm test' },
      named: [],
      read: { port: 0, controlPort: 0, reload: false, resets: true },
    },
    {
      name: 'with a command: the named port of the AWS APIs',
      source: SOURCE,
      flags: { exec: 'npm test', controlPort: 4100 },
      named: ['controlPort'],
      read: { port: 0, controlPort: 4100, reload: false, resets: true },
    },
    {
      name: 'with a command: a folder of tables is never reset',
      source: SOURCE,
      flags: { exec: 'npm test', data: 'kept' },
      named: [],
      read: { port: 0, controlPort: 0, reload: false, resets: false },
    },
    {
      name: 'with a command: tables of another DynamoDB are never reset',
      source: SOURCE,
      flags: { exec: 'npm test', dynamodb: 'http://127.0.0.1:8000' },
      named: [],
      read: { port: 0, controlPort: 0, reload: false, resets: false },
    },
  ];
  for (const { name, source, flags, named, read } of rows)
    it(`are, ${name} (${source})`, () => {
      const command = {
        getOptionValueSource: (option: string) => (named.includes(option) ? 'cli' : 'default'),
      };
      assert.deepEqual(readExecOptions({ ...given, ...flags }, command), read);
    });
});

describe('what start prints when it is ready', () => {
  const listening = (unsupported: number): Listening =>
    ({
      apis: [{}, {}],
      unsupported: Array.from({ length: unsupported }, () => ({})),
    }) as unknown as Listening;
  const print = async (flags: Partial<Parameters<typeof printReady>[0]>, unsupported = 0) => {
    const output = { stdout: '', stderr: '' };
    await captureOutput(output, () => {
      printReady({ json: false, verbose: false, ...flags }, listening(unsupported), 'the text\n');
      return Promise.resolve();
    });
    return output;
  };

  it('is its text on stdout, unless a command has stdout', async () => {
    assert.deepEqual(await print({}), { stdout: 'the text\n', stderr: '' });
    assert.deepEqual(await print({ exec: 'npm test', json: true }), { stdout: 'the text\n', stderr: '' });
    assert.deepEqual(await print({ exec: 'npm test', verbose: true }), { stdout: '', stderr: 'the text\n' });
  });

  it('is one line before a command, and one more if something is not served', async () => {
    const running = 'running with 2 stages of APIs: npm test\n';

    assert.deepEqual(await print({ exec: 'npm test' }), { stdout: '', stderr: running });
    assert.deepEqual(await print({ exec: 'npm test' }, 1), {
      stdout: '',
      stderr: `1 part is not served or enforced as on AWS (--verbose lists all)\n${running}`,
    });
    assert.match((await print({ exec: 'npm test' }, 2)).stderr, /^2 parts are not served/);
  });
});

describe('a command that runs with the gateway', { skip: process.platform === 'win32' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-exec-'));
  after(() => rmSync(folder, { recursive: true }));
  const never = new Promise<never>(() => undefined);
  const run = (command: string, isOver: Promise<unknown> = never) =>
    runWithGateway(command, { FOLDER: folder, GATEWRIGHT_CONTROL_SECRET: 'secret of this test' }, isOver);

  // What a signal has ended has 128 and the number of the signal (Bash Reference Manual, "Exit Status").
  const codes = [
    ['true', 0],
    ['exit 3', 3],
    ['exit 3 | false', 1],
    ['no-such-command-of-a-test 2> /dev/null', 127],
    ['kill -KILL $$', 137],
  ] as const;
  for (const [command, code] of codes)
    it(`ends with ${code} after: ${command}`, async () => assert.equal(await run(command), code));

  it("has the given variables, and none of the developer's that would spoil a signature", async () => {
    const ours = { AWS_SESSION_TOKEN: 'mine', AWS_PROFILE: 'mine', OF_A_TEST: 'kept' };
    const before = { ...process.env };
    Object.assign(process.env, ours);
    try {
      await run('env > "$FOLDER/env.txt"');
    } finally {
      for (const name of Object.keys(ours))
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
    }
    const lines = readFileSync(join(folder, 'env.txt'), 'utf8').split('\n');

    assert.ok(lines.includes('OF_A_TEST=kept'));
    assert.ok(lines.includes('GATEWRIGHT_CONTROL_SECRET=secret of this test'));
    assert.ok(!lines.some((line) => /^AWS_(?:SESSION_TOKEN|PROFILE)=/.test(line)));
  });

  it('is ended if there is nothing left to wait for', async () => {
    const code = await run('sleep 300', Promise.resolve());

    // The program was ended by SIGTERM, or by SIGKILL if the shell was just starting it.
    assert.ok([143, 137].includes(code), String(code));
  });

  it('gets a signal passed on, and the process listens to no more signals than before', async () => {
    const listeners = (): number => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
    const before = listeners();
    const ended = run('trap "exit 7" TERM; while :; do sleep 0.01; done');
    assert.equal(listeners(), before + 2);
    // Only this one: a runner of tests may listen too.
    process.listeners('SIGTERM').at(-1)?.('SIGTERM');

    // Its own exit code, or its shell's if it has not been started yet.
    const code = await ended;
    assert.ok([7, 0, 143].includes(code), String(code));
    assert.equal(listeners(), before);
  });
});
