/** Uploads of objects in parts: create an upload, upload and list its parts, complete or abort it (docs/aws §22.5). */
import { createHash } from 'node:crypto';
import { escapeXml, headerOf } from '../../kernel/calls/aws-operation.ts';
import type { Answered } from '../../kernel/service.ts';
import type { Clock, Random, ServiceRequest } from '../../core/ports.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import { checksumOf, compositeOf, printChecksum, refuseChecksum, statedChecksums } from './checksums.ts';
import { COPY_SOURCE, readCopySource, refuseSource } from './copy-object.ts';
import type { CopySource } from './copy-object.ts';
import {
  noSuchBucket,
  noSuchKey,
  objectHeaders,
  refuseConflict,
  refuseDigest,
  refuseStorageClass,
  refuseWrite,
  storageClassOf,
} from './object-request.ts';
import { refuseEncryption } from './encryption.ts';
import { etagOf } from './object-store.ts';
import type { ObjectPlace, ObjectStore } from './object-store.ts';
import { readCount } from './list-objects.ts';
import { listUploads } from './list-uploads.ts';
import { readTagHeader } from './object-tags.ts';
import { NOTHING, versionHeaders, XML } from './replies.ts';
import type { Replies, Serve } from './replies.ts';
import { element, ownerId, printDate, printDocument } from './s3-xml.ts';
import {
  noSuchUpload,
  readChecksumMode,
  readCompletion,
  readCopiedRange,
  refuseParts,
} from './upload-parts.ts';
import type { Part, Upload } from './upload-parts.ts';

/** The operations with their methods. */
export const UPLOAD_CALLS = {
  AbortMultipartUpload: 'DELETE',
  CompleteMultipartUpload: 'POST',
  CreateMultipartUpload: 'POST',
  ListMultipartUploads: 'GET',
  ListParts: 'GET',
  UploadPart: 'PUT',
  UploadPartCopy: 'PUT',
} as const;

const MAX_UPLOADS = 50;
/** The maximum number of bytes of one object, and of all incomplete uploads together. */
const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;
const MAX_OPEN_BYTES = 500 * 1024 * 1024;
const MAX_PART_NUMBER = 10_000;
const MAX_LISTED_PARTS = 1_000;

type UploadPorts = {
  readonly store: ObjectStore;
  readonly replies: Replies;
  readonly clock: Clock;
  readonly random: Random;
  readonly accountId: string;
};

export class MultipartUploads {
  readonly #ports: UploadPorts;
  /** The uploads that are not completed, by id; the oldest is first. */
  readonly #open = new Map<string, Upload>();

  /** The uploads whose object was written or deleted after they were created. */
  readonly #overtaken = new WeakSet<Upload>();

  constructor(ports: UploadPorts) {
    this.#ports = ports;
    ports.store.onWrite = (id) => {
      for (const upload of this.#open.values()) if (upload.place.id === id) this.#overtaken.add(upload);
    };
  }

  /** Finds the operation of a request. Returns undefined if the request is not one of the operations above. */
  serve(place: ObjectPlace, request: ServiceRequest, contentType: string): Serve | undefined {
    const asked = new URLSearchParams(request.query);
    const id = asked.get('uploadId');
    if (id === null)
      return asked.has('uploads') && request.method === UPLOAD_CALLS.CreateMultipartUpload
        ? () => this.#create(place, request, contentType)
        : undefined;
    const source = headerOf(request, COPY_SOURCE) === undefined ? undefined : readCopySource(request);
    const serve = this.#serveOpen(asked, request, source);
    if (serve === undefined) return undefined;
    return () => {
      const upload = this.#open.get(id);
      return upload?.place.id === place.id ? serve(upload) : this.#ports.replies.refuse(noSuchUpload(id));
    };
  }

  /** Returns undefined if the request does not list the uploads of a bucket. */
  serveBucket(name: string, { method, query }: ServiceRequest): Serve | undefined {
    if (method !== UPLOAD_CALLS.ListMultipartUploads || !new URLSearchParams(query).has('uploads'))
      return undefined;
    const { replies, accountId } = this.#ports;
    return () => {
      const own = [...this.#open.values()].filter(({ place }) => place.bucket === name);
      const listed = listUploads({ name, accountId }, own, query);
      return typeof listed === 'string'
        ? replies.reply(200, XML, Buffer.from(listed))
        : replies.refuse(listed);
    };
  }

  clear(): void {
    this.#open.clear();
  }

  #serveOpen(
    asked: URLSearchParams,
    request: ServiceRequest,
    source: CopySource | S3Refusal | undefined,
  ): ((upload: Upload) => Answered) | undefined {
    const number = asked.get('partNumber') ?? '';
    switch (request.method) {
      case UPLOAD_CALLS.UploadPart:
        return (upload) =>
          source === undefined
            ? this.#putPart(upload, number, request)
            : this.#copyPart(upload, number, request, source);
      case UPLOAD_CALLS.CompleteMultipartUpload:
        return (upload) => this.#complete(upload, request);
      case UPLOAD_CALLS.ListParts:
        return (upload) => this.#listParts(upload, asked);
      case UPLOAD_CALLS.AbortMultipartUpload:
        return ({ id }) => {
          this.#open.delete(id);
          return this.#ports.replies.reply(204, []);
        };
      default:
        return undefined;
    }
  }

  #create(place: ObjectPlace, request: ServiceRequest, contentType: string): Answered {
    const { replies, random, store, clock } = this.#ports;
    const mode = readChecksumMode(request);
    const wrong =
      refuseStorageClass(request) ??
      refuseEncryption(request) ??
      (mode !== undefined && 'code' in mode ? mode : undefined);
    const tags = wrong ?? readTagHeader(request);
    if ('code' in tags) return replies.refuse(tags);
    const checksum = mode !== undefined && 'code' in mode ? undefined : mode;
    const id = random.hex(64);
    const encryption = store.encryptionOf(place.bucket, request);
    this.#open.set(id, {
      id,
      place,
      headers: ['Content-Type', contentType, ...objectHeaders(request)],
      begunMs: clock.nowEpochMs(),
      storageClass: storageClassOf(request),
      encryption,
      tags,
      checksum,
      parts: new Map(),
    });
    this.#dropOldest(id);
    const content = element('Bucket', place.bucket) + element('Key', escapeXml(place.key));
    const ofChecksum =
      checksum === undefined
        ? []
        : ['x-amz-checksum-algorithm', checksum.algorithm, 'x-amz-checksum-type', checksum.type];
    return replies.reply(
      200,
      [...XML, ...encryption, ...ofChecksum],
      Buffer.from(printDocument('InitiateMultipartUploadResult', content + element('UploadId', id))),
    );
  }

  #putPart({ id, parts, checksum, encryption }: Upload, number: string, request: ServiceRequest): Answered {
    const { replies, clock } = this.#ports;
    const body = Buffer.from(request.body ?? NOTHING);
    const stated = statedChecksums(request);
    const wrong =
      refuseNumber(number) ??
      refuseDigest(request, body) ??
      refuseChecksum(request, body) ??
      refuseOther(checksum?.algorithm, stated[0]?.name) ??
      refuseSize(sizeOf(parts, Number(number)) + body.length);
    if (wrong !== undefined) return replies.refuse(wrong);
    const part: Part = { body, etag: etagOf(body), changedMs: clock.nowEpochMs() };
    parts.set(Number(number), part);
    this.#dropOldest(id);
    const ofChecksum = stated.flatMap(({ name, value }) => [`x-amz-checksum-${name}`, value]);
    return replies.reply(200, ['ETag', part.etag, ...ofChecksum, ...encryption]);
  }

  #copyPart(
    upload: Upload,
    number: string,
    request: ServiceRequest,
    source: CopySource | S3Refusal,
  ): Answered {
    const { replies, clock, store } = this.#ports;
    if ('code' in source) return replies.refuse(source);
    if (!store.hasBucket(source.bucket)) return replies.refuse(noSuchBucket(source.bucket));
    const { versionId } = source;
    const invalid = versionId === undefined ? undefined : store.refuseVersion(source, versionId);
    if (invalid !== undefined) return replies.refuse(invalid);
    const found = store.findVersion(`${source.bucket}/${source.key}`, versionId);
    if (found === undefined) return replies.refuse(noSuchKey(source.key));
    const changedMs = clock.nowEpochMs();
    const range =
      refuseNumber(number) ??
      refuseSource(request, found, changedMs) ??
      readCopiedRange(request, found.body.length);
    if ('code' in range) return replies.refuse(range);
    const body = found.body.subarray(range.from, range.to + 1);
    const wrong = refuseSize(sizeOf(upload.parts, Number(number)) + body.length);
    if (wrong !== undefined) return replies.refuse(wrong);
    const part: Part = { body, etag: etagOf(body), changedMs };
    upload.parts.set(Number(number), part);
    this.#dropOldest(upload.id);
    const algorithm = upload.checksum?.algorithm;
    const [, digest = ''] = algorithm === undefined ? [] : (checksumOf(algorithm, body) ?? []);
    const content = [
      element('LastModified', printDate(changedMs)),
      element('ETag', escapeXml(part.etag)),
      ...(algorithm === undefined ? [] : [element(`Checksum${algorithm}`, digest)]),
    ].join('');
    return replies.reply(
      200,
      [...XML, ...upload.encryption],
      Buffer.from(printDocument('CopyPartResult', content)),
    );
  }

  #complete(upload: Upload, request: ServiceRequest): Answered {
    const { replies, store, clock } = this.#ports;
    const { id, place, parts, headers, storageClass, tags } = upload;
    const listed = readCompletion(Buffer.from(request.body ?? NOTHING).toString());
    if ('code' in listed) return replies.refuse(listed);
    const wrong =
      refuseParts(upload, listed, request) ??
      refuseWrite(request, place.key, store.findQuietly(place.id)) ??
      (this.#overtaken.has(upload) ? refuseConflict(request, place.key) : undefined);
    if (wrong !== undefined) return replies.refuse(wrong);
    const bodies = listed.flatMap(({ number }) => parts.get(number)?.body ?? []);
    const body = Buffer.concat(bodies);
    const version = store.makeVersion(place.bucket);
    const { algorithm, type } = upload.checksum ?? { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' };
    const checksum =
      (type === 'COMPOSITE' ? compositeOf(algorithm, bodies) : checksumOf(algorithm, body)) ?? [];
    const etags = listed.flatMap(({ number }) => parts.get(number)?.etag ?? []);
    const etag = `"${joinedDigest(etags)}-${etags.length}"`;
    const changedMs = clock.nowEpochMs();
    this.#open.delete(id);
    const { encryption } = upload;
    const partSizes = bodies.map(({ length }) => length);
    const kept = { body, etag, headers, checksum, changedMs, storageClass, encryption, tags, version };
    const stored = { ...kept, partSizes };
    store.store(place, stored, 'complete');
    const content = [
      element('Location', escapeXml(locationOf(place, store.regionOf(place.bucket)))),
      element('Bucket', place.bucket),
      element('Key', escapeXml(place.key)),
      element('ETag', escapeXml(etag)),
      printChecksum(checksum),
    ].join('');
    return replies.reply(
      200,
      [...XML, ...stored.encryption, ...versionHeaders(version)],
      Buffer.from(printDocument('CompleteMultipartUploadResult', content)),
    );
  }

  #listParts({ id, place, parts, storageClass, checksum }: Upload, asked: URLSearchParams): Answered {
    const { replies, accountId } = this.#ports;
    const marker = readCount(asked.get('part-number-marker'), 'part-number-marker', 'partNumberMarker');
    const most = readCount(asked.get('max-parts'), 'max-parts', 'maxParts');
    if (typeof marker === 'object') return replies.refuse(marker);
    if (typeof most === 'object') return replies.refuse(most);
    const [after, max] = [marker ?? 0, Math.min(most ?? MAX_LISTED_PARTS, MAX_LISTED_PARTS)];
    const rest = [...parts].toSorted(([one], [other]) => one - other).filter(([number]) => number > after);
    const shown = rest.slice(0, max);
    const owner = element('ID', ownerId(accountId));
    const content = [
      element('Bucket', place.bucket),
      element('Key', escapeXml(place.key)),
      element('UploadId', id),
      element('Initiator', owner + element('DisplayName', 'local')),
      element('Owner', owner),
      element('StorageClass', storageClass),
      element('PartNumberMarker', String(after)),
      element('NextPartNumberMarker', String(shown.at(-1)?.[0] ?? after)),
      element('MaxParts', String(max)),
      element('IsTruncated', String(rest.length > shown.length)),
      ...(checksum === undefined
        ? []
        : [element('ChecksumAlgorithm', checksum.algorithm), element('ChecksumType', checksum.type)]),
      ...shown.map(([number, part]) => element('Part', printPart(number, part, checksum?.algorithm))),
    ].join('');
    return replies.reply(200, XML, Buffer.from(printDocument('ListPartsResult', content)));
  }

  /**
   * Drops the oldest uploads while there are too many uploads, or while their total size is too large. The current
   * upload remains.
   */
  #dropOldest(current: string): void {
    const sizeOfAll = (): number =>
      [...this.#open.values()].reduce((sum, { parts }) => sum + sizeOf(parts), 0);
    for (const id of this.#open.keys()) {
      if (this.#open.size <= MAX_UPLOADS && sizeOfAll() <= MAX_OPEN_BYTES) return;
      if (id !== current) this.#open.delete(id);
    }
  }
}

function sizeOf(parts: Upload['parts'], except?: number): number {
  return [...parts].reduce((sum, [number, { body }]) => sum + (number === except ? 0 : body.length), 0);
}

/**
 * Returns the MD5 of the MD5s of all parts. The MD5 of a part is its ETag (S3 user guide, "Checking object integrity").
 */
function joinedDigest(etags: readonly string[]): string {
  const digests = etags.map((etag) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
  return createHash('md5').update(Buffer.concat(digests)).digest('hex');
}

function printPart(number: number, { body, etag, changedMs }: Part, algorithm: string | undefined): string {
  const [, digest = ''] = algorithm === undefined ? [] : (checksumOf(algorithm, body) ?? []);
  return [
    element('PartNumber', String(number)),
    element('LastModified', printDate(changedMs)),
    element('ETag', escapeXml(etag)),
    element('Size', String(body.length)),
    ...(algorithm === undefined ? [] : [element(`Checksum${algorithm}`, digest)]),
  ].join('');
}

function locationOf({ bucket, key }: ObjectPlace, region = 'us-east-1'): string {
  return `https://${bucket}.s3.${region}.amazonaws.com/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function refuseNumber(number: string): S3Refusal | undefined {
  if (/^\d{1,5}$/.test(number) && Number(number) >= 1 && Number(number) <= MAX_PART_NUMBER) return undefined;
  return {
    status: 400,
    code: 'InvalidArgument',
    message: `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
    details: { ArgumentName: 'partNumber', ArgumentValue: number },
  };
}

function refuseSize(bytes: number): S3Refusal | undefined {
  if (bytes <= MAX_UPLOAD_BYTES) return undefined;
  const message = 'Your proposed upload exceeds the maximum allowed size';
  const details = { ProposedSize: String(bytes), MaxSizeAllowed: String(MAX_UPLOAD_BYTES) };
  return { status: 400, code: 'EntityTooLarge', message, details };
}

/**
 * Refuses a checksum whose algorithm is not the one that the upload was created with [obs: s3,
 * `test_multipart_parts_checksum_exceptions_composite`].
 */
function refuseOther(algorithm: string | undefined, stated: string | undefined): S3Refusal | undefined {
  const expected = algorithm?.toLowerCase();
  if (expected === undefined || stated === undefined || expected === stated) return undefined;
  return {
    status: 400,
    code: 'InvalidRequest',
    message: `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${stated}`,
    details: {},
  };
}
