/**
 * What the command does with its own process: terminal, keys, signals, parents. The answers of the system are scripted.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { TestContext } from 'node:test';
import { waitForNpxExit } from '../../../../packages/gatewright/command/start/npx-parent.ts';
import { openTerminal } from '../../../../packages/gatewright/command/start/own-terminal.ts';
import { settleWhenIdle } from '../../../../packages/gatewright/command/start/release-memory.ts';
import { spawnCommand } from '../../../../packages/gatewright/command/start/spawn-command.ts';
import { runWithGateway } from '../../../../packages/gatewright/command/start/start-exec.ts';
import { openStartKeys } from '../../../../packages/gatewright/command/start/start-keys.ts';
import { chooseOutput } from '../../../../packages/base/terminal/output.ts';
import { captureOutput } from '../../../support/captured-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-process-'));
const [PROCESSES, STTY] = [join(folder, 'processes'), join(folder, 'stty')];
/**
 * Stand-ins for programs: `ps -o ppid=,pgid=,tpgid=,comm= -p PID` prints a line of a file, and stty writes its
 * arguments to another file.
 */
const PROGRAMS = {
  ps: `[ "$1 $2 $3" = '-o ppid=,pgid=,tpgid=,comm= -p' ] && sed -n "s/^$4: //p" ${PROCESSES}`,
  stty: `echo "$@" >> ${STTY}; [ -e ${folder}/broken ] && exit 1; [ "$1" = -g ] && echo ' as:before '; exit 0`,
  open: ':',
};
/** @param more each process: parent, group, foreground group of its terminal, name */
const describeProcesses = (more: Readonly<Record<number, string>>): void =>
  writeFileSync(
    PROCESSES,
    Object.entries(more)
      .map(([pid, facts]) => `${pid}: ${facts}\n`)
      .join(''),
  );
const inForeground = (): void => describeProcesses({ [process.pid]: '1 7 7 /usr/bin/node' });
const inBackground = (): void => describeProcesses({ [process.pid]: '1 7 8 /usr/bin/node' });
const calledStty = (): readonly string[] => {
  const lines = existsSync(STTY) ? readFileSync(STTY, 'utf8').trimEnd().split('\n') : [];
  rmSync(STTY, { force: true });
  return lines;
};

const KEPT = ['platform', 'stdin', 'stdout', 'ppid'] as const;
const kept = KEPT.map((name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const);
/** Until the test has ended. */
function pretend(facts: Partial<Record<(typeof KEPT)[number], unknown>>): void {
  for (const [name, value] of Object.entries(facts))
    Object.defineProperty(process, name, { value, configurable: true });
}

class Screen extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];
  setRawMode(mode: boolean): void {
    this.modes.push(mode);
  }
}

const { PATH = '' } = process.env;
const kill = process.kill.bind(process);
/** Never to the group or the process of the tests, which would end them and what has started them. */
const killAnother: typeof kill = (pid, signal) =>
  Math.abs(pid) <= 1 || pid === process.pid || kill(pid, signal);
before(() => {
  process.kill = killAnother;
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of Object.entries(PROGRAMS))
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${PATH}`;
});
after(() => {
  process.kill = kill;
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  rmSync(join(folder, 'broken'), { force: true });
  calledStty();
});
afterEach(() => {
  for (const [name, descriptor] of kept) if (descriptor) Object.defineProperty(process, name, descriptor);
});
const nothing = (): void => undefined;
const aPosix = { skip: process.platform === 'win32' };

describe('the terminal of the command', aPosix, () => {
  it('is not available if keys or lines go elsewhere', () => {
    const screen = new Screen();
    for (const facts of [
      { stdin: new PassThrough(), stdout: screen },
      { stdin: screen, stdout: new PassThrough() },
    ]) {
      pretend({ platform: 'darwin', ...facts });
      assert.equal(openTerminal(), undefined);
    }
    assert.deepEqual(calledStty(), []);
  });

  it('is not available if its modes cannot be read, because they could not be restored', () => {
    const screen = new Screen();
    writeFileSync(join(folder, 'broken'), '');
    pretend({ platform: 'darwin', stdin: screen, stdout: screen });

    assert.equal(openTerminal(), undefined);
    assert.deepEqual(calledStty(), ['-g']);
  });

  it('gives single keys while the job is in the foreground, and gets its modes back', () => {
    const screen = new Screen();
    inForeground();
    pretend({ platform: 'darwin', stdin: screen, stdout: screen });
    const terminal = openTerminal();

    assert.deepEqual([terminal?.input, terminal?.output], [screen, screen]);
    assert.equal(terminal?.takeOver(), true);
    terminal.giveBack();
    terminal.giveBack();
    assert.deepEqual(calledStty(), ['-g', '-icanon -echo -isig min 1 time 0', 'as:before']);
  });

  it('is checked every second by a job in the background, until it comes to the front or stops', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const screen = new Screen();
    inBackground();
    pretend({ platform: 'darwin', stdin: screen, stdout: screen });
    const terminal = openTerminal();
    let resumed = 0;
    const stop = terminal?.watch({ resumed: () => (resumed += 1), ending: () => undefined });

    assert.equal(terminal?.takeOver(), false);
    terminal.giveBack();
    t.mock.timers.tick(1_000);
    assert.equal(resumed, 0);
    inForeground();
    t.mock.timers.tick(999);
    assert.equal(resumed, 0);
    t.mock.timers.tick(1);
    assert.equal(resumed, 1);
    process.emit('SIGCONT');
    assert.equal(resumed, 2);
    stop?.();
    t.mock.timers.tick(3_000);
    process.emit('SIGCONT');
    assert.equal(resumed, 2);
    assert.deepEqual(calledStty(), ['-g'], 'another job has it');
  });

  it('passes signals on to its job, and is restored before one ends the process', (t) => {
    const screen = new Screen();
    const sent = t.mock.method(process, 'kill', () => true);
    pretend({ platform: 'darwin', stdin: screen, stdout: screen });
    const terminal = openTerminal();
    for (const what of ['interrupt', 'suspend', 'abort'] as const) terminal?.signal(what);
    let ended = 0;
    const stop = terminal?.watch({ resumed: () => undefined, ending: () => (ended += 1) });
    process.emit('SIGHUP', 'SIGHUP');
    stop?.();

    assert.equal(ended, 1);
    assert.equal(process.listenerCount('SIGHUP') + process.listenerCount('SIGQUIT'), 0);
    assert.deepEqual(
      sent.mock.calls.map((call) => call.arguments),
      [
        [0, 'SIGINT'],
        [0, 'SIGTSTP'],
        [0, 'SIGQUIT'],
        [process.pid, 'SIGHUP'],
      ],
    );
  });

  it('is raw on Windows, if Ctrl-C is a key then, and nothing stops a job', () => {
    const screen = new Screen();
    pretend({ platform: 'win32', stdin: screen, stdout: screen });
    const terminal = openTerminal();
    let interrupted = 0;
    const interrupt = (): void => void (interrupted += 1);
    process.on('SIGINT', interrupt);
    terminal?.signal('suspend');
    assert.equal(interrupted, 0);
    terminal?.signal('interrupt');
    process.off('SIGINT', interrupt);

    assert.equal(terminal?.takeOver(), true);
    terminal.giveBack();
    terminal.watch({ resumed: nothing, ending: nothing })();
    assert.deepEqual([interrupted, screen.modes, calledStty()], [1, [true, false], []]);
  });
});

describe('the keys of a start', aPosix, () => {
  const CONSOLE = 'http://127.0.0.1:4000/_gatewright/console/';
  /** What is printed when these keys are pressed, one after another. */
  async function press(keys: string, given: { readonly console?: string; readonly fails?: string } = {}) {
    const [input, screen] = [new Screen(), new Screen()];
    inForeground();
    pretend({ platform: 'darwin', stdin: input, stdout: screen });
    chooseOutput({ json: false });
    const done: string[] = [];
    let isAll = false;
    const output = { stdout: '', stderr: '' };
    const unsupported = [
      { stackName: 's', type: 'T', logicalId: 'A', property: '', consequence: 'no files' },
    ];
    await captureOutput(output, async () => {
      const reader = openStartKeys({
        gateway: {
          reload: () => {
            done.push('reload');
            return given.fails === undefined ? Promise.resolve() : Promise.reject(new TypeError(given.fails));
          },
        },
        listening: {
          control: 'http://127.0.0.1:4000',
          unsupported: given.fails === undefined ? unsupported : [],
          ...(given.console !== undefined && { console: given.console }),
        },
        lines: { toggle: () => (isAll = !isAll) },
        quit: () => void done.push('quit'),
      });
      for (const key of keys) {
        input.emit('data', Buffer.from(key));
        await setImmediate();
      }
      reader?.close();
    });
    const wrote = String(screen.read());
    return { wrote, printed: stripVTControlCharacters(wrote), stderr: output.stderr, done };
  }

  it('are listed once, and h explains each', async () => {
    const { printed } = await press('h');
    const [names = '', ...help] = printed.trimEnd().split('\n');

    assert.equal(names, 'Keys: o console, r reload, c clear, e explain, v verbose, h help, q quit');
    assert.deepEqual(help.slice(0, 2), [
      '  o  open the console in the browser',
      '  r  reload the stacks, and rebuild functions that have run',
    ]);
    assert.equal(help.length, 7);
  });

  it('open the console if there is one', async () => {
    assert.match((await press('o')).printed, /\nthis gateway serves no console\n$/);
    assert.match((await press('o', { console: CONSOLE })).printed, /\nopening http.*console\/\n$/);
  });

  it('print more with all findings, and less again', async () => {
    const { printed } = await press('vv');

    assert.match(
      printed,
      /\nprinting every line\n {2}Not as on AWS .*\n {4}A: no files\n\nprinting less again\n$/,
    );
    assert.match(
      (await press('v', { fails: '' })).printed,
      /\nprinting every line\neverything is served as on AWS\n$/,
    );
  });

  it('load again, clear the screen and end; what fails is printed', async () => {
    const { done, wrote } = await press('crq');

    assert.deepEqual(done, ['reload', 'quit']);
    assert.ok(wrote.endsWith('\u001b[2J\u001b[3J\u001b[H'), 'the screen and what has scrolled off it');
    assert.match((await press('r', { fails: 'out of luck' })).stderr, /TypeError: out of luck/);
  });

  it('are not read without a terminal', () => {
    pretend({ stdin: new PassThrough(), stdout: new PassThrough() });

    assert.equal(openStartKeys({} as Parameters<typeof openStartKeys>[0]), undefined);
  });
});

describe('a start by npx', aPosix, () => {
  const [PARENT, SHELL, NPX] = [71, 72, 73];
  /** Whether the wait is over after each of these changes. */
  async function ends(
    t: TestContext,
    environment: NodeJS.ProcessEnv,
    processes: Readonly<Record<number, string>>,
    changes: readonly ((gone: Set<number>) => void)[],
    ppid = PARENT,
  ): Promise<readonly boolean[]> {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const gone = new Set<number>();
    t.mock.method(process, 'kill', (pid: number) => {
      if (gone.has(pid)) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
      if (pid === NPX) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
      return true;
    });
    describeProcesses(processes);
    pretend({ platform: 'darwin', ppid });
    let isOver = false;
    void waitForNpxExit(environment).then(() => (isOver = true));
    const seen: boolean[] = [];
    for (const change of changes) {
      change(gone);
      t.mock.timers.tick(500);
      await setImmediate();
      seen.push(isOver);
    }
    return seen;
  }
  const leave =
    (pid: number) =>
    (gone: Set<number>): void =>
      void gone.add(pid);
  const adopted = (): void => pretend({ ppid: 1 });
  const direct = { [PARENT]: '1 1 1 npm exec gatewright' };
  const shells = (name: string) => ({ [SHELL]: `${NPX} 1 1 ${name}`, [NPX]: '1 1 1 node' });

  for (const environment of [
    { npm_command: 'exec' },
    { npm_command: 'run-script', npm_lifecycle_event: 'start' },
    { npm_command: 'run-script', npm_lifecycle_event: 'gatewright' },
  ])
    it(`ends with its parent (${Object.values(environment).join(' ')})`, async (t) => {
      assert.deepEqual(await ends(t, environment, direct, [nothing, nothing, leave(PARENT)]), [
        false,
        false,
        true,
      ]);
    });

  it('ends if another process has become its parent', async (t) => {
    assert.deepEqual(await ends(t, { npm_command: 'exec' }, direct, [nothing, adopted]), [false, true]);
  });

  for (const name of ['sh', '-zsh', '/bin/bash', '/usr/bin/dash'])
    it(`ends with what is above ${name}, which stays in between`, async (t) => {
      const changes = [nothing, leave(NPX)];

      assert.deepEqual(await ends(t, { npm_command: 'exec' }, shells(name), changes, SHELL), [false, true]);
    });

  it('asks of no process above another program or below init', async (t) => {
    assert.deepEqual(await ends(t, { npm_command: 'exec' }, shells('fish'), [leave(NPX)], SHELL), [false]);
    t.mock.reset();
    const below = { [SHELL]: '1 1 1 sh' };
    assert.deepEqual(await ends(t, { npm_command: 'exec' }, below, [leave(1)], SHELL), [false]);
  });

  it('stays if it was started in another way', async (t) => {
    for (const environment of [{}, { npm_command: 'run-script', npm_lifecycle_event: 'serve' }]) {
      assert.deepEqual(await ends(t, environment, direct, [leave(PARENT), adopted]), [false, false]);
      t.mock.reset();
    }
  });
});

describe('the command of --exec', aPosix, () => {
  const never = new Promise<never>(() => undefined);
  const listeners = (): number => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
  const appears = async (file: string): Promise<void> => {
    while (!existsSync(file)) await setImmediate();
  };

  it('gives its exit code back, and leaves no listener behind', async () => {
    const before = listeners();

    assert.equal(await runWithGateway('exit 7', { GATEWRIGHT_CONTROL_SECRET: 'none of these' }, never), 7);
    assert.equal(listeners(), before);
  });

  it('gets the signals of the gateway, with all processes of its group', async (t) => {
    const ready = join(folder, 'ready');
    const sent: (readonly unknown[])[] = [];
    t.mock.method(process, 'kill', (pid: number, signal: NodeJS.Signals) => {
      sent.push([pid < 0, signal]);
      return killAnother(pid, signal);
    });
    // It ends by itself, too, in seconds.
    const command = `trap 'exit 9' TERM; : > ${ready}; i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done`;
    const ended = runWithGateway(command, { GATEWRIGHT_CONTROL_SECRET: 'of ours' }, never);
    await appears(ready);

    const isHeard = process.emit('SIGTERM');
    assert.equal(await ended, 9);
    assert.ok(isHeard);
    assert.deepEqual(sent[0], [true, 'SIGTERM']);
  });

  it('shares the terminal: Ctrl-C has already reached it, and other signals are meant only for it', async (t) => {
    const { isTTY } = process.stdin;
    process.stdin.isTTY = true;
    const spawned = spawnCommand('exec sleep 60', { MARK: 'of the terminal' }, 'MARK');
    process.stdin.isTTY = isTTY;
    const sent: (readonly unknown[])[] = [];
    t.mock.method(process, 'kill', (pid: number, signal: NodeJS.Signals) => {
      sent.push([pid > 0, signal]);
      return killAnother(pid, signal);
    });
    spawned.pass('SIGINT');
    spawned.pass('SIGTERM');

    await spawned.ended;
    spawned.pass('SIGTERM');
    assert.deepEqual(sent, [[true, 'SIGTERM']]);
  });
});

describe('memory of this process', () => {
  it('is released a second after startup, if nothing was to be done', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    t.mock.method(performance, 'eventLoopUtilization', () => ({ idle: 1, active: 0, utilization: 0 }));
    const garbage = new WeakRef({ of: 'the start' });

    settleWhenIdle();
    t.mock.timers.tick(999);
    await setImmediate();
    assert.ok(garbage.deref());
    await setImmediate();
    t.mock.timers.tick(1);
    assert.equal(garbage.deref(), undefined);
  });
});
