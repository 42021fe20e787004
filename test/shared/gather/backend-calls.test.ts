import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGather } from '#shared/gather/create-gather.ts';
import type { BackendInit } from '#shared/gather/backend-calls.ts';

describe('a call that several parts make', () => {
  for (const [init, sent] of [
    [{}, 1],
    [{ method: 'HEAD' }, 1],
    [{ idempotent: true }, 1],
    [{ idempotent: false }, 2],
    [{ method: 'POST', idempotent: true }, 2],
  ] as const satisfies readonly (readonly [BackendInit, number])[])
    it(`is sent ${sent === 1 ? 'once' : 'by each of them'} with ${JSON.stringify(init)}`, async () => {
      const urls: string[] = [];
      const gather = createGather({
        fetch(url) {
          urls.push(url);
          return Promise.resolve(Response.json(1));
        },
      });
      const part = ({ fetch }: { fetch: (url: string, init: BackendInit) => Promise<Response> }) =>
        fetch('https://orders.example/next', init);

      await gather({ event: {} }, { one: part, other: part });

      assert.equal(urls.length, sent);
    });
});
