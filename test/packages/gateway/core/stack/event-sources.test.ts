import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  EVENT_SOURCES,
  findEventSource,
  findMappedSource,
} from '../../../../../packages/gateway/core/stack/event-sources.ts';

describe('an event source in SAM', () => {
  it('is found by its type', () => {
    for (const [type, row] of Object.entries(EVENT_SOURCES)) assert.equal(findEventSource(type), row);
  });

  // A template may name any type.
  for (const type of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'sqs', ''])
    it(`is not found by "${type}"`, () => {
      assert.equal(findEventSource(type), undefined);
      assert.equal(findMappedSource(type)?.type, type === 'sqs' ? 'SQS' : undefined);
    });
});
