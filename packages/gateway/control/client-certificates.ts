/**
 * The account's client certificates, by which backends recognize API Gateway. The private keys never leave this
 * process. After a restart, new certificates are created.
 */
import { makeSelfSigned } from '@gatewright/aws/certificates/issue-certificate';
import type { Clock } from '../core/ports.ts';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';

export type ClientCertificate = {
  readonly id: string;
  readonly description: string;
  readonly key: CertifiedKey;
  readonly createdAtEpochMs: number;
  readonly expiresAtEpochMs: number;
  readonly tags: Readonly<Record<string, string>>;
};

const LIFETIME_MS = 365 * 86_400_000;
const COMMON_NAME = 'ApiGateway';

export class ClientCertificates {
  readonly #clock: Clock;
  #certificates = new Map<string, ClientCertificate>();
  #defined: ReadonlySet<string> = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly ClientCertificate[] {
    return [...this.#certificates.values()];
  }

  find(id: string): ClientCertificate | undefined {
    return this.#certificates.get(id);
  }

  generate(id: string, description: string, tags: ClientCertificate['tags'] = {}): ClientCertificate {
    const certificate = this.#make(id, description, tags);
    this.#certificates.set(id, certificate);
    return certificate;
  }

  #make(id: string, description: string, tags: ClientCertificate['tags'] = {}): ClientCertificate {
    const createdAtEpochMs = this.#clock.nowEpochMs();
    const expiresAtEpochMs = createdAtEpochMs + LIFETIME_MS;
    const key = makeSelfSigned({
      commonName: COMMON_NAME,
      fromEpochMs: createdAtEpochMs,
      toEpochMs: expiresAtEpochMs,
    });
    return { id, description, key, createdAtEpochMs, expiresAtEpochMs, tags };
  }

  put(certificate: ClientCertificate): void {
    this.#certificates.set(certificate.id, certificate);
  }

  delete(id: string): void {
    this.#certificates.delete(id);
  }

  /** Deletes the certificates that were created with API calls. */
  forget(): void {
    for (const id of this.#certificates.keys()) if (!this.#defined.has(id)) this.#certificates.delete(id);
  }

  /**
   * Prepares to replace the templates' certificates. A certificate is generated for each new definition, and deleted if
   * its definition was removed. All other certificates stay.
   * @returns `during` runs a function that already sees the new certificates; `adopt` replaces the old ones
   */
  prepare(defined: readonly { readonly id: string; readonly description: string }[]): {
    during<T>(work: () => T): T;
    adopt(): void;
  } {
    const ids = new Set(defined.map(({ id }) => id));
    const removed = [...this.#defined].filter((id) => !ids.has(id));
    const added = defined
      .filter(({ id }) => !this.#certificates.has(id))
      .map(({ id, description }) => this.#make(id, description));
    const change = (certificates: Map<string, ClientCertificate>): typeof certificates => {
      for (const id of removed) certificates.delete(id);
      for (const certificate of added) certificates.set(certificate.id, certificate);
      return certificates;
    };
    return {
      during: (work) => {
        const before = this.#certificates;
        this.#certificates = change(new Map(before));
        try {
          return work();
        } finally {
          this.#certificates = before;
        }
      },
      adopt: () => {
        change(this.#certificates);
        this.#defined = ids;
      },
    };
  }
}
