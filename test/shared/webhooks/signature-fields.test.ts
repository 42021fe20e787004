import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { isDigestOf } from '#shared/webhooks/signature-fields.ts';

const BODY = Buffer.from('{"a":1}');
const digest = (name: string, algorithm: string, body = BODY): string =>
  `${name}=:${createHash(algorithm).update(body).digest('base64')}:`;
const GOOD = digest('sha-256', 'sha256');

/** The digest and unknown digests, `length` characters together. */
function padded(length: number): string {
  const first = `${GOOD}, a=:${'A'.repeat(2048)}:, b=:`;
  return `${first}${'A'.repeat(length - first.length - 1)}:`;
}

// Source: RFC 9530, "The Content-Digest Field".
describe('isDigestOf', () => {
  for (const [name, header, expected] of [
    ['the digest of the body', GOOD, true],
    ['two digests of the body', `${GOOD}, ${digest('sha-512', 'sha512')}`, true],
    ['one that is known among others', `md5=:AAAA:, ${GOOD}`, true],
    ['none that is known', 'md5=:AAAA:', false],
    ['one of another body', digest('sha-256', 'sha256', Buffer.from('x')), false],
    ['a good and a bad one', `${GOOD}, sha-512=:AAAA:`, false],
    ['a member without form', `${GOOD}, x`, false],
    ['nothing', '', false],
    ['4,096 characters', padded(4096), true],
    ['4,097 characters', padded(4097), false],
  ] as const)
    it(`finds ${name} ${expected ? 'good' : 'bad'}`, () => {
      assert.equal(isDigestOf(header, BODY), expected);
    });
});
