/** Refusals of multipart uploads by S3 [obs: s3, `TestS3MultipartUploadChecksum`] (docs/aws §22.5). */
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import { readElement } from '../../kernel/calls/xml-element.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import { ALGORITHM_NAMES, checksumOf } from './checksums.ts';
import type { ObjectPlace } from './object-store.ts';
import type { Tags } from './object-tags.ts';
import { MALFORMED } from './s3-xml.ts';

export type Part = { readonly body: Buffer; readonly etag: string; readonly changedMs: number };
type ChecksumMode = { readonly algorithm: string; readonly type: string };
export type Upload = {
  readonly id: string;
  readonly place: ObjectPlace;
  readonly headers: readonly string[];
  /** When the upload was created, in milliseconds since the epoch. */
  readonly begunMs: number;
  readonly storageClass: string;
  readonly encryption: readonly string[];
  readonly tags: Tags;
  /** The algorithm of the checksums, in capitals; undefined if the upload was created without one. */
  readonly checksum: ChecksumMode | undefined;
  readonly parts: Map<number, Part>;
};
/** A part as CompleteMultipartUpload lists it, with its checksums by algorithm. */
type ListedPart = {
  readonly number: number;
  readonly etag: string;
  readonly checksums: ReadonlyMap<string, string>;
};

/** The minimum size of every part except the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Returns how the checksums of an upload are made; undefined if CreateMultipartUpload names no algorithm. */
export function readChecksumMode(request: ServiceRequest): ChecksumMode | S3Refusal | undefined {
  const algorithm = headerOf(request, 'x-amz-checksum-algorithm')?.toUpperCase();
  const asked = headerOf(request, 'x-amz-checksum-type')?.toUpperCase();
  if (algorithm === undefined)
    return asked === undefined
      ? undefined
      : refuse('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  if (!ALGORITHM_NAMES.includes(algorithm))
    return refuse(
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${ALGORITHM_NAMES.join(', ')}]`,
    );
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isImpossible =
    algorithm === 'CRC64NVME' ? type === 'COMPOSITE' : /^SHA/.test(algorithm) && type === 'FULL_OBJECT';
  return isImpossible
    ? refuse(
        `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
      )
    : { algorithm, type };
}

/** Returns the parts that a CompleteMultipartUpload lists. */
export function readCompletion(body: string): readonly ListedPart[] | S3Refusal {
  const [, content] =
    /<CompleteMultipartUpload(?:\s[^>]*)?>(.*)<\/CompleteMultipartUpload>/s.exec(body) ?? [];
  const listed = [...(content ?? '').matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => part);
  if (listed.length === 0)
    return content === undefined && body !== '' && !/<CompleteMultipartUpload[^>]*\/>/.test(body)
      ? MALFORMED
      : refuse('You must specify at least one part');
  const parts = listed.flatMap((part): ListedPart[] => {
    const [number, etag] = [readElement(part, 'PartNumber')?.trim() ?? '', readElement(part, 'ETag')];
    if (!/^\d+$/.test(number) || etag === undefined) return [];
    const checksums = new Map(
      [...part.matchAll(/<Checksum([A-Z0-9]+)>([^<]*)</g)].map(([, name = '', value = '']) => [name, value]),
    );
    return [{ number: Number(number), etag: etag.replaceAll('"', ''), checksums }];
  });
  return parts.length < listed.length ? MALFORMED : parts;
}

/** Refuses to complete an upload if the request does not list exactly its parts. */
export function refuseParts(
  { id, parts, checksum }: Upload,
  listed: readonly ListedPart[],
  request: ServiceRequest,
): S3Refusal | undefined {
  const type = headerOf(request, 'x-amz-checksum-type')?.toUpperCase();
  if (type !== undefined && type !== checksum?.type)
    return refuse(
      `The upload was created using the ${checksum?.type ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
    );
  if (listed.some(({ number }, index) => index > 0 && number <= (listed[index - 1]?.number ?? 0)))
    return {
      status: 400,
      code: 'InvalidPartOrder',
      message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
      details: { UploadId: id },
    };
  for (const [index, one] of listed.entries()) {
    const part = parts.get(one.number);
    const isLast = index === listed.length - 1;
    const refused =
      part === undefined || part.etag !== `"${one.etag}"`
        ? invalidPart(id, one)
        : (refuseChecksumOf(id, one, part, checksum) ?? (isLast ? undefined : refuseSmall(one, part)));
    if (refused !== undefined) return refused;
  }
  const stated = headerOf(request, 'x-amz-mp-object-size');
  const size = listed.reduce((sum, { number }) => sum + (parts.get(number)?.body.length ?? 0), 0);
  return stated === undefined || Number(stated) === size
    ? undefined
    : refuse(
        `The provided 'x-amz-mp-object-size' header value ${stated} does not match what was computed: ${size}`,
      );
}

const RANGE = 'x-amz-copy-source-range';

/** Returns the bytes of its source that an UploadPartCopy copies [obs: s3, `test_upload_part_copy_range`]. */
export function readCopiedRange(
  request: ServiceRequest,
  size: number,
): { readonly from: number; readonly to: number } | S3Refusal {
  const given = headerOf(request, RANGE);
  if (given === undefined) return { from: 0, to: size - 1 };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(given) ?? [];
  const details = { ArgumentName: RANGE, ArgumentValue: given };
  if (first === undefined || last === undefined || Number(last) < Number(first))
    return {
      status: 400,
      code: 'InvalidArgument',
      message:
        'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      details,
    };
  if (Number(last) < size) return { from: Number(first), to: Number(last) };
  if (Number(first) >= size) return refuse('The specified copy range is invalid for the source object size');
  return {
    status: 400,
    code: 'InvalidArgument',
    message: `Range specified is not valid for source object of size: ${size}`,
    details,
  };
}

export function noSuchUpload(UploadId: string): S3Refusal {
  return {
    status: 404,
    code: 'NoSuchUpload',
    message:
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    details: { UploadId },
  };
}

function refuseChecksumOf(
  id: string,
  listed: ListedPart,
  { body }: Part,
  mode: ChecksumMode | undefined,
): S3Refusal | undefined {
  if (mode === undefined) return undefined;
  const stated = listed.checksums.get(mode.algorithm);
  if (stated !== undefined)
    return stated === checksumOf(mode.algorithm, body)?.[1] ? undefined : invalidPart(id, listed);
  return mode.type === 'COMPOSITE'
    ? refuse(
        `The upload was created using a ${mode.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.number} in the request.`,
      )
    : undefined;
}

function refuseSmall({ number, etag }: ListedPart, { body }: Part): S3Refusal | undefined {
  if (body.length >= MIN_PART_BYTES) return undefined;
  return {
    status: 400,
    code: 'EntityTooSmall',
    message: 'Your proposed upload is smaller than the minimum allowed size',
    details: {
      ProposedSize: String(body.length),
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(number),
      ETag: etag,
    },
  };
}

function invalidPart(UploadId: string, { number, etag }: ListedPart): S3Refusal {
  return {
    status: 400,
    code: 'InvalidPart',
    message:
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    details: { UploadId, PartNumber: String(number), ETag: etag },
  };
}

function refuse(message: string): S3Refusal {
  return { status: 400, code: 'InvalidRequest', message, details: {} };
}
