/** Conditions, ranges and metadata of requests for S3 objects [obs: s3] (docs/aws §22.5). */
import { createHash } from 'node:crypto';
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import type { Tags } from './object-tags.ts';

export type StoredObject = {
  readonly body: Buffer;
  readonly etag: string;
  readonly changedMs: number;
  /** Content-Type, and the other headers of the object that PutObject set. */
  readonly headers: readonly string[];
  /** The headers of the checksum that PutObject stated. */
  readonly checksum?: readonly string[];
  readonly storageClass: string;
  /** The headers that state the encryption. */
  readonly encryption: readonly string[];
  readonly tags?: Tags;
  /** The sizes of its parts in bytes, if it was uploaded in parts. */
  readonly partSizes?: readonly number[];
  /** The id of the version, if the bucket keeps versions. */
  readonly version?: string | undefined;
};

const SYSTEM_HEADERS = [
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Expires',
  'x-amz-website-redirect-location',
] as const;
const METADATA = 'x-amz-meta-';

/** Returns the headers of a request that are stored with the object. */
export function objectHeaders(request: ServiceRequest): readonly string[] {
  const system = SYSTEM_HEADERS.flatMap((name) => {
    const value = headerOf(request, name.toLowerCase());
    // The encoding of a streamed upload describes the request and not the object.
    const kept = name === 'Content-Encoding' ? value?.replace(/^aws-chunked(?:,\s*|$)/, '') : value;
    return kept === undefined || kept === '' ? [] : [name, kept];
  });
  const { headers } = request;
  const own = headers.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase().startsWith(METADATA)
      ? [name.toLowerCase(), headers[index + 1] ?? '']
      : [],
  );
  return [...system, ...own];
}

const OVERRIDES: readonly (readonly [parameter: string, header: string])[] = [
  ['response-cache-control', 'Cache-Control'],
  ['response-content-disposition', 'Content-Disposition'],
  ['response-content-encoding', 'Content-Encoding'],
  ['response-content-language', 'Content-Language'],
  ['response-content-type', 'Content-Type'],
  ['response-expires', 'Expires'],
];

/** Matches a character that the value of a header cannot contain. */
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Refuses a read whose query sets a header to a value that a header cannot have
 * [obs: s3, `test_get_response_overrides_unicode_metadata_with_sig_s3`] (that this is so of control characters is
 * inferred).
 */
export function refuseOverrides(query: string): S3Refusal | undefined {
  const asked = new URLSearchParams(query);
  const wrong = OVERRIDES.map(([parameter]) => [parameter, asked.get(parameter) ?? ''] as const).find(
    ([, value]) => NOT_IN_HEADERS.test(value),
  );
  if (wrong === undefined) return undefined;
  const [ArgumentName, ArgumentValue] = wrong;
  return {
    status: 400,
    code: 'InvalidArgument',
    message: 'Header value cannot be represented using ISO-8859-1.',
    details: { ArgumentName, ArgumentValue },
  };
}

/** Storage classes whose objects must be restored before they can be read (S3 API reference, GetObject). */
const ARCHIVES: ReadonlySet<string> = new Set(['DEEP_ARCHIVE', 'GLACIER']);

/** Refuses to read an archived object [obs: s3, `test_s3_get_deep_archive_object_restore`]. */
export function refuseArchived({ method }: ServiceRequest, stored: StoredObject): S3Refusal | undefined {
  const { storageClass: StorageClass } = stored;
  if (method !== 'GET' || !ARCHIVES.has(StorageClass)) return undefined;
  const message = "The operation is not valid for the object's storage class";
  return { status: 403, code: 'InvalidObjectState', message, details: { StorageClass } };
}

/** Returns the headers of an object for a read. The query of the request may replace some of them. */
export function overrideHeaders(query: string, headers: readonly string[]): readonly string[] {
  const asked = new URLSearchParams(query);
  const given = OVERRIDES.flatMap(([parameter, header]) => {
    const value = asked.get(parameter);
    return value === null ? [] : [header, value];
  });
  const replaced = new Set(given.filter((_text, index) => index % 2 === 0));
  const kept = headers.filter((_text, index) => !replaced.has(headers[index - (index % 2)] ?? ''));
  return [...kept, ...given];
}

/** Returns the refusal of a write whose Content-MD5 is invalid or does not match the body; undefined otherwise. */
export function refuseDigest(request: ServiceRequest, body: Buffer): S3Refusal | undefined {
  const given = headerOf(request, 'content-md5');
  if (given === undefined) return undefined;
  const calculated = createHash('md5').update(body).digest('base64');
  if (given === calculated) return undefined;
  if (!DIGEST.test(given))
    return {
      status: 400,
      code: 'InvalidDigest',
      message: 'The Content-MD5 you specified was invalid.',
      details: { 'Content-MD5': given },
    };
  return {
    status: 400,
    code: 'BadDigest',
    message: 'The Content-MD5 you specified did not match what we received.',
    details: { ExpectedDigest: given, CalculatedDigest: calculated },
  };
}

/** 16 bytes in Base64. */
const DIGEST = /^[A-Za-z0-9+/]{22}==$/;

/** Returns the storage class that a write gives to its object. */
export function storageClassOf(request: ServiceRequest): string {
  return headerOf(request, 'x-amz-storage-class') ?? STANDARD;
}

const STANDARD = 'STANDARD';

/** Returns the header of the storage class. S3 leaves it out for the standard class ("HeadObject"). */
export function storageHeader({ storageClass }: StoredObject): readonly string[] {
  return storageClass === STANDARD ? [] : ['x-amz-storage-class', storageClass];
}

/** Refuses a storage class that an object cannot be put into [obs: s3, `test_put_object_storage_class_outposts`]. */
export function refuseStorageClass(request: ServiceRequest): S3Refusal | undefined {
  const wanted = headerOf(request, 'x-amz-storage-class');
  if (wanted === undefined || STORAGE_CLASSES.has(wanted)) return undefined;
  return {
    status: 400,
    code: 'InvalidStorageClass',
    message: 'The storage class you specified is not valid',
    details: { StorageClassRequested: wanted },
  };
}

const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  'DEEP_ARCHIVE',
  'GLACIER',
  'GLACIER_IR',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'REDUCED_REDUNDANCY',
  'STANDARD',
  'STANDARD_IA',
]);

export function wantsChecksum(request: ServiceRequest): boolean {
  return headerOf(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
}

/**
 * Refuses a write whose condition is not met. S3 accepts either If-Match or If-None-Match, and only some of their
 * values.
 */
export function refuseWrite(
  request: ServiceRequest,
  key: string,
  stored: StoredObject | undefined,
): S3Refusal | undefined {
  const ifMatch = headerOf(request, 'if-match');
  const ifNoneMatch = headerOf(request, 'if-none-match');
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    return notImplemented(
      'If-Match,If-None-Match',
      'Multiple conditional request headers present in the request',
    );
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') return notAccepted('If-None-Match');
  if (ifMatch === '*') return notAccepted('If-Match');
  if (ifNoneMatch !== undefined) return stored === undefined ? undefined : failed('If-None-Match');
  if (ifMatch === undefined) return undefined;
  if (stored === undefined) return noSuchKey(key);
  return isSame(ifMatch, stored.etag) ? undefined : failed('If-Match');
}

/**
 * Refuses a write with a condition that is met, but whose object was written or deleted since the upload was created
 * [obs: s3, `test_multipart_if_match_with_put_identical`, `test_multipart_if_none_match_with_delete`].
 */
export function refuseConflict(request: ServiceRequest, Key: string): S3Refusal | undefined {
  const Condition = ['If-Match', 'If-None-Match'].find(
    (name) => headerOf(request, name.toLowerCase()) !== undefined,
  );
  if (Condition === undefined) return undefined;
  const message =
    'The conditional request cannot succeed due to a conflicting operation against this resource.';
  return { status: 409, code: 'ConditionalRequestConflict', message, details: { Condition, Key } };
}

const BYPASS = 'x-amz-bypass-governance-retention';

/**
 * Refuses a delete, of one object or of several, that bypasses the retention of a bucket without Object Lock
 * [obs: localstack/localstack, `test_delete_object_with_no_locking`].
 */
export function refuseBypass(request: ServiceRequest, hasObjectLock: boolean): S3Refusal | undefined {
  if (hasObjectLock || headerOf(request, BYPASS) === undefined) return undefined;
  return {
    status: 400,
    code: 'InvalidArgument',
    message: `${BYPASS} is only applicable to Object Lock enabled buckets.`,
    details: { ArgumentName: BYPASS },
  };
}

/** The conditions of a delete that only directory buckets support. */
const OF_DIRECTORY_BUCKETS = ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size'];

/**
 * Refuses a delete whose condition is not met [obs: s3, `TestS3DeletePrecondition`; obs: getmoto/moto,
 * `test_delete_object_if_match`].
 */
export function refuseDelete(
  request: ServiceRequest,
  key: string,
  stored: StoredObject | undefined,
): S3Refusal | undefined {
  const unknown = OF_DIRECTORY_BUCKETS.find((name) => headerOf(request, name) !== undefined);
  return unknown === undefined
    ? refuseUnlessMatching(headerOf(request, 'if-match'), key, stored)
    : notImplemented(unknown);
}

/** @param ifMatch an ETag, or `*` for any object; undefined if the delete has no condition */
export function refuseUnlessMatching(
  ifMatch: string | undefined,
  key: string,
  stored: StoredObject | undefined,
): S3Refusal | undefined {
  if (ifMatch === undefined) return undefined;
  if (stored === undefined) return noSuchKey(key);
  return ifMatch === '*' || isSame(ifMatch, stored.etag) ? undefined : failed('If-Match');
}

/**
 * Checks the conditions of a read in S3's order. Returns the refusal of a condition that is not met, or `not-modified`;
 * undefined if the object is to be sent.
 */
export function refuseRead(
  request: ServiceRequest,
  { etag, changedMs }: StoredObject,
  nowEpochMs: number,
): S3Refusal | 'not-modified' | undefined {
  const changed = Math.floor(changedMs / 1000) * 1000;
  const ifMatch = headerOf(request, 'if-match');
  if (ifMatch !== undefined && ifMatch !== '*' && !isSame(ifMatch, etag)) return failed('If-Match');
  const unmodifiedSince = dateOf(request, 'if-unmodified-since');
  if (ifMatch === undefined && unmodifiedSince !== undefined && changed > unmodifiedSince)
    return failed('If-Unmodified-Since');
  const ifNoneMatch = headerOf(request, 'if-none-match');
  if (ifNoneMatch !== undefined)
    return ifNoneMatch === '*' || isSame(ifNoneMatch, etag) ? 'not-modified' : undefined;
  const modifiedSince = dateOf(request, 'if-modified-since');
  const isKnown = modifiedSince !== undefined && modifiedSince <= nowEpochMs && changed <= modifiedSince;
  return isKnown ? 'not-modified' : undefined;
}

export type ObjectPart = { readonly from: number; readonly to: number };

/** Returns the bytes that a request wants; undefined if it wants the whole object, or several parts. */
export function readRange(request: ServiceRequest, size: number): ObjectPart | S3Refusal | undefined {
  const range = headerOf(request, 'range') ?? '';
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (from < size && from <= to) return { from, to };
  return {
    status: 416,
    code: 'InvalidRange',
    message: 'The requested range is not satisfiable',
    details: { RangeRequested: range, ActualObjectSize: String(size) },
  };
}

export function noSuchBucket(BucketName: string): S3Refusal {
  return {
    status: 404,
    code: 'NoSuchBucket',
    message: 'The specified bucket does not exist',
    details: { BucketName },
  };
}

/**
 * Refuses a method that no operation on an object uses.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function methodNotAllowed(method: string): S3Refusal {
  return {
    status: 405,
    code: 'MethodNotAllowed',
    message: 'The specified method is not allowed against this resource.',
    details: { Method: method, ResourceType: 'OBJECT' },
  };
}

export function noSuchKey(key: string): S3Refusal {
  return {
    status: 404,
    code: 'NoSuchKey',
    message: 'The specified key does not exist.',
    details: { Key: key },
  };
}

export function failed(Condition: string): S3Refusal {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return { status: 412, code: 'PreconditionFailed', message, details: { Condition } };
}

function notAccepted(header: string): S3Refusal {
  return notImplemented(header, `We don't accept the provided value of ${header} header for this API`);
}

function notImplemented(Header: string, additionalMessage?: string): S3Refusal {
  const message = 'A header you provided implies functionality that is not implemented';
  return {
    status: 501,
    code: 'NotImplemented',
    message,
    details: { Header, ...(additionalMessage !== undefined && { additionalMessage }) },
  };
}

/** S3 also accepts an ETag without its quotes [obs]. */
function isSame(wanted: string, etag: string): boolean {
  const plain = etag.replaceAll('"', '');
  return wanted.split(',').some((one) => one.trim().replace(/^W\//, '').replaceAll('"', '') === plain);
}

function dateOf(request: ServiceRequest, name: string): number | undefined {
  const time = Date.parse(headerOf(request, name) ?? '');
  return Number.isNaN(time) ? undefined : time;
}
