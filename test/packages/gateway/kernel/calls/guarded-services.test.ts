import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardServices } from '../../../../../packages/gateway/kernel/calls/guarded-services.ts';
import type { LocalIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:keep';

describe('the check of a role that an integration names', () => {
  // https://github.com/serverless-operations/serverless-step-functions/issues/140
  it('does not ask a role, and so does not log a denial, for a call whose input is not JSON', async () => {
    // Every look at what the role permits is a failure.
    const session = new Proxy({} as LocalIdentity, {
      get: (_, member) => assert.fail(`asked for ${String(member)}`),
    });
    const client = guardServices(
      { call: () => assert.fail('the call was sent') },
      { accountId: '123456789012', partitionKeyOf: () => 'id' },
      { assume: () => session, isOpenToGateway: () => true, isOpenTo: () => true },
    );
    const outcome = await client.call({
      service: 'states',
      region: 'us-east-1',
      method: 'POST',
      path: '/',
      query: '',
      headers: [
        'Content-Type',
        'application/x-amz-json-1.0',
        'X-Amz-Target',
        'AWSStepFunctions.StartExecution',
      ],
      body: `{"input": "it wasn\\'t", "stateMachineArn": "${MACHINE}"}`,
      roleArn: 'arn:aws:iam::123456789012:role/r',
      subdomain: undefined,
      timeoutMs: 1_000,
    });
    assert.ok(outcome.kind === 'answered');
    assert.match(outcome.body.toString(), /SerializationException/);
  });
});
