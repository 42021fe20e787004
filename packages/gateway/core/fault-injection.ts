/**
 * Faults that a local start injects on purpose: the port through which they reach the pipeline. Absent from
 * everything that is deployed.
 */
import type { Mapped, Received, Reply } from './exchange.ts';
import type { Outcome, Sendable } from './phases/integrate.ts';
import type { Trail } from './trail.ts';

export interface FaultInjector {
  /** The integration's outcome, or the one that a rule replaces it with. @param send calls the integration */
  integrate(mapped: Mapped, trail: Trail, send: (sent: Sendable) => Promise<Outcome>): Promise<Outcome>;
  /** Makes a finished reply break off if a rule requires it. */
  breakOff(received: Received, reply: Reply, trail: Trail): void;
}

/** Absent means that no faults are injected. */
export type FaultInjection = { readonly faults?: FaultInjector | undefined };
