/**
 * The account's client certificates, by which backends recognise API Gateway. The private keys never leave this
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
  readonly #certificates = new Map<string, ClientCertificate>();
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
    const createdAtEpochMs = this.#clock.nowEpochMs();
    const expiresAtEpochMs = createdAtEpochMs + LIFETIME_MS;
    const key = makeSelfSigned({
      commonName: COMMON_NAME,
      fromEpochMs: createdAtEpochMs,
      toEpochMs: expiresAtEpochMs,
    });
    const certificate = { id, description, key, createdAtEpochMs, expiresAtEpochMs, tags };
    this.#certificates.set(id, certificate);
    return certificate;
  }

  put(certificate: ClientCertificate): void {
    this.#certificates.set(certificate.id, certificate);
  }

  delete(id: string): void {
    this.#certificates.delete(id);
  }

  /**
   * Replaces the templates' certificates. A certificate is generated for each new definition, and deleted if its
   * definition was removed. All other certificates stay.
   */
  define(defined: readonly { readonly id: string; readonly description: string }[]): void {
    const ids = new Set(defined.map(({ id }) => id));
    for (const id of this.#defined) if (!ids.has(id)) this.#certificates.delete(id);
    for (const { id, description } of defined)
      if (!this.#certificates.has(id)) this.generate(id, description);
    this.#defined = ids;
  }
}
