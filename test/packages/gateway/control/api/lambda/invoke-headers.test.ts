import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AwsCall } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { createLambdaInvoke } from '../../../../../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { headerOf } from '../../../../../../packages/base/aws/raw-headers.ts';
import { CountingRandom, FakeInvoker } from '../../../../../support/virtual-ports.ts';

const ACCOUNT_ID = '123456789012';

function aTailOf(name: string): AwsCall {
  return {
    request: {
      method: 'POST',
      path: `/2015-03-31/functions/${name}/invocations`,
      query: '',
      rawHeaders: ['X-Amz-Log-Type', 'Tail'],
      body: Buffer.from(''),
      host: '127.0.0.1:4000',
    },
    caller: adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, ACCOUNT_ID),
    service: 'lambda',
    region: 'us-east-1',
  };
}

// Source: Lambda API reference, "Invoke", LogResult
describe('the log of an answer', () => {
  it('names the request as the function reads it, in the header and in the log', async () => {
    const returned = { kind: 'returned', payload: '1', requestId: () => 'request-of-function' };
    const neverRan = {
      kind: 'failed',
      payload: '{}',
      errorType: 'Runtime.ImportModuleError',
      errorMessage: '',
    };
    const serve = createLambdaInvoke({
      invoker: new FakeInvoker({ ran: () => returned, broken: () => neverRan }),
      random: new CountingRandom(),
      accountId: ACCOUNT_ID,
      accept: () => true,
      memoryMbOf: () => 128,
    });
    const answers = await Promise.all(['ran', 'broken'].map((name) => serve(aTailOf(name))));

    const ids = answers.map(({ headers }) => headerOf({ rawHeaders: headers }, 'x-amzn-requestid') ?? '');
    const logs = answers.map(({ headers }) =>
      Buffer.from(headerOf({ rawHeaders: headers }, 'x-amz-log-result') ?? '', 'base64').toString(),
    );
    assert.equal(ids[0], 'request-of-function');
    assert.match(ids[1] ?? '', /^[0-9a-f-]{36}$/);
    for (const [index, id] of ids.entries())
      assert.match(
        logs[index] ?? '',
        new RegExp(
          `^START RequestId: ${id} Version: \\$LATEST\nEND RequestId: ${id}\nREPORT RequestId: ${id}\tDuration: \\S+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\t\n$`,
        ),
      );
  });
});
