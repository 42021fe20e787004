import { DomainError } from '../../errors.ts';
import type { RevocationReader } from '../../ports.ts';
import type { CompiledIssuer } from '../compiled-document.ts';
import type { Principal } from '../decide/principal.ts';
import { REVOCATION_KINDS, revocationHash } from './revocation.ts';
import type { RevocationTarget } from './revocation.ts';

/**
 * Checks that a token is not revoked.
 * @throws DomainError TOKEN_REVOKED; TOKEN_CLAIM_INVALID if a token lacks the claims that revocation needs;
 * CONFIG_INVALID if there is no table; STORE_UNAVAILABLE if the table cannot be read, because the token may have been
 * revoked
 */
export type RevocationCheck = (
  principal: Principal,
  revocation: CompiledIssuer['revocation'],
  nowEpochSeconds: number,
) => Promise<void>;

const CACHE_LIMIT = 1000;

/**
 * Creates the check. A token without `jti` can be revoked only by subject and client. A token without `iat` is refused.
 */
export function createRevocationCheck(reader: RevocationReader | undefined): RevocationCheck {
  const cache = new RevocationCache();
  return async (principal, revocation, nowEpochSeconds) => {
    if (revocation === undefined) return;
    if (reader === undefined)
      throw new DomainError(
        'CONFIG_INVALID',
        'GATEWRIGHT_ACCESS_TABLE is missing, but a document has revocation; set it to the name of the access table',
      );
    const { iat, jti } = principal.claims;
    if (typeof iat !== 'number') throw invalid('iat');
    if (jti !== undefined && typeof jti !== 'string') throw invalid('jti');
    const targets = targetsOf(principal, jti);
    const until = await cache.read(reader, targets, {
      keepSeconds: revocation.cacheSeconds,
      nowEpochSeconds,
    });
    // Revocation times are whole seconds, so a token that was issued in the same second is refused.
    if (until.some((limit) => limit !== undefined && Math.floor(iat) <= limit))
      throw new DomainError('TOKEN_REVOKED', 'the token has been revoked');
  };
}

function targetsOf(
  { issuer, subject, clientId }: Principal,
  jti: string | undefined,
): readonly RevocationTarget[] {
  const values = { jti, sub: subject, client: clientId };
  return REVOCATION_KINDS.flatMap((kind) => {
    const value = values[kind];
    return value === undefined ? [] : [{ issuer, kind, value }];
  });
}

type Kept = { readonly until: number | undefined; readonly readAtEpochSeconds: number };

/** Cache of revocation times. The number and age of its entries are limited, and the oldest entry is removed first. */
class RevocationCache {
  readonly #kept = new Map<string, Kept>();

  async read(
    reader: RevocationReader,
    targets: readonly RevocationTarget[],
    { keepSeconds, nowEpochSeconds }: { readonly keepSeconds: number; readonly nowEpochSeconds: number },
  ): Promise<readonly (number | undefined)[]> {
    if (keepSeconds === 0) return await reader.revokedUntil(targets);
    const known = targets.map((target) => this.#fresh(revocationHash(target), keepSeconds, nowEpochSeconds));
    const wanted = targets.filter((_, index) => known[index] === undefined);
    const found = wanted.length === 0 ? [] : await reader.revokedUntil(wanted);
    const read = wanted.map((_, index) => ({ until: found[index], readAtEpochSeconds: nowEpochSeconds }));
    for (const [index, target] of wanted.entries()) this.#keep(revocationHash(target), read[index]);
    // The new values are not read from the cache again, because other entries may have displaced them.
    return [...known, ...read].flatMap((kept) => (kept === undefined ? [] : [kept.until]));
  }

  #fresh(hash: string, keepSeconds: number, nowEpochSeconds: number): Kept | undefined {
    const kept = this.#kept.get(hash);
    const ageSeconds = nowEpochSeconds - (kept?.readAtEpochSeconds ?? -Infinity);
    return ageSeconds >= 0 && ageSeconds < keepSeconds ? kept : undefined;
  }

  #keep(hash: string, kept: Kept | undefined): void {
    if (kept === undefined) return;
    this.#kept.delete(hash);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= CACHE_LIMIT) this.#kept.delete(oldest);
    this.#kept.set(hash, kept);
  }
}

function invalid(claim: string): DomainError {
  return new DomainError(
    'TOKEN_CLAIM_INVALID',
    `the token's claim "${claim}" is missing or not valid, but revocation needs it`,
  );
}
