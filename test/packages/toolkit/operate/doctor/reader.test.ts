import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReader } from '../../../../../packages/toolkit/operate/doctor/reader.ts';

const REQUEST = { service: 'lambda', protocol: 'rest', path: '/2016-08-19/account-settings' } as const;

describe('a call that fails', () => {
  for (const { code, message, says } of [
    {
      code: 'AccessDeniedException',
      message: 'not authorized',
      says: { permission: 'lambda:GetAccountSettings', fix: undefined },
    },
    {
      // describeUnserved in packages/gateway/kernel/calls/unserved-call.ts
      code: 'NotImplementedException',
      message:
        'GetAccountSettings of Lambda is not supported by this gateway. Pass --aws lambda to send it to AWS.',
      says: {
        permission: undefined,
        fix: 'no right is missing: the local gateway does not serve this call. Run doctor against AWS, in a shell without the variables of gatewright env',
      },
    },
  ])
    it(`is not checked, with the remedy for ${code}`, async () => {
      const { read, unread } = createReader({
        call: async () => ({ kind: 'refused', code, message }),
      } as never);

      assert.equal(await read('quotas', 'lambda:GetAccountSettings', REQUEST), undefined);
      const [found] = unread;
      assert.deepEqual({ permission: found?.permission, fix: found?.fix }, says);
      assert.equal(found?.reason, `${code}: ${message}`);
    });
});
