import { createHash, createHmac, randomBytes } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { Clock } from '../../core/ports.ts';

/** The data that belongs to an authorization code of a pool (RFC 6749 §4.1, RFC 7636). */
export type PoolGrant = {
  readonly poolId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly sub: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly audience: string | undefined;
  readonly challenge: string | undefined;
  /** Identifies the session that starts when the client exchanges the authorization code for tokens. */
  readonly originJti: string;
};

const CODE_MS = 5 * 60_000;
/** Duration of Cognito's session cookie, which is an hour. */
const BROWSER_MS = 3_600_000;
const MAX_HELD = 1_000;

/** The codes and signed-in browsers of this run. `Grant` is the data that belongs to a code. */
export class LoginState<Grant> {
  readonly #clock: Clock;
  /** The secret of this run. Forms from an earlier run are no longer valid. */
  readonly #secret = randomBytes(32);
  readonly #codes = new Map<string, { readonly grant: Grant; readonly untilMs: number; isUsed: boolean }>();
  readonly #browsers = new Map<
    string,
    { readonly poolId: string; readonly sub: string; readonly untilMs: number }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  giveCode(grant: Grant): string {
    return hold(this.#codes, { grant, untilMs: this.#clock.nowEpochMs() + CODE_MS, isUsed: false });
  }

  /** Uses a code, which is valid once. A used code is remembered until it expires. */
  takeCode(code: string): { readonly grant: Grant; readonly wasUsed: boolean } | undefined {
    const held = this.#codes.get(hashOf(code));
    if (held === undefined || held.untilMs <= this.#clock.nowEpochMs()) return undefined;
    const wasUsed = held.isUsed;
    held.isUsed = true;
    return { grant: held.grant, wasUsed };
  }

  /**
   * Signs the browser in.
   * @returns the value of the browser's cookie
   */
  signIn(poolId: string, sub: string): string {
    return hold(this.#browsers, { poolId, sub, untilMs: this.#clock.nowEpochMs() + BROWSER_MS });
  }

  findSignedIn(cookie: string | undefined, poolId: string): string | undefined {
    const browser = this.#browsers.get(hashOf(cookie ?? ''));
    const isGood = browser?.poolId === poolId && browser.untilMs > this.#clock.nowEpochMs();
    return isGood ? browser.sub : undefined;
  }

  signOut(cookie: string | undefined): void {
    this.#browsers.delete(hashOf(cookie ?? ''));
  }

  formToken(cookie: string): string {
    return createHmac('sha256', this.#secret).update(cookie).digest('base64url');
  }

  isOwnForm(cookie: string | undefined, token: string): boolean {
    return cookie !== undefined && equalInConstantTime(this.formToken(cookie), token);
  }
}

/**
 * Stores a value under a new credential, and removes the oldest value if there are too many.
 * @returns the credential
 */
export function hold<T>(held: Map<string, T>, value: T): string {
  const [oldest] = held.keys();
  if (held.size >= MAX_HELD && oldest !== undefined) held.delete(oldest);
  const name = randomBytes(32).toString('base64url');
  held.set(hashOf(name), value);
  return name;
}

/** Hashes a credential, because credentials are stored in memory only as hashes. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
