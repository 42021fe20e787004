/** S3 objects as far as integrations call them: what was put can be got back while the gateway runs. */
import { createHash } from 'node:crypto';
import { escapeXml } from './aws-operation.ts';
import type { HttpOutcome, Random, ServiceRequest } from '../ports.ts';

type Stored = { readonly body: Buffer; readonly contentType: string; readonly etag: string };
type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

const MAX_OBJECTS = 500;
const MAX_OBJECT_BYTES = 10 * 1024 * 1024;
const BUCKET = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;
const NOTHING = Buffer.alloc(0);

export class RecordedBuckets {
  readonly #objects = new Map<string, Stored>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Path style, or the bucket as subdomain; undefined for operations that are not known here (lists, uploads in parts …). */
  answer(request: ServiceRequest, contentType: string): Answered | undefined {
    const path = request.subdomain === undefined ? request.path : `/${request.subdomain}${request.path}`;
    const [, bucket, key = ''] = BUCKET.exec(path) ?? [];
    if (bucket === undefined)
      return this.#error(400, 'InvalidBucketName', 'The specified bucket is not valid.', path);
    if (key === '') return undefined;
    const id = `${bucket}/${key}`;
    switch (request.method) {
      case 'PUT':
        return this.#put(id, Buffer.from(request.body ?? NOTHING), contentType);
      case 'GET':
      case 'HEAD':
        return this.#get(id, key, request.method);
      case 'DELETE':
        this.#objects.delete(id);
        return this.#reply(204, [], NOTHING);
      default:
        return undefined;
    }
  }

  clear(): void {
    this.#objects.clear();
  }

  #put(id: string, body: Buffer, contentType: string): Answered {
    if (body.length > MAX_OBJECT_BYTES)
      return this.#error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', id);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.#objects.delete(id);
    this.#objects.set(id, { body, contentType, etag });
    for (const oldest of this.#objects.keys()) {
      if (this.#objects.size <= MAX_OBJECTS) break;
      this.#objects.delete(oldest);
    }
    return this.#reply(200, ['ETag', etag], NOTHING);
  }

  #get(id: string, key: string, method: 'GET' | 'HEAD'): Answered {
    const stored = this.#objects.get(id);
    if (stored === undefined) return this.#error(404, 'NoSuchKey', 'The specified key does not exist.', key);
    const headers = ['ETag', stored.etag, 'Content-Type', stored.contentType];
    return this.#reply(200, headers, method === 'GET' ? stored.body : NOTHING);
  }

  #error(status: number, code: string, message: string, key: string): Answered {
    const id = this.#random.hex(16).toUpperCase();
    const body =
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>` +
      `<Key>${escapeXml(key)}</Key><RequestId>${id}</RequestId></Error>`;
    return this.#reply(status, ['Content-Type', 'application/xml'], Buffer.from(body));
  }

  #reply(status: number, headers: readonly string[], body: Buffer): Answered {
    const id = this.#random.hex(16).toUpperCase();
    return { kind: 'answered', status, headers: [...headers, 'x-amz-request-id', id], body };
  }
}
