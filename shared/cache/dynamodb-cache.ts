import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { randomHex } from '../random-hex.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import type { DynamoDbTableOptions } from '../table/dynamodb-table.ts';
import { DomainError } from '../errors.ts';
import type { BodyCodec } from './entry-store.ts';
import type { ResponseCachePorts } from './answer-cache.ts';

export type DynamoDbCacheOptions = DynamoDbTableOptions & {
  /** Entries of one namespace are invalidated together. Usually this is the name of the service. */
  readonly namespace: string;
  /**
   * Maximum size of a response body in bytes before compression. Default: 1,048,576, as in API Gateway's stage cache.
   */
  readonly maxBodyBytes?: number;
};

const MAX_BODY_BYTES = 1_048_576;
/** Maximum value of `maxBodyBytes`. It is Lambda's size limit for a response. */
const LONGEST_BODY_BYTES = 6 * 1024 * 1024;
/**
 * Timeout of a table call. It is long enough to read and write bodies in pieces of 300 KB. If a call takes longer,
 * calling the handler is faster.
 */
const TIMEOUT_MS = 1000;
/** Minimum length of a body that is compressed. Compression would make shorter bodies longer. */
const PACKED_FROM = 256;
const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/**
 * Creates the store of an answer cache.
 * @throws DomainError CONFIG_INVALID if an option is invalid
 *
 * @example
 * ```ts
 * import { createDynamoDbCache, withResponseCache } from 'gatewright/cache';
 *
 * // Outside of the handler: nothing is loaded or connected before the first request.
 * const cache = createDynamoDbCache({ tableName: 'gatewright-dev-cache', namespace: 'shop' });
 * export const handler = withResponseCache(async () => ({ statusCode: 200, body: 'menu' }), {
 *   ...{ cache, ttlSeconds: 60, scope: 'public' },
 * });
 * ```
 */
export function createDynamoDbCache(options: DynamoDbCacheOptions): ResponseCachePorts {
  const { namespace, maxBodyBytes = MAX_BODY_BYTES, timeoutMs = TIMEOUT_MS, ...table } = options;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(namespace))
    throw new DomainError(
      'CONFIG_INVALID',
      `a cache namespace must be 1 to 64 letters, digits, dots, - and _, not ${JSON.stringify(namespace)}`,
    );
  if (!Number.isInteger(maxBodyBytes) || maxBodyBytes < 1 || maxBodyBytes > LONGEST_BODY_BYTES)
    throw new DomainError(
      'CONFIG_INVALID',
      `maxBodyBytes must be a whole number from 1 to ${LONGEST_BODY_BYTES}, not ${maxBodyBytes}`,
    );
  return {
    namespace,
    maxBodyBytes,
    codec: BROTLI,
    store: createDynamoDbTable({ ...table, timeoutMs }),
    clock: { nowEpochMs: () => Date.now() },
    random: { hex: randomHex, fraction: () => Math.random() },
    timer: { pause: (ms) => pause(ms) },
  };
}

/** Compresses bodies with Brotli. A packed body is `t` and the text, or `b` and compressed bytes in base64. */
export const BROTLI: BodyCodec = {
  async pack(body) {
    if (body.length < PACKED_FROM) return `t${body}`;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
    return `b${(await compress(body, quality)).toString('base64')}`;
  },
  async unpack(packed, maxBytes) {
    if (packed.startsWith('t')) return packed.slice(1);
    if (!packed.startsWith('b')) return undefined;
    try {
      const bytes = await decompress(Buffer.from(packed.slice(1), 'base64'), { maxOutputLength: maxBytes });
      return bytes.toString('utf8');
    } catch {
      return undefined;
    }
  },
};
