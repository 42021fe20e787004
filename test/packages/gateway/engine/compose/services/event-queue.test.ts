import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { queueOfRequests } from '../../../../../../packages/gateway/engine/compose/services/event-queue.ts';
import { refuseMissing } from '../../../../../../packages/gateway/lambda/pool/refused-start.ts';
import type { Parts } from '../../../../../../packages/gateway/engine/compose/parts.ts';

describe('queueOfRequests', () => {
  for (const fault of [undefined, 'import cannot run, because its runtime is not supported'])
    it(`refuses an event for ${fault === undefined ? 'an unknown function' : 'a function that cannot run, with the reason'}`, async () => {
      const runtime = { has: () => false, refusalOf: (name: string) => refuseMissing(name, fault) };
      const queue = queueOfRequests(runtime, {} as Parts);

      assert.deepEqual(
        await queue({ functionName: 'import', payload: '{}' } as Parameters<typeof queue>[0]),
        refuseMissing('import', fault),
      );
    });
});
