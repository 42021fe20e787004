/** The seam between a pool and what runs its events: a thread of the gateway, or a process of its own. */
import type { Job } from './job.ts';

export interface Instance {
  /** When it last became idle or started, by `performance.now()`. */
  restingSince: number;
  /** Takes no more events: it ends when it has answered all, or is about to end. */
  readonly isDraining: boolean;
  readonly answeredCount: number;
  /** How long it has not waited, since its start: it ran, or wanted to. Undefined where nobody can tell. */
  readonly activeMs: number | undefined;
  /** Events handed over and not answered. */
  readonly load: number;
  /** Its event has run so long that nothing may wait behind it, or it is about to end. */
  readonly isStuck: boolean;
  /** Whether it takes another event now, at most `window` in all. */
  hasRoom(window: number): boolean;
  send(job: Job): void;
  /** Takes no more events from here on. */
  drain(): void;
  /** Ends it; whatever it still has counts as crashed. */
  end(): Promise<unknown>;
  /** Ends it where it holds more than its function may. */
  endIfTooLarge(): Promise<void>;
}

/** What an instance tells its pool. */
export interface InstanceOwner {
  onReady(instance: Instance): void;
  /** `serviceMs` is what the handler took. */
  onAnswer(instance: Instance, serviceMs: number): void;
  /** Events that wait behind a slow one, no longer the instance's. */
  onTakenBack(instance: Instance, jobs: readonly Job[], headRanMs: number): void;
  /** It is gone. `initFailure` is Lambda's error JSON if it never got ready; `jobs` had not been started. */
  onEnd(instance: Instance, jobs: readonly Job[], initFailure: string | undefined): void;
}

/** One version of a function's code, ready to run as often as wanted. */
export interface InstanceProgram {
  start(owner: InstanceOwner): Instance;
}

/**
 * What loading the module may take. Lambda gives it 10 s, then begins anew with the first event, within that one's
 * timeout (Lambda developer guide, "Init phase"); here it goes on, which leaves a slow start as much time.
 */
export const initLimitMs = (timeoutSeconds: number): number => 10_000 + timeoutSeconds * 1000;

/** Lambda's error JSON for a start that has taken longer. */
export function initTimeout(requestId: string, timeoutSeconds: number): string {
  const said = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds (loading the module)`;
  return JSON.stringify({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: ${said}`,
  });
}

/** What Lambda says of an instance that it has killed. */
export const KILLED = 'Runtime exited with error: signal: killed';
