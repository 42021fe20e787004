/**
 * The interface through which a local gateway deliberately injects faults into the pipeline. Deployed code does not
 * contain it.
 */
import type { Mapped, Received, Reply } from './exchange.ts';
import type { Outcome, Sendable } from './phases/integrate.ts';
import type { Trail } from './trail.ts';

export interface FaultInjector {
  /**
   * Calls the integration. Returns the integration's outcome, or another outcome if a rule replaces it.
   * @param send calls the integration
   */
  integrate(mapped: Mapped, trail: Trail, send: (sent: Sendable) => Promise<Outcome>): Promise<Outcome>;
  /** If a rule requires it, changes the reply so that its body is cut or the connection is reset while it is sent. */
  breakOff(received: Received, reply: Reply, trail: Trail): void;
}

/** The fault injector; absent means that no faults are injected. */
export type FaultInjection = { readonly faults?: FaultInjector | undefined };
