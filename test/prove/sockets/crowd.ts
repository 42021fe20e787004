/** Idle clients in separate processes: the figures then only contain what they cost the gateway. */
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

  /** No close frame, and no answer to one: only the system ends its connections. */
  async die(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** It keeps its connections and answers nothing, as a client whose network has gone. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** How often its connections were closed with which code, once all are. */
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

/** Several at once, each with its share. */
export async function gather(url: URL, count: number, processes: number): Promise<readonly Crowd[]> {
  const share = Math.ceil(count / processes);
  const crowds: Crowd[] = [];
  for (let left = count; left > 0; left -= share)
    crowds.push(await Crowd.connect(url, Math.min(share, left)));
  return crowds;
}
