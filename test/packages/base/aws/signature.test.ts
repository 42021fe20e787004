import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type SignedRequest,
  type VerificationContext,
  verifySignature,
} from '../../../../packages/base/aws/signature.ts';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';
import { webPath, webQuery } from '../../../support/any-text.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 8, 9, 10);
const KEY = { accessKeyId: 'AKIALOCAL0001', secretAccessKey: 'not-a-real-secret' };
const AT: VerificationContext = {
  nowEpochMs: NOW_MS,
  service: 'execute-api',
  secretOf: (accessKeyId) => (accessKeyId === KEY.accessKeyId ? KEY.secretAccessKey : undefined),
};

type RequestOptions = {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly service?: string;
  readonly region?: string;
  readonly nowEpochMs?: number;
};

function aSignedRequest(options: RequestOptions = {}): SignedRequest & { rawHeaders: string[] } {
  const { method = 'GET', target = '/dev/orders?state=open', headers = {}, body = '' } = options;
  const url = new URL(target, 'http://127.0.0.1:4000');
  const signed = signRequest({
    method,
    url,
    headers,
    body,
    service: options.service ?? 'execute-api',
    region: options.region ?? 'us-east-1',
    ...KEY,
    nowEpochMs: options.nowEpochMs ?? NOW_MS,
  });
  return {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    rawHeaders: Object.entries(signed).flat(),
    body,
  };
}

it('a header with other characters than ASCII is signed as text, and arrives as the bytes of UTF-8', () => {
  // LocalStack, tests/aws/services/s3/test_s3.py, test_system_metadata_with_unicode, recorded on AWS
  const request = aSignedRequest({
    headers: { 'Content-Disposition': 'attachment; filename="test_—_é.pdf"' },
  });
  const asNodeReads = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

  const result = verifySignature({ ...request, rawHeaders: request.rawHeaders.map(asNodeReads) }, AT);

  assert.deepEqual(result, verifySignature(aSignedRequest(), AT));
});

function withAuthorization(
  text: string | undefined,
  more: string[] = ['X-Amz-Date', '20261120T080910Z'],
): SignedRequest {
  const rawHeaders = [
    'Host',
    '127.0.0.1:4000',
    ...more,
    ...(text === undefined ? [] : ['Authorization', text]),
  ];
  return { method: 'GET', path: '/', query: '', rawHeaders, body: '' };
}

describe('verifySignature', () => {
  it('verifies every request that signRequest has signed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'DELETE'),
        webPath(),
        webQuery(),
        fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[\x20-\x7e]{0,20}$/), {
          maxKeys: 3,
        }),
        fc.string(),
        (method, path, query, headers, body) => {
          const request = aSignedRequest({
            method,
            target: `http://127.0.0.1:4000${path}?${query}`,
            headers,
            body,
          });
          assert.deepEqual(verifySignature(request, AT), {
            kind: 'verified',
            accessKeyId: KEY.accessKeyId,
            region: 'us-east-1',
            service: 'execute-api',
          });
        },
      ),
      { seed: 20261120, numRuns: 200 },
    );
  });

  it('refuses a request of which one character was changed', () => {
    const request = aSignedRequest({
      method: 'POST',
      body: '{"total":12}',
      headers: { 'X-Amz-Target': 'Orders.Create' },
    });
    const parts = ['method', 'path', 'query', 'body'] as const;
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...parts), fc.nat(request.rawHeaders.length / 2 - 1)),
        fc.nat(1000),
        fc.stringMatching(/^[a-zA-Z0-9]$/),
        (part, position, letter) => {
          const change = (text: string) => {
            const at = position % text.length;
            return text.slice(0, at) + letter + text.slice(at + 1);
          };
          const rawHeaders = [...request.rawHeaders];
          const changed = { ...request, rawHeaders };
          if (typeof part === 'number') rawHeaders[2 * part + 1] = change(rawHeaders[2 * part + 1]!);
          else changed[part] = change(String(request[part]));
          fc.pre(JSON.stringify(changed) !== JSON.stringify(request));

          assert.notEqual(verifySignature(changed, AT).kind, 'verified');
        },
      ),
      { seed: 20261120, numRuns: 500 },
    );
  });

  it('never throws, for any header and query', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (authorization, date, query) => {
        const request = withAuthorization(`AWS4-HMAC-SHA256 ${authorization}`, ['X-Amz-Date', date]);
        assert.equal(verifySignature({ ...request, query }, AT).kind, 'refused');
        const bare = withAuthorization(undefined);
        assert.notEqual(verifySignature({ ...bare, query: `X-Amz-Algorithm=${query}` }, AT).kind, 'verified');
      }),
      { seed: 20261120 },
    );
  });

  it('is not asked when a request claims no signature', () => {
    assert.deepEqual(verifySignature(withAuthorization(undefined), AT), { kind: 'unsigned' });
  });

  it('joins repeated headers and takes blanks together, as signers do', () => {
    const request = aSignedRequest({ headers: { 'X-Tag': 'a,b  c' } });
    const rawHeaders = request.rawHeaders.flatMap((text, index) =>
      request.rawHeaders[index - 1] === 'X-Tag' ? ['  a ', 'x-tag', ' b c'] : [text],
    );
    assert.equal(verifySignature({ ...request, rawHeaders }, AT).kind, 'verified');
  });

  it('hashes the body itself: neither UNSIGNED-PAYLOAD nor a hash in the header replaces it', () => {
    const request = aSignedRequest({
      method: 'POST',
      body: 'a',
      headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
    });
    assert.equal(verifySignature(request, AT).kind, 'verified');
    assert.equal(verifySignature({ ...request, body: 'b' }, AT).kind, 'refused');
  });

  const CREDENTIAL = `${KEY.accessKeyId}/20261120/us-east-1/execute-api/aws4_request`;
  const whole = (credential: string, signedHeaders = 'host;x-amz-date') =>
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${'0'.repeat(64)}`;

  // Source of the texts: docs/aws §4.6; the ones it leaves out as DynamoDB and API Gateway answer them.
  for (const { name, request, at = AT, errorType, message } of [
    {
      name: 'names a bearer token by its hash, never by itself',
      request: withAuthorization('Bearer secret-token'),
      errorType: 'IncompleteSignatureException',
      message: `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${createHash('sha256').update('Bearer secret-token').digest('base64')}'.`,
    },
    {
      name: 'lists all that is missing',
      request: withAuthorization('AWS4-HMAC-SHA256', []),
      errorType: 'IncompleteSignatureException',
      message:
        /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. /,
    },
    {
      name: 'wants a date in the basic format',
      request: withAuthorization(whole(CREDENTIAL), ['X-Amz-Date', '2026-11-20']),
      errorType: 'IncompleteSignatureException',
      message:
        "Date must be in ISO-8601 'basic format'. Got '2026-11-20'. See http://en.wikipedia.org/wiki/ISO_8601",
    },
    {
      name: 'refuses another algorithm',
      request: withAuthorization(whole(CREDENTIAL).replace('SHA256', 'SHA1')),
      errorType: 'IncompleteSignatureException',
      message: "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ",
    },
    {
      name: 'wants five parts of a credential',
      request: withAuthorization(whole('a/b/c/d')),
      errorType: 'IncompleteSignatureException',
      message:
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
    },
    {
      name: 'refuses a signature of six minutes ago',
      request: aSignedRequest({ nowEpochMs: NOW_MS - 6 * 60_000 }),
      errorType: 'InvalidSignatureException',
      message:
        'Signature expired: 20261120T080310Z is now earlier than 20261120T080410Z (20261120T080910Z - 5 min.)',
    },
    {
      name: 'refuses a signature from the future',
      request: aSignedRequest({ nowEpochMs: NOW_MS + 6 * 60_000 }),
      errorType: 'InvalidSignatureException',
      message:
        'Signature not yet current: 20261120T081510Z is still later than 20261120T081410Z (20261120T080910Z + 5 min.)',
    },
    {
      name: 'does not use :authority as the host if there is none',
      request: withAuthorization(whole(CREDENTIAL, ':authority;x-amz-date')),
      errorType: 'InvalidSignatureException',
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    },
    {
      name: 'wants the host signed, so that nothing is replayed against another API',
      request: withAuthorization(whole(CREDENTIAL, 'x-amz-date')),
      errorType: 'InvalidSignatureException',
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    },
    {
      name: 'wants the right service',
      request: aSignedRequest({ service: 'lambda' }),
      errorType: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'execute-api'. ",
    },
    {
      name: 'wants the right region',
      request: aSignedRequest({ region: 'eu-west-1' }),
      at: { ...AT, region: 'us-east-1' },
      errorType: 'InvalidSignatureException',
      message: "Credential should be scoped to a valid region, not 'eu-west-1'. ",
    },
    {
      name: 'requires the date of the scope to be the date of the request',
      request: withAuthorization(whole(CREDENTIAL.replace('20261120', '20261119'))),
      errorType: 'InvalidSignatureException',
      message:
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261119' != '20261120', from '20261120T080910Z'. ",
    },
    {
      name: 'does not accept a foreign key',
      request: withAuthorization(whole(CREDENTIAL.replace(KEY.accessKeyId, 'AKIASOMEBODY'))),
      errorType: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    },
    {
      name: 'does not take a session token together with a local key',
      request: {
        ...aSignedRequest(),
        rawHeaders: [...aSignedRequest().rawHeaders, 'X-Amz-Security-Token', 'x'],
      },
      errorType: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    },
    {
      name: 'shows what should have been signed',
      request: { ...aSignedRequest(), query: 'state=paid' },
      errorType: 'InvalidSignatureException',
      message:
        /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\..*\n'GET\n\/dev\/orders\nstate=paid\nhost:127\.0\.0\.1:4000\n/s,
    },
    {
      name: 'refuses a header and a presigned query at once',
      request: { ...aSignedRequest(), query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256' },
      errorType: 'InvalidSignatureException',
      message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    },
    {
      name: 'lists what a presigned query lacks',
      request: {
        ...withAuthorization(undefined),
        query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261120T080910Z',
      },
      errorType: 'IncompleteSignatureException',
      message:
        "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.",
    },
  ] satisfies readonly {
    name: string;
    request: SignedRequest;
    at?: VerificationContext;
    errorType: string;
    message: string | RegExp;
  }[]) {
    it(name, () => {
      const result = verifySignature(request, at);
      assert.equal(result.kind, 'refused');
      assert.equal(result.status, 403);
      assert.equal(result.errorType, errorType);
      if (typeof message === 'string') assert.equal(result.message, message);
      else assert.match(result.message, message);
    });
  }
});
