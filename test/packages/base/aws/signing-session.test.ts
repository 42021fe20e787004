import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifySignature } from '../../../../packages/base/aws/signature.ts';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';
import type { SignedRequest, SigningSession } from '../../../../packages/base/aws/signature.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 8, 9, 10);
const KEY = { accessKeyId: 'ASIALOCAL0001', secretAccessKey: 'not-a-real-secret' };

function aSignedRequest(sessionToken: string | undefined, query = ''): SignedRequest {
  const headers: Record<string, string> =
    sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken };
  const url = new URL('http://127.0.0.1:4000/dev/orders');
  const options = { method: 'GET', url, headers, service: 'execute-api', region: 'us-east-1' };
  const signed = signRequest({ ...options, ...KEY, nowEpochMs: NOW_MS });
  return { method: 'GET', path: url.pathname, query, rawHeaders: Object.entries(signed).flat(), body: '' };
}

const UNKNOWN = [
  'INVALID_SIGNATURE',
  'UnrecognizedClientException',
  'The security token included in the request is invalid.',
];
const EXPIRED = [
  'EXPIRED_TOKEN',
  'ExpiredTokenException',
  'The security token included in the request is expired',
];
const session: SigningSession = { token: 'session', isExpired: false };
const over: SigningSession = { token: 'session', isExpired: true };

describe('verifySignature of a temporary key', () => {
  // Source: docs/aws §4.6; IAM user guide, "Temporary security credentials".
  const rows: {
    name: string;
    request: SignedRequest;
    session: SigningSession | undefined;
    expected: unknown;
  }[] = [
    { name: 'takes it with its token', request: aSignedRequest('session'), session, expected: 'verified' },
    { name: 'refuses it without', request: aSignedRequest(undefined), session, expected: UNKNOWN },
    { name: 'refuses it with another', request: aSignedRequest('other'), session, expected: UNKNOWN },
    {
      name: 'refuses a token together with a key that has none',
      request: aSignedRequest('session'),
      session: undefined,
      expected: UNKNOWN,
    },
    {
      name: 'says that the session has expired',
      request: aSignedRequest('session'),
      session: over,
      expected: EXPIRED,
    },
    {
      name: 'says the same for a changed request',
      request: aSignedRequest('session', 'a=b'),
      session: over,
      expected: EXPIRED,
    },
    {
      name: 'says so only to a caller with the token',
      request: aSignedRequest('other'),
      session: over,
      expected: UNKNOWN,
    },
  ];
  for (const { name, request, session: known, expected } of rows)
    it(name, () => {
      const result = verifySignature(request, {
        nowEpochMs: NOW_MS,
        service: 'execute-api',
        secretOf: () => KEY.secretAccessKey,
        sessionOf: () => known,
      });

      assert.deepEqual(
        result.kind === 'refused' ? [result.code, result.errorType, result.message] : result.kind,
        expected,
      );
    });
});
