import { timingSafeEqual } from 'node:crypto';
import type { ApiKeyReader } from '../../ports.ts';
import { hashApiKey } from './api-key.ts';
import type { ApiKey } from './api-key.ts';
import { SECRETS_LIMIT } from './secret-overlap.ts';
import { REPLACED_LIMIT } from './api-key-record.ts';
import type { ApiKeyRecord, KeySecret } from './api-key-record.ts';
import { LAST_USE_EVERY_SECONDS } from './last-use.ts';
import { KeyRefused } from './key-refused.ts';

export type VerifiedApiKey = {
  readonly record: ApiKeyRecord;
  /**
   * The time when the key or the presented secret expires, whichever is earlier. It is undefined if neither expires.
   */
  readonly notAfterEpochSeconds: number | undefined;
  /** @see StoredApiKey */
  readonly customerVersion?: number;
};

/**
 * Verifies an API key.
 * @throws DomainError TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED; STORE_UNAVAILABLE
 */
type ApiKeyVerifier = (text: string, key: ApiKey, nowEpochSeconds: number) => Promise<VerifiedApiKey>;

/**
 * Time for which a refused key or secret is cached. If it were longer, a newly created key would be refused for too
 * long.
 */
const REFUSED_FOR_SECONDS = 30;
const REFUSED_LIMIT = 1000;
/** The hash of a placeholder secret. No known text has this hash. */
const NO_HASH = '0'.repeat(64);

/**
 * Creates a verifier that does the same work whether the id, the prefix or the secret is wrong: one hash, one read, and
 * one comparison for each possible secret. A text that was refused shortly before is refused without a read. Only a
 * caller who has or had the whole key is told whether the key is revoked or expired, or its secret was replaced.
 */
export function createApiKeyVerifier(store: ApiKeyReader): ApiKeyVerifier {
  const refusals = new Refusals();
  return async (text, key, nowEpochSeconds) => {
    const hash = hashApiKey(text);
    if (refusals.has(hash, nowEpochSeconds)) throw unknown(key);
    const stored = await store.find(key.keyId);
    const isOfPrefix = stored?.record.prefix === key.prefix;
    const secret = findSecret(isOfPrefix ? stored.record.secrets : [], hash, SECRETS_LIMIT);
    const replaced = findSecret(isOfPrefix ? (stored.record.replaced ?? []) : [], hash, REPLACED_LIMIT);
    if (stored === undefined || (secret === undefined && replaced === undefined)) {
      refusals.add(hash, nowEpochSeconds);
      throw unknown(key);
    }
    const { record, usedAtEpochSeconds = 0, customerVersion } = stored;
    assertNotRevoked(record);
    if (secret === undefined) throw replacedSince(record, replaced?.endedAtEpochSeconds ?? 0);
    assertNotExpired(record, secret, nowEpochSeconds);
    const notAfterEpochSeconds = earlier(record.notAfterEpochSeconds, secret.notAfterEpochSeconds);
    // The write is awaited, because Lambda freezes an instance after it has returned its result. The store's timeout
    // limits the wait, the write happens at most once in ten minutes per key, and its failure does not affect the
    // request.
    if (nowEpochSeconds - usedAtEpochSeconds >= LAST_USE_EVERY_SECONDS)
      await store.noteUse(key.keyId, Math.floor(nowEpochSeconds));
    return { record, notAfterEpochSeconds, ...(customerVersion !== undefined && { customerVersion }) };
  };
}

function assertNotRevoked(record: ApiKeyRecord): void {
  const { revokedAtEpochSeconds, revokedWith, customerClosed } = record;
  if (revokedAtEpochSeconds === undefined) return;
  throw new KeyRefused('TOKEN_REVOKED', 'the API key has been revoked', record, {
    defect:
      revokedWith === 'customer'
        ? 'customer-closed'
        : customerClosed === true
          ? 'revoked-before-closing'
          : 'key-revoked',
    sinceEpochSeconds: revokedAtEpochSeconds,
  });
}

/** The end of a rotation's overlap also ends a secret, although the key does not expire. */
function assertNotExpired(record: ApiKeyRecord, secret: KeySecret, nowEpochSeconds: number): void {
  const { notAfterEpochSeconds: end = Infinity } = record;
  const { notAfterEpochSeconds: secretEnd = Infinity } = secret;
  if (nowEpochSeconds >= end)
    throw new KeyRefused('TOKEN_EXPIRED', 'the API key has expired', record, {
      defect: 'key-expired',
      sinceEpochSeconds: end,
    });
  if (nowEpochSeconds >= secretEnd) throw replacedSince(record, secretEnd);
}

function replacedSince(record: ApiKeyRecord, sinceEpochSeconds: number): KeyRefused {
  const message = 'the secret of the API key was replaced';
  return new KeyRefused('TOKEN_REVOKED', message, record, { defect: 'secret-replaced', sinceEpochSeconds });
}

/** Finds the secret with this hash. It always makes `limit` comparisons, so that its duration reveals nothing. */
function findSecret<Secret extends Pick<KeySecret, 'hash'>>(
  secrets: readonly Secret[],
  hash: Buffer,
  limit: number,
): Secret | undefined {
  let found: Secret | undefined;
  for (let index = 0; index < limit; index += 1) {
    const secret = secrets[index];
    const isSame = timingSafeEqual(Buffer.from(secret?.hash ?? NO_HASH, 'hex'), hash);
    if (isSame && secret !== undefined) found = secret;
  }
  return found;
}

/**
 * Cache of refused keys. Their number and age are limited, and the oldest is removed first. Only hashes are stored, so
 * a memory dump contains no key.
 */
class Refusals {
  readonly #untilEpochSeconds = new Map<string, number>();

  has(hash: Buffer, nowEpochSeconds: number): boolean {
    const until = this.#untilEpochSeconds.get(hash.toString('base64'));
    return until !== undefined && nowEpochSeconds < until;
  }

  add(hash: Buffer, nowEpochSeconds: number): void {
    const [oldest] = this.#untilEpochSeconds.keys();
    if (oldest !== undefined && this.#untilEpochSeconds.size >= REFUSED_LIMIT)
      this.#untilEpochSeconds.delete(oldest);
    const name = hash.toString('base64');
    this.#untilEpochSeconds.delete(name);
    this.#untilEpochSeconds.set(name, nowEpochSeconds + REFUSED_FOR_SECONDS);
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** Returns the same refusal for every reason, so that ids cannot be probed. */
function unknown(key: ApiKey): KeyRefused {
  return new KeyRefused('TOKEN_UNKNOWN', 'the API key is unknown', key, { defect: 'key-unknown' });
}
