/** All signature schemes, by their names in documents and options. */
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';
import { GITHUB, SLACK, STANDARD, STRIPE } from './hmac-schemes.ts';
import type { Scheme, Refused, SignatureClaim } from './scheme.ts';
import type { SchemeName } from './signature-headers.ts';

/**
 * HTTP message signatures (RFC 9421), limited to a narrow profile. There must be one signature over the method,
 * authority and path, over the query if there is one, and over the digest of the body if there is one. It must have the
 * parameters `created`, `keyid`, `nonce` and `tag`; `expires` and `alg` may be added.
 */
const MESSAGE_SIGNATURE: Scheme = {
  readClaim(request) {
    const inputHeader = readOnlyHeader(request, 'signature-input');
    if (typeof inputHeader !== 'string') return inputHeader;
    const signatureHeader = readOnlyHeader(request, SIGNATURE_HEADERS.rfc9421);
    if (typeof signatureHeader !== 'string') return signatureHeader;
    const input = parseSignatureInput(inputHeader);
    const signature = input && parseSignature(signatureHeader, input.label);
    if (input === undefined || signature === undefined) return refused('malformed_signature');
    return checkCoverage(request, input) ?? claim(request, input, signature);
  },
  isUsable: (secret) => parseKeyRecord(secret) !== undefined,
  // The message contains no id of the delivery. The nonce changes in every attempt, so only the sender's body can
  // contain a stable id.
  describe: () => ({ id: undefined, type: undefined }),
};

function checkCoverage(request: RawRequest, { components }: SignatureInput): Refused | undefined {
  const { body, query } = request;
  const required = [
    '@method',
    '@authority',
    '@path',
    ...(query === '' ? [] : ['@query']),
    ...(body.length === 0 ? [] : ['content-digest']),
  ];
  if (!required.every((name) => components.includes(name))) return refused('insufficient_coverage');
  const digest = readValue(request, 'content-digest');
  return digest !== undefined && !isDigestOf(digest, body) ? refused('invalid_digest') : undefined;
}

function claim(
  request: RawRequest,
  { components, parameters, text }: SignatureInput,
  signature: Uint8Array,
): SignatureClaim | Refused {
  const [created, expires] = [parameters.get('created'), parameters.get('expires')];
  const [keyId, nonce, tag] = ['keyid', 'nonce', 'tag'].map((name) => parameters.get(name));
  const algorithm = parameters.get('alg');
  if (typeof created !== 'number' || (expires !== undefined && typeof expires !== 'number'))
    return refused('malformed_timestamp');
  if (typeof nonce !== 'string' || nonce === '') return refused('malformed_id');
  const lines: string[] = [];
  for (const name of components) {
    const value = valueOf(request, name);
    if (value === undefined) return refused('insufficient_coverage');
    lines.push(`"${name}": ${value}`);
  }
  const base = [...lines, `"@signature-params": ${text}`].join('\n');
  return {
    kind: 'claimed',
    signedAtEpochSeconds: created,
    expiresAtEpochSeconds: expires,
    signed: [base],
    isSignedBy(secret) {
      const record = parseKeyRecord(secret);
      const isMeant = record !== undefined && record.keyId === keyId && record.tag === tag;
      if (!isMeant || (algorithm !== undefined && algorithm !== record.algorithm)) return false;
      return record.isSignature(base, signature);
    },
  };
}

/** Returns the value of a component; undefined if it is absent, unknown or cannot be signed (RFC 9421 §2). */
function valueOf(request: RawRequest, name: string): string | undefined {
  const value = readValue(request, name);
  return value === undefined || NOT_IN_A_BASE.test(value) ? undefined : value;
}

/** A signature base has no line breaks in values, and no bytes beyond ASCII ("no obs-text", RFC 9421 §2.5). */
const NOT_IN_A_BASE = /[^\t\x20-\x7e]/;

function readValue({ method, path, query, headers }: RawRequest, name: string): string | undefined {
  switch (name) {
    case '@method':
      return method;
    case '@authority':
      // The port 443 is omitted, because it is the default (RFC 9421 §2.2.3). API Gateway does not use any other port.
      return (
        headers
          .get('host')
          ?.join()
          // Only ASCII letters are converted, because `toLowerCase` would convert the Kelvin sign to the letter k.
          .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
          .replace(/:443$/, '')
      );
    case '@path':
      return path;
    case '@query':
      return query === undefined ? undefined : `?${query}`;
    default:
      return name.startsWith('@') ? undefined : headers.get(name)?.map(trimFieldWhitespace).join(', ');
  }
}
import type { RawRequest } from '../aws/raw-request.ts';
import { parseKeyRecord } from './key-record.ts';
import { readOnlyHeader, refused } from './scheme.ts';
import { SIGNATURE_HEADERS } from './signature-headers.ts';
import { isDigestOf, parseSignature, parseSignatureInput } from './signature-fields.ts';
import type { SignatureInput } from './signature-fields.ts';

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = {
  github: GITHUB,
  stripe: STRIPE,
  slack: SLACK,
  standard: STANDARD,
  rfc9421: MESSAGE_SIGNATURE,
};

export const SCHEME_NAMES = Object.keys(SCHEMES) as readonly SchemeName[];
