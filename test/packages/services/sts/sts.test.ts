import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminIdentity } from '../../../../packages/core/policy/identities.ts';
import { createCallerIdentity } from '../../../../packages/kernel/calls/caller-identity.ts';
import { CountingRandom } from '../../../support/virtual-ports.ts';
import type { AwsCall, AwsService } from '../../../../packages/kernel/calls/aws-call.ts';

const ALICE = {
  ...adminIdentity({ accessKeyId: 'AKIALOCAL0000ALICE', secretAccessKey: 'secret' }, '210987654321'),
  // AWS lets everybody ask: "No permissions are required to perform this operation".
  policies: [],
};

/** As SDKs send it: a form in the body. */
function aCall(form: string): AwsCall {
  return {
    request: {
      method: 'POST',
      path: '/',
      query: '',
      host: '127.0.0.1:4000',
      body: Buffer.from(form),
      rawHeaders: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
    },
    caller: ALICE,
    service: 'sts',
    region: 'eu-central-1',
  };
}

describe('createCallerIdentity', () => {
  it('says who has signed, without asking their policies', async () => {
    const serve = createCallerIdentity(new CountingRandom());

    const { status, headers, body } = await serve(aCall('Action=GetCallerIdentity&Version=2011-06-15'));

    assert.deepEqual([status, headers], [200, ['Content-Type', 'text/xml']]);
    assert.match(
      String(body),
      /<Arn>arn:aws:iam::210987654321:user\/admin<\/Arn><UserId>AIDALOCAL0000ALICE<\/UserId><Account>210987654321<\/Account>/,
    );
  });

  it('answers 501 to the rest, unless another service answers STS', async () => {
    const elsewhere: AwsService = () => Promise.resolve({ status: 202, headers: [], body: '' });
    const call = aCall('Action=AssumeRole&Version=2011-06-15');

    const refused = await createCallerIdentity(new CountingRandom())(call);
    const passedOn = await createCallerIdentity(new CountingRandom(), elsewhere)(call);

    assert.deepEqual([refused.status, passedOn.status], [501, 202]);
    assert.match(String(refused.body), /<Code>NotImplementedException<\/Code><Message>AssumeRole of STS/);
  });
});
