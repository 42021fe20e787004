import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headersOf } from '../../../packages/server/repeated-headers.ts';

const LINES = ['Host', 'api.example', 'Authorization', 'Bearer one'];

describe('headers of a connection', () => {
  it('are read once as long as they are the same to the letter', () => {
    const connection = {};
    const first = headersOf(connection, LINES);
    assert.equal(first.texts, undefined);
    const again = headersOf(connection, [...LINES]);
    assert.equal(again, first);
    assert.notEqual(again.texts, undefined);
  });

  it('are read anew where anything is different, or the connection is another', () => {
    const connection = {};
    const first = headersOf(connection, LINES);
    const different = [
      ['Host', 'api.example', 'Authorization', 'Bearer two'],
      ['Host', 'api.example', 'authorization', 'Bearer one'],
      ['Host', 'api.example'],
      [...LINES, 'Accept', '*/*'],
    ];
    for (const lines of different) {
      const other = headersOf(connection, lines);
      assert.notEqual(other, first);
      assert.deepEqual(other.lines, lines);
      assert.equal(other.texts, undefined);
    }
    assert.notEqual(headersOf({}, LINES), headersOf({}, LINES));
  });

  it('are not held where they are long', () => {
    const connection = {};
    for (const lines of [['X-Long', 'x'.repeat(4_096)], Array.from({ length: 66 }, (_, at) => `x${at}`)])
      assert.notEqual(headersOf(connection, lines), headersOf(connection, [...lines]));
  });
});
