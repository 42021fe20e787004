import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressOf } from '../../../../../packages/gateway/core/routing/route-address.ts';

describe('addressOf', () => {
  for (const { kind, path, address } of [
    { kind: 'rest', path: '/users/{id}', address: 'http://h/dev/users/1' },
    { kind: 'rest', path: '/{proxy+}', address: 'http://h/dev/1/2' },
    { kind: 'http', path: '$default', address: 'http://h/dev/' },
    { kind: 'websocket', path: '$connect', address: '$connect' },
  ] as const)
    it(`is ${address} for ${path} of a ${kind} API`, () => {
      assert.equal(addressOf({ kind, url: 'http://h/dev' }, path), address);
    });
});
