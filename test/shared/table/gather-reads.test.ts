/** Reads that are asked for at the same time, as DynamoDB gets them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import { gatherTableReads } from '#shared/table/dynamodb-gathered-reads.ts';
import type { ItemKey } from '#shared/table/item-write.ts';

type Sent = { readonly name: string; readonly keys: readonly string[] };

const keyAt = (number: number): ItemKey => ({ pk: `Q#acme#daily#k-${number}`, sk: 'HEAD' });

/** A table whose items with an even number exist. It leaves out items from each response after the first `most`. */
function aTable({ most = 100, fails = false } = {}) {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  const timer = {
    pause: (ms: number) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
  const itemOf = (key: Record<string, commands.AttributeValue>) => {
    const number = Number(key['pk']?.S?.split('-')[1]);
    return number % 2 === 0 ? { ...key, rem: { N: String(number) } } : undefined;
  };
  const send = (command: commands.GetItemCommand | commands.BatchGetItemCommand) => {
    const { input } = command;
    const keys = 'RequestItems' in input ? (input.RequestItems?.['t']?.Keys ?? []) : [];
    if ('Key' in input) keys.push(input.Key ?? {});
    sent.push({ name: command.constructor.name, keys: keys.map((key) => key['pk']?.S ?? '') });
    if (fails) return Promise.reject(Object.assign(new Error('no'), { name: 'ThrottlingException' }));
    if ('Key' in input) return Promise.resolve({ Item: itemOf(input.Key ?? {}) });
    const found = keys.slice(0, most).flatMap((key) => itemOf(key) ?? []);
    const left = keys.slice(most);
    return Promise.resolve({
      Responses: { t: found.toReversed() },
      ...(left.length > 0 && { UnprocessedKeys: { t: { Keys: left } } }),
    });
  };
  const client = { send, middlewareStack: { add: () => undefined } } as unknown as commands.DynamoDBClient;
  const load = () => Promise.resolve({ client, commands });
  const open = (gathersReads: boolean) =>
    createDynamoDbTable({
      tableName: 't',
      ...(gathersReads && { gatherReads: (table) => gatherTableReads(table, timer) }),
      load,
    });
  return { store: open(true), single: open(false), sent, pauses };
}

describe('reads that are asked for at the same time', () => {
  it('are sent as one call for each hundred items, and find what single reads find', async () => {
    const { store, single, sent } = aTable();
    const numbers = Array.from({ length: 250 }, (_, number) => number);

    const found = await Promise.all(
      [...numbers, 4, 5].map((number) => store.read(keyAt(number), { consistent: true })),
    );

    assert.deepEqual(
      sent.map(({ name, keys }) => [name, keys.length]),
      [
        ['BatchGetItemCommand', 100],
        ['BatchGetItemCommand', 100],
        ['BatchGetItemCommand', 52],
      ],
    );
    for (const [at, number] of [...numbers, 4, 5].entries())
      assert.deepEqual(found[at], await single.read(keyAt(number), { consistent: true }));
  });

  it('ask for an item once, and for a single item without a batch', async () => {
    const { store, sent } = aTable();

    await Promise.all([1, 2, 1, 2].map((number) => store.read(keyAt(number), { consistent: true })));
    await Promise.all([3, 3].map((number) => store.read(keyAt(number), { consistent: true })));

    assert.deepEqual(
      sent.map(({ name, keys }) => [name, keys.length]),
      [
        ['BatchGetItemCommand', 2],
        ['GetItemCommand', 1],
      ],
    );
  });

  it('read an item again for a call that comes after the response', async () => {
    const { store, sent } = aTable();

    for (let times = 0; times < 2; times += 1) await store.read(keyAt(1), { consistent: true });

    assert.equal(sent.length, 2);
  });

  // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html: UnprocessedKeys
  it('are repeated, after a pause, for the items that a response has left out', async () => {
    const { store, sent, pauses } = aTable({ most: 3 });

    const found = await Promise.all(
      [0, 2, 4, 6, 8].map((number) => store.read(keyAt(number), { consistent: true })),
    );

    assert.deepEqual(
      found.map((read) => read.kind === 'done' && read.item?.['rem']),
      [0, 2, 4, 6, 8],
    );
    assert.deepEqual(
      sent.map(({ keys }) => keys.length),
      [5, 2],
    );
    assert.deepEqual(pauses, [50]);
  });

  it('are unavailable if items are left out again and again, or the table refuses', async () => {
    const [stuck, down] = [aTable({ most: 0 }), aTable({ fails: true })];
    for (const [{ store }, reason] of [
      [stuck, 'UnprocessedKeys'],
      [down, 'ThrottlingException'],
    ] as const) {
      const found = await Promise.all(
        [1, 2].map((number) => store.read(keyAt(number), { consistent: true })),
      );
      assert.deepEqual(found, [
        { kind: 'unavailable', reason },
        { kind: 'unavailable', reason },
      ]);
    }
    assert.equal(stuck.sent.length, 5);
    assert.deepEqual(stuck.pauses, [50, 100, 200, 400]);
    assert.equal(down.sent.length, 1);
  });
});
