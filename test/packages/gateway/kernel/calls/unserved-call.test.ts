import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nameRestCall } from '../../../../../packages/gateway/kernel/calls/unserved-call.ts';

it('a call is named with each parameter once, and without their values', () => {
  const call = { method: 'GET', path: '/photos', query: 'tagKeys=a&tagKeys=b&X-Amz-Signature=secret' };
  assert.equal(nameRestCall(call), 'GET /photos?tagKeys');
  assert.equal(nameRestCall({ ...call, query: '' }), 'GET /photos');
});
