import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPreflight } from '../../../packages/toolkit/authoring/check/check-wiring.ts';

// docs/design/authorizers §B18: a preflight carries no credential, so behind an authorizer every page of another origin
// fails.
describe('checkPreflight', () => {
  const route = { path: '/users', apiKeyRequired: false, authorizer: { payload: 'rest-request' } } as const;

  it('refuses an authorizer on OPTIONS, and on no other method', () => {
    assert.deepEqual(
      checkPreflight([
        { ...route, method: 'OPTIONS' },
        { ...route, method: 'GET' },
        { ...route, method: 'ANY' },
        { ...route, method: 'OPTIONS', path: '/orders', authorizer: undefined },
      ]),
      [
        'OPTIONS /users has an authorizer, but browsers send preflights without credentials: remove the authorizer',
      ],
    );
  });
});
