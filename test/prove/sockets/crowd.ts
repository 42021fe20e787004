/** Idle clients in separate processes, so that the figures contain only what these clients cost the gateway. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import type { CrowdWord } from './crowd-process.ts';

const CONNECTED_WITHIN_MS = 300_000;
const CLOSED_WITHIN_MS = 120_000;

export class Crowd {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @throws Error if a handshake is refused */
  static async connect(url: URL, count: number): Promise<Crowd> {
    const child = fork(join(import.meta.dirname, 'crowd-process.ts'), [url.href, String(count)]);
    const crowd = new Crowd(child);
    const word = await crowd.#hear(CONNECTED_WITHIN_MS);
    if (word.kind === 'connected') return crowd;
    await crowd.die();
    throw new Error(`a client of the crowd: ${word.kind === 'failed' ? word.reason : 'ended too early'}`);
  }

  /** Kills the process. It sends no close frame and answers none, so only the operating system ends its connections. */
  async die(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Stops the process. It keeps its connections open and answers nothing, like a client that has lost its network. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Waits until all connections are closed, and returns how often each close code was received. */
  closed(): Promise<Readonly<Record<string, number>>> {
    return this.#hear(CLOSED_WITHIN_MS).then((word) => (word.kind === 'closed' ? word.codes : {}));
  }

  async #hear(withinMs: number): Promise<CrowdWord> {
    const signal = AbortSignal.timeout(withinMs);
    const exited = once(this.#child, 'exit', { signal }).then((): CrowdWord => {
      return { kind: 'failed', reason: 'its process has ended' };
    });
    exited.catch(() => undefined);
    const heard = once(this.#child, 'message', { signal }) as Promise<[CrowdWord]>;
    return Promise.race([heard.then(([word]) => word), exited]);
  }
}

/** Starts several processes, each with its share of the clients. */
export async function gather(url: URL, count: number, processes: number): Promise<readonly Crowd[]> {
  const share = Math.ceil(count / processes);
  const crowds: Crowd[] = [];
  for (let left = count; left > 0; left -= share)
    crowds.push(await Crowd.connect(url, Math.min(share, left)));
  return crowds;
}
