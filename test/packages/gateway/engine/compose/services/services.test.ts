import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { openLazily } from '../../../../../../packages/gateway/engine/compose/services/services.ts';
import type { AwsCall } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';

const call = (path: string): AwsCall => ({ request: { path } }) as unknown as AwsCall;
const OK = { status: 200, headers: [], body: '' };

describe('lazily', () => {
  it('opens the service once, by its first call, and keeps the order of calls', async () => {
    const served: string[] = [];
    let opened = 0;
    const service = openLazily(async () => {
      opened += 1;
      await turn();
      return ({ request }) => {
        served.push(request.path);
        return Promise.resolve(OK);
      };
    });
    assert.equal(opened, 0);

    await Promise.all([service(call('/1')), service(call('/2')), turn().then(() => service(call('/3')))]);
    await service(call('/4'));

    assert.deepEqual([opened, served], [1, ['/1', '/2', '/3', '/4']]);
  });

  it('rejects the calls that wait for a service that cannot be opened, and tries again at the next call', async () => {
    let opened = 0;
    const service = openLazily(() => {
      opened += 1;
      return opened === 1
        ? Promise.reject(new Error('not there'))
        : Promise.resolve(() => Promise.resolve(OK));
    });

    const waiting = await Promise.allSettled([service(call('/1')), service(call('/2'))]);
    assert.deepEqual(
      waiting.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await service(call('/3')), OK);
  });
});
