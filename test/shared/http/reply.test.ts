import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonReply } from '#shared/http/reply.ts';

describe('jsonReply', () => {
  it('prints the body as JSON', () => {
    assert.deepEqual(jsonReply(200, { a: 1 }), {
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
  });
});
