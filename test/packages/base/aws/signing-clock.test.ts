import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SignedRequest } from '../../../../packages/base/aws/signature.ts';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';
import { verifyByAnyClock } from '../../../../packages/base/aws/signing-clock.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 8, 9, 10);
const AT = { service: 'dynamodb', secretOf: () => 'not-a-real-secret' };

function aRequestSignedAt(nowEpochMs: number, headers: Record<string, string> = {}): SignedRequest {
  const signed = signRequest({
    method: 'POST',
    url: new URL('http://127.0.0.1:4000/'),
    headers,
    body: '{}',
    nowEpochMs,
    service: 'dynamodb',
    region: 'us-east-1',
    accessKeyId: 'AKIALOCAL0001',
    secretAccessKey: 'not-a-real-secret',
  });
  return { method: 'POST', path: '/', query: '', rawHeaders: Object.entries(signed).flat(), body: '{}' };
}

describe('verifyByAnyClock', () => {
  const HOUR_MS = 3_600_000;
  const verdictAt = (signedAtMs: number, offsetMs: number, former: readonly number[] = []): string =>
    verifyByAnyClock(aRequestSignedAt(signedAtMs), AT, {
      nowEpochMs: () => NOW_MS + offsetMs,
      offsetMs: () => offsetMs,
      formerOffsetsMs: () => former,
    }).kind;

  for (const { name, signedMs, offsetMs, former, expected } of [
    { name: 'by the time that is moved', signedMs: HOUR_MS, offsetMs: HOUR_MS, expected: 'verified' },
    { name: 'by the machine’s time', signedMs: 0, offsetMs: HOUR_MS, expected: 'verified' },
    { name: 'by neither', signedMs: 2 * HOUR_MS, offsetMs: HOUR_MS, expected: 'refused' },
    {
      name: 'before the clock came back to the machine’s',
      signedMs: HOUR_MS,
      offsetMs: 0,
      former: [HOUR_MS],
      expected: 'verified',
    },
    {
      name: 'before the clock was moved on, two moves ago',
      signedMs: HOUR_MS,
      offsetMs: 9 * HOUR_MS,
      former: [HOUR_MS, 2 * HOUR_MS],
      expected: 'verified',
    },
    {
      name: 'by a time that never was',
      signedMs: 3 * HOUR_MS,
      offsetMs: 0,
      former: [HOUR_MS],
      expected: 'refused',
    },
  ])
    it(`finds what is signed ${name} ${expected}`, () => {
      assert.equal(verdictAt(NOW_MS + signedMs, offsetMs, former), expected);
    });

  it('reports that a session has expired, whichever clock its holder signs with', () => {
    const sessionOf = () => ({ token: 'token', isExpired: true });
    for (const signedMs of [0, HOUR_MS]) {
      const request = aRequestSignedAt(NOW_MS + signedMs, { 'x-amz-security-token': 'token' });
      const clock = { nowEpochMs: () => NOW_MS + HOUR_MS, offsetMs: () => HOUR_MS };
      const result = verifyByAnyClock(request, { ...AT, sessionOf }, clock);

      assert.equal(result.kind === 'refused' && result.code, 'EXPIRED_TOKEN');
    }
  });

  it('takes a clock that cannot move for what it says', () => {
    const request = aRequestSignedAt(NOW_MS);
    const at = (nowEpochMs: number) => verifyByAnyClock(request, AT, { nowEpochMs: () => nowEpochMs }).kind;

    assert.deepEqual([at(NOW_MS), at(NOW_MS + HOUR_MS)], ['verified', 'refused']);
  });
});
