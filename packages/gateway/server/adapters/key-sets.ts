/**
 * Supplies the keys of token issuers. The keys of the local issuer are read in this process. All other keys are fetched
 * by OpenID Connect Discovery.
 */
import { memberOf, parseJson } from '@gatewright/aws/json-object';
import { verify } from 'node:crypto';
import { createKeySetFetcher } from '@gatewright/handlers/access/tokens/key-set-fetcher';
import { parseKeySet } from '@gatewright/handlers/access/tokens/key-set';
import { isLoopbackUrl } from '@gatewright/handlers/access/tokens/issuers';
import { KeySets as RemoteKeySets } from '@gatewright/handlers/access/tokens/key-sets';
import { DomainError } from '@gatewright/handlers/errors';
import type { VerificationKey as PublicKey } from '@gatewright/handlers/access/tokens/key-set';
import type { KeySetFetcher } from '@gatewright/handlers/ports';
import type { RsaAlgorithm } from '../../core/policy/bearer-token.ts';
import type { Clock, KeySets } from '../../core/ports.ts';

/** The contract of a `VerificationKey`; see `policy/token-trust.ts`. */
type Verifier = NonNullable<ReturnType<KeySets['known']>>;

/**
 * The keys of the local issuer, which is in this process. They are read for every token, so that a token with a
 * withdrawn key is refused at once.
 */
type LocalKeys = {
  readonly isLocal: (issuer: string) => boolean;
  keySet(): { readonly keys: readonly object[] };
};

/**
 * The limits for fetching the discovery document and the key set, as in API Gateway. API Gateway caches keys for up to
 * two hours for HTTP APIs, and for up to one hour for REST APIs (docs/aws §4.5). The gateway uses a key for up to an
 * hour, or for up to two hours if the issuer is unreachable.
 */
const LIMITS = {
  timeoutMs: 1_500,
  maxBytes: 150_000,
  maxAgeSeconds: 1_800,
  staleSeconds: 3_600,
  cooldownSeconds: 30,
};
/**
 * The time in milliseconds for which this class uses a key set before it asks the underlying cache again. The key set
 * may already have been `maxAgeSeconds` (30 minutes) old when the cache returned it, so a key is used for up to an
 * hour.
 */
const AT_HAND_MS = 1_800_000;

const HASHES: Readonly<Record<string, string>> = {
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
} satisfies Record<RsaAlgorithm, string>;
/**
 * The maximum number of tokens per key whose signature is remembered as valid. Valid signatures are remembered because
 * verifying a signature costs as much as the rest of a request.
 */
const MAX_REMEMBERED = 1_000;

export function createKeySets(
  local: LocalKeys,
  clock: Clock,
  fetcher: KeySetFetcher = createKeySetFetcher(),
): KeySets {
  const remote = new RemoteKeySets(discoverBy(fetcher), clock);
  const atHand = new Map<string, { readonly key: Verifier; readonly untilMs: number }>();
  const verifiers = new WeakMap<object, Verifier>();
  const verifierOf = (source: object, key: PublicKey): Verifier => {
    const verifier = verifiers.get(source) ?? new RememberingKey(key);
    verifiers.set(source, verifier);
    return verifier;
  };
  const localKey = (keyId: string): Verifier | undefined => {
    const jwk = local.keySet().keys.find((key) => 'kid' in key && key.kid === keyId);
    if (jwk === undefined || verifiers.has(jwk)) return jwk && verifiers.get(jwk);
    const key = parseKeySet(JSON.stringify({ keys: [jwk] })).get(keyId);
    return key && verifierOf(jwk, key);
  };
  return {
    known(issuer, keyId) {
      if (local.isLocal(issuer)) return localKey(keyId);
      const held = atHand.get(`${issuer} ${keyId}`);
      return held !== undefined && clock.monotonicMs() < held.untilMs ? held.key : undefined;
    },
    async find(issuer, keyId) {
      if (local.isLocal(issuer)) {
        const key = localKey(keyId);
        return key === undefined ? { kind: 'unknown' } : { kind: 'key', key };
      }
      try {
        const found = await remote.keyFor(issuer, keyId, LIMITS);
        const key = verifierOf(found, found);
        atHand.set(`${issuer} ${keyId}`, { key, untilMs: clock.monotonicMs() + AT_HAND_MS });
        return { kind: 'key', key };
      } catch (error) {
        atHand.delete(`${issuer} ${keyId}`);
        if (!(error instanceof DomainError)) throw error;
        return error.code === 'TOKEN_KEY_UNKNOWN'
          ? { kind: 'unknown' }
          : { kind: 'unreachable', reason: error.message };
      }
    },
  };
}

/**
 * Returns a function that fetches the key set of an issuer. It fetches the discovery document first, and then the key
 * set at the address in that document.
 */
function discoverBy(fetcher: KeySetFetcher): KeySetFetcher {
  return {
    async fetch(issuer, given = LIMITS) {
      // The timeout of each of the two requests, for the discovery document and for the key set, including a second
      // attempt.
      const { timeoutMs, totalMs = Infinity } = given;
      const limits = { ...given, totalMs: Math.min(totalMs, timeoutMs) };
      const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      return fetcher.fetch(readKeySetAddress(await fetcher.fetch(address, limits), issuer), limits);
    },
  };
}

function readKeySetAddress(document: string, issuer: string): string {
  const address = memberOf(parseJson(document), 'jwks_uri');
  if (typeof address !== 'string') throw unreadable('the discovery document has no jwks_uri');
  // A remote issuer must not make the gateway read addresses on this machine.
  if (isLoopbackUrl(address) && !isLoopbackUrl(issuer))
    throw unreadable('the discovery document of a remote issuer names an address on this machine');
  return address;
}

function unreadable(message: string): DomainError {
  return new DomainError('KEY_SET_UNAVAILABLE', message);
}

/**
 * A key that remembers valid signatures as long as the key itself is cached. Invalid signatures are not remembered,
 * because a flood of them would push out the valid signatures.
 */
class RememberingKey implements Verifier {
  readonly #key: PublicKey;
  readonly #good = new Set<string>();

  constructor(key: PublicKey) {
    this.#key = key;
  }

  verifies(algorithm: string, signedText: string, signature: Buffer): boolean {
    const hash = HASHES[algorithm];
    if (hash === undefined || !this.#key.algorithms.some((possible) => possible === algorithm)) return false;
    const name = `${algorithm} ${signedText} ${signature.toString('base64')}`;
    if (this.#good.has(name)) return true;
    if (!verify(hash, Buffer.from(signedText), this.#key.keyObject, signature)) return false;
    if (this.#good.size >= MAX_REMEMBERED) {
      const [oldest] = this.#good;
      if (oldest !== undefined) this.#good.delete(oldest);
    }
    this.#good.add(name);
    return true;
  }
}
