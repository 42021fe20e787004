import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  createBoard,
  lazyRequestId,
  openBoard,
  readTrace,
  requestIds,
  SLOTS,
  slotOf,
  writeTrace,
} from '../../../../../packages/gateway/lambda/thread/board.ts';

describe('requestIds', () => {
  it('creates the id of one event on demand', () => {
    const made: number[] = [];
    const id = lazyRequestId((sequence) => `id ${made.push(sequence)} of ${sequence}`, 7);

    assert.equal(made.length, 0);
    assert.equal(id(), 'id 1 of 7');
  });

  it('gives every event of an instance another UUID of version 4', () => {
    const sequence = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(fc.uuid({ version: 4 }), fc.uniqueArray(sequence, { minLength: 2 }), (seed, numbers) => {
        const idOf = requestIds(seed);
        const ids = numbers.map(idOf);
        assert.equal(new Set(ids).size, numbers.length);
        for (const id of ids) {
          assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        }
      }),
    );
  });
});

describe('the board', () => {
  // If one side wrote to the wrong part, the other side would read it there.
  it('has a separate place for each of its parts, with one entry for each slot', () => {
    const { memory, states, serviceMicros, traceLengths, unreadLines, traces } = createBoard();
    const parts = [states, serviceMicros, traceLengths, unreadLines, traces];
    const places = parts
      .map(({ byteOffset, byteLength }) => ({ from: byteOffset, to: byteOffset + byteLength }))
      .toSorted((a, b) => a.from - b.from);

    for (const [index, { from, to }] of places.entries()) {
      assert.ok(from >= (places[index - 1]?.to ?? 0), `${from} is in the part before`);
      assert.ok(to <= memory.byteLength);
    }
    assert.deepEqual(
      [states, serviceMicros, traceLengths].map(({ length }) => length),
      [SLOTS, SLOTS, SLOTS],
    );
    for (const { buffer } of parts) assert.equal(buffer, memory);
  });

  it('shows in each part what the other side has written there, and in no other part', () => {
    const [board, names] = [createBoard(), ['states', 'serviceMicros', 'traceLengths'] as const];
    const other = openBoard(board.memory);
    for (const [index, name] of names.entries()) board[name].fill(index + 1);
    board.unreadLines[0] = 9;
    board.traces.fill('x');

    for (const [index, name] of names.entries())
      assert.deepEqual([...new Set(other[name])], [index + 1], name);
    assert.equal(other.unreadLines[0], 9);
  });

  it('passes a trace header of each slot to the other side', () => {
    const board = createBoard();
    const other = openBoard(board.memory);
    for (let sequence = 0; sequence < SLOTS + 3; sequence += 1) {
      writeTrace(board, slotOf(sequence), `Root=${sequence}`);
    }

    assert.equal(readTrace(other, slotOf(2)), `Root=${SLOTS + 2}`);
    assert.equal(readTrace(other, slotOf(3)), 'Root=3');
  });

  it('cuts a trace header that does not fit, without touching the next slot', () => {
    const board = createBoard();
    writeTrace(board, 1, 'next');
    writeTrace(board, 0, 'x'.repeat(10_000));

    assert.equal(readTrace(board, 0), 'x'.repeat(256));
    assert.equal(readTrace(board, 1), 'next');
  });
});
