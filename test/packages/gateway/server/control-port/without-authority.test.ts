import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutAuthority } from '../../../../../packages/gateway/server/control-port/control-port.ts';

type Call = Parameters<typeof withoutAuthority>[0];

describe('withoutAuthority', () => {
  for (const [what, given, expected] of [
    ['the header first', [':authority', 'a.example', 'host', 'a.example'], ['host', 'a.example']],
    ['the header last', ['host', 'a.example', ':authority', 'a.example'], ['host', 'a.example']],
    [
      'a value with the same text',
      ['x-kind', ':authority', 'host', 'a'],
      ['x-kind', ':authority', 'host', 'a'],
    ],
    ['both', ['x-kind', ':authority', ':authority', 'a'], ['x-kind', ':authority']],
    ['neither', ['host', 'a.example'], ['host', 'a.example']],
  ] as const)
    it(`removes the header and nothing else from ${what}`, () => {
      const call = { service: 's3', request: { rawHeaders: given, path: '/' } } as unknown as Call;
      assert.deepEqual(withoutAuthority(call), {
        service: 's3',
        request: { rawHeaders: expected, path: '/' },
      });
    });
});
