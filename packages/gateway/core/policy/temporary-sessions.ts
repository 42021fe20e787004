/** Temporary key pairs that STS has issued. Each represents an identity until it expires. */
import type { LocalIdentity } from './identities.ts';

type KeyPair = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type TemporaryCredentials = KeyPair & { readonly token: string; readonly expiresAtEpochMs: number };

type Opened = {
  readonly credentials: TemporaryCredentials;
  /** Returns the identity as it is now, because a reload may have changed or removed its role. */
  readonly identity: () => LocalIdentity | undefined;
};

/** The maximum number of sessions. If there are more, the oldest session is removed. */
export const MAX_SESSIONS = 1_000;

export class TemporarySessions {
  readonly #opened = new Map<string, Opened>();

  open(credentials: TemporaryCredentials, identity: Opened['identity']): void {
    this.#opened.set(credentials.accessKeyId, { credentials, identity });
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > MAX_SESSIONS && oldest !== undefined) this.#opened.delete(oldest);
  }

  /** Returns a session even if it has expired, so the caller must check `session`. */
  find(accessKeyId: string): LocalIdentity | undefined {
    const opened = this.#opened.get(accessKeyId);
    const identity = opened?.identity();
    if (opened === undefined || identity === undefined) return undefined;
    const { token, expiresAtEpochMs, secretAccessKey } = opened.credentials;
    return { ...identity, accessKeyId, secretAccessKey, session: { token, expiresAtEpochMs } };
  }

  clear(): void {
    this.#opened.clear();
  }
}
