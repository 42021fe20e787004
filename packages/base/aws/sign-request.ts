/**
 * Makes the parts of Signature Version 4: canonical request, string to sign and signature. Verification
 * (packages/base/aws/signature.ts) rebuilds the same strings. Source: AWS IAM user guide, "Create a signed AWS API
 * request".
 */
import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export const SIGNING_ALGORITHM = 'AWS4-HMAC-SHA256';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** Scope such as `{date}/{region}/{service}/aws4_request`. */
export type CredentialScope = {
  /** A date such as `20261120`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
};

type CanonicalParts = {
  readonly method: string;
  /** The path as sent on the wire, still percent-encoded. */
  readonly path: string;
  /** The query as sent on the wire, without the question mark. */
  readonly query: string;
  /** Names in lower case with their values in the order received. Contains all signed headers, and possibly others. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Names in lower case, sorted. */
  readonly signedHeaders: readonly string[];
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
  readonly service: string;
};

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

type RequestToSign = AwsCredentials & {
  readonly method: string;
  readonly url: URL;
  /** Headers to sign in addition to Host and X-Amz-Date, with the names as sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly service: string;
  readonly region: string;
  readonly nowEpochMs: number;
};

/**
 * Signs a request with the Authorization header.
 * @returns all headers to send, including Host (most HTTP clients set the same Host themselves).
 */
export function signRequest(request: RequestToSign): Record<string, string> {
  const amzDate = toAmzDate(request.nowEpochMs);
  const scope: CredentialScope = {
    date: amzDate.slice(0, 8),
    region: request.region,
    service: request.service,
  };
  const headers: Record<string, string> = {
    ...request.headers,
    Host: request.url.host,
    'X-Amz-Date': amzDate,
    ...(request.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': request.sessionToken }),
  };
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
  const signedHeaders = [...byName.keys()].sort(compareCodeUnits);
  const canonical = canonicalRequest({
    method: request.method,
    path: request.url.pathname,
    query: request.url.search.slice(1),
    headers: byName,
    signedHeaders,
    payloadHash: sha256Hex(request.body ?? ''),
    service: request.service,
  });
  const signature = signatureOf(request.secretAccessKey, scope, stringToSign(amzDate, scope, canonical));
  const credential = `${request.accessKeyId}/${printScope(scope)}`;
  const signed = signedHeaders.join(';');
  headers['Authorization'] =
    `${SIGNING_ALGORITHM} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`;
  return headers;
}

/** Returns the address of a GET request with a signature in its query, which a client without credentials can use. */
export function presignUrl({
  url,
  expiresSeconds,
  ...signer
}: AwsCredentials &
  Pick<RequestToSign, 'url' | 'service' | 'region' | 'nowEpochMs'> & {
    readonly expiresSeconds: number;
  }): URL {
  const amzDate = toAmzDate(signer.nowEpochMs);
  const scope = { date: amzDate.slice(0, 8), region: signer.region, service: signer.service };
  const signed = new URL(url);
  const claim = {
    'X-Amz-Algorithm': SIGNING_ALGORITHM,
    'X-Amz-Credential': `${signer.accessKeyId}/${printScope(scope)}`,
    'X-Amz-Date': amzDate,
    'X-Amz-Expires': String(expiresSeconds),
    ...(signer.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': signer.sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  };
  for (const [name, value] of Object.entries(claim)) signed.searchParams.set(name, value);
  const canonical = canonicalRequest({
    method: 'GET',
    path: signed.pathname,
    query: signed.search.slice(1),
    headers: new Map([['host', [signed.host]]]),
    signedHeaders: ['host'],
    // S3 does not sign the body of a presigned request, not even an empty one.
    payloadHash: signer.service === 's3' ? UNSIGNED_PAYLOAD : sha256Hex(''),
    service: signer.service,
  });
  const signature = signatureOf(signer.secretAccessKey, scope, stringToSign(amzDate, scope, canonical));
  signed.searchParams.set('X-Amz-Signature', signature);
  return signed;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const { method, path, query, headers, signedHeaders, payloadHash, service } = parts;
  const lines = signedHeaders.map((name) => `${name}:${canonicalValue(headers.get(name) ?? [])}\n`);
  return [
    method,
    canonicalPath(path, service),
    canonicalQuery(query),
    lines.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** @param amzDate a time such as `20261120T080910Z` */
export function stringToSign(amzDate: string, scope: CredentialScope, canonical: string): string {
  return `${SIGNING_ALGORITHM}\n${amzDate}\n${printScope(scope)}\n${sha256Hex(canonical)}`;
}

/** Returns the signature in lower-case hex. */
export function signatureOf(secretAccessKey: string, scope: CredentialScope, toSign: string): string {
  return createHmac('sha256', signingKey(secretAccessKey, scope)).update(toSign, 'utf8').digest('hex');
}

/**
 * Signing keys of recent scopes. A key is valid for a day, and computing it costs four times as much as a signature.
 */
const SIGNING_KEYS = new Map<string, KeyObject>();
/** Maximum number of cached keys. Without it, a client could use up memory by always naming new scopes. */
const SIGNING_KEYS_LIMIT = 32;

function signingKey(secretAccessKey: string, { date, region, service }: CredentialScope): KeyObject {
  // The parts are quoted as JSON, so that different secrets and scopes never share a key.
  const name = JSON.stringify([secretAccessKey, date, region, service]);
  const known = SIGNING_KEYS.get(name);
  if (known !== undefined) return known;
  let bytes: Buffer = Buffer.from(`AWS4${secretAccessKey}`, 'utf8');
  for (const part of [date, region, service, 'aws4_request'])
    bytes = createHmac('sha256', bytes).update(part, 'utf8').digest();
  // If Node gets bytes instead of a key object, it creates a key object at each use, which takes longer than the
  // signature itself.
  const key = createSecretKey(bytes);
  for (const oldest of SIGNING_KEYS.keys()) {
    if (SIGNING_KEYS.size < SIGNING_KEYS_LIMIT) break;
    SIGNING_KEYS.delete(oldest);
  }
  SIGNING_KEYS.set(name, key);
  return key;
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Compares two strings in a time that does not reveal how much of the given string is right. */
export function equalInConstantTime(expected: string, given: string): boolean {
  const a = Buffer.from(expected, 'utf8');
  const b = Buffer.from(given, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Formats a time as `20261120T080910Z`, ISO 8601 in the basic format. */
export function toAmzDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function printScope(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/**
 * Returns the canonical path as all signers except S3's compute it: dot segments and empty segments are removed, then
 * each segment is encoded once more than in the request (`%3D` → `%253D`). S3 signs the path unchanged.
 */
function canonicalPath(wirePath: string, service: string): string {
  if (service === 's3') return wirePath === '' ? '/' : wirePath;
  const segments: string[] = [];
  for (const segment of wirePath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  const closing = segments.length > 0 && wirePath.endsWith('/') ? '/' : '';
  return `/${segments.map(encodeExceptUnreserved).join('/')}${closing}`;
}

/** Normalizes the encoding of each name and value, then sorts by name and value. */
function canonicalQuery(wireQuery: string): string {
  if (wireQuery === '') return '';
  return wireQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): readonly [string, string] => {
      const equals = pair.indexOf('=');
      return equals === -1
        ? [reencode(pair), '']
        : [reencode(pair.slice(0, equals)), reencode(pair.slice(equals + 1))];
    })
    .sort(
      ([nameA, valueA], [nameB, valueB]) =>
        compareCodeUnits(nameA, nameB) || compareCodeUnits(valueA, valueB),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalValue(values: readonly string[]): string {
  return values.map((value) => value.trim().replace(/\s+/g, ' ')).join(',');
}

/** Normalizes `%7e`, `%7E` and `~` to one spelling without decoding to text, so that no byte is lost. */
function reencode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})|[^%]+|%/g, (piece, hex: string | undefined) => {
    if (hex === undefined) return encodeExceptUnreserved(piece);
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${hex.toUpperCase()}`;
  });
}

/**
 * Percent-encodes everything except RFC 3986 unreserved characters. A lone surrogate becomes U+FFFD, as in any UTF-8
 * encoder.
 */
function encodeExceptUnreserved(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
