/** What the instances of one function may be and take. */
import { MACHINE_GATE, type StartGate } from './start-gate.ts';

export type PoolLimits = {
  /** Instances of one function at a time. */
  readonly maxInstances: number;
  /** Events at a time, `ReservedConcurrentExecutions`; one more is throttled at once. Undefined = as instances go. */
  readonly reserved?: number | undefined;
  /** Longest wait for an instance once that limit is reached; then `throttled`. */
  readonly queueWaitMs: number;
  /** Events that may wait, and their text together. */
  readonly queueLength: number;
  readonly queueChars: number;
  /** Of all functions. */
  readonly gate: StartGate;
  /** Whether each event gets an instance of its own, as the first one of a function does. */
  readonly isCold?: boolean | undefined;
};

export const DEFAULT_LIMITS: Omit<PoolLimits, 'maxInstances'> = {
  queueWaitMs: 5_000,
  queueLength: 20_000,
  queueChars: 256 * 1024 * 1024,
  gate: MACHINE_GATE,
};
