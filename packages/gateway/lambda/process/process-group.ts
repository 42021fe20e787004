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
  readonly onExit: (reason: string | undefined) => void;
  readonly onFailure: (error: NodeJS.ErrnoException) => void;
};

/** The time in milliseconds that a process gets to shut down after SIGTERM. */
const GRACE_MS = 300;
/**
 * The time in milliseconds for reading the remaining output of a process that has ended. It is limited, because a child
 * process may keep the pipe open.
 */
const OUTPUT_MS = 100;
/**
 * The maximum number of searches for processes that have left the group. Several are needed, because child processes
 * may start further processes.
 */
const MAX_SWEEPS = 20;

export class ProcessGroup {
  readonly mark: string;
  readonly #child: ChildProcess;
  readonly #keeper: Keeper;
  #hasExited = false;
  /** Resolves when the output of the first process has been read. */
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
      // The process becomes the leader of its own group. This is not done on Windows, which has no process groups and
      // would open a separate console.
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
    raiseOomScore(pid);
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

  /** Returns the group's id; undefined if the process could not be started. */
  get id(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends SIGTERM to all processes of the group. Shortly afterwards, all processes that remain are killed, including
   * processes that were started in the meantime.
   */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

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

  /**
   * Calls `then` when the output has been read. The wait is limited, because a child process may share the pipes and
   * keep them open.
   */
  #whenHeard(then: () => void): void {
    let isHeard = false;
    const onChange = (): void => {
      if (isHeard) return;
      isHeard = true;
      clearTimeout(timer);
      then();
    };
    const timer = setTimeout(onChange, OUTPUT_MS);
    this.#child.once('close', onChange);
  }
}

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
    // Errors are ignored, because the process may already have ended. If this command does not exist, there is no other
    // way to end the process.
    spawn(command, args, { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
  },
};

/**
 * Sends a signal to a process and all its children through their process group. Windows has neither process groups nor
 * a signal to terminate. On Windows, therefore, only SIGKILL has an effect, through `taskkill`.
 */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL', system: System = HERE): void {
  if (system.platform === 'win32') {
    if (signal === 'SIGKILL') system.run('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    system.kill(-pid, signal);
  } catch {
    // The group no longer has any processes.
  }
}

/** Returns the exit reason in Go's wording, as in Lambda; undefined if the process ended without an error. */
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

/** Makes Linux kill this process before the gateway if memory runs out. */
function raiseOomScore(pid: number): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // The process has already ended.
  }
}

/** Ends processes that have left the group. They are found by their environment, which only Linux exposes. */
export async function endMarked(entry: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    const found = await findMarked(entry);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The process has already ended.
      }
    }
  }
}

async function findMarked(entry: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // The environment is unreadable if the process has ended or belongs to another user.
      const text = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return text.split('\0').includes(entry);
    }),
  );
  return pids.filter((_pid, index) => found[index] === true).map(Number);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
