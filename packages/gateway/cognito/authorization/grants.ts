/**
 * The grants that a developer has given to a client, as authorization codes and refresh tokens (RFC 6749 §4.1, §6).
 */
import { hashOf, hold } from '../login/login-state.ts';
import type { Clock } from '../../core/ports.ts';

/** The identity that the tokens of a sign-in have. */
export type SignedInAs = {
  readonly sub: string;
  readonly roles: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
};

export type TokenGrant = {
  /** Identifies the sign-in. All refresh tokens that follow from it have the same id. */
  readonly signInId: string;
  readonly clientId: string;
  readonly identity: SignedInAs;
  readonly scopes: readonly string[];
  /** The resource for which the tokens are valid (RFC 8707); undefined if the client named none. */
  readonly resource: string | undefined;
  readonly refreshes: boolean;
};

export type CodeGrant = TokenGrant & {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
};

const REFRESH_MS = 30 * 24 * 3_600_000;

type Held = { readonly grant: TokenGrant; readonly untilMs: number; isUsed: boolean };

/**
 * The refresh tokens of this run. Each is valid once, because its client has no secret (draft-ietf-oauth-v2-1 §4.3.1).
 * Only their hashes are stored.
 */
export class RefreshTokens {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  give(grant: TokenGrant): string {
    return hold(this.#held, { grant, untilMs: this.#clock.nowEpochMs() + REFRESH_MS, isUsed: false });
  }

  /** Returns the grant of a token without using it; undefined if the token is invalid, used or of another client. */
  find(token: string, clientId: string): TokenGrant | undefined {
    const held = this.#held.get(hashOf(token));
    if (held === undefined || held.untilMs <= this.#clock.nowEpochMs()) return undefined;
    if (held.grant.clientId !== clientId) return undefined;
    // Attack: a stolen token is used before or after its owner uses it. Therefore, all tokens of the sign-in are
    // revoked.
    if (held.isUsed) this.end(held.grant.signInId);
    return held.isUsed ? undefined : held.grant;
  }

  markUsed(token: string): void {
    const held = this.#held.get(hashOf(token));
    if (held !== undefined) held.isUsed = true;
  }

  /** Revokes all refresh tokens of a sign-in. */
  end(signInId: string): void {
    for (const [name, { grant }] of this.#held) if (grant.signInId === signInId) this.#held.delete(name);
  }
}
