/** What faults of calls to backends mean. REST APIs answer faults of TLS differently from those of the network. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errors } from 'undici';
import { toFailure } from '../../../../../packages/gateway/server/adapters/http-client.ts';

const REQUEST = { method: 'GET', origin: 'https://a.example' } as Parameters<typeof toFailure>[1];
const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe('toFailure', () => {
  for (const fault of [new DOMException('', 'TimeoutError'), new errors.HeadersTimeoutError()])
    it(`counts ${fault.name} as the end of the time`, () => {
      assert.deepEqual(toFailure(fault, REQUEST), { kind: 'timed-out' });
    });

  // https://nodejs.org/api/errors.html, https://nodejs.org/api/tls.html#x509-certificate-error-codes
  const rows: readonly (readonly [fault: unknown, reason: string, isTls: boolean])[] = [
    [new errors.ResponseExceededMaxSizeError('large'), 'too-large', false],
    [new errors.InvalidArgumentError('invalid'), 'request', false],
    [new errors.NotSupportedError('unsupported'), 'request', false],
    ...['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ERR_INVALID_URL'].map(
      (code) => [coded(code), 'address', false] as const,
    ),
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EPROTONOSUPPORT'].map(
      (code) => [coded(code), 'network', false] as const,
    ),
    ...[
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'EPROTO',
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'HOSTNAME_MISMATCH',
    ].map((code) => [coded(code), 'network', true] as const),
    [new DOMException('given up', 'AbortError'), 'network', false],
    [new Error('no code'), 'network', false],
    ['text', 'network', false],
  ];
  for (const [fault, reason, isTls] of rows) {
    const message = fault instanceof Error ? fault.message : String(fault);
    it(`says ${reason}${isTls ? ' and TLS' : ''} of ${message}`, () => {
      assert.deepEqual(toFailure(fault, REQUEST), {
        kind: 'unreachable',
        reason,
        message: `GET https://a.example: ${message}`,
        ...(isTls && { isTls }),
      });
    });
  }

  it('does not repeat what Node advises programs to do', () => {
    const failure = toFailure(
      coded('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate; if the root CA is installed locally, …'),
      REQUEST,
    );
    assert.ok(failure.kind === 'unreachable');
    assert.equal(failure.message, 'GET https://a.example: self-signed certificate');
  });
});
