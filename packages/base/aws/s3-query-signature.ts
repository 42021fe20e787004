/**
 * The query signature of S3 from before Signature Version 4 (`AWSAccessKeyId`, `Expires` and `Signature`). boto3 still
 * presigns URLs with it in regions that accept it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
 */
import { createHmac } from 'node:crypto';
import { equalInConstantTime } from './sign-request.ts';
import { readQuery } from './signature-claim.ts';
import { findSecret, groupHeaders, refused } from './signature.ts';
import type { SignatureFault } from './signature-claim.ts';
import type { SignatureResult, SignedRequest, VerificationContext } from './signature.ts';

/** The parameters of the signature itself. */
export const QUERY_SIGNATURE: readonly string[] = ['AWSAccessKeyId', 'Expires', 'Signature'];

/** The query parameters that are signed, because they select another resource or replace headers of the response. */
const SIGNED_PARAMETERS: ReadonlySet<string> = new Set(
  (
    'acl cors delete lifecycle location logging notification partNumber policy requestPayment restore tagging torrent ' +
    'uploadId uploads versionId versioning versions website response-cache-control response-content-disposition ' +
    'response-content-encoding response-content-language response-content-type response-expires'
  ).split(' '),
);

/**
 * Verifies the signature. The body is not part of it.
 * @param bucket the bucket in the Host header; undefined if the bucket is in the path
 */
export function verifyQuerySignature(
  request: SignedRequest,
  at: VerificationContext,
  bucket: string | undefined,
): SignatureResult {
  const query = readQuery(request.query);
  const [accessKeyId, expires, signature] = QUERY_SIGNATURE.map((name) => query.get(name));
  if (!accessKeyId || !expires || !signature || !/^\d{1,12}$/.test(expires)) return refuse('form');
  const securityToken =
    query.get('x-amz-security-token') ?? groupHeaders(request.rawHeaders).get('x-amz-security-token')?.[0];
  if (at.nowEpochMs > Number(expires) * 1000) return { ...refuse('time'), accessKeyId };
  const key = findSecret({ accessKeyId, securityToken }, at);
  if (key.kind === 'refused') return key;
  const toSign = textToSign(request, query, bucket);
  const expected = createHmac('sha1', key.secret).update(toSign, 'utf8').digest('base64');
  if (!equalInConstantTime(expected, signature))
    return { ...refuse('mismatch'), accessKeyId, expected: { toSign } };
  return { kind: 'verified', accessKeyId, region: '', service: 's3' };
}

function refuse(fault: SignatureFault): Extract<SignatureResult, { kind: 'refused' }> {
  return refused({ errorType: 'InvalidSignatureException', message: '', faults: [fault] });
}

/** Headers that the signer moved into the query are signed as headers. */
function textToSign(
  { method, path, query: wireQuery, rawHeaders }: SignedRequest,
  query: ReadonlyMap<string, string>,
  bucket: string | undefined,
): string {
  const moved = [...query]
    .filter(([name]) => /^(?:x-amz-|content-md5$|content-type$)/i.test(name))
    .map(([name, value]): [string, string[]] => [name.toLowerCase(), [value]]);
  const headers = new Map([...moved, ...groupHeaders(rawHeaders)]);
  const valueOf = (name: string): string => (headers.get(name) ?? []).map((value) => value.trim()).join(',');
  const amz = [...headers.keys()]
    .filter((name) => name.startsWith('x-amz-'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name}:${valueOf(name)}\n`);
  const signed = wireQuery
    .split('&')
    .flatMap((pair) => {
      const name = pair.split('=', 1)[0] ?? '';
      const value = query.get(name);
      if (!SIGNED_PARAMETERS.has(name)) return [];
      return [pair.includes('=') && value !== undefined ? `${name}=${value}` : name];
    })
    .toSorted((a, b) => (a < b ? -1 : 1));
  const resource = bucket === undefined ? path : `/${bucket}${path}`;
  return (
    `${method}\n${valueOf('content-md5')}\n${valueOf('content-type')}\n${query.get('Expires') ?? ''}\n` +
    `${amz.join('')}${resource}${signed.length === 0 ? '' : `?${signed.join('&')}`}`
  );
}
