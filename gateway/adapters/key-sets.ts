/** Keys of token issuers: of the local one out of this process, of all others by OpenID Connect Discovery. */
import { verify } from 'node:crypto';
import { createKeySetFetcher } from '#shared/access/key-set-fetcher.ts';
import { parseKeySet } from '#shared/access/key-set.ts';
import { isLoopbackUrl } from '#shared/access/issuers.ts';
import { KeySets as RemoteKeySets } from '#shared/access/key-sets.ts';
import { DomainError } from '#shared/errors.ts';
import type { VerificationKey as PublicKey } from '#shared/access/key-set.ts';
import type { KeySetFetcher } from '#shared/ports.ts';
import type { Clock, KeySets } from '../ports.ts';

/** What a `VerificationKey` must do; see `policy/token-trust.ts`. */
type Verifier = NonNullable<ReturnType<KeySets['known']>>;

/** The issuer in this process: asked each time, so that a withdrawn key is refused at once. */
export type LocalKeys = {
  readonly issuer: string;
  keySet(): { readonly keys: readonly object[] };
};

const HASHES: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };
/** Tokens of one key whose signature is remembered as good: a verification costs as much as all the rest of a request. */
const MAX_REMEMBERED = 1_000;

/** `fetcher` reads texts within API Gateway's bounds: 1,500 ms and 150 kB each. */
export function createKeySets(
  local: LocalKeys,
  clock: Clock,
  fetcher: KeySetFetcher = createKeySetFetcher(),
): KeySets {
  const remote = new RemoteKeySets(discoverBy(fetcher), clock);
  const verifiers = new WeakMap<object, Verifier>();
  const remember = (key: object, publicKey: () => PublicKey | undefined): Verifier | undefined => {
    const known = verifiers.get(key);
    const found = known === undefined ? publicKey() : undefined;
    if (found === undefined) return known;
    const verifier = new RememberingKey(found);
    verifiers.set(key, verifier);
    return verifier;
  };
  const localKey = (keyId: string): Verifier | undefined => {
    const jwk = local.keySet().keys.find((key) => 'kid' in key && key.kid === keyId);
    return jwk && remember(jwk, () => parseKeySet(JSON.stringify({ keys: [jwk] })).get(keyId));
  };
  return {
    known(issuer, keyId) {
      if (issuer === local.issuer) return localKey(keyId);
      const key = remote.knownKey(issuer, keyId);
      return key && remember(key, () => key);
    },
    async find(issuer, keyId) {
      if (issuer === local.issuer) return toLookup(localKey(keyId));
      try {
        const key = await remote.keyFor(issuer, keyId);
        return toLookup(remember(key, () => key));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        return error.code === 'TOKEN_KEY_UNKNOWN'
          ? { kind: 'unknown' }
          : { kind: 'unreachable', reason: error.message };
      }
    },
  };
}

function toLookup(key: Verifier | undefined): Awaited<ReturnType<KeySets['find']>> {
  return key === undefined ? { kind: 'unknown' } : { kind: 'key', key };
}

/** Turns the fetcher of texts into one of key sets by issuer: discovery document first, then what it names. */
function discoverBy(fetcher: KeySetFetcher): KeySetFetcher {
  return {
    async fetch(issuer) {
      const document = await fetcher.fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
      return fetcher.fetch(readKeySetAddress(document, issuer));
    },
  };
}

function readKeySetAddress(document: string, issuer: string): string {
  const address = memberOf(document, 'jwks_uri');
  if (typeof address !== 'string') throw unreadable('the discovery document names no jwks_uri');
  // An issuer out there must not make the gateway read addresses on this machine.
  if (isLoopbackUrl(address) && !isLoopbackUrl(issuer))
    throw unreadable('the discovery document of a remote issuer names an address on this machine');
  return address;
}

function memberOf(document: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(document);
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(message: string): DomainError {
  return new DomainError('KEY_SET_UNAVAILABLE', message);
}

/** What it remembers goes when the key goes; bad signatures are not remembered, or anybody could push the good ones out. */
class RememberingKey implements Verifier {
  readonly #key: PublicKey;
  readonly #good = new Set<string>();

  constructor(key: PublicKey) {
    this.#key = key;
  }

  verifies(algorithm: string, signedText: string, signature: Buffer): boolean {
    const hash = HASHES[algorithm];
    if (hash === undefined || !this.#key.algorithms.includes(algorithm)) return false;
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
