import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  canonicalRequest,
  equalInConstantTime,
  presignUrl,
  signatureOf,
  signRequest,
  toAmzDate,
} from '../../../../packages/base/aws/sign-request.ts';
import { verifySignature } from '../../../../packages/base/aws/signature.ts';
import { Sha256 } from '../../../support/sha256.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 8, 9, 10);

describe('presignUrl', () => {
  const signer = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI',
    service: 'lambda',
    region: 'eu-west-1',
    nowEpochMs: NOW_MS,
    expiresSeconds: 600,
  };
  const verifiedAt = (url: URL, nowEpochMs: number): string =>
    verifySignature(
      {
        method: 'GET',
        path: url.pathname,
        query: url.search.slice(1),
        rawHeaders: ['Host', url.host],
        body: '',
      },
      { nowEpochMs, service: 'lambda', secretOf: () => signer.secretAccessKey, sessionOf: sessionOf(url) },
    ).kind;
  const sessionOf = (url: URL) => () => {
    const token = url.searchParams.get('X-Amz-Security-Token');
    return token === null ? undefined : { token, isExpired: false };
  };

  it('signs like the presigner of the SDK, with and without a session', async () => {
    for (const sessionToken of [undefined, 'a+b/c=']) {
      const url = presignUrl({
        ...signer,
        sessionToken,
        url: new URL('http://127.0.0.1:4000/_code/list.zip'),
      });
      const { accessKeyId, secretAccessKey, service, region } = signer;
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
      const own = new SignatureV4({ credentials, service, region, sha256: Sha256 });
      const { query = {} } = await own.presign(
        new HttpRequest({
          hostname: '127.0.0.1',
          port: 4000,
          path: '/_code/list.zip',
          headers: { host: '127.0.0.1:4000' },
        }),
        { expiresIn: 600, signingDate: new Date(NOW_MS) },
      );

      assert.equal(url.searchParams.get('X-Amz-Signature'), query['X-Amz-Signature']);
      assert.deepEqual(
        [NOW_MS, NOW_MS + 599_000, NOW_MS + 601_000].map((now) => verifiedAt(url, now)),
        ['verified', 'verified', 'refused'],
      );
    }
  });
});

describe('signRequest', () => {
  it("signs like AWS's own signer", async () => {
    const text = fc.string({ maxLength: 20, unit: 'grapheme' }).filter((value) => value.isWellFormed());
    const segment = fc.oneof(
      text,
      fc.constantFrom('@connections', 'a b', "it's(1)*!", 'JCIoWGiIvHcEsxg=', '..', ''),
    );
    const query = fc.dictionary(
      text.filter((name) => name !== ''),
      text,
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 4 }),
        query,
        fc.string({ maxLength: 100 }),
        fc.constantFrom('execute-api', 'dynamodb', 'lambda'),
        async (segments, parameters, body, service) => {
          const path = `/${segments.map(encodeURIComponent).join('/')}`;
          const search = new URLSearchParams(Object.entries(parameters)).toString().replaceAll('+', '%20');
          const url = new URL(
            `http://abc123.execute-api.localhost:4000${path}${search === '' ? '' : `?${search}`}`,
          );
          const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' };

          const ours = signRequest({
            method: 'POST',
            url,
            headers: { 'X-Amz-Target': ' A  b ' },
            body,
            service,
            region: 'eu-west-1',
            ...key,
            nowEpochMs: NOW_MS,
          });
          const signer = new SignatureV4({
            credentials: key,
            region: 'eu-west-1',
            service,
            sha256: Sha256,
            applyChecksum: false,
          });
          const theirs = await signer.sign(
            {
              method: 'POST',
              protocol: 'http:',
              hostname: url.hostname,
              path: url.pathname,
              query: Object.fromEntries(url.searchParams),
              headers: { host: url.host, 'X-Amz-Target': ' A  b ' },
              body,
            },
            { signingDate: new Date(NOW_MS) },
          );

          assert.equal(ours['Authorization'], theirs.headers['authorization']);
        },
      ),
      { seed: 20261120, numRuns: 150 },
    );
  });
});

describe('signatureOf', () => {
  it('derives a key for each secret, day, region and service, of any number and content', async () => {
    const keys = ['secret', 'other', 'with "quotes",and commas'].flatMap((secretAccessKey) =>
      Array.from({ length: 30 }, (_, day) => ({ secretAccessKey, day })),
    );
    // Each twice: what was derived before is forgotten by then.
    for (const { secretAccessKey, day } of [...keys, ...keys]) {
      const signingDate = new Date(NOW_MS + day * 86_400_000);
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };
      const date = toAmzDate(signingDate.getTime()).slice(0, 8);
      const theirs = await new SignatureV4({
        credentials,
        region: 'eu-west-1',
        service: 's',
        sha256: Sha256,
      }).sign('text to sign', { signingDate });

      assert.equal(
        signatureOf(secretAccessKey, { date, region: 'eu-west-1', service: 's' }, 'text to sign'),
        theirs,
      );
    }
  });
});

/** The path and the query that a signature covers. */
function canonical(path: string, query: string, service: string): readonly (string | undefined)[] {
  const rest = { method: 'GET', headers: new Map(), signedHeaders: [], payloadHash: '' };
  return canonicalRequest({ ...rest, path, query, service })
    .split('\n')
    .slice(1, 3);
}

describe('the path of canonicalRequest', () => {
  for (const { name, path, service, expected } of [
    {
      name: 'encodes what is encoded on the wire once more',
      path: '/dev/a%3D',
      service: 'execute-api',
      expected: '/dev/a%253D',
    },
    {
      name: 'encodes @',
      path: '/dev/@connections/x',
      service: 'execute-api',
      expected: '/dev/%40connections/x',
    },
    {
      name: 'drops dot and empty segments',
      path: '/a/./b//../c/',
      service: 'execute-api',
      expected: '/a/c/',
    },
    { name: 'is a slash for nothing', path: '', service: 'dynamodb', expected: '/' },
    {
      name: 'does not change an S3 path',
      path: '/bucket//a/../b%20c',
      service: 's3',
      expected: '/bucket//a/../b%20c',
    },
  ]) {
    it(name, () => {
      assert.deepEqual(canonical(path, '', service), [expected, '']);
    });
  }
});

describe('the query of canonicalRequest', () => {
  for (const { name, query, expected } of [
    { name: 'sorts by name, then by value', query: 'b=2&a=3&a=1', expected: 'a=1&a=3&b=2' },
    { name: 'sorts by code unit, capitals first', query: 'a=1&B=2', expected: 'B=2&a=1' },
    { name: 'gives a name without value an empty value', query: 'flag', expected: 'flag=' },
    { name: 'brings escapes to one spelling', query: 'a=%7e%2a%c3%a9', expected: 'a=~%2A%C3%A9' },
    { name: 'keeps bytes that are not a UTF-8', query: 'a=%ff', expected: 'a=%FF' },
    { name: 'encodes a lone percent sign', query: 'a=100%', expected: 'a=100%25' },
    { name: 'splits at the first equals sign', query: 'a=b=c', expected: 'a=b%3Dc' },
  ]) {
    it(name, () => {
      assert.deepEqual(canonical('/', query, 's'), ['/', expected]);
    });
  }
});

describe('toAmzDate', () => {
  it('is ISO 8601 in the basic format, without milliseconds', () => {
    assert.equal(toAmzDate(NOW_MS + 999), '20261120T080910Z');
  });
});

describe('equalInConstantTime', () => {
  it('distinguishes texts, also of different lengths', () => {
    assert.equal(equalInConstantTime('abc', 'abc'), true);
    assert.equal(equalInConstantTime('abc', 'abd'), false);
    assert.equal(equalInConstantTime('abc', 'abcd'), false);
    assert.equal(equalInConstantTime('a', '\u0161'), false, 'no letter passes for its low byte');
  });
});
