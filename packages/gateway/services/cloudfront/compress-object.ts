/** Compresses responses as CloudFront itself does (developer guide, "Serving compressed files"). */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { words } from '../../core/resource-types/words.ts';
import { lastHeader } from '../../core/events/header-list.ts';
import { normalEncoding } from './cache-key.ts';
import { isCachingOff } from './distribution.ts';
import type { Behavior } from './distribution.ts';
import type { OriginAnswer } from './stored-objects.ts';
import type { ViewerRequest } from './viewer-request.ts';

const MIN_BYTES = 1_000;
const MAX_BYTES = 10_000_000;
const STATUSES = new Set([200, 403, 404]);

const TYPES = new Set(
  words(`
    application/dash+xml application/eot application/font application/font-sfnt application/javascript
    application/json application/opentype application/otf application/pkcs7-mime application/protobuf
    application/rss+xml application/truetype application/ttf application/vnd.apple.mpegurl
    application/vnd.mapbox-vector-tile application/vnd.ms-fontobject application/wasm application/xhtml+xml
    application/xml application/x-font-opentype application/x-font-truetype application/x-font-ttf
    application/x-httpd-cgi application/x-javascript application/x-mpegurl application/x-opentype
    application/x-otf application/x-perl application/x-ttf font/eot font/opentype font/otf font/ttf
    image/svg+xml text/css text/csv text/html text/javascript text/js text/plain text/richtext
    text/tab-separated-values text/xml text/x-component text/x-java-source text/x-script vnd.apple.mpegurl
  `),
);

const toGzip = promisify<Buffer, Buffer>(gzip);
/** Quality 5 is common for responses that are compressed on the fly. The highest quality takes seconds per megabyte. */
const toBrotli = (content: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
    brotliCompress(content, { params }, (error, packed) =>
      error === null ? resolve(packed) : reject(error),
    );
  });

/**
 * Compresses a response. Returns it unchanged if the viewer, the behavior or the response itself rules out compression.
 */
export async function compressObject(
  answer: OriginAnswer,
  request: ViewerRequest,
  behavior: Behavior,
): Promise<OriginAnswer> {
  if (!isCompressible(answer, behavior)) return answer;
  const normal = normalEncoding(request, behavior.cache);
  if (normal === '') return answer;
  const coding = normal.startsWith('br') ? 'br' : 'gzip';
  const body = await (coding === 'br' ? toBrotli(answer.body) : toGzip(answer.body));
  return {
    status: answer.status,
    headers: [...convertedHeaders(answer.headers), 'Content-Encoding', coding],
    body,
  };
}

function isCompressible({ status, headers, body }: OriginAnswer, { compresses, cache }: Behavior): boolean {
  if (!compresses || isCachingOff(cache) || !STATUSES.has(status)) return false;
  // If the cache policy names `Accept-Encoding`, the origin is responsible for compression.
  if (cache.headers.kind === 'only' && cache.headers.names.includes('accept-encoding')) return false;
  if (lastHeader(headers, 'content-encoding') !== undefined) return false;
  const type = lastHeader(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  const length = lastHeader(headers, 'content-length');
  return (
    TYPES.has(type) && length === String(body.length) && body.length >= MIN_BYTES && body.length <= MAX_BYTES
  );
}

/** Converts the headers for compression. The length and an invalid `ETag` are removed; a strong `ETag` becomes weak. */
function convertedHeaders(headers: readonly string[]): readonly string[] {
  return headers.flatMap((_, index) => {
    if (index % 2 === 1) return [];
    const [name = '', value = ''] = headers.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (lower === 'content-length') return [];
    if (lower !== 'etag') return [name, value];
    if (value.startsWith('W/')) return [name, value];
    return value.startsWith('"') ? [name, `W/${value}`] : [];
  });
}
