/** What the embedded DynamoDB stores about its tables, in addition to the tables themselves. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { dynaliteDb } from '../../../../packages/gateway/dynamodb/dynalite-store.ts';
import { StreamLog } from '../../../../packages/gateway/dynamodb/stream-log.ts';
import { DynamoDbTables } from '../../../../packages/gateway/dynamodb/tables.ts';
import { CREATE_COUNTERS, refusal } from '../../../support/counters-engine.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';
import type { Store } from '../../../../packages/gateway/dynamodb/dynalite-store.ts';

const CLOCK = new VirtualClock();

describe('DynamoDbTables', () => {
  let store: Store;
  let tables: DynamoDbTables;
  beforeEach(async () => {
    store = dynaliteDb.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    await store.db.open();
    tables = new DynamoDbTables(store, new StreamLog(CLOCK), CLOCK);
  });
  const create = (TableName: string) => tables.change('CreateTable', { ...CREATE_COUNTERS, TableName });
  const expire = (TableName: string, AttributeName: string, Enabled = true) =>
    tables.updateTimeToLive({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } });

  // Source: DynamoDB API reference, "ListTables": pages of 100 names.
  it('finds the time to live of each table again, beyond the first page of names', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `table-${1000 + index}`);
    await Promise.all(names.map(create));
    await expire('table-1000', 'due');
    await expire('table-1100', 'until');

    const again = new DynamoDbTables(store, new StreamLog(CLOCK), CLOCK);

    assert.deepEqual(await again.load(), ['table-1000', 'table-1100']);
    assert.deepEqual(
      ['table-1000', 'table-1050', 'table-1100'].map((name) => again.timeToLiveAttribute(name)),
      ['due', undefined, 'until'],
    );
  });

  it('keeps no time to live of what was switched off or deleted', async () => {
    await create('off');
    await create('gone');
    await expire('off', 'due');
    await expire('gone', 'due');
    await expire('off', 'due', false);
    await tables.change('DeleteTable', { TableName: 'gone' });
    while ((await tables.find('gone')) !== undefined) await turn();
    await create('gone');

    assert.deepEqual(await new DynamoDbTables(store, new StreamLog(CLOCK), CLOCK).load(), []);
    assert.equal(tables.timeToLiveAttribute('gone'), undefined);
  });

  it('has a deleted table as active for no reader, not for one that came during the deletion', async () => {
    await create('counters');

    const deletion = tables.change('DeleteTable', { TableName: 'counters' });
    await tables.find('counters');
    await deletion;

    assert.notEqual((await tables.find('counters'))?.TableStatus, 'ACTIVE');
  });

  it('does not mistake a fault of the store for a missing table', async () => {
    const fault = new Error('IO error: no space left');
    const broken = new DynamoDbTables(
      {
        ...store,
        getTable: (_name, _checkStatus, done) => done?.(fault),
      },
      new StreamLog(CLOCK),
      CLOCK,
    );

    await assert.rejects(broken.find('counters'), fault);
  });

  it('makes the ARN of a table with the region of the call that creates it', async () => {
    const TableName = 'counters';
    const output = await tables.change('CreateTable', { ...CREATE_COUNTERS, TableName }, 'eu-west-1');

    const { TableArn: arn } = output['TableDescription'] as { readonly TableArn: string };
    assert.match(arn, /^arn:aws:dynamodb:eu-west-1:\d{12}:table\/counters$/);
  });

  // Source: DynamoDB API reference, "UpdateTimeToLive".
  for (const { name, specification, says } of [
    {
      name: 'the same attribute again',
      specification: { Enabled: true, AttributeName: 'due' },
      says: /already enabled/,
    },
    {
      name: 'another attribute',
      specification: { Enabled: true, AttributeName: 'x' },
      says: /current AttributeName is due/,
    },
    {
      name: 'no attribute',
      specification: { Enabled: true, AttributeName: '' },
      says: /1 to 255 characters/,
    },
    {
      name: 'too long an attribute',
      specification: { Enabled: true, AttributeName: 'x'.repeat(256) },
      says: /1 to 255/,
    },
    { name: 'no choice', specification: { AttributeName: 'due' }, says: /needs Enabled/ },
    { name: 'nothing', specification: undefined, says: /needs Enabled/ },
  ])
    it(`refuses a time to live with ${name}`, async () => {
      await create('counters');
      await expire('counters', 'due');

      const { message } = await refusal(
        tables.updateTimeToLive({ TableName: 'counters', TimeToLiveSpecification: specification }),
      );
      assert.match(message, says);
      assert.equal(tables.timeToLiveAttribute('counters'), 'due');
    });
});
