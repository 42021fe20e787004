/** A process of its own group with all that it starts, and the end of all of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';

import { type Keeper, MARK } from './keeper.ts';

export type GroupCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
};

type GroupOwner = {
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** The first process is gone, and all that it said was heard. */
  readonly onExit: (reason: string | undefined) => void;
  /** It could not be started. */
  readonly onFailure: (error: NodeJS.ErrnoException) => void;
};

/** What a process has to end in order once it is told to. */
const GRACE_MS = 300;
/** What may still be on its way of its output when it has ended, while a child of it holds the pipe. */
const OUTPUT_MS = 100;
/** Rounds of looking for children that start children. */
const MAX_SWEEPS = 20;

export class ProcessGroup {
  readonly mark: string;
  readonly #child: ChildProcess;
  readonly #keeper: Keeper;
  #hasExited = false;
  /** All that the first process has said was heard. */
  #isHeard: Promise<void> = Promise.resolve();
  #ended: Promise<void> | undefined;

  constructor(
    { command, args, cwd, environment }: GroupCommand,
    keeper: Keeper,
    mark: string,
    owner: GroupOwner,
  ) {
    this.mark = mark;
    this.#keeper = keeper;
    this.#child = spawn(command, args, {
      // A group of its own; on Windows, where there are none, it would be a console of its own.
      cwd,
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, [MARK]: mark },
    });
    const { pid, stdout, stderr } = this.#child;
    stdout?.on('data', (chunk: Buffer) => owner.onOutput('stdout', chunk));
    stderr?.on('data', (chunk: Buffer) => owner.onOutput('stderr', chunk));
    this.#child.once('error', (error) => {
      if (pid === undefined) owner.onFailure(error);
    });
    if (pid === undefined) return;
    keeper.add(pid);
    offerToTheKernel(pid);
    this.#isHeard = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#hasExited = true;
        this.#whenHeard(() => {
          resolve();
          owner.onExit(describeExit(code, signal));
        });
      });
    });
  }

  /** The group's id; undefined where it could not be started. */
  get id(): number | undefined {
    return this.#child.pid;
  }

  /** Asks all to end and ends those that have not done so a moment later, whatever they have started since. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** At once. */
  kill(): Promise<void> {
    this.#signal('SIGKILL');
    return this.end();
  }

  async #end(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (!this.#hasExited) {
      this.#signal('SIGTERM');
      await Promise.race([this.#exited(), sleep(GRACE_MS)]);
    }
    this.#signal('SIGKILL');
    await this.#exited();
    await endMarked(`${MARK}=${this.mark}`);
    this.#keeper.drop(pid);
    await this.#isHeard;
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid !== undefined) signalGroup(pid, signal);
  }

  #exited(): Promise<void> {
    if (this.#hasExited) return Promise.resolve();
    return new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** Its pipes close with it, unless a child of it has them, too. */
  #whenHeard(then: () => void): void {
    let isHeard = false;
    const hear = (): void => {
      if (isHeard) return;
      isHeard = true;
      clearTimeout(timer);
      then();
    };
    const timer = setTimeout(hear, OUTPUT_MS);
    this.#child.once('close', hear);
  }
}

/** What the system offers. */
type System = {
  readonly platform: NodeJS.Platform;
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  readonly run: (command: string, args: readonly string[]) => void;
};

const HERE: System = {
  platform: process.platform,
  kill: (pid, signal) => {
    process.kill(pid, signal);
  },
  run: (command, args) => {
    // Whoever has ended meanwhile is no error, and without the command there is nothing else to call.
    spawn(command, args, { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
  },
};

/**
 * A signal to a process and all that it has started: to its group, where the system has groups. Windows has neither
 * groups nor a signal that asks: there nothing happens before SIGKILL, which ends the tree of processes by `taskkill`.
 */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL', system: System = HERE): void {
  if (system.platform === 'win32') {
    if (signal === 'SIGKILL') system.run('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    system.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

/** In Go's words, as Lambda has them; undefined = it ended by itself, without an error. */
function describeExit(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `signal: ${SIGNAL_NAMES[signal] ?? signal}`;
  return code === 0 ? undefined : `exit status ${code ?? 1}`;
}

const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** Where memory runs out all the same, Linux takes this one before the gateway. */
function offerToTheKernel(pid: number): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It has ended already.
  }
}

/** Ends what has left the group: it keeps the environment it was started with. Linux alone shows that. */
export async function endMarked(entry: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    const found = await findMarked(entry);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
  }
}

async function findMarked(entry: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Of somebody else's process, or of one that has gone, there is nothing to read.
      const text = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return text.split('\0').includes(entry);
    }),
  );
  return pids.filter((_pid, index) => found[index] === true).map(Number);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
