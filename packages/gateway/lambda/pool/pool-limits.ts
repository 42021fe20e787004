/** Limits of one function's instances. */
import { MACHINE_GATE, type StartGate } from './start-gate.ts';

export type PoolLimits = {
  readonly maxInstances: number;
  /**
   * Concurrent events, `ReservedConcurrentExecutions`; further events are throttled at once. Undefined = as
   * instances allow.
   */
  readonly reserved?: number | undefined;
  /** Longest wait for an instance once that limit is reached; then `throttled`. */
  readonly queueWaitMs: number;
  readonly queueLength: number;
  readonly queueChars: number;
  readonly gate: StartGate;
  /** Whether each event gets a new instance, like the first one of a function. */
  readonly isCold?: boolean | undefined;
};

export const DEFAULT_LIMITS: Omit<PoolLimits, 'maxInstances'> = {
  queueWaitMs: 5_000,
  queueLength: 20_000,
  queueChars: 256 * 1024 * 1024,
  gate: MACHINE_GATE,
};
