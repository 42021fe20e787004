import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFields, parseOptionalFields } from '#shared/aws/event-fields.ts';

describe('parseFields', () => {
  it('takes objects only', () => {
    assert.deepEqual(parseFields({ a: 1 }), { a: 1 });
    for (const value of [null, undefined, [], 'x', 1])
      assert.throws(() => parseFields(value), { code: 'EVENT_MALFORMED' });
  });
});

describe('parseOptionalFields', () => {
  it('reads a missing map as an empty one and refuses the rest', () => {
    assert.deepEqual(parseOptionalFields(undefined), {});
    assert.deepEqual(parseOptionalFields(null), {});
    assert.throws(() => parseOptionalFields('x'), { code: 'EVENT_MALFORMED' });
  });
});
