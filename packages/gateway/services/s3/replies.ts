import { printS3Error } from '../../kernel/calls/s3-error.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { Answered } from '../../kernel/service.ts';
import type { Random } from '../../core/ports.ts';

/** Handles a call, once it is known that its bucket exists. */
export type Serve = () => Answered | undefined;

export const NOTHING = Buffer.alloc(0);
export const XML = ['Content-Type', 'application/xml'];
/** Makes replies of S3, each with the id of its request. */
export class Replies {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  reply(status: number, headers: readonly string[], body: Buffer = NOTHING): Answered {
    const id = this.#random.hex(16).toUpperCase();
    return { kind: 'answered', status, headers: [...headers, 'x-amz-request-id', id], body };
  }

  refuse({ status, code, message, details }: S3Refusal, more: readonly string[] = []): Answered {
    const id = this.#random.hex(16).toUpperCase();
    const body = printS3Error({ code, message, details }, id);
    return this.reply(status, [...XML, ...more], Buffer.from(body));
  }
}

export function versionHeaders(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ['x-amz-version-id', version];
}
