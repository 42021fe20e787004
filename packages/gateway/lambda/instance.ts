/** The interface between a pool and its instances, which are threads of the gateway or processes. */
import type { Job } from './invocation/job.ts';

export interface Instance {
  /** The time at which the instance last became idle or was started, by `performance.now()`. */
  restingSince: number;
  /** Whether the instance no longer accepts events. It either ends after its current events, or is about to end. */
  readonly isDraining: boolean;
  readonly answeredCount: number;
  /** The milliseconds since the start during which the instance was running or ready to run; undefined if unknown. */
  readonly activeMs: number | undefined;
  readonly load: number;
  /**
   * Whether no further event may be queued at this instance. This is the case if its event has run too long, or if the
   * instance is about to end.
   */
  readonly isStuck: boolean;
  /** Whether the instance accepts another event now. It runs at most `window` events at a time. */
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
   * Called when the instance has ended. `initFailure` is Lambda's error JSON if the instance never became ready. `jobs`
   * are the events that had not started.
   */
  onEnd(instance: Instance, jobs: readonly Job[], initFailure: string | undefined): void;
}

export interface InstanceProgram {
  start(owner: InstanceOwner): Instance;
  /**
   * Returns whether something other than the code has changed. If so, the code must be prepared again for the next
   * instance.
   */
  readonly isOutdated?: (() => boolean) | undefined;
}

/**
 * Returns the time limit for loading the module in milliseconds. Lambda stops the initialization after 10 s, and starts
 * it again within the timeout of the first event (Lambda developer guide, "Init phase"). The gateway does not stop the
 * initialization, so the limit is the sum of both times.
 */
export const initLimitMs = (timeoutSeconds: number): number => 10_000 + timeoutSeconds * 1000;

/** Returns Lambda's error JSON for an instance whose start exceeds `initLimitMs`. */
export function initTimeout(requestId: string, timeoutSeconds: number): string {
  const said = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds (loading the module)`;
  return JSON.stringify({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: ${said}`,
  });
}

export const KILLED = 'Runtime exited with error: signal: killed';
