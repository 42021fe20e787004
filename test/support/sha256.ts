/** The hash that AWS's own signer (`@smithy/signature-v4`) is given, so that tests sign calls with it. */
import { createHash, createHmac } from 'node:crypto';

export class Sha256 {
  readonly #secret: string | Uint8Array | undefined;
  readonly #parts: (string | Uint8Array)[] = [];

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret =
      secret === undefined || typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array);
  }

  update(data: string | Uint8Array): void {
    this.#parts.push(data);
  }

  digest(): Promise<Uint8Array> {
    const hash = this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
    for (const part of this.#parts) hash.update(part);
    return Promise.resolve(new Uint8Array(hash.digest()));
  }

  reset(): void {
    this.#parts.length = 0;
  }
}
