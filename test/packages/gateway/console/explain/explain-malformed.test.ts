/** A request that breaks a rule of HTTP is explained with this rule, and no other. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';

describe('a request that is malformed', () => {
  for (const [name, request, change] of [
    ['with # in its URL', { target: '/dev/pets#top' }, ['Write # in a URL as %23.']],
    [
      'with two Host headers',
      { target: '/dev/pets', headers: ['Host', 'a.test', 'Host', 'b.test'] },
      ['Send exactly one Host header.'],
    ],
  ] as const)
    it(`${name} is explained with what to change, and no other rule`, async () => {
      const api = aRecordedApi(restApi(), { list: ok });

      await api.send(request);

      assert.deepEqual(api.last().story.changes, change);
    });
});
