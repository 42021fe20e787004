/**
 * Verifies Signature Version 4 as AWS does, with AWS's error types, wordings and order of checks. DynamoDB and API
 * Gateway show this order (docs/aws §4.6).
 */
import {
  canonicalRequest,
  equalInConstantTime,
  sha256Hex,
  signatureOf,
  stringToSign,
  toAmzDate,
  UNSIGNED_PAYLOAD,
} from './sign-request.ts';
import {
  type ClaimedSignature,
  type ExpectedTexts,
  readClaim,
  readQuery,
  type SignatureDefect,
  type SignatureFault,
} from './signature-claim.ts';

export type SignedRequest = {
  readonly method: string;
  /** The path as received, still percent-encoded. */
  readonly path: string;
  /** The query as received, without the question mark. */
  readonly query: string;
  /** Flat list of names and values, in the order in which they were received. */
  readonly rawHeaders: readonly string[];
  readonly body: string | Uint8Array;
};

export type VerificationContext = {
  readonly nowEpochMs: number;
  /**
   * Signing name to which the credential must be scoped, such as `execute-api`; undefined accepts any name, and the
   * result contains the one that was used.
   */
  readonly service: string | undefined;
  /** Region to which the credential must be scoped; undefined accepts any. */
  readonly region?: string | undefined;
  /** Returns the secret of an access key; undefined means that the gateway does not know the key. */
  readonly secretOf: (accessKeyId: string) => string | undefined;
  /**
   * Returns the session of a temporary access key; undefined means that the key has no token. Without this function, no
   * key is temporary.
   */
  readonly sessionOf?: (accessKeyId: string) => SigningSession | undefined;
};

/** The expected `X-Amz-Security-Token`, and whether it has expired by the gateway's clock. */
export type SigningSession = { readonly token: string; readonly isExpired: boolean };

export type SignatureResult =
  | {
      readonly kind: 'verified';
      readonly accessKeyId: string;
      readonly region: string;
      readonly service: string;
    }
  /** The request has neither an Authorization header nor a presigned query. */
  | { readonly kind: 'unsigned' }
  | {
      readonly kind: 'refused';
      readonly code: 'INVALID_SIGNATURE' | 'EXPIRED_TOKEN';
      /** The status that API Gateway returns; DynamoDB returns 400 for the same defects. */
      readonly status: 403;
      readonly message: string;
      /**
       * One of `InvalidSignatureException`, `IncompleteSignatureException`, `UnrecognizedClientException` and
       * `ExpiredTokenException`.
       */
      readonly errorType: string;
      readonly faults: readonly SignatureFault[];
      /**
       * The canonical request and the string to sign, as the gateway computed them; present for the fault `mismatch`.
       */
      readonly expected?: ExpectedTexts;
      /** The access key that the request names; absent if the signature cannot be read. */
      readonly accessKeyId?: string;
      /** The region and service for which the client signed, if its credential scope or time is refused. */
      readonly scope?: { readonly region: string; readonly service: string };
    };

/** Maximum difference between the client's clock and the gateway's clock, in either direction. */
const MAX_SKEW_MS = 5 * 60_000;

export function verifySignature(request: SignedRequest, at: VerificationContext): SignatureResult {
  const headers = groupHeaders(request.rawHeaders);
  const claim = readClaim(request.query, headers);
  if (claim === undefined) return { kind: 'unsigned' };
  if ('errorType' in claim) return refused(claim);

  const defect =
    findTimeDefect(claim, at.nowEpochMs) ??
    findHostDefect(claim, headers) ??
    findScopeDefect(claim, at.service, at.region);
  const { accessKeyId } = claim;
  if (defect !== undefined) {
    const { region, service } = claim.scope;
    return { ...refused(defect), accessKeyId, scope: { region, service } };
  }

  const key = findSecret(claim, at);
  if (key.kind === 'refused') return key;

  const expected = rebuild(request, headers, claim);
  const signature = signatureOf(key.secret, claim.scope, expected.toSign);
  if (!equalInConstantTime(signature, claim.signature))
    return { ...refused(mismatch(expected)), accessKeyId };
  return {
    kind: 'verified',
    accessKeyId,
    region: claim.scope.region,
    service: claim.scope.service,
  };
}

type KeyClaim = Pick<ClaimedSignature, 'accessKeyId' | 'securityToken'>;

/**
 * Returns the secret of the access key that a request names. The token must be the token of the key. A permanent key
 * has no token, so if one is sent with it, the credentials were not issued by this gateway. A temporary key is invalid
 * without its token.
 */
export function findSecret(
  claim: KeyClaim,
  at: Pick<VerificationContext, 'secretOf' | 'sessionOf'>,
): { readonly kind: 'found'; readonly secret: string } | Extract<SignatureResult, { kind: 'refused' }> {
  const { accessKeyId } = claim;
  const secret = at.secretOf(accessKeyId);
  const session = at.sessionOf?.(accessKeyId);
  if (secret === undefined || !isSameToken(session?.token, claim.securityToken))
    return { ...refused({ ...UNKNOWN_KEY, faults: [findKeyFault(claim, secret, session)] }), accessKeyId };
  if (session?.isExpired === true) return { ...refused(EXPIRED_SESSION), code: 'EXPIRED_TOKEN', accessKeyId };
  return { kind: 'found', secret };
}

const UNKNOWN_KEY: SignatureDefect = {
  errorType: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
  faults: ['access-key'],
};

const EXPIRED_SESSION: SignatureDefect = {
  errorType: 'ExpiredTokenException',
  message: 'The security token included in the request is expired',
  faults: ['session'],
};

/** Keys of temporary credentials begin with ASIA (IAM user guide, "Understanding unique ID prefixes"). */
function findKeyFault(
  { accessKeyId, securityToken }: KeyClaim,
  secret: string | undefined,
  session: SigningSession | undefined,
): SignatureFault {
  const isTemporary = session !== undefined || accessKeyId.startsWith('ASIA');
  if (securityToken === undefined && isTemporary) return 'token-missing';
  if (secret === undefined) return 'access-key';
  return session === undefined ? 'token-unexpected' : 'token-other';
}

function isSameToken(own: string | undefined, claimed: string | undefined): boolean {
  if (own === undefined || claimed === undefined) return own === claimed;
  return equalInConstantTime(own, claimed);
}

export function refused(defect: SignatureDefect): Extract<SignatureResult, { kind: 'refused' }> {
  return { kind: 'refused', code: 'INVALID_SIGNATURE', status: 403, ...defect };
}

function invalid(message: string, ...faults: readonly SignatureFault[]): SignatureDefect {
  return { errorType: 'InvalidSignatureException', message, faults };
}

function findTimeDefect(claim: ClaimedSignature, nowEpochMs: number): SignatureDefect | undefined {
  const { signedAtMs } = claim;
  const now = toAmzDate(nowEpochMs);
  if (claim.expiresSeconds !== undefined) {
    if (nowEpochMs > signedAtMs + claim.expiresSeconds * 1000) {
      const until = toAmzDate(signedAtMs + claim.expiresSeconds * 1000);
      return invalid(`Signature expired: ${until} is now earlier than ${now}`, 'time');
    }
  } else if (nowEpochMs - signedAtMs > MAX_SKEW_MS) {
    const earliest = toAmzDate(nowEpochMs - MAX_SKEW_MS);
    return invalid(
      `Signature expired: ${claim.amzDate} is now earlier than ${earliest} (${now} - 5 min.)`,
      'time',
    );
  }
  if (signedAtMs - nowEpochMs > MAX_SKEW_MS) {
    const latest = toAmzDate(nowEpochMs + MAX_SKEW_MS);
    return invalid(
      `Signature not yet current: ${claim.amzDate} is still later than ${latest} (${now} + 5 min.)`,
      'time',
    );
  }
  return undefined;
}

/**
 * Checks that Host is signed. Without Host in the signature, a request for one API could be replayed against another.
 */
function findHostDefect(
  { signedHeaders }: ClaimedSignature,
  headers: ReadonlyMap<string, readonly string[]>,
): SignatureDefect | undefined {
  if (signedHeaders.includes('host')) return undefined;
  // Over HTTP/2, the AWS SDK for JavaScript signs `:authority` instead of `host`.
  if (signedHeaders.includes(':authority') && headers.has(':authority')) return undefined;
  return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", 'host');
}

function findScopeDefect(
  claim: ClaimedSignature,
  service: string | undefined,
  region: string | undefined,
): SignatureDefect | undefined {
  const { scope, terminator, amzDate } = claim;
  const messages: string[] = [];
  const faults: SignatureFault[] = [];
  if (scope.region === '' || (region !== undefined && scope.region !== region)) {
    faults.push('region');
    messages.push(`Credential should be scoped to a valid region, not '${scope.region}'. `);
  }
  if (scope.service === '' || (service !== undefined && scope.service !== service)) {
    faults.push('service');
    messages.push(`Credential should be scoped to correct service: '${service ?? ''}'. `);
  }
  if (terminator !== 'aws4_request') {
    faults.push('terminator');
    messages.push(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `,
    );
  }
  if (scope.date !== amzDate.slice(0, 8)) {
    faults.push('date');
    messages.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ` +
        `'${scope.date}' != '${amzDate.slice(0, 8)}', from '${amzDate}'. `,
    );
  }
  return messages.length === 0 ? undefined : invalid(messages.join(''), ...faults);
}

function rebuild(
  request: SignedRequest,
  headers: ReadonlyMap<string, readonly string[]>,
  claim: ClaimedSignature,
): Required<ExpectedTexts> {
  const canonical = canonicalRequest({
    method: request.method,
    path: request.path,
    query: claim.signedQuery,
    headers: asSigned(headers),
    signedHeaders: claim.signedHeaders,
    payloadHash: payloadHash(request, headers, claim),
    service: claim.scope.service,
  });
  return { canonical, toSign: stringToSign(claim.amzDate, claim.scope, canonical) };
}

/**
 * Node reads each byte of a header as one character, but clients sign the text, whose bytes are UTF-8. A value that is
 * not UTF-8 stays as it is.
 */
function asSigned(headers: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  return new Map([...headers].map(([name, values]) => [name, values.map(decodeUtf8)]));
}

function decodeUtf8(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const decoded = Buffer.from(value, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? value : decoded;
}

/**
 * Uses the hash of the received body, because the client's X-Amz-Content-Sha256 proves nothing. Only S3 is an
 * exception: a client may state that the body is not signed, and a presigned URL does so unless it states a hash.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function payloadHash(
  request: SignedRequest,
  headers: ReadonlyMap<string, readonly string[]>,
  { scope, expiresSeconds }: ClaimedSignature,
): string {
  if (scope.service !== 's3') return sha256Hex(request.body);
  const isPresigned = expiresSeconds !== undefined;
  const inQuery = isPresigned
    ? (readQuery(request.query).get('X-Amz-Content-Sha256') ?? UNSIGNED_PAYLOAD)
    : undefined;
  const stated = headers.get('x-amz-content-sha256')?.[0] ?? inQuery;
  return stated === UNSIGNED_PAYLOAD ? UNSIGNED_PAYLOAD : sha256Hex(request.body);
}

function mismatch(expected: Required<ExpectedTexts>): SignatureDefect {
  const defect = invalid(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access ' +
      'Key and signing method. Consult the service documentation for details.\n\n' +
      `The Canonical String for this request should have been\n'${expected.canonical}'\n\n` +
      `The String-to-Sign should have been\n'${expected.toSign}'\n`,
    'mismatch',
  );
  return { ...defect, expected };
}

export function groupHeaders(rawHeaders: readonly string[]): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  return byName;
}
