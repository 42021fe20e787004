/** Reads what CopyObject copies, and determines the properties of the copy (docs/aws §22.5). */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { escapeXml, headerOf } from '../../kernel/calls/aws-operation.ts';
import { algorithmOf, checksumOf, printChecksum } from './checksums.ts';
import { etagOf } from './object-store.ts';
import { failed, objectHeaders, refuseRead } from './object-request.ts';
import { element, printDate, printDocument } from './s3-xml.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import type { StoredObject } from './object-request.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';

/** The header that makes a PutObject a CopyObject. */
export const COPY_SOURCE = 'x-amz-copy-source';

export type CopySource = {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
};

/** Returns the object that a request copies, or the refusal [obs: s3, `test_s3_copy_object_wrong_format`]. */
export function readCopySource(request: ServiceRequest): CopySource | S3Refusal {
  const [path = '', query = ''] = (headerOf(request, COPY_SOURCE) ?? '').split('?');
  // Some languages write a blank as a plus [obs: s3, `test_copy_object_special_character_plus_for_space`].
  const decoded = decodeOrKeep(path.replaceAll('+', ' '));
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded) ?? [];
  if (bucket === undefined || key === undefined)
    return {
      status: 400,
      code: 'InvalidArgument',
      message: 'Invalid copy source object key',
      details: { ArgumentName: COPY_SOURCE, ArgumentValue: COPY_SOURCE },
    };
  return { bucket, key, versionId: new URLSearchParams(query).get('versionId') ?? undefined };
}

/** Refuses a copy for which a condition of its source is not met [obs: s3, `test_upload_part_copy_with_…`]. */
export function refuseSource(
  request: ServiceRequest,
  source: StoredObject,
  nowEpochMs: number,
): S3Refusal | undefined {
  const headers = request.headers.map((text, index) =>
    index % 2 === 0 ? (/^x-amz-copy-source-(if-.+)$/i.exec(text)?.[1] ?? `other-${text}`) : text,
  );
  const asked = { ...request, headers };
  const refused = refuseRead(asked, source, nowEpochMs);
  if (refused === undefined) return undefined;
  if (refused !== 'not-modified') return failed(`${COPY_SOURCE}-${refused.details['Condition'] ?? ''}`);
  const isTag = headerOf(asked, 'if-none-match') !== undefined;
  return failed(`${COPY_SOURCE}-${isTag ? 'If-None-Match' : 'If-Modified-Since'}`);
}

/** A copy of an object to itself must set at least one of these headers, unless it replaces the metadata. */
const CHANGES = [
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-customer-algorithm',
];

/** Refuses a copy of an object to itself that changes nothing [obs: s3, `test_s3_copy_object_in_place`]. */
export function refuseCopyToItself(request: ServiceRequest): S3Refusal | undefined {
  if (isReplaced(request) || CHANGES.some((name) => headerOf(request, name) !== undefined)) return undefined;
  return {
    status: 400,
    code: 'InvalidRequest',
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    details: {},
  };
}

function isReplaced(request: ServiceRequest): boolean {
  return headerOf(request, 'x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
}

/**
 * Returns the copy. It keeps the headers of the source unless the request replaces them, and the checksum of the source
 * unless the request names another algorithm. It does not take over the storage class.
 */
export function makeCopy(
  source: StoredObject,
  request: ServiceRequest,
  made: Pick<StoredObject, 'changedMs' | 'storageClass' | 'encryption' | 'tags' | 'version'>,
): StoredObject {
  // If an object was uploaded in parts, its copy has no parts [obs: s3,
  // `test_complete_multipart_parts_checksum_composite`].
  const isInParts = source.etag.includes('-');
  const algorithm =
    headerOf(request, 'x-amz-checksum-algorithm') ?? (isInParts ? algorithmOf(source.checksum) : undefined);
  const checksum = algorithm === undefined ? undefined : checksumOf(algorithm, source.body);
  const contentType = headerOf(request, 'content-type') ?? 'binary/octet-stream';
  return {
    body: source.body,
    etag: isInParts ? etagOf(source.body) : source.etag,
    headers: isReplaced(request) ? ['Content-Type', contentType, ...objectHeaders(request)] : source.headers,
    ...((checksum ?? source.checksum) !== undefined && { checksum: checksum ?? source.checksum }),
    ...made,
  };
}

export function printCopy({ changedMs, etag, checksum }: StoredObject): string {
  return printDocument(
    'CopyObjectResult',
    element('LastModified', printDate(changedMs)) +
      element('ETag', escapeXml(etag)) +
      printChecksum(checksum),
  );
}
