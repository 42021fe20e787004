/** The limits that apply to the instances of one function. */
import { MACHINE_GATE, type StartGate } from './start-gate.ts';

export type PoolLimits = {
  readonly maxInstances: number;
  /**
   * The maximum number of concurrent events, `ReservedConcurrentExecutions`. Further events are throttled at once. If
   * undefined, the number of instances and the account's unreserved concurrency limit the function.
   */
  readonly reserved?: number | undefined;
  /**
   * The time in milliseconds that an event may wait for an instance once the limit of instances is reached. After that
   * time, the result is `throttled`.
   */
  readonly queueWaitMs: number;
  readonly queueLength: number;
  readonly queueChars: number;
  readonly gate: StartGate;
  /** Whether each event gets a new instance, as on a cold start. */
  readonly isCold?: boolean | undefined;
};

export const DEFAULT_LIMITS: Omit<PoolLimits, 'maxInstances'> = {
  queueWaitMs: 5_000,
  queueLength: 20_000,
  queueChars: 256 * 1024 * 1024,
  gate: MACHINE_GATE,
};
