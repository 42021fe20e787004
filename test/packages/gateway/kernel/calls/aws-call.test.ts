import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../../../support/virtual-ports.ts';
import type { ControlRequest } from '../../../../../packages/gateway/core/api-call.ts';
import { authenticateCall } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';

function ask(body: string) {
  const request = {
    method: 'POST',
    path: '/',
    query: '',
    host: 'sts.amazonaws.com',
    rawHeaders: ['Content-Type', 'application/x-www-form-urlencoded'],
    body: Buffer.from(body),
  } as unknown as ControlRequest;
  const authenticated = authenticateCall(request, { identities: {}, clock: new VirtualClock() } as never);
  assert.ok(authenticated.kind === 'refused');
  return authenticated.reply;
}

// STS API reference, AssumeRoleWithWebIdentity: "doesn't require the use of AWS security credentials"
describe('a call without a signature', () => {
  for (const action of ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'])
    it(`is answered that ${action}, which needs no signature, is not supported here`, () => {
      const { status, body } = ask(`Action=${action}&Version=2011-06-15`);

      assert.equal(status, 501);
      assert.match(String(body), new RegExp(`${action} of STS .* is not supported by this gateway`));
    });

  it('is refused for every other operation', () => {
    const { status, body } = ask('Action=AssumeRole&Version=2011-06-15');

    assert.equal(status, 403);
    assert.match(String(body), /Missing Authentication Token/);
  });
});
