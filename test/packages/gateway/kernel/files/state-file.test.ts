import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checkTables } from '../../../../../packages/gateway/services/tables/saved-tables.ts';
import {
  readStateFile,
  StateFileError,
  writeStateFile,
} from '../../../../../packages/gateway/kernel/files/state-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-state-'));
after(() => rmSync(folder, { recursive: true }));

const STATE = { tables: [], calls: [{ path: '/restapis', body: 'ü' }] };

/** A file whose header fits its body. */
function sealed(body: string, header: object = {}): string {
  const bytes = Buffer.byteLength(body);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${JSON.stringify({ format: 'gatewright-data', version: 1, bytes, sha256, ...header })}\n${body}`;
}

describe('readStateFile', () => {
  it('reads what was written, and overwrites a file of its own', async () => {
    const file = join(folder, 'kept');
    await writeStateFile(file, { other: true });
    await writeStateFile(file, STATE);

    assert.deepEqual(await readStateFile(file), STATE);
  });

  const ROWS: readonly (readonly [string, string, RegExp])[] = [
    ['an empty file', '', /was not written by/],
    ['something else', 'SQLite format 3\0', /was not written by/],
    ['a header without a body', sealed('{}').split('\n')[0] ?? '', /was not written by/],
    [
      'a later version',
      sealed('{}', { version: 2 }),
      /has format version 2, but this version of Gatewright reads only 1/,
    ],
    ['another length', sealed('{}', { bytes: 9 }), /is incomplete: 2 of 9 bytes/],
    ['another checksum', sealed('{}', { sha256: 'x' }), /was changed/],
    ['no object', sealed('[]'), /does not contain a JSON object/],
    ['no JSON', sealed('{"a":'), /does not contain a JSON object/],
    ['a bottomless list', sealed('['.repeat(200_000)), /does not contain a JSON object/],
  ];
  for (const [what, text, message] of ROWS)
    it(`refuses ${what}`, async () => {
      const file = join(folder, 'hostile');
      writeFileSync(file, text);
      await assert.rejects(
        readStateFile(file),
        (error) => error instanceof StateFileError && message.test(error.message),
      );
    });

  it('reads nothing that is not a file', { skip: process.platform === 'win32' }, async () => {
    for (const path of ['/dev/zero', folder]) {
      await assert.rejects(readStateFile(path), { code: 'STATE_FILE', message: `${path} is not a file` });
      await assert.rejects(writeStateFile(path, STATE), /was not written by gatewright/);
    }
  });

  it('says how many bytes it has written', async () => {
    assert.equal(await writeStateFile(join(folder, 'counted'), { a: 'ü' }), 11);
  });

  it('refuses a file that does not exist', async () => {
    await assert.rejects(readStateFile(join(folder, 'nowhere')), /cannot be read/);
  });
});

describe('writeStateFile', () => {
  it('does not touch a file that it has not written', async () => {
    const file = join(folder, 'mine.txt');
    writeFileSync(file, 'mine');

    await assert.rejects(writeStateFile(file, STATE), /was not written by gatewright/);
    assert.equal(readFileSync(file, 'utf8'), 'mine');
  });
});

describe('checkTables', () => {
  const table = {
    region: 'eu-central-1',
    definition: {
      TableName: 'orders',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
    timeToLive: null,
    items: [{ id: { S: 'a' }, list: { L: [{ N: '1' }, { M: { deep: { NULL: true } } }] } }],
  };

  it('takes a table with its items', () => {
    assert.equal(checkTables([table]).length, 1);
  });

  const ROWS: readonly (readonly [string, unknown, RegExp])[] = [
    ['no list', {}, /not a list/],
    ['no object', [null], /not an object/],
    [
      'a name that is a path',
      [{ ...table, definition: { ...table.definition, TableName: '../x' } }],
      /invalid name/,
    ],
    ['another region', [{ ...table, region: 'evil.example/' }], /no region/],
    ['an invalid member', [{ ...table, definition: { ...table.definition, Role: 'x' } }], /unknown members/],
    ['no key', [{ ...table, definition: { ...table.definition, KeySchema: [] } }], /has no key/],
    ['an item without its key', [{ ...table, items: [{ other: { S: 'a' } }] }], /lacks a key attribute/],
    ['a key of another type', [{ ...table, items: [{ id: { N: '1' } }] }], /lacks a key attribute/],
    ['a plain item', [{ ...table, items: [{ id: 'a' }] }], /an invalid item/],
    [
      'two items of one key',
      [{ ...table, items: [{ id: { S: 'a' } }, { id: { S: 'a' } }] }],
      /with the same key/,
    ],
    ['an item too large', [{ ...table, items: [{ id: { S: 'x'.repeat(900_000) } }] }], /larger than 400 KB/],
    ['a table twice', [table, table], /twice/],
  ];
  for (const [what, value, message] of ROWS)
    it(`refuses ${what}`, () => {
      assert.throws(() => checkTables(value), message);
    });
});
