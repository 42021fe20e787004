/** The S3 objects that integrations and functions read and write. Objects that were put are kept in memory. */
import { partitionOf } from '@gatewright/aws/arn';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { createHash } from 'node:crypto';
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import { printS3Error } from '../../kernel/calls/s3-error.ts';
import { UPLOAD_ID } from '../../kernel/calls/s3-upload.ts';
import type { Answered, WrittenObjects } from '../../kernel/service.ts';
import {
  methodNotAllowed,
  noSuchBucket,
  noSuchKey,
  objectHeaders,
  overrideHeaders,
  readRange,
  refuseDigest,
  refuseRead,
  refuseStorageClass,
  refuseWrite,
  storageClassOf,
  storageHeader,
  wantsChecksum,
} from './object-request.ts';
import { checksumHeaders, refuseChecksum } from './checksums.ts';
import {
  COPY_SOURCE,
  makeCopy,
  printCopy,
  readCopySource,
  refuseCopyToItself,
  refuseSource,
} from './copy-object.ts';
import { printDeleted, readDeleteRequest } from '../../kernel/calls/s3-delete-request.ts';
import { listBuckets } from './list-buckets.ts';
import type { Bucket } from './list-buckets.ts';
import { listObjects } from './list-objects.ts';
import type { KeyedObject } from './list-objects.ts';
import type { StoredObject } from './object-request.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { Clock, Random, ServiceRequest } from '../../core/ports.ts';

type ObjectPlace = { readonly id: string; readonly bucket: string; readonly key: string };
/** Handles a call, once it is known that its bucket exists. */
type Serve = () => Answered | undefined;

type BucketPorts = {
  readonly random: Random;
  readonly clock: Clock;
  readonly written: WrittenObjects;
  readonly accountId: string;
  readonly startedAt: number;
};

export type ObjectChange = {
  readonly bucket: string;
  /** The key without URL encoding. */
  readonly key: string;
  /** `mark` is a delete in a bucket that keeps versions, which adds a delete marker. */
  readonly kind: 'put' | 'post' | 'copy' | 'delete' | 'mark';
  readonly size: number;
  /** The ETag without quotes. */
  readonly etag: string;
  readonly version?: string | undefined;
};

/** The supported operations with their methods: those on an object, on a bucket, and on the account. */
const OBJECT_CALLS = {
  CopyObject: 'PUT',
  DeleteObject: 'DELETE',
  GetObject: 'GET',
  HeadObject: 'HEAD',
  PutObject: 'PUT',
} as const;
const BUCKET_CALLS = {
  DeleteObjects: 'POST',
  HeadBucket: 'HEAD',
  ListObjects: 'GET',
  ListObjectsV2: 'GET',
} as const;
const ACCOUNT_CALLS = { ListBuckets: 'GET' } as const;
export const S3_CALLS: readonly string[] = [OBJECT_CALLS, BUCKET_CALLS, ACCOUNT_CALLS].flatMap(Object.keys);

const MAX_OBJECTS = 500;
const MAX_OBJECT_BYTES = 10 * 1024 * 1024;
const BUCKET = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;
const NOTHING = Buffer.alloc(0);
/**
 * The header of an object that S3 has encrypted with its own key. This is the default, and a bucket may set another
 * encryption [obs].
 */
const ENCRYPTED = ['x-amz-server-side-encryption', 'AES256'];

export class RecordedBuckets {
  readonly #objects = new Map<string, StoredObject>();
  /**
   * The objects of the values file that calls have deleted. The set has the same maximum size as the map of objects
   * that were put.
   */
  readonly #deleted = new Set<string>();
  /** The versions of delete markers, by object. */
  readonly #markers = new Map<string, string>();
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
   * supported, such as lists of versions and multipart uploads.
   */
  answer(request: ServiceRequest, contentType: string): Answered | undefined {
    const path = request.subdomain === undefined ? request.path : `/${request.subdomain}${request.path}`;
    const [, bucket, encoded = ''] = BUCKET.exec(path) ?? [];
    if (path === '/' || path === '')
      return request.method === ACCOUNT_CALLS.ListBuckets ? this.#list(request.query) : undefined;
    if (bucket === undefined)
      return this.#error(400, 'InvalidBucketName', 'The specified bucket is not valid.', path);
    const key = decodeOrKeep(encoded);
    const serve =
      key === ''
        ? this.#serveBucket(bucket, request)
        : this.#serveObject({ id: `${bucket}/${key}`, bucket, key }, request, contentType);
    if (serve === undefined) return undefined;
    return this.hasBucket(bucket) ? serve() : this.#refuse(noSuchBucket(bucket));
  }

  #serveBucket(bucket: string, request: ServiceRequest): Serve | undefined {
    if (isDeleteObjects(request)) return () => this.#deleteAll(bucket, request);
    if (!isOfWholeBucket(request)) return undefined;
    switch (request.method) {
      case BUCKET_CALLS.HeadBucket:
        return () =>
          this.#reply(200, ['Content-Type', 'application/xml', ...this.#bucketHeaders(bucket)], NOTHING);
      case BUCKET_CALLS.ListObjectsV2:
        return () => this.#listObjects(bucket, request.query);
      default:
        return undefined;
    }
  }

  #serveObject(place: ObjectPlace, request: ServiceRequest, contentType: string): Serve | undefined {
    if (SUBRESOURCE.test(request.query)) return undefined;
    const isCopy = headerOf(request, COPY_SOURCE) !== undefined;
    switch (request.method) {
      case OBJECT_CALLS.PutObject:
        return isCopy ? this.#serveCopy(place, request) : () => this.#put(place, request, contentType);
      case OBJECT_CALLS.GetObject:
      case OBJECT_CALLS.HeadObject:
        return () => this.#get(place, request);
      case OBJECT_CALLS.DeleteObject:
        return () => this.#delete(place);
      default:
        return () => this.#refuse(methodNotAllowed(request.method));
    }
  }

  clear(): void {
    this.#objects.clear();
    this.#deleted.clear();
    this.#markers.clear();
  }

  /** Returns undefined if the request names versions, which are not kept here. */
  #deleteAll(bucket: string, request: ServiceRequest): Answered | undefined {
    const body = Buffer.from(request.body ?? NOTHING);
    const wrong = refuseDigest(request, body) ?? refuseChecksum(request, body);
    if (wrong !== undefined) return this.#refuse(wrong);
    const asked = readDeleteRequest(body.toString());
    if (asked === undefined) return this.#refuse(MALFORMED);
    if (asked.namesVersions) return undefined;
    const deleted = asked.keys.map((key) => ({
      key,
      marker: this.#remove({ id: `${bucket}/${key}`, bucket, key }),
    }));
    const printed = printDeleted(asked.isQuiet ? [] : deleted);
    return this.#reply(200, ['Content-Type', 'application/xml'], Buffer.from(printed));
  }

  #delete(place: ObjectPlace): Answered {
    const version = this.#remove(place);
    return this.#reply(204, version === undefined ? [] : markerHeaders(version), NOTHING);
  }

  /** Deletes an object. Returns the version of the delete marker; undefined if the bucket does not keep versions. */
  #remove({ id, bucket, key }: ObjectPlace): string | undefined {
    const version = this.#makeVersion(bucket);
    const change = { bucket, key, size: 0, etag: '' };
    const isKnown = this.#objects.delete(id) || this.#findWritten(id, true) !== undefined;
    if (this.#deleted.size < MAX_OBJECTS) this.#deleted.add(id);
    if (version === undefined) {
      if (isKnown) this.onChange?.({ ...change, kind: 'delete' });
      return undefined;
    }
    if (this.#markers.size < MAX_OBJECTS) this.#markers.set(id, version);
    this.onChange?.({ ...change, kind: 'mark', version });
    return version;
  }

  /** Returns the id of a new version; undefined if the bucket does not keep versions. */
  #makeVersion(bucket: string): string | undefined {
    const isVersioned = this.#buckets.some(({ name, isVersioned: keeps }) => name === bucket && keeps);
    return isVersioned ? this.#ports.random.hex(32) : undefined;
  }

  hasBucket(name: string): boolean {
    return this.#buckets.some((bucket) => bucket.name === name) || this.#ports.written.hasBucket(name);
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

  #put({ id, bucket, key }: ObjectPlace, request: ServiceRequest, contentType: string): Answered {
    const refused = refuseWrite(request, key, this.#objects.get(id) ?? this.#findWritten(id, true));
    if (refused !== undefined) return this.#refuse(refused);
    const body = Buffer.from(request.body ?? NOTHING);
    if (body.length > MAX_OBJECT_BYTES)
      return this.#error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', id);
    const wrong = refuseStorageClass(request) ?? refuseDigest(request, body) ?? refuseChecksum(request, body);
    if (wrong !== undefined) return this.#refuse(wrong);
    const stored: StoredObject = {
      body,
      etag: etagOf(body),
      headers: ['Content-Type', contentType, ...objectHeaders(request)],
      checksum: checksumHeaders(request),
      changedMs: this.#ports.clock.nowEpochMs(),
      storageClass: storageClassOf(request),
      version: this.#makeVersion(bucket),
    };
    const isForm = new URLSearchParams(request.query).get('x-id') === UPLOAD_ID;
    this.#store({ id, bucket, key }, stored, isForm ? 'post' : 'put');
    const headers = [...checksumHeaders(request), ...ENCRYPTED, ...versionHeaders(stored.version)];
    return this.#reply(200, ['ETag', stored.etag, ...headers], NOTHING);
  }

  #store({ id, bucket, key }: ObjectPlace, stored: StoredObject, kind: 'put' | 'post' | 'copy'): void {
    this.#objects.delete(id);
    this.#objects.set(id, stored);
    this.#markers.delete(id);
    for (const oldest of this.#objects.keys()) {
      if (this.#objects.size <= MAX_OBJECTS) break;
      this.#objects.delete(oldest);
    }
    const { etag, version } = stored;
    const size = stored.body.length;
    this.onChange?.({ bucket, key, kind, size, etag: etag.replaceAll('"', ''), version });
  }

  /** Returns undefined if the request names a version, because versions are not kept here. */
  #serveCopy(place: ObjectPlace, request: ServiceRequest): Serve | undefined {
    const source = readCopySource(request);
    if ('code' in source) return () => this.#refuse(source);
    if (source.versionId !== undefined) return undefined;
    return () => this.#copy(`${source.bucket}/${source.key}`, source, place, request);
  }

  #copy(
    from: string,
    source: { readonly bucket: string; readonly key: string },
    place: ObjectPlace,
    request: ServiceRequest,
  ): Answered {
    if (!this.hasBucket(source.bucket)) return this.#refuse(noSuchBucket(source.bucket));
    const found = this.#find(from);
    if (found === undefined) return this.#refuse(noSuchKey(source.key));
    const changedMs = this.#ports.clock.nowEpochMs();
    const refused =
      refuseSource(request, found, changedMs) ??
      refuseWrite(request, place.key, this.#objects.get(place.id) ?? this.#findWritten(place.id, true)) ??
      (from === place.id ? refuseCopyToItself(request) : undefined) ??
      refuseStorageClass(request);
    if (refused !== undefined) return this.#refuse(refused);
    const version = this.#makeVersion(place.bucket);
    const copy = makeCopy(found, request, { changedMs, storageClass: storageClassOf(request), version });
    this.#store(place, copy, 'copy');
    const ofSource = found.version === undefined ? [] : ['x-amz-copy-source-version-id', found.version];
    const headers = [
      'Content-Type',
      'application/xml',
      ...ENCRYPTED,
      ...versionHeaders(version),
      ...ofSource,
    ];
    return this.#reply(200, headers, Buffer.from(printCopy(copy)));
  }

  #bucketHeaders(name: string): readonly string[] {
    const region = this.#buckets.find((bucket) => bucket.name === name)?.region;
    return [
      ...(region === undefined ? [] : ['x-amz-bucket-region', region]),
      'x-amz-bucket-arn',
      `arn:${partitionOf(region ?? '')}:s3:::${name}`,
      'x-amz-access-point-alias',
      'false',
    ];
  }

  #listObjects(bucket: string, query: string): Answered {
    const listed = listObjects(
      { name: bucket, accountId: this.#ports.accountId },
      this.#objectsOf(bucket),
      query,
    );
    if (typeof listed !== 'string') return this.#refuse(listed);
    const region = this.#buckets.find(({ name }) => name === bucket)?.region;
    const headers = region === undefined ? [] : ['x-amz-bucket-region', region];
    return this.#reply(200, ['Content-Type', 'application/xml', ...headers], Buffer.from(listed));
  }

  /** Returns the objects of a bucket that calls have put, and those of the values file. */
  #objectsOf(bucket: string): readonly KeyedObject[] {
    const folder = `${bucket}/`;
    const ids = new Set([
      ...[...this.#objects.keys()].filter((id) => id.startsWith(folder)),
      ...this.#ports.written.keysOf(bucket).map((key) => folder + key),
    ]);
    return [...ids].flatMap((id) => {
      const object = this.#objects.get(id) ?? this.#findWritten(id, true);
      return object === undefined ? [] : [{ key: id.slice(folder.length), object }];
    });
  }

  #get({ id, key }: ObjectPlace, request: ServiceRequest): Answered {
    const stored = this.#find(id);
    if (stored === undefined) return this.#refuse(noSuchKey(key), markerHeaders(this.#markers.get(id)));
    const { body, etag, changedMs, version } = stored;
    const refused = refuseRead(request, stored, this.#ports.clock.nowEpochMs());
    const dated = ['ETag', etag, 'Last-Modified', new Date(changedMs).toUTCString()];
    if (refused === 'not-modified') return this.#reply(304, dated, NOTHING);
    const part = refused ?? readRange(request, body.length);
    if (part !== undefined && 'code' in part) return this.#refuse(part);
    const sent = part === undefined ? body : body.subarray(part.from, part.to + 1);
    const headers = [
      ...dated,
      ...overrideHeaders(request.query, stored.headers),
      'Accept-Ranges',
      'bytes',
      ...ENCRYPTED,
      ...storageHeader(stored),
      ...versionHeaders(version),
    ];
    if (wantsChecksum(request) && sent.length === body.length) headers.push(...(stored.checksum ?? []));
    if (part !== undefined) headers.push('Content-Range', `bytes ${part.from}-${part.to}/${body.length}`);
    const status = part === undefined ? 200 : 206;
    if (request.method === 'GET') return this.#reply(status, headers, sent);
    return this.#reply(status, [...headers, 'Content-Length', String(sent.length)], NOTHING);
  }

  #find(id: string): StoredObject | undefined {
    return this.#objects.get(id) ?? this.#findWritten(id);
  }

  /** @param isQuiet whether a missing object is not reported, because the call does not read it */
  #findWritten(id: string, isQuiet = false): StoredObject | undefined {
    const found = this.#deleted.has(id) ? undefined : this.#ports.written.object(id, isQuiet);
    if (found === undefined) return undefined;
    const { bytes: body, contentType } = found;
    const changedMs = this.#ports.startedAt;
    const headers = ['Content-Type', contentType];
    return { body, etag: etagOf(body), headers, changedMs, storageClass: 'STANDARD' };
  }

  #error(status: number, code: string, message: string, Key: string): Answered {
    return this.#refuse({ status, code, message, details: { Key } });
  }

  #refuse({ status, code, message, details }: S3Refusal, more: readonly string[] = []): Answered {
    const id = this.#ports.random.hex(16).toUpperCase();
    const body = printS3Error({ code, message, details }, id);
    return this.#reply(status, ['Content-Type', 'application/xml', ...more], Buffer.from(body));
  }

  #reply(status: number, headers: readonly string[], body: Buffer): Answered {
    const id = this.#ports.random.hex(16).toUpperCase();
    return { kind: 'answered', status, headers: [...headers, 'x-amz-request-id', id], body };
  }
}

function versionHeaders(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ['x-amz-version-id', version];
}

function markerHeaders(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ['x-amz-delete-marker', 'true', ...versionHeaders(version)];
}

/** Query parameters of other operations on the path of an object: parts of uploads, tags, versions, annotations. */
const SUBRESOURCE =
  /(?:^|&)(?:acl|annotation|attributes|encryption|legal-hold|partNumber|renameObject|restore|retention|select|tagging|torrent|uploadId|uploads|versionId)(?:[=&]|$)/;

/** S3 API reference, "Error responses" */
const MALFORMED: S3Refusal = {
  status: 400,
  code: 'MalformedXML',
  message: 'The XML you provided was not well-formed or did not validate against our published schema',
  details: {},
};

function isDeleteObjects({ method, query }: ServiceRequest): boolean {
  return method === BUCKET_CALLS.DeleteObjects && new URLSearchParams(query).has('delete');
}

/** Whether a request is about a bucket itself and what it contains, and not about one of its settings. */
function isOfWholeBucket({ query }: ServiceRequest): boolean {
  return [...new URLSearchParams(query).keys()].every((name) => LISTING.has(name) || /^x-amz-/i.test(name));
}

/** The query parameters of ListObjects and ListObjectsV2, that of all SDKs, and those of a signature of version 2. */
const LISTING = new Set(
  (
    'continuation-token delimiter encoding-type fetch-owner list-type marker max-keys prefix start-after x-id ' +
    'AWSAccessKeyId Expires Signature'
  ).split(' '),
);

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
