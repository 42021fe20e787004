/** Keys on a pseudo-terminal, with a shell's job control; the terminal is given back however the command ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { openKeys } from '../../../../../packages/gatewright/command/start/key-reader.ts';
import type { KeyTerminal } from '../../../../../packages/gatewright/command/start/key-reader.ts';
import { noTerminal, onATerminal } from '../../../../support/on-a-terminal.ts';
import type { Step } from '../../../../support/on-a-terminal.ts';

const PROGRAM = [process.execPath, join(import.meta.dirname, '../../../../support/a-command-with-keys.ts')];
const USUAL = ['echo', 'lines', 'signals'];
const READY = ['wait', 'ready'] as const;

/** A terminal that is not a file of the system: what is done to it is noted. */
function aTerminal(isOurs = true) {
  const input = new EventEmitter() as EventEmitter & { pause(): void; resume(): void };
  const done: string[] = [];
  const note = (what: string) => (): void => void done.push(what);
  Object.assign(input, { pause: note('pause'), resume: note('resume') });
  let listeners: Parameters<KeyTerminal['watch']>[0] | undefined;
  const terminal: KeyTerminal = {
    input: input as unknown as KeyTerminal['input'],
    output: { write: note('line') as unknown as KeyTerminal['output']['write'] },
    takeOver: () => isOurs,
    giveBack: note('given back'),
    signal: (what) => void done.push(what),
    watch(given) {
      listeners = given;
      return note('unwatched');
    },
  };
  return { input, done, terminal, resumed: () => listeners?.resumed(), ending: () => listeners?.ending() };
}

describe('a reader of keys', () => {
  const ENDED = ['resume', 'unwatched', 'pause', 'given back'];
  for (const { how, end } of [
    {
      how: 'its terminal fails',
      end: ({ input }: ReturnType<typeof aTerminal>) => input.emit('error', new Error('EIO')),
    },
    { how: 'its terminal ends', end: ({ input }: ReturnType<typeof aTerminal>) => input.emit('end') },
    { how: 'a signal ends the process', end: ({ ending }: ReturnType<typeof aTerminal>) => ending() },
  ])
    it(`gives the terminal back and reads no more if ${how}`, () => {
      const at = aTerminal();
      const pressed: string[] = [];
      const keys = openKeys(at.terminal, (action) => pressed.push(action));
      assert.equal(keys.isReading, true);
      end(at);
      at.input.emit('data', Buffer.from('v'));

      assert.deepEqual([at.done, pressed, keys.isReading], [ENDED, [], false]);
      assert.deepEqual(at.input.eventNames(), []);
    });

  it('reads no keys of another job, and reads again if the job is resumed', () => {
    let isOurs = false;
    const at = aTerminal();
    const keys = openKeys({ ...at.terminal, takeOver: () => isOurs }, () => undefined);
    assert.deepEqual([at.done, keys.isReading], [['pause'], false]);
    isOurs = true;
    at.resumed();

    assert.deepEqual([at.done, keys.isReading], [['pause', 'resume'], true]);
  });
});

describe('keys of a command on a terminal', { skip: noTerminal, concurrency: true }, () => {
  const rows: readonly {
    readonly name: string;
    readonly steps: readonly Step[];
    readonly ended: number | string;
    readonly printed: RegExp;
  }[] = [
    { name: 'by Ctrl-C', steps: [READY, ['send', '\u0003']], ended: 0, printed: /ended well/ },
    { name: 'by a crash', steps: [READY, ['send', 'r']], ended: 1, printed: /Error: a crash/ },
    { name: 'by SIGHUP', steps: [READY, ['signal', 'SIGHUP']], ended: 'SIGHUP', printed: /ready/ },
    { name: 'by Ctrl-\\', steps: [READY, ['send', '\u001c']], ended: 'SIGQUIT', printed: /ready/ },
  ];
  for (const { name, steps, ended, printed } of rows)
    it(`give the terminal back if it ends ${name}`, async () => {
      const shown = await onATerminal(PROGRAM, steps);

      assert.equal(shown.ended, ended, shown.printed);
      assert.match(shown.printed, printed);
      assert.deepEqual(shown.modes.at(-1), USUAL);
    });

  it('are not shown, leave the terminal to the shell while the job is stopped or in the background, and come back with fg', async () => {
    const { printed, modes, ended } = await onATerminal(PROGRAM, [
      READY,
      ['modes', null],
      ['send', 'x'],
      ['send', '\u001a'],
      ['stopped', null],
      ['modes', null],
      ['bg', null],
      ['wait', 'goes on'],
      ['modes', null],
      ['signal', 'SIGSTOP'],
      ['stopped', null],
      ['fg', null],
      ['wait', 'goes on'],
      ['modes', null],
      ['send', 'v'],
      ['wait', 'pressed verbose'],
      ['send', '\u001a'],
      ['stopped', null],
      ['bg', null],
      ['wait', 'goes on'],
      // Raw mode of Node itself would be given back at the end, for which a shell stops a background job.
      ['signal', 'SIGTERM'],
    ]);

    assert.equal(ended, 0);
    assert.deepEqual(modes, [[], USUAL, USUAL, [], USUAL]);
    assert.doesNotMatch(printed, /x/);
  });

  // bash sends no SIGCONT to a job that runs already.
  it('come back with fg to a job that runs in the background', async () => {
    const { printed, ended } = await onATerminal(PROGRAM, [
      READY,
      ['send', '\u001a'],
      ['stopped', null],
      ['bg', null],
      ['wait', 'goes on'],
      ['fg', null],
      ['uncanonical', null],
      ['send', 'v'],
      ['wait', 'pressed verbose'],
      ['send', 'q'],
    ]);

    assert.equal(ended, 0, printed);
  });

  it('are not read if stdin is no terminal', async () => {
    const [program = '', ...args] = PROGRAM;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write('q');
    child.stdout.once('data', () => child.kill('SIGTERM'));

    assert.equal(await text(child.stdout), 'without keys\nended well\n');
  });
});
