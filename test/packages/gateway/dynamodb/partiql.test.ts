// Source: DynamoDB developer guide, "PartiQL statements for DynamoDB"; API reference, "ExecuteStatement".
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { refusal } from '../../../support/counters-engine.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

const TABLE = {
  TableName: 'Music-1',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['artist', 'song', 'genre'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  KeySchema: [
    { AttributeName: 'artist', KeyType: 'HASH' },
    { AttributeName: 'song', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byGenre',
      KeySchema: [{ AttributeName: 'genre', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

const S = (text: string) => ({ S: text });
const N = (number: number) => ({ N: String(number) });

describe('ExecuteStatement', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await DynamoDbEngine.open({ clock: new VirtualClock() });
    await engine.execute('CreateTable', TABLE);
    for (const [artist, song, year] of [
      ['Acme', 'Alpha', 1990],
      ['Acme', 'Beta', 1995],
      ['Acme', 'Gamma', 2000],
      ['Boo', 'Beta', 2001],
    ] as const)
      await run(
        `INSERT INTO "Music-1" VALUE {'artist': ?, 'song': ?, 'genre': 'pop', 'year': ?, 'tags': ['x', {'a': 1}]}`,
        S(artist),
        S(song),
        N(year),
      );
  });
  after(() => engine.close());

  function run(Statement: string, ...Parameters: object[]): Promise<Record<string, unknown>> {
    const parameters = Parameters.length === 0 ? {} : { Parameters };
    return engine
      .execute('ExecuteStatement', { Statement, ...parameters })
      .then((output) => structuredClone(output));
  }

  async function songs(statement: string, ...parameters: object[]): Promise<string[]> {
    const { Items: items } = (await run(statement, ...parameters)) as { Items: { song: { S: string } }[] };
    return items.map(({ song }) => song.S).sort();
  }

  const selections: { name: string; where: string; parameters: object[]; expected: string[] }[] = [
    {
      name: 'a partition',
      where: 'WHERE artist = ?',
      parameters: [S('Acme')],
      expected: ['Alpha', 'Beta', 'Gamma'],
    },
    { name: 'a key', where: `WHERE "artist"='Acme' AND "song"='Beta'`, parameters: [], expected: ['Beta'] },
    {
      name: 'a range of sort keys',
      where: 'WHERE artist = ? AND song BETWEEN ? AND ?',
      parameters: [S('Acme'), S('B'), S('Z')],
      expected: ['Beta', 'Gamma'],
    },
    {
      name: 'sort keys by their beginning',
      where: `where artist = ? and begins_with(song, 'G')`,
      parameters: [S('Acme')],
      expected: ['Gamma'],
    },
    {
      name: 'other attributes together with a key',
      where: 'WHERE artist = ? AND year >= 1995',
      parameters: [S('Acme')],
      expected: ['Beta', 'Gamma'],
    },
    {
      name: 'only other attributes',
      where: 'WHERE year > ?',
      parameters: [N(1999)],
      expected: ['Beta', 'Gamma'],
    },
    {
      name: 'a list of values',
      where: `WHERE song IN ['Alpha', ?]`,
      parameters: [S('Gamma')],
      expected: ['Alpha', 'Gamma'],
    },
    {
      name: 'a path into a document',
      where: 'WHERE tags[1].a = 1 AND year <> 1990',
      parameters: [],
      expected: ['Beta', 'Beta', 'Gamma'],
    },
    {
      name: 'what is not there',
      where: 'WHERE nothing IS MISSING AND year IS NOT MISSING AND year = 1990',
      parameters: [],
      expected: ['Alpha'],
    },
  ];
  for (const { name, where, parameters, expected } of selections)
    it(`selects ${name}`, async () => {
      assert.deepEqual(await songs(`SELECT * FROM "Music-1" ${where}`, ...parameters), expected);
    });

  it('selects by an index, with some attributes', async () => {
    const statement = `SELECT song, tags[1].a FROM "Music-1"."byGenre" WHERE genre = 'pop' AND artist = 'Boo'`;

    assert.deepEqual((await run(statement))['Items'], [
      { song: S('Beta'), tags: { L: [{ M: { a: N(1) } }] } },
    ]);
  });

  it('continues with a NextToken', async () => {
    const Statement = `SELECT * FROM "Music-1" WHERE artist = 'Acme'`;
    const first = await engine.execute('ExecuteStatement', { Statement, Limit: 2 });
    const second = await engine.execute('ExecuteStatement', { Statement, NextToken: first['NextToken'] });

    assert.deepEqual([(first['Items'] as unknown[]).length, (second['Items'] as unknown[]).length], [2, 1]);
    assert.equal(second['NextToken'], undefined);
  });

  it('has the literals of JSON', async () => {
    await run(
      `INSERT INTO "Music-1" VALUE {'artist': 'Literal', 'song': 'all', 'yes': TRUE, 'no': false, 'none': Null, 'one': 1, 'list': []}`,
    );
    const { Items: items } = await run(
      `SELECT yes, no, none, one, list FROM "Music-1" WHERE artist = 'Literal'`,
    );

    assert.deepEqual(items, [
      { yes: { BOOL: true }, no: { BOOL: false }, none: { NULL: true }, one: N(1), list: { L: [] } },
    ]);
  });

  it('takes 8,192 characters', async () => {
    const statement = `SELECT * FROM "Music-1" WHERE artist = ''`;
    const filled = (length: number): string =>
      statement.replace("''", `'${'a'.repeat(length - statement.length)}'`);

    assert.deepEqual(await songs(filled(8192)), []);
    assert.match((await refusal(run(filled(8193)))).message, /1 to 8192 characters/);
  });

  it('inserts no item twice', async () => {
    const error = await refusal(run(`INSERT INTO "Music-1" VALUE {'artist': 'Acme', 'song': 'Beta'}`));
    assert.equal(error.body['__type'], 'com.amazonaws.dynamodb.v20120810#DuplicateItemException');
  });

  it('updates one item and returns it', async () => {
    const output = await run(
      `UPDATE "Music-1" SET awards = ? SET year = 1996 REMOVE tags WHERE artist = 'Acme' AND song = 'Beta' RETURNING ALL NEW *`,
      { SS: ['a'] },
    );
    const item = {
      artist: S('Acme'),
      song: S('Beta'),
      genre: S('pop'),
      year: N(1996),
      awards: { SS: ['a'] },
    };
    assert.deepEqual(output['Items'], [item]);
  });

  it('does not update a missing item, or one that another condition refuses', async () => {
    for (const where of [`song = 'None'`, `song = 'Alpha' AND year = 1`]) {
      const error = await refusal(run(`UPDATE "Music-1" SET year = 1 WHERE artist = 'Acme' AND ${where}`));
      assert.equal(error.body['__type'], 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException');
    }
  });

  it('deletes one item', async () => {
    await run(`INSERT INTO "Music-1" VALUE {'artist': 'Gone', 'song': 'it''s'}`);
    const output = await run(
      `DELETE FROM "Music-1" WHERE artist = ? AND song = ? RETURNING ALL OLD *`,
      S('Gone'),
      S("it's"),
    );

    assert.deepEqual(output['Items'], [{ artist: S('Gone'), song: S("it's") }]);
    assert.deepEqual(await songs(`SELECT * FROM "Music-1" WHERE artist = 'Gone'`), []);
  });

  const refused: { statement: string; parameters?: object[]; says: RegExp }[] = [
    { statement: `SELECT * FROM "Music-1" WHERE artist = 'a' OR artist = 'b'`, says: /OR/ },
    { statement: `SELECT * FROM "Music-1" WHERE NOT artist = 'a'`, says: /support/ },
    { statement: `SELECT * FROM "Music-1" ORDER BY song`, says: /ORDER/ },
    { statement: `SELECT * FROM "Music-1" WHERE size(song) > 1`, says: /size/ },
    { statement: `UPDATE "Music-1" SET year = year + 1 WHERE artist = 'a' AND song = 'b'`, says: /\+ 1/ },
    { statement: `UPDATE "Music-1" SET year = 1 WHERE artist = 'a'`, says: /all key attributes/ },
    { statement: `DELETE FROM "Music-1" WHERE song = 'b'`, says: /all key attributes/ },
    { statement: `EXISTS(SELECT * FROM "Music-1")`, says: /EXISTS/ },
    { statement: `SELECT * FROM "Music-1" WHERE artist = ?`, says: /Number of parameters/ },
    { statement: `SELECT * FROM "Music-1"`, parameters: [S('a')], says: /Number of parameters/ },
    { statement: `SELECT * FROM "Music-1"."none" WHERE a = 1`, says: /does not have the specified index$/ },
    { statement: `SELECT * FROM "Music-1" WHERE artist = ${'['.repeat(40)}`, says: /Nesting/ },
    { statement: `UPDATE "Music-1" WHERE artist = 'a' AND song = 'b'`, says: /without SET or REMOVE/ },
    { statement: `INSERT INTO "Music-1" VALUE nothing`, says: /nothing/ },
    { statement: `INSERT INTO "Music-1" VALUE 'text'`, says: /not a document/ },
    { statement: `DROP TABLE "Music-1"`, says: /DROP/ },
    { statement: '', says: /of 1 to 8192 characters/ },
  ];
  for (const { statement, parameters = [], says } of refused)
    it(`refuses ${statement.slice(0, 70)} with a ValidationException`, async () => {
      const error = await refusal(run(statement, ...parameters));
      assert.equal(error.body['__type'], 'com.amazon.coral.validate#ValidationException');
      assert.match(error.message, says);
    });

  it('does not find a table that does not exist', async () => {
    const error = await refusal(run(`SELECT * FROM nowhere`));
    assert.equal(error.body['__type'], 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException');
  });
});

// LocalStack, tests/aws/services/dynamodb/test_dynamodb.py::TestDynamoDB::test_dynamodb_batch_execute_statement,
// recorded 08-10-2025; the codes of errors: DynamoDB model, BatchStatementErrorCodeEnum
describe('BatchExecuteStatement', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await DynamoDbEngine.open({ clock: new VirtualClock() });
    await engine.execute('CreateTable', TABLE);
    await engine.execute('PutItem', {
      TableName: 'Music-1',
      Item: { artist: S('Acme'), song: S('Alpha') },
    });
  });
  after(() => engine.close());

  const run = (...statements: readonly string[]) =>
    engine.execute('BatchExecuteStatement', {
      Statements: statements.map((Statement) => ({ Statement })),
    });

  it('answers each statement in its place, and a failed one with its error', async () => {
    const written = await run(
      `INSERT INTO "Music-1" VALUE {'artist': 'Boo', 'song': 'Beta'}`,
      `UPDATE "Music-1" SET year=20 WHERE artist='Acme' AND song='Alpha'`,
      `INSERT INTO "Music-1" VALUE {'artist': 'Boo', 'song': 'Beta'}`,
      `WRITE TO "Music-1"`,
    );
    const read = await run(
      `SELECT * FROM "Music-1" WHERE artist='Acme' AND song='Alpha'`,
      `SELECT * FROM "Music-1" WHERE artist='Acme'`,
      `SELECT * FROM None WHERE artist='Acme'`,
    );

    assert.partialDeepStrictEqual(written, {
      Responses: [
        { TableName: 'Music-1' },
        { TableName: 'Music-1' },
        { TableName: 'Music-1', Error: { Code: 'DuplicateItem' } },
        { Error: { Code: 'ValidationError' } },
      ],
    });
    assert.partialDeepStrictEqual(read, {
      Responses: [
        { TableName: 'Music-1', Item: { artist: S('Acme'), song: S('Alpha'), year: N(20) } },
        { TableName: 'Music-1', Error: { Code: 'ValidationError' } },
        { TableName: 'None', Error: { Code: 'ResourceNotFound' } },
      ],
    });
  });

  it('refuses a batch of reads and writes, and writes nothing', async () => {
    const select = `SELECT * FROM "Music-1" WHERE artist='Coo' AND song='Beta'`;

    await assert.rejects(run(`INSERT INTO "Music-1" VALUE {'artist': 'Coo', 'song': 'Beta'}`, select), {
      message:
        'The entire batch must consist of either read statements or write statements, you cannot mix both in one batch.',
    });
    assert.deepEqual(await run(select), { Responses: [{ TableName: 'Music-1' }] });
  });

  // API reference, BatchStatementRequest and BatchStatementError: Item
  it('adds the item to the error of a condition that is not met', async () => {
    const Statements = ['UPDATE "Music-1" SET year=21', 'DELETE FROM "Music-1"'].map((Statement) => ({
      Statement: `${Statement} WHERE artist='Acme' AND song='Alpha' AND year=1`,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }));
    const Item = { artist: S('Acme'), song: S('Alpha'), year: N(20) };

    assert.deepEqual(await engine.execute('BatchExecuteStatement', { Statements }), {
      Responses: Statements.map(() => ({
        TableName: 'Music-1',
        Error: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item },
      })),
    });
    const one = await refusal(engine.execute('ExecuteStatement', Statements[0] ?? {}));
    assert.deepEqual(one.body['Item'], Item);
  });

  it('refuses ReturnConsumedCapacity, as ExecuteStatement does', async () => {
    const Statements = [{ Statement: `SELECT * FROM "Music-1" WHERE artist='Acme' AND song='Alpha'` }];
    const ask = (ReturnConsumedCapacity: string) =>
      engine.execute('BatchExecuteStatement', { Statements, ReturnConsumedCapacity });

    await assert.rejects(ask('TOTAL'), {
      message:
        /^the embedded DynamoDB does not support ReturnConsumedCapacity of BatchExecuteStatement; omit it, or start with/,
    });
    await ask('NONE');
  });

  it('refuses an empty list', async () => {
    await assert.rejects(run(), {
      message: /'statements' failed to satisfy constraint: Member must have length/,
    });
  });
});
