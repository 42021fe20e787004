/** S3 objects for integrations. Objects that were put can be read while the gateway runs. */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { createHash } from 'node:crypto';
import { escapeXml, headerOf } from '../../kernel/calls/aws-operation.ts';
import type { WrittenObjects } from '../../kernel/service.ts';
import type { HttpOutcome, Random, ServiceRequest } from '../../core/ports.ts';

type Stored = { readonly body: Buffer; readonly contentType: string; readonly etag: string };
type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

type BucketPorts = {
  readonly random: Random;
  readonly written?: WrittenObjects;
  readonly accountId: string;
  readonly startedAt: number;
};

export type ObjectChange = {
  readonly bucket: string;
  /** The key without URL encoding. */
  readonly key: string;
  readonly kind: 'put' | 'delete';
  readonly size: number;
  /** The ETag without quotes. */
  readonly etag: string;
};

const MAX_OBJECTS = 500;
const MAX_OBJECT_BYTES = 10 * 1024 * 1024;
const BUCKET = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;
const NOTHING = Buffer.alloc(0);

export class RecordedBuckets {
  readonly #objects = new Map<string, Stored>();
  /**
   * The objects of the values file that calls have deleted. The set has the same maximum size as the map of objects
   * that were put.
   */
  readonly #deleted = new Set<string>();
  readonly #ports: BucketPorts;
  #buckets: readonly Bucket[] = [];
  onChange: ((change: ObjectChange) => void) | undefined;

  constructor(ports: BucketPorts) {
    this.#ports = ports;
  }

  replaceBuckets(buckets: readonly Bucket[]): void {
    this.#buckets = buckets;
  }

  /**
   * Handles a call in path style or with the bucket as subdomain. Returns undefined for operations that are not
   * supported, such as lists of objects and multipart uploads.
   */
  answer(request: ServiceRequest, contentType: string): Answered | undefined {
    const path = request.subdomain === undefined ? request.path : `/${request.subdomain}${request.path}`;
    const [, bucket, key = ''] = BUCKET.exec(path) ?? [];
    if (path === '/' || path === '') return request.method === 'GET' ? this.#list(request.query) : undefined;
    if (bucket === undefined)
      return this.#error(400, 'InvalidBucketName', 'The specified bucket is not valid.', path);
    if (key === '' || isOfAnotherOperation(request)) return undefined;
    const id = `${bucket}/${key}`;
    switch (request.method) {
      case 'PUT':
        return this.#put({ id, bucket, key }, Buffer.from(request.body ?? NOTHING), contentType);
      case 'GET':
      case 'HEAD':
        return this.#get(id, key, request.method);
      case 'DELETE':
        if (this.#objects.delete(id) || this.#findWritten(id) !== undefined)
          this.onChange?.({ bucket, key: decodeOrKeep(key), kind: 'delete', size: 0, etag: '' });
        if (this.#ports.written !== undefined && this.#deleted.size < MAX_OBJECTS)
          this.#deleted.add(decodeOrKeep(id));
        return this.#reply(204, [], NOTHING);
      default:
        return undefined;
    }
  }

  clear(): void {
    this.#objects.clear();
    this.#deleted.clear();
  }

  #list(query: string): Answered {
    const { accountId: id, startedAt: createdMs } = this.#ports;
    const body = listBuckets(this.#buckets, query, { id, createdMs });
    if (body === undefined)
      return this.#error(
        400,
        'InvalidArgument',
        'Argument maxBuckets must be an integer between 1 and 10000',
        '/',
      );
    return this.#reply(200, ['Content-Type', 'application/xml'], Buffer.from(body));
  }

  #put(
    { id, bucket, key }: { readonly id: string; readonly bucket: string; readonly key: string },
    body: Buffer,
    contentType: string,
  ): Answered {
    if (body.length > MAX_OBJECT_BYTES)
      return this.#error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', id);
    const etag = etagOf(body);
    this.#objects.delete(id);
    this.#objects.set(id, { body, contentType, etag });
    for (const oldest of this.#objects.keys()) {
      if (this.#objects.size <= MAX_OBJECTS) break;
      this.#objects.delete(oldest);
    }
    this.onChange?.({
      bucket,
      key: decodeOrKeep(key),
      kind: 'put',
      size: body.length,
      etag: etag.replaceAll('"', ''),
    });
    return this.#reply(200, ['ETag', etag], NOTHING);
  }

  #get(id: string, key: string, method: 'GET' | 'HEAD'): Answered {
    const stored = this.#objects.get(id) ?? this.#findWritten(id);
    if (stored === undefined) return this.#error(404, 'NoSuchKey', 'The specified key does not exist.', key);
    const headers = ['ETag', stored.etag, 'Content-Type', stored.contentType];
    if (method === 'GET') return this.#reply(200, headers, stored.body);
    return this.#reply(200, [...headers, 'Content-Length', String(stored.body.length)], NOTHING);
  }

  #findWritten(id: string): Stored | undefined {
    const name = decodeOrKeep(id);
    const found = this.#deleted.has(name) ? undefined : this.#ports.written?.(name);
    if (found === undefined) return undefined;
    return { body: found.bytes, contentType: found.contentType, etag: etagOf(found.bytes) };
  }

  #error(status: number, code: string, message: string, key: string): Answered {
    const id = this.#ports.random.hex(16).toUpperCase();
    const body =
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>` +
      `<Key>${escapeXml(key)}</Key><RequestId>${id}</RequestId></Error>`;
    return this.#reply(status, ['Content-Type', 'application/xml'], Buffer.from(body));
  }

  #reply(status: number, headers: readonly string[], body: Buffer): Answered {
    const id = this.#ports.random.hex(16).toUpperCase();
    return { kind: 'answered', status, headers: [...headers, 'x-amz-request-id', id], body };
  }
}

/** Query parameters of other operations on the path of an object: parts of uploads, tags, versions, copies. */
const SUBRESOURCE =
  /(?:^|&)(?:acl|attributes|legal-hold|partNumber|restore|retention|select|tagging|torrent|uploadId|uploads|versionId)(?:[=&]|$)/;

function isOfAnotherOperation(request: ServiceRequest): boolean {
  return SUBRESOURCE.test(request.query) || headerOf(request, 'x-amz-copy-source') !== undefined;
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** Handles ListBuckets. It returns the buckets of the loaded stacks, in pages if the call requests pages. */
type Bucket = { readonly name: string; readonly region: string };
type Account = { readonly id: string; readonly createdMs: number };

const DEFAULT_PAGE = 10_000;

/**
 * Creates the response of ListBuckets.
 * @returns the body of the response; undefined for a query that AWS refuses
 */
function listBuckets(buckets: readonly Bucket[], query: string, account: Account): string | undefined {
  const asked = new URLSearchParams(query);
  const size = Number(asked.get('max-buckets') ?? DEFAULT_PAGE);
  if (!Number.isInteger(size) || size < 1 || size > DEFAULT_PAGE) return undefined;
  const prefix = asked.get('prefix');
  const region = asked.get('bucket-region');
  const after = Buffer.from(asked.get('continuation-token') ?? '', 'base64url').toString();
  const isPaged = ['max-buckets', 'prefix', 'bucket-region', 'continuation-token'].some((name) =>
    asked.has(name),
  );
  const left = buckets
    .filter((bucket) => bucket.name.startsWith(prefix ?? '') && bucket.region === (region ?? bucket.region))
    .filter(({ name }) => name > after)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = left.slice(0, size);
  const last = left.length > page.length ? page.at(-1) : undefined;
  const created = new Date(account.createdMs).toISOString();
  const listed = page.map((bucket) =>
    element(
      'Bucket',
      element('Name', escapeXml(bucket.name)) +
        element('CreationDate', created) +
        (isPaged ? element('BucketRegion', bucket.region) : ''),
    ),
  );
  const owner = createHash('sha256').update(account.id).digest('hex');
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
    element('Owner', element('ID', owner)) +
    element('Buckets', listed.join('')) +
    (last === undefined ? '' : element('ContinuationToken', Buffer.from(last.name).toString('base64url'))) +
    (prefix === null ? '' : element('Prefix', escapeXml(prefix))) +
    '</ListAllMyBucketsResult>'
  );
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}
