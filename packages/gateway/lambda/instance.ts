/** The interface between a pool and its instances: threads of the gateway, or processes. */
import type { Job } from './invocation/job.ts';

export interface Instance {
  /** When it last became idle or started, by `performance.now()`. */
  restingSince: number;
  /** It accepts no more events and ends after all responses, or is about to end. */
  readonly isDraining: boolean;
  readonly answeredCount: number;
  /** Active time since its start: running or ready to run. Undefined if unknown. */
  readonly activeMs: number | undefined;
  readonly load: number;
  /** Whether the event has run so long that no other may wait behind it, or the instance is about to end. */
  readonly isStuck: boolean;
  /** Whether it accepts another event now, at most `window` in all. */
  hasRoom(window: number): boolean;
  send(job: Job): void;
  drain(): void;
  end(): Promise<unknown>;
  endIfTooLarge(): Promise<void>;
}

export interface InstanceOwner {
  onReady(instance: Instance): void;
  onAnswer(instance: Instance, serviceMs: number): void;
  onTakenBack(instance: Instance, jobs: readonly Job[], headRanMs: number): void;
  /**
   * The instance has ended. `initFailure` is Lambda's error JSON if it never became ready; `jobs` had not
   * started.
   */
  onEnd(instance: Instance, jobs: readonly Job[], initFailure: string | undefined): void;
}

export interface InstanceProgram {
  start(owner: InstanceOwner): Instance;
  /** Something other than the code has changed, so the next instance needs a new preparation. */
  readonly isOutdated?: (() => boolean) | undefined;
}

/**
 * Limit for loading the module. Lambda stops it after 10 s and starts again within the first event's timeout
 * (Lambda developer guide, "Init phase"); here it continues for as long.
 */
export const initLimitMs = (timeoutSeconds: number): number => 10_000 + timeoutSeconds * 1000;

/** Lambda's error JSON for an instance whose start exceeds that limit. */
export function initTimeout(requestId: string, timeoutSeconds: number): string {
  const said = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds (loading the module)`;
  return JSON.stringify({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: ${said}`,
  });
}

export const KILLED = 'Runtime exited with error: signal: killed';
