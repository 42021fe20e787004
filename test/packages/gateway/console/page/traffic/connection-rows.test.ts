import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  closedConnections,
  sentTexts,
} from '../../../../../../packages/gateway/console/page/traffic/connection-rows.ts';
import type { RequestRow } from '../../../../../../packages/gateway/console/records/model.ts';

function aRow(changed: Partial<RequestRow>): RequestRow {
  return {
    connectionId: 'c1',
    kind: 'message',
    status: 200,
    apiId: 'chat-id',
    api: 'chat',
    caller: 'alice',
    atEpochMs: 1_000,
    ...changed,
  } as RequestRow;
}

/** Newest first. */
const ROWS = [
  aRow({ connectionId: 'c3', kind: 'handshake', status: 401, caller: undefined, atEpochMs: 6_000 }),
  aRow({ kind: 'disconnect', status: 1001, atEpochMs: 5_000 }),
  aRow({ kind: 'post', text: 'bye', atEpochMs: 4_000 }),
  aRow({ connectionId: 'c2', atEpochMs: 3_000 }),
  aRow({ text: 'hi', atEpochMs: 2_000 }),
  aRow({ kind: 'handshake', status: 101, atEpochMs: 1_000 }),
];

describe('closedConnections', () => {
  it('has those that are not open, with their end and the number of their messages', () => {
    assert.deepEqual(closedConnections(ROWS, new Set(['c2'])), [
      { id: 'c3', apiName: 'chat', caller: undefined, code: 401, lastEpochMs: 6_000, messages: 0 },
      { id: 'c1', apiName: 'chat', caller: 'alice', code: 1001, lastEpochMs: 5_000, messages: 2 },
    ]);
  });

  it('has fifty at most', () => {
    const rows = Array.from({ length: 60 }, (_, at) => aRow({ connectionId: `c${at}` }));

    assert.equal(closedConnections(rows, new Set()).length, 50);
  });
});

describe('sentTexts', () => {
  it('are those that clients of the API were sent, each once and whole', () => {
    const rows = [
      ...ROWS,
      aRow({ kind: 'post', text: 'bye' }),
      aRow({ kind: 'post', text: 'long…' }),
      aRow({ kind: 'post', text: 'of another', apiId: 'other' }),
    ];

    assert.deepEqual(sentTexts(rows, 'chat-id'), ['bye']);
  });
});
