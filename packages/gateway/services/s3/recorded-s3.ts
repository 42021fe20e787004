/** The S3 objects that integrations and functions read and write. Objects that were put are kept in memory. */
import { partitionOf } from '@gatewright/aws/arn';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import { UPLOAD_ID } from '../../kernel/calls/s3-upload.ts';
import type { Answered, WrittenObjects } from '../../kernel/service.ts';
import {
  methodNotAllowed,
  noSuchBucket,
  noSuchKey,
  objectHeaders,
  refuseBypass,
  refuseDelete,
  refuseDigest,
  refuseStorageClass,
  refuseUnlessMatching,
  refuseWrite,
  storageClassOf,
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
import type { CopySource } from './copy-object.ts';
import { readDeleteRequest } from '../../kernel/calls/s3-delete-request.ts';
import { printDeleted } from './delete-objects.ts';
import { refuseOtherOwner } from './bucket-owner.ts';
import { refuseEncryption } from './encryption.ts';
import { listBuckets } from './list-buckets.ts';
import type { Bucket } from './list-buckets.ts';
import { listObjects } from './list-objects.ts';
import { printTagging, readTagging, readTagHeader, tagsOfCopy } from './object-tags.ts';
import { MALFORMED } from './s3-xml.ts';
import { MultipartUploads, UPLOAD_CALLS } from './multipart-uploads.ts';
import { etagOf, ObjectStore } from './object-store.ts';
import type { ObjectChange, ObjectPlace } from './object-store.ts';
import { refuseVersionId } from './object-versions.ts';
import { readObject } from './read-object.ts';
import { NOTHING, Replies, versionHeaders, XML } from './replies.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { Serve } from './replies.ts';
import type { StoredObject } from './object-request.ts';
import type { Clock, Random, ServiceRequest } from '../../core/ports.ts';

type BucketPorts = {
  readonly random: Random;
  readonly clock: Clock;
  readonly written: WrittenObjects;
  readonly accountId: string;
  readonly startedAt: number;
};

/** The supported operations with their methods: operations on an object, on a bucket, and on the account. */
const OBJECT_CALLS = {
  CopyObject: 'PUT',
  DeleteObject: 'DELETE',
  DeleteObjectTagging: 'DELETE',
  GetObject: 'GET',
  GetObjectTagging: 'GET',
  HeadObject: 'HEAD',
  PutObject: 'PUT',
  PutObjectTagging: 'PUT',
} as const;
const BUCKET_CALLS = {
  DeleteObjects: 'POST',
  HeadBucket: 'HEAD',
  ListObjects: 'GET',
  ListObjectsV2: 'GET',
} as const;
const ACCOUNT_CALLS = { ListBuckets: 'GET' } as const;
export const S3_CALLS: readonly string[] = [OBJECT_CALLS, UPLOAD_CALLS, BUCKET_CALLS, ACCOUNT_CALLS].flatMap(
  Object.keys,
);

const MAX_OBJECT_BYTES = 10 * 1024 * 1024;
const BUCKET = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

export class RecordedBuckets {
  readonly #store: ObjectStore;
  readonly #replies: Replies;
  readonly #uploads: MultipartUploads;
  readonly #ports: BucketPorts;

  constructor(ports: BucketPorts) {
    this.#ports = ports;
    this.#store = new ObjectStore(ports);
    this.#replies = new Replies(ports.random);
    this.#uploads = new MultipartUploads({ ...ports, store: this.#store, replies: this.#replies });
  }

  set onChange(report: (change: ObjectChange) => void) {
    this.#store.onChange = report;
  }

  replaceBuckets(buckets: readonly Bucket[]): void {
    this.#store.buckets = buckets;
  }

  /**
   * Handles a call in path style or with the bucket as subdomain. Returns undefined for operations that are not
   * supported, such as lists of versions.
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
    if (!this.hasBucket(bucket)) return this.#replies.refuse(noSuchBucket(bucket));
    const refused = refuseOtherOwner(request, this.#ports.accountId);
    return refused === undefined ? serve() : this.#replies.refuse(refused);
  }

  #serveBucket(bucket: string, request: ServiceRequest): Serve | undefined {
    if (isDeleteObjects(request)) return () => this.#deleteAll(bucket, request);
    const uploads = this.#uploads.serveBucket(bucket, request);
    if (uploads !== undefined) return uploads;
    if (!isOfWholeBucket(request)) return undefined;
    switch (request.method) {
      case BUCKET_CALLS.HeadBucket:
        return () => this.#replies.reply(200, [...XML, ...this.#bucketHeaders(bucket)]);
      case BUCKET_CALLS.ListObjectsV2:
        return () => this.#listObjects(bucket, request.query);
      default:
        return undefined;
    }
  }

  #serveObject(place: ObjectPlace, request: ServiceRequest, contentType: string): Serve | undefined {
    if (isOfTags(request)) return this.#serveTags(place, request);
    const upload = this.#uploads.serve(place, request, contentType);
    if (upload !== undefined) return upload;
    if (isOfSubresource(request)) return undefined;
    const isCopy = headerOf(request, COPY_SOURCE) !== undefined;
    switch (request.method) {
      case OBJECT_CALLS.PutObject:
        return isCopy ? this.#serveCopy(place, request) : () => this.#put(place, request, contentType);
      case OBJECT_CALLS.GetObject:
      case OBJECT_CALLS.HeadObject:
        return () => this.#get(place, request);
      case OBJECT_CALLS.DeleteObject:
        return () => this.#delete(place, request);
      default:
        return () => this.#replies.refuse(methodNotAllowed(request.method));
    }
  }

  /** Returns undefined for a write of tags of another version than the current one. */
  #serveTags(place: ObjectPlace, request: ServiceRequest): Serve | undefined {
    const { id, key } = place;
    const { PutObjectTagging: put, GetObjectTagging: get, DeleteObjectTagging: remove } = OBJECT_CALLS;
    const { method } = request;
    if (method !== put && method !== get && method !== remove) return undefined;
    const wanted = versionOf(request);
    const refused = wanted === undefined ? undefined : this.#store.refuseVersion(place, wanted);
    if (refused !== undefined) return () => this.#replies.refuse(refused);
    const stored = this.#store.findVersion(id, wanted);
    const current = this.#store.findQuietly(id);
    if (method !== get && wanted !== undefined && stored?.version !== current?.version) return undefined;
    return () => {
      // In this refusal of GetObjectTagging, the key is preceded by the bucket [obs: s3, `test_object_tagging_exc`].
      if (stored === undefined) return this.#replies.refuse(noSuchKey(method === get ? id : key));
      const version = versionHeaders(stored.version);
      if (method === get)
        return this.#replies.reply(200, [...XML, ...version], Buffer.from(printTagging(stored.tags ?? [])));
      const body = Buffer.from(request.body ?? NOTHING);
      const wrong =
        method === put ? (refuseDigest(request, body) ?? refuseChecksum(request, body)) : undefined;
      const tags = wrong ?? (method === put ? readTagging(body.toString()) : []);
      if ('code' in tags) return this.#replies.refuse(tags);
      this.#store.change(place, { ...stored, tags }, method === put ? 'tag' : 'untag');
      return this.#replies.reply(method === put ? 200 : 204, version);
    };
  }

  clear(): void {
    this.#store.clear();
    this.#uploads.clear();
  }

  /**
   * Returns undefined if the request has conditions that only directory buckets support, or if it names versions,
   * because the gateway deletes versions only with DeleteObject.
   */
  #deleteAll(bucket: string, request: ServiceRequest): Answered | undefined {
    const body = Buffer.from(request.body ?? NOTHING);
    const wrong =
      refuseDigest(request, body) ??
      refuseChecksum(request, body) ??
      refuseBypass(request, this.#store.hasObjectLock(bucket));
    if (wrong !== undefined) return this.#replies.refuse(wrong);
    const asked = readDeleteRequest(body.toString());
    if (asked === undefined) return this.#replies.refuse(MALFORMED);
    if (asked.namesMore) return undefined;
    const deleted = asked.objects.map(({ key, etag }) => {
      const id = `${bucket}/${key}`;
      const refusal = refuseUnlessMatching(etag, key, this.#store.findQuietly(id));
      return { key, refusal, marker: refusal ? undefined : this.#store.remove({ id, bucket, key }) };
    });
    const printed = printDeleted(deleted, asked.isQuiet);
    return this.#replies.reply(200, XML, Buffer.from(printed));
  }

  #delete(place: ObjectPlace, request: ServiceRequest): Answered {
    const id = versionOf(request);
    const refused =
      refuseBypass(request, this.#store.hasObjectLock(place.bucket)) ??
      (id === undefined ? undefined : refuseVersionId(id, this.#store.isVersioned(place.bucket))) ??
      refuseDelete(request, place.key, this.#store.findVersion(place.id, id));
    if (refused !== undefined) return this.#replies.refuse(refused);
    if (id !== undefined) {
      const isMarker = this.#store.removeVersion(place, id);
      return this.#replies.reply(204, isMarker ? markerHeaders(id) : versionHeaders(id));
    }
    const version = this.#store.remove(place);
    return this.#replies.reply(204, version === undefined ? [] : markerHeaders(version));
  }

  hasBucket(name: string): boolean {
    return this.#store.hasBucket(name);
  }

  #list(query: string): Answered {
    const { accountId: id, startedAt: createdMs } = this.#ports;
    const body = listBuckets(this.#store.buckets, query, { id, createdMs });
    if (body === undefined)
      return this.#error(
        400,
        'InvalidArgument',
        'Argument maxBuckets must be an integer between 1 and 10000',
        '/',
      );
    return this.#replies.reply(200, XML, Buffer.from(body));
  }

  #put({ id, bucket, key }: ObjectPlace, request: ServiceRequest, contentType: string): Answered {
    const refused = refuseWrite(request, key, this.#store.findQuietly(id));
    if (refused !== undefined) return this.#replies.refuse(refused);
    const body = Buffer.from(request.body ?? NOTHING);
    if (body.length > MAX_OBJECT_BYTES)
      return this.#error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', id);
    const wrong =
      refuseStorageClass(request) ??
      refuseEncryption(request) ??
      refuseDigest(request, body) ??
      refuseChecksum(request, body);
    const tags = wrong ?? readTagHeader(request);
    if ('code' in tags) return this.#replies.refuse(tags);
    const stored: StoredObject = {
      body,
      etag: etagOf(body),
      headers: ['Content-Type', contentType, ...objectHeaders(request)],
      checksum: checksumHeaders(request),
      changedMs: this.#ports.clock.nowEpochMs(),
      storageClass: storageClassOf(request),
      encryption: this.#store.encryptionOf(bucket, request),
      tags,
      version: this.#store.makeVersion(bucket),
    };
    const isForm = new URLSearchParams(request.query).get('x-id') === UPLOAD_ID;
    this.#store.store({ id, bucket, key }, stored, isForm ? 'post' : 'put');
    const headers = [...checksumHeaders(request), ...stored.encryption, ...versionHeaders(stored.version)];
    return this.#replies.reply(200, ['ETag', stored.etag, ...headers]);
  }

  #serveCopy(place: ObjectPlace, request: ServiceRequest): Serve {
    const source = readCopySource(request);
    if ('code' in source) return () => this.#replies.refuse(source);
    return () => this.#copy(`${source.bucket}/${source.key}`, source, place, request);
  }

  #copy(from: string, source: CopySource, place: ObjectPlace, request: ServiceRequest): Answered {
    if (!this.hasBucket(source.bucket)) return this.#replies.refuse(noSuchBucket(source.bucket));
    const { versionId } = source;
    const invalid = versionId === undefined ? undefined : this.#store.refuseVersion(source, versionId);
    if (invalid !== undefined) return this.#replies.refuse(invalid);
    const found = this.#store.findVersion(from, versionId);
    if (found === undefined) return this.#replies.refuse(noSuchKey(source.key));
    const changedMs = this.#ports.clock.nowEpochMs();
    const refused =
      refuseSource(request, found, changedMs) ??
      refuseWrite(request, place.key, this.#store.findQuietly(place.id)) ??
      (from === place.id && versionId === undefined ? refuseCopyToItself(request) : undefined) ??
      refuseStorageClass(request) ??
      refuseEncryption(request);
    if (refused !== undefined) return this.#replies.refuse(refused);
    const tags = tagsOfCopy(request, found.tags);
    if ('code' in tags) return this.#replies.refuse(tags);
    const version = this.#store.makeVersion(place.bucket);
    const copy = makeCopy(found, request, {
      changedMs,
      storageClass: storageClassOf(request),
      encryption: this.#store.encryptionOf(place.bucket, request),
      tags,
      version,
    });
    this.#store.store(place, copy, 'copy');
    const ofSource = found.version === undefined ? [] : ['x-amz-copy-source-version-id', found.version];
    const headers = [...XML, ...copy.encryption, ...versionHeaders(version), ...ofSource];
    return this.#replies.reply(200, headers, Buffer.from(printCopy(copy)));
  }

  #bucketHeaders(name: string): readonly string[] {
    const region = this.#store.regionOf(name);
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
      this.#store.objectsOf(bucket),
      query,
    );
    if (typeof listed !== 'string') return this.#replies.refuse(listed);
    const region = this.#store.regionOf(bucket);
    const headers = region === undefined ? [] : ['x-amz-bucket-region', region];
    return this.#replies.reply(200, [...XML, ...headers], Buffer.from(listed));
  }

  #get(place: ObjectPlace, request: ServiceRequest): Answered {
    const { id, key } = place;
    const version = versionOf(request);
    const refused =
      version === undefined ? undefined : this.#store.refuseVersion(place, version, request.method);
    const ofMarker = version === undefined ? this.#store.markerOf(id) : markerOf(refused, version);
    if (refused !== undefined) return this.#replies.refuse(refused, markerHeaders(ofMarker));
    const stored = this.#store.findVersion(id, version);
    if (stored === undefined) return this.#replies.refuse(noSuchKey(key), markerHeaders(ofMarker));
    return readObject(stored, request, {
      replies: this.#replies,
      nowEpochMs: this.#ports.clock.nowEpochMs(),
    });
  }

  #error(status: number, code: string, message: string, Key: string): Answered {
    return this.#replies.refuse({ status, code, message, details: { Key } });
  }
}

function markerHeaders(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ['x-amz-delete-marker', 'true', ...versionHeaders(version)];
}

/** Returns the id of the delete marker that a read by version names; undefined for another refusal. */
function markerOf(refused: S3Refusal | undefined, version: string): string | undefined {
  return refused?.code === 'MethodNotAllowed' ? version : undefined;
}

function versionOf({ query }: ServiceRequest): string | undefined {
  return new URLSearchParams(query).get('versionId') ?? undefined;
}

/** Query parameters of other operations on the path of an object: tags, access lists, annotations. */
const SUBRESOURCE =
  /(?:^|&)(?:acl|annotation|attributes|encryption|legal-hold|renameObject|restore|retention|select|tagging|torrent|uploadId|uploads)(?:[=&]|$)/;
/** Query parameters that only reads and deletes have. */
const PART = /(?:^|&)partNumber(?:[=&]|$)/;
const VERSION = /(?:^|&)versionId(?:[=&]|$)/;

function isOfSubresource({ method, query }: ServiceRequest): boolean {
  const isRead = method === OBJECT_CALLS.GetObject || method === OBJECT_CALLS.HeadObject;
  if (SUBRESOURCE.test(query) || (PART.test(query) && !isRead)) return true;
  return VERSION.test(query) && !isRead && method !== OBJECT_CALLS.DeleteObject;
}

function isOfTags({ query }: ServiceRequest): boolean {
  const names = [...new URLSearchParams(query).keys()].filter(
    (name) => name !== 'x-id' && name !== 'versionId',
  );
  return names.join() === 'tagging';
}

function isDeleteObjects({ method, query }: ServiceRequest): boolean {
  return method === BUCKET_CALLS.DeleteObjects && new URLSearchParams(query).has('delete');
}

/** Whether a request is about a bucket itself and what it contains, and not about one of its settings. */
function isOfWholeBucket({ query }: ServiceRequest): boolean {
  return [...new URLSearchParams(query).keys()].every((name) => LISTING.has(name) || /^x-amz-/i.test(name));
}

/** Query parameters of ListObjects and ListObjectsV2, of all SDKs (`x-id`), and of a signature of version 2. */
const LISTING = new Set(
  (
    'continuation-token delimiter encoding-type fetch-owner list-type marker max-keys prefix start-after x-id ' +
    'AWSAccessKeyId Expires Signature'
  ).split(' '),
);
