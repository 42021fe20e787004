import type { Clock } from '../../core/ports.ts';

const FREE_ATTEMPTS = 5;
const MAX_LOCK_MS = 15 * 60_000;
/** The time without attempts after which the count starts at zero again. */
const FORGET_MS = 15 * 60_000;
/**
 * Maximum number of names whose attempts are counted. Names without a user are also counted, because a lockout must not
 * reveal which names exist. The oldest names are removed first.
 */
const MAX_NAMES = 10_000;

type Failures = { count: number; lockedUntilMs: number; lastMs: number };

/**
 * Locks a user out after failed passwords. From the fifth failure on, the nth failure locks for 2^(n-5) s, at most 15
 * minutes (Cognito developer guide, "Lockout behavior for failed sign-in attempts").
 */
export class PasswordAttempts {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts an attempt after its password was compared. If several guesses are sent at the same time, a guess that ends
   * during a lockout counts as locked out, even if it is right.
   */
  judge(name: string, isRight: boolean): 'right' | 'wrong' | 'locked out' {
    const nowMs = this.#clock.nowEpochMs();
    const failures = this.#find(name, nowMs);
    if (failures !== undefined && nowMs < failures.lockedUntilMs) {
      failures.lastMs = nowMs;
      return 'locked out';
    }
    this.#failures.delete(name);
    if (isRight) return 'right';
    const count = (failures?.count ?? 0) + 1;
    const lockMs = count < FREE_ATTEMPTS ? 0 : Math.min(2 ** (count - FREE_ATTEMPTS) * 1000, MAX_LOCK_MS);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size >= MAX_NAMES && oldest !== undefined) this.#failures.delete(oldest);
    this.#failures.set(name, { count, lockedUntilMs: nowMs + lockMs, lastMs: nowMs });
    return 'wrong';
  }

  #find(name: string, nowMs: number): Failures | undefined {
    const failures = this.#failures.get(name);
    return failures !== undefined && nowMs - failures.lastMs < FORGET_MS ? failures : undefined;
  }
}
