/** Reads the signature that a request claims, from the Authorization header or a presigned query. */
import { decodeOrKeep } from './decode-or-keep.ts';
import { type CredentialScope, sha256Hex, SIGNING_ALGORITHM, toAmzDate } from './sign-request.ts';

/** The kinds of defects of a signature. */
export type SignatureFault =
  /** The Authorization header, or the presigned query, is incomplete or malformed. */
  | 'form'
  /** The signed time is too far from the gateway's time. */
  | 'time'
  /** `Host` is not signed. */
  | 'host'
  | 'region'
  | 'service'
  | 'terminator'
  | 'date'
  /** The access key is unknown. */
  | 'access-key'
  /** The access key belongs to temporary credentials, and the request has no session token. */
  | 'token-missing'
  /** The session token does not belong to the access key. */
  | 'token-other'
  /** The access key is permanent, and the request has a session token. */
  | 'token-unexpected'
  /** The temporary credentials have expired. */
  | 'session'
  /** The secret is wrong, or the request was changed after it was signed. */
  | 'mismatch';

/** A defect with AWS's error type and message. */
export type SignatureDefect = {
  readonly errorType: string;
  readonly message: string;
  readonly faults: readonly SignatureFault[];
  /** The canonical request and the string to sign, as the gateway computed them; present for the fault `mismatch`. */
  readonly expected?: ExpectedTexts;
};

/** The canonical request is absent in signatures of version 2, which have none. */
export type ExpectedTexts = { readonly canonical?: string; readonly toSign: string };

export type ClaimedSignature = {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** The value is `aws4_request` in a valid signature. */
  readonly terminator: string;
  /** The signed time, such as `20261120T080910Z`. */
  readonly amzDate: string;
  readonly signedAtMs: number;
  /** Names in lower case, sorted. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** The query that is signed: the whole query, or everything except X-Amz-Signature. */
  readonly signedQuery: string;
  readonly securityToken: string | undefined;
  /** Lifetime of a presigned URL. */
  readonly expiresSeconds: number | undefined;
};

/** Maximum of X-Amz-Expires on AWS: one week in seconds. */
const MAX_EXPIRES_SECONDS = 604_800;
/** Maximum number of signed headers, which limits the work per request. Clients sign fewer headers. */
const MAX_SIGNED_HEADERS = 200;

type Headers = ReadonlyMap<string, readonly string[]>;

/** @returns undefined if the request claims no signature. */
export function readClaim(query: string, headers: Headers): ClaimedSignature | SignatureDefect | undefined {
  const parameters = readQuery(query);
  const [authorization, second] = headers.get('authorization') ?? [];
  // The backend might read a different header than the gateway verified.
  if (second !== undefined) return incomplete('The request has more than one Authorization header.');
  const presigned = parameters.has('X-Amz-Algorithm');
  if (authorization === undefined) return presigned ? readPresigned(query, parameters) : undefined;
  if (presigned) {
    return {
      errorType: 'InvalidSignatureException',
      message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
      faults: ['form'],
    };
  }
  return readAuthorization(authorization, query, headers);
}

function readAuthorization(
  authorization: string,
  query: string,
  headers: Headers,
): ClaimedSignature | SignatureDefect {
  const text = authorization.trim();
  const gap = text.search(/\s/);
  const algorithm = gap === -1 ? text : text.slice(0, gap);
  const fields = new Map<string, string>();
  for (const piece of gap === -1 ? [] : text.slice(gap).split(',')) {
    const pair = piece.trim();
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    // A bearer token sent to a signed route is refused. Its text is never echoed.
    if (equals === -1) {
      return incomplete(
        'Invalid key=value pair (missing equal-sign) in Authorization header ' +
          `(hashed with SHA-256 and encoded with Base64): '${hashed(authorization)}'.`,
      );
    }
    fields.set(pair.slice(0, equals), pair.slice(equals + 1));
  }

  const credential = fields.get('Credential');
  const signature = fields.get('Signature');
  const signedHeaders = fields.get('SignedHeaders');
  const date = headers.get('x-amz-date')?.[0] ?? headers.get('date')?.[0];
  if (!credential || !signature || !signedHeaders || !date) {
    const missing = [
      credential ? '' : "Authorization header requires 'Credential' parameter. ",
      signature ? '' : "Authorization header requires 'Signature' parameter. ",
      signedHeaders ? '' : "Authorization header requires 'SignedHeaders' parameter. ",
      date ? '' : "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    ].join('');
    const hash = `(Hashed with SHA-256 and encoded with Base64) Authorization=${hashed(authorization)}`;
    return incomplete(missing + hash);
  }
  return assemble({
    algorithm,
    credential,
    signature,
    signedHeaders,
    date,
    signedQuery: query,
    securityToken: headers.get('x-amz-security-token')?.[0],
    expiresSeconds: undefined,
  });
}

function readPresigned(
  query: string,
  parameters: ReadonlyMap<string, string>,
): ClaimedSignature | SignatureDefect {
  const algorithm = parameters.get('X-Amz-Algorithm');
  const credential = parameters.get('X-Amz-Credential');
  const signature = parameters.get('X-Amz-Signature');
  const signedHeaders = parameters.get('X-Amz-SignedHeaders');
  const date = parameters.get('X-Amz-Date');
  if (!algorithm || !credential || !signature || !signedHeaders || !date) {
    const missing = [
      ['X-Amz-Algorithm', algorithm],
      ['X-Amz-Credential', credential],
      ['X-Amz-Signature', signature],
      ['X-Amz-SignedHeaders', signedHeaders],
      ['X-Amz-Date', date],
    ].map(([name, value]) => (value ? '' : `AWS query-string parameters must include '${name ?? ''}'. `));
    return incomplete(`${missing.join('')}Re-examine the query-string parameters.`);
  }
  const signatures = query.split('&').filter((pair) => nameOf(pair) === 'X-Amz-Signature');
  // X-Amz-Signature itself is not signed, so a second one could contain anything.
  if (signatures.length > 1) return incomplete('The query string has more than one X-Amz-Signature.');
  const expires = parameters.get('X-Amz-Expires') ?? '300';
  if (!/^\d{1,7}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_SECONDS) {
    return incomplete(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ' +
        `${MAX_EXPIRES_SECONDS} seconds`,
    );
  }
  return assemble({
    algorithm,
    credential,
    signature,
    signedHeaders,
    date,
    signedQuery: query
      .split('&')
      .filter((pair) => nameOf(pair) !== 'X-Amz-Signature')
      .join('&'),
    securityToken: parameters.get('X-Amz-Security-Token'),
    expiresSeconds: Number(expires),
  });
}

type Pieces = {
  readonly algorithm: string;
  readonly credential: string;
  readonly signature: string;
  readonly signedHeaders: string;
  readonly date: string;
  readonly signedQuery: string;
  readonly securityToken: string | undefined;
  readonly expiresSeconds: number | undefined;
};

function assemble(pieces: Pieces): ClaimedSignature | SignatureDefect {
  const amzDate = toBasicDate(pieces.date);
  if (amzDate === undefined) {
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${pieces.date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  if (pieces.algorithm !== SIGNING_ALGORITHM) {
    return incomplete(
      `Unsupported AWS 'algorithm': '${pieces.algorithm}' (only ${SIGNING_ALGORITHM} for now). `,
    );
  }
  const parts = pieces.credential.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (
    parts.length !== 5 ||
    !accessKeyId ||
    date === undefined ||
    region === undefined ||
    service === undefined
  ) {
    return incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
        `got '${pieces.credential}'`,
    );
  }
  const signedHeaders = pieces.signedHeaders.toLowerCase().split(';').slice(0, MAX_SIGNED_HEADERS).sort();
  return {
    accessKeyId,
    scope: { date, region, service },
    terminator: terminator ?? '',
    amzDate,
    signedAtMs: Date.parse(toExtendedDate(amzDate)),
    signedHeaders,
    signature: pieces.signature,
    signedQuery: pieces.signedQuery,
    securityToken: pieces.securityToken,
    expiresSeconds: pieces.expiresSeconds,
  };
}

function incomplete(message: string): SignatureDefect {
  return { errorType: 'IncompleteSignatureException', message, faults: ['form'] };
}

function hashed(authorization: string): string {
  return Buffer.from(sha256Hex(authorization), 'hex').toString('base64');
}

/**
 * Converts a date to the basic format. The input is in the basic format already, or an HTTP date from a Date header.
 */
function toBasicDate(text: string): string | undefined {
  const epochMs = Date.parse(/^\d{8}T\d{6}Z$/.test(text) ? toExtendedDate(text) : httpDate(text));
  if (Number.isNaN(epochMs)) return undefined;
  return toAmzDate(epochMs);
}

function httpDate(text: string): string {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? text : 'none';
}

/** Converts `20261120T080910Z` to `2026-11-20T08:09:10Z`. */
function toExtendedDate(basic: string): string {
  return basic.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
}

/** Reads a query. Of several parameters with the same name, the first one counts. */
export function readQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const name = decodeOrKeep(equals === -1 ? pair : pair.slice(0, equals));
    if (!parameters.has(name))
      parameters.set(name, equals === -1 ? '' : decodeOrKeep(pair.slice(equals + 1)));
  }
  return parameters;
}

function nameOf(pair: string): string {
  return decodeOrKeep(pair.split('=', 1)[0] ?? '');
}
