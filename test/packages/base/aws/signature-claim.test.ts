import { SignatureV4 } from '@smithy/signature-v4';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type SignedRequest,
  type VerificationContext,
  verifySignature,
} from '../../../../packages/base/aws/signature.ts';
import { readClaim } from '../../../../packages/base/aws/signature-claim.ts';
import { Sha256 } from '../../../support/sha256.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 8, 9, 10);
const KEY = { accessKeyId: 'AKIALOCAL0001', secretAccessKey: 'not-a-real-secret' };
const AT: VerificationContext = {
  nowEpochMs: NOW_MS,
  service: 'execute-api',
  secretOf: (accessKeyId) => (accessKeyId === KEY.accessKeyId ? KEY.secretAccessKey : undefined),
};

describe('verifySignature of a presigned URL', () => {
  const presign = async (expiresIn: number): Promise<SignedRequest> => {
    const signer = new SignatureV4({
      credentials: KEY,
      region: 'us-east-1',
      service: 'execute-api',
      sha256: Sha256,
    });
    const presigned = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: '/dev/orders',
        query: { state: 'a b+c', tag: ['2', '1'] },
        headers: { host: '127.0.0.1:4000' },
      },
      { signingDate: new Date(NOW_MS), expiresIn },
    );
    const query = Object.entries(presigned.query ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`),
    );
    return {
      method: 'GET',
      path: '/dev/orders',
      query: query.join('&'),
      rawHeaders: ['Host', '127.0.0.1:4000'],
      body: '',
    };
  };

  it("verifies what AWS's own signer has signed", async () => {
    assert.equal(verifySignature(await presign(900), AT).kind, 'verified');
  });

  it('is good for as long as it says', async () => {
    const request = await presign(900);
    assert.equal(verifySignature(request, { ...AT, nowEpochMs: NOW_MS + 900_000 }).kind, 'verified');
    const late = verifySignature(request, { ...AT, nowEpochMs: NOW_MS + 901_000 });
    assert.equal(late.kind, 'refused');
    assert.equal(late.message, 'Signature expired: 20261120T082410Z is now earlier than 20261120T082411Z');
  });

  it('has one signature: what is not signed may not be there twice', async () => {
    const request = await presign(900);
    for (const second of ['X-Amz-Signature=00', 'X-Amz-Signature', '%58-Amz-Signature=00']) {
      const result = verifySignature({ ...request, query: `${request.query}&${second}` }, AT);
      assert.equal(result.kind, 'refused', second);
      assert.equal(result.errorType, 'IncompleteSignatureException');
    }
  });

  it('cannot be given another lifetime', async () => {
    const request = await presign(900);
    const longer = { ...request, query: request.query.replace('X-Amz-Expires=900', 'X-Amz-Expires=9000') };
    assert.equal(verifySignature(longer, AT).kind, 'refused');
  });
});

describe('verifySignature of a signed header', () => {
  it('refuses a second Authorization, in front or behind', async () => {
    const signer = new SignatureV4({
      credentials: KEY,
      region: 'us-east-1',
      service: 'execute-api',
      sha256: Sha256,
    });
    const { headers } = await signer.sign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: '/dev/orders',
        headers: { host: '127.0.0.1:4000' },
      },
      { signingDate: new Date(NOW_MS) },
    );
    const rawHeaders = Object.entries(headers).flat();
    const request = { method: 'GET', path: '/dev/orders', query: '', body: '' };

    assert.equal(verifySignature({ ...request, rawHeaders }, AT).kind, 'verified');
    for (const twice of [
      [...rawHeaders, 'authorization', 'Bearer x'],
      ['AUTHORIZATION', 'Bearer x', ...rawHeaders],
    ]) {
      const result = verifySignature({ ...request, rawHeaders: twice }, AT);
      assert.equal(result.kind, 'refused');
      assert.equal(result.message, 'The request has more than one Authorization header.');
    }
  });
});

describe('readClaim', () => {
  const presigned = (expires: string): string =>
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261120%2Fus-east-1%2Fexecute-api%2Faws4_request' +
    `&X-Amz-Date=20261120T080910Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00${expires}`;
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, X-Amz-Expires
  const lifetimes: readonly (readonly [expires: string, seconds: number | undefined])[] = [
    ['', 300],
    ['&X-Amz-Expires=1', 1],
    ['&X-Amz-Expires=604800', 604_800],
    ['&X-Amz-Expires=604801', undefined],
    ['&X-Amz-Expires=0', undefined],
    ['&X-Amz-Expires=-1', undefined],
    ['&X-Amz-Expires=1e3', undefined],
    ['&X-Amz-Expires=', undefined],
  ];
  for (const [expires, seconds] of lifetimes)
    it(`${seconds === undefined ? 'refuses' : `reads ${seconds} s from`} a query that ends in "${expires}"`, () => {
      const claim = readClaim(presigned(expires), new Map());

      assert.ok(claim !== undefined);
      if (seconds === undefined)
        assert.equal('errorType' in claim && claim.errorType, 'IncompleteSignatureException');
      else assert.equal('expiresSeconds' in claim && claim.expiresSeconds, seconds);
    });

  it('names what is missing if the header contains only the algorithm', () => {
    const claim = readClaim('', new Map([['authorization', ['AWS4-HMAC-SHA256']]]));

    assert.ok(claim !== undefined && 'message' in claim);
    assert.match(claim.message, /^Authorization header requires 'Credential' parameter\. .*'Signature'/);
  });
});
