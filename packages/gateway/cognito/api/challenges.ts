/**
 * Stores sign-ins that wait for the client's next response. Each sign-in can be continued once, within three minutes.
 */
import { randomBytes } from 'node:crypto';
import type { SrpChallenge } from '../pools/srp.ts';
import type { Clock } from '../../core/ports.ts';

export type Pending = {
  readonly kind: 'NEW_PASSWORD_REQUIRED' | 'PASSWORD_VERIFIER';
  readonly poolId: string;
  readonly clientId: string;
  /** The user's id; undefined if no user has the given name. The client must not learn that there is no such user. */
  readonly sub: string | undefined;
  readonly srp?: SrpChallenge;
};

const GOOD_FOR_MS = 3 * 60_000;
const MAX_PENDING = 1_000;

export class Challenges {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending & { readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the value that the client sends back: the session, or SRP's secret block */
  add(pending: Pending): string {
    const [oldest] = this.#pending.keys();
    if (this.#pending.size >= MAX_PENDING && oldest !== undefined) this.#pending.delete(oldest);
    const session = randomBytes(192).toString('base64');
    this.#pending.set(session, { ...pending, untilMs: this.#clock.nowEpochMs() + GOOD_FOR_MS });
    return session;
  }

  /**
   * Returns a pending challenge and removes it. Returns undefined if it has expired, is of another kind or belongs to
   * another client. Any attempt removes the challenge, even a failed one.
   */
  take(session: string, kind: Pending['kind'], clientId: string): Pending | undefined {
    const pending = this.#pending.get(session);
    this.#pending.delete(session);
    const isGood =
      pending?.kind === kind && pending.clientId === clientId && pending.untilMs > this.#clock.nowEpochMs();
    return isGood ? pending : undefined;
  }
}
