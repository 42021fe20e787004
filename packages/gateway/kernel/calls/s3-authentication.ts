/**
 * Requests for S3 that carry a signature, in the Authorization header or in a presigned URL, and S3's errors for
 * invalid signatures. S3 answers in XML with its own codes [obs: s3, `TestS3PresignedUrl`] (docs/aws §22.5).
 */
import { headerOf } from '@gatewright/aws/raw-headers';
import { QUERY_SIGNATURE, verifyQuerySignature } from '@gatewright/aws/s3-query-signature';
import { readQuery } from '@gatewright/aws/signature-claim';
import { verifyByAnyClock } from '@gatewright/aws/signing-clock';
import type { SignatureResult, VerificationContext } from '@gatewright/aws/signature';
import type { SigningClock } from '@gatewright/aws/signing-clock';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import { bucketOfHost } from './s3-address.ts';
import { printS3Error, type S3Error, type S3Refusal } from './s3-error.ts';

/** Where the signature is: in the Authorization header, or in the query, in one of two versions. */
type S3Signature = 'header' | 'query-4' | 'query-2';

type Signed = Pick<ControlRequest, 'query' | 'rawHeaders'>;
type Refused = Extract<SignatureResult, { kind: 'refused' }>;

/** Returns where a request has a signature for S3; undefined if it has none. The signature may be invalid. */
export function findS3Signature({ query, rawHeaders }: Signed): S3Signature | undefined {
  const authorization = headerOf({ rawHeaders }, 'authorization');
  if (authorization !== undefined)
    return /^AWS4-HMAC-SHA256\s.*Credential=[^/,]+\/\d*\/[^/,]*\/s3\//.test(authorization)
      ? 'header'
      : undefined;
  const asked = readQuery(query);
  if (asked.get('X-Amz-Credential')?.split('/')[3] === 's3') return 'query-4';
  // A request that lacks one of the three parameters also counts as signed, so that it gets S3's error.
  const isVersion2 =
    QUERY_SIGNATURE.filter((name) => asked.has(name)).length > 1 &&
    !['SignatureVersion', 'Key-Pair-Id', 'X-Amz-Algorithm'].some((name) => asked.has(name));
  return isVersion2 ? 'query-2' : undefined;
}

type Verified =
  | Extract<SignatureResult, { kind: 'verified' }>
  | { readonly kind: 'refused'; readonly reply: ControlReply };

export function verifyS3(
  request: ControlRequest,
  kind: S3Signature,
  context: Omit<VerificationContext, 'nowEpochMs'>,
  clock: SigningClock,
  requestId: string,
): Verified {
  const bucket = bucketOfHost(request.host);
  const result =
    kind === 'query-2'
      ? verifyByAnyClock(request, context, clock, (signed, at) => verifyQuerySignature(signed, at, bucket))
      : verifyByAnyClock(request, { ...context, service: 's3' }, clock);
  if (result.kind === 'unsigned') return refuse(...missingParameters(kind), requestId);
  const unsigned = kind === 'query-4' ? unsignedHeaders(request) : [];
  if (unsigned.length > 0 && (result.kind === 'verified' || result.faults.includes('mismatch')))
    return refuse(403, headersNotSigned(unsigned), requestId);
  if (result.kind === 'verified') return result;
  const [status, error] = toS3Error(result, { request, kind, nowEpochMs: clock.nowEpochMs() });
  return refuse(status, error, requestId);
}

/** A header that anybody could add to a presigned URL must not change what the URL does. */
function unsignedHeaders({ query, rawHeaders }: Signed): readonly string[] {
  const signed = new Set((readQuery(query).get('X-Amz-SignedHeaders') ?? '').toLowerCase().split(';'));
  const names = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [name.toLowerCase()] : []));
  // S3 uses x-amz-content-sha256 as the body's hash. If this header was added to a presigned URL, S3 therefore reports
  // SignatureDoesNotMatch.
  return [...new Set(names)].filter(
    (name) => name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !signed.has(name),
  );
}

function headersNotSigned(names: readonly string[]): S3Error {
  return {
    code: 'AccessDenied',
    message: 'There were headers present in the request which were not signed',
    details: { HeadersNotSigned: names.toSorted().join(', ') },
  };
}

function refuse(status: number, error: S3Error, requestId: string): Verified {
  const headers = ['Content-Type', 'application/xml', 'x-amz-request-id', requestId];
  return { kind: 'refused', reply: { status, headers, body: printS3Error(error, requestId) } };
}

type Circumstances = {
  readonly request: ControlRequest;
  readonly kind: S3Signature;
  readonly nowEpochMs: number;
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function toS3Error(refused: Refused, at: Circumstances): readonly [status: number, error: S3Error] {
  const { faults } = refused;
  const has = (...names: readonly string[]): boolean => faults.some((fault) => names.includes(fault));
  if (has('mismatch')) return [403, mismatch(refused, at)];
  if (has('time')) return [403, wrongTime(at)];
  const ofKey = wordKeyFault(refused);
  return ofKey === undefined ? malformed(refused, at.kind) : [ofKey.status, ofKey];
}

/** Returns S3's error for an access key or a session token; undefined if neither is refused. */
export function wordKeyFault({ faults, accessKeyId: AWSAccessKeyId = '' }: Refused): S3Refusal | undefined {
  const has = (...names: readonly string[]): boolean => faults.some((fault) => names.includes(fault));
  if (has('access-key')) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.';
    return { status: 403, code: 'InvalidAccessKeyId', message, details: { AWSAccessKeyId } };
  }
  if (has('session'))
    return { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.', details: {} };
  if (!has('token-missing', 'token-other', 'token-unexpected')) return undefined;
  const message = 'The provided token is malformed or otherwise invalid.';
  return { status: 400, code: 'InvalidToken', message, details: {} };
}

const MISSING = {
  'query-2': 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
  'query-4':
    'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
    'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
};

function missingParameters(kind: S3Signature): readonly [number, S3Error] {
  return kind === 'query-2'
    ? [403, { code: 'AccessDenied', message: MISSING[kind], details: {} }]
    : [400, { code: 'AuthorizationQueryParametersError', message: MISSING['query-4'], details: {} }];
}

function malformed({ message }: Refused, kind: S3Signature): readonly [number, S3Error] {
  if (kind === 'header') return [400, { code: 'AuthorizationHeaderMalformed', message, details: {} }];
  if (kind === 'query-2' || message.includes('must include')) return missingParameters(kind);
  return [400, { code: 'AuthorizationQueryParametersError', message, details: {} }];
}

function mismatch({ expected, accessKeyId = '' }: Refused, { request, kind }: Circumstances): S3Error {
  const query = readQuery(request.query);
  const provided =
    kind === 'header'
      ? /Signature=([0-9a-f]*)/.exec(headerOf(request, 'authorization') ?? '')?.[1]
      : query.get(kind === 'query-4' ? 'X-Amz-Signature' : 'Signature');
  const { toSign = '', canonical } = expected ?? {};
  return describeMismatch(accessKeyId, toSign, provided ?? '', canonical);
}

/** @param canonical the canonical request; undefined for forms and signatures of version 2, which have none */
export function describeMismatch(
  AWSAccessKeyId: string,
  toSign: string,
  SignatureProvided: string,
  canonical?: string,
): S3Error {
  return {
    code: 'SignatureDoesNotMatch',
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    details: {
      AWSAccessKeyId,
      StringToSign: toSign,
      SignatureProvided,
      StringToSignBytes: bytesOf(toSign),
      ...(canonical === undefined
        ? {}
        : { CanonicalRequest: canonical, CanonicalRequestBytes: bytesOf(canonical) }),
    },
  };
}

/** S3 prints the bytes in hex with spaces. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('hex')
    .replace(/..(?!$)/g, '$& ');
}

function wrongTime({ request, kind, nowEpochMs }: Circumstances): S3Error {
  if (kind === 'header')
    return {
      code: 'RequestTimeTooSkewed',
      message: 'The difference between the request time and the current time is too large.',
      details: {},
    };
  const query = readQuery(request.query);
  const ServerTime = printTime(nowEpochMs);
  const code = 'AccessDenied';
  if (kind === 'query-2') {
    const Expires = printTime(Number(query.get('Expires')) * 1000);
    return { code, message: 'Request has expired', details: { Expires, ServerTime } };
  }
  const signedAtMs = Date.parse(
    (query.get('X-Amz-Date') ?? '').replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'),
  );
  const seconds = query.get('X-Amz-Expires') ?? '';
  const Expires = printTime(signedAtMs + Number(seconds) * 1000);
  // @see https://github.com/minio/minio/issues/2638 for S3's answer to a URL from the future
  return signedAtMs > nowEpochMs
    ? {
        code,
        message: 'Request is not yet valid',
        details: { 'X-Amz-Date': String(signedAtMs), Expires, ServerTime },
      }
    : { code, message: 'Request has expired', details: { 'X-Amz-Expires': seconds, Expires, ServerTime } };
}

function printTime(epochMs: number): string {
  const time = new Date(epochMs);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

const OF_SIGNATURE: ReadonlySet<string> = new Set([
  ...QUERY_SIGNATURE.map((name) => name.toLowerCase()),
  'x-amz-algorithm',
  'x-amz-content-sha256',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/**
 * Returns the request of a presigned URL without its signature, as a client with credentials would send it. Headers
 * that the signer moved into the query are headers again. Checksums in the query are dropped, because S3 ignores them:
 * the SDK for JavaScript adds the checksum of an empty body to the query (aws/aws-sdk-go-v2#2610, aws/aws-sdk#480).
 */
export function withoutQuerySignature(request: ControlRequest): ControlRequest {
  const moved: string[] = [];
  const kept = request.query.split('&').filter((pair) => {
    const [[name, value] = ['', '']] = [...readQuery(pair)];
    const lower = name.toLowerCase();
    if (OF_SIGNATURE.has(lower)) return false;
    const isHeader = lower.startsWith('x-amz-') || lower === 'content-type' || lower === 'content-md5';
    if (!isHeader) return true;
    const isIgnored = lower.startsWith('x-amz-checksum-') || lower === 'x-amz-sdk-checksum-algorithm';
    if (!isIgnored && headerOf(request, lower) === undefined) moved.push(lower, value);
    return false;
  });
  return { ...request, query: kept.join('&'), rawHeaders: [...request.rawHeaders, ...moved] };
}
