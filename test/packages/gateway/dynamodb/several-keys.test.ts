/**
 * Source of each expectation: DynamoDB developer guide, "Multi-attribute key schema", "Multi-attribute keys pattern".
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { anEngine, refusal } from '../../../support/counters-engine.ts';

const names = ['id', 'tournament', 'region', 'round', 'bracket', 'score'];
const define = (all: readonly string[]) =>
  all.map((AttributeName) => ({ AttributeName, AttributeType: AttributeName === 'score' ? 'N' : 'S' }));
const keys = (hash: readonly string[], range: readonly string[]) => [
  ...hash.map((AttributeName) => ({ AttributeName, KeyType: 'HASH' })),
  ...range.map((AttributeName) => ({ AttributeName, KeyType: 'RANGE' })),
];
const byPlace = keys(['tournament', 'region'], ['round', 'bracket', 'score']);
const tableOf = (TableName: string, KeySchema: readonly object[], all = names) => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: define(all),
  KeySchema: keys(['id'], []),
  GlobalSecondaryIndexes: [{ IndexName: 'byPlace', KeySchema, Projection: { ProjectionType: 'ALL' } }],
});
const match = (id: string, [tournament, region, round, bracket]: readonly string[], score: number) => ({
  id: { S: id },
  tournament: { S: tournament },
  region: { S: region },
  round: { S: round },
  bracket: { S: bracket },
  score: { N: `${score}` },
});

describe('an index with several attributes per key', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
    await engine.execute('CreateTable', tableOf('matches', byPlace));
    const put = (Item: object) => engine.execute('PutItem', { TableName: 'matches', Item });
    await put(match('a', ['winter', 'na', 'final', 'upper'], 10));
    await put(match('b', ['winter', 'na', 'final', 'upper'], 9));
    await put(match('c', ['winter', 'na', 'final', 'lower'], 100));
    await put(match('d', ['winter', 'na', 'semi', 'upper'], 1));
    await put(match('e', ['winter', 'eu', 'final', 'upper'], 5));
    await put(match('f', ['summer', 'na', 'final', 'upper'], 5));
    const whole = Object.entries(match('g', ['winter', 'na', 'final', ''], 5));
    await put(Object.fromEntries(whole.filter(([name]) => name !== 'bracket')));
  });

  const values = { t: { S: 'winter' }, r: { S: 'na' }, f: { S: 'final' }, u: { S: 'upper' }, n: { N: '9' } };
  const query = (condition: string, more: object = {}) =>
    engine.execute('Query', {
      TableName: 'matches',
      IndexName: 'byPlace',
      KeyConditionExpression: condition,
      ExpressionAttributeNames: Object.fromEntries(
        names.filter((name) => condition.includes(`#${name}`)).map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(values).flatMap(([name, value]) =>
          new RegExp(`:${name}\\b`).test(condition) ? [[`:${name}`, value]] : [],
        ),
      ),
      ...more,
    });
  const idsOf = ({ Items: items }: Record<string, unknown>): string =>
    (items as { id: { S: string } }[]).map(({ id }) => id.S).join('');
  const PARTITION = '#tournament = :t AND #region = :r';

  it('is described with all of them', async () => {
    const { Table: table } = await engine.execute('DescribeTable', { TableName: 'matches' });
    assert.partialDeepStrictEqual(table, { GlobalSecondaryIndexes: [{ KeySchema: byPlace }] });
  });

  for (const [condition, ids] of [
    [PARTITION, 'cbad'],
    [`${PARTITION} AND #round = :f`, 'cba'],
    [`${PARTITION} AND begins_with(#round, :f)`, 'cba'],
    [`${PARTITION} AND #round = :f AND #bracket = :u`, 'ba'],
    [`${PARTITION} AND #round = :f AND #bracket < :u`, 'c'],
    [`${PARTITION} AND #round = :f AND #bracket = :u AND #score > :n`, 'a'],
    [`${PARTITION} AND #round = :f AND #bracket = :u AND #score <= :n`, 'b'],
    [`${PARTITION} AND #round > :f`, 'd'],
    [`${PARTITION} AND #round BETWEEN :f AND :u`, 'cbad'],
  ] as const)
    it(`gives ${ids} for ${condition}`, async () => assert.equal(idsOf(await query(condition)), ids));

  it('is read backwards, and in pages that continue where the last one ended', async () => {
    assert.equal(idsOf(await query(PARTITION, { ScanIndexForward: false })), 'dabc');
    for (const ScanIndexForward of [true, false]) {
      const first = await query(PARTITION, { Limit: 2, ScanIndexForward });
      const { LastEvaluatedKey: start } = first;
      assert.deepEqual(Object.keys(start as object).toSorted(), names.toSorted());
      const rest = await query(PARTITION, { ExclusiveStartKey: start, ScanIndexForward });
      assert.equal(idsOf(first) + idsOf(rest), ScanIndexForward ? 'cbad' : 'dabc');
      const elsewhere = { ...(start as object), region: { S: 'eu' } };
      assert.match(
        (await refusal(query(PARTITION, { ExclusiveStartKey: elsewhere }))).message,
        /outside query boundaries/,
      );
    }
  });

  it('contains items with every single attribute, as they change', async () => {
    const scan = await engine.execute('Scan', { TableName: 'matches', IndexName: 'byPlace' });
    assert.equal(idsOf(scan).split('').toSorted().join(''), 'abcdef');
    await engine.execute('DeleteItem', { TableName: 'matches', Key: { id: { S: 'd' } } });
    assert.equal(idsOf(await query(`${PARTITION} AND #round > :f`)), '');
    await engine.execute('PutItem', {
      TableName: 'matches',
      Item: match('d', ['winter', 'na', 'semi', 'upper'], 1),
    });
  });

  it('is read by PartiQL', async () => {
    const Statement = `SELECT id FROM "matches"."byPlace" WHERE tournament = 'winter' AND region = 'eu'`;
    assert.equal(idsOf(await engine.execute('ExecuteStatement', { Statement })), 'e');
  });

  for (const [condition, says] of [
    ['#tournament = :t', /missed key schema element: region/],
    [`#tournament = :t AND #region > :r`, /Query key condition not supported/],
    [`${PARTITION} AND #bracket = :u`, /missed key schema element: round/],
    [`${PARTITION} AND #round > :f AND #bracket = :u`, /Query key condition not supported/],
    [`${PARTITION} AND #id = :f`, /missed key schema element: round/],
    [`${PARTITION} AND #round = :n`, /does not match schema type/],
  ] as const)
    it(`refuses ${condition}`, async () => assert.match((await refusal(query(condition))).message, says));

  it('refuses a filter over a key, a consistent read, and more conditions than a table has keys', async () => {
    const filter = {
      FilterExpression: 'score = :n',
      ExpressionAttributeValues: { ':t': values.t, ':r': values.r, ':n': values.n },
    };
    assert.match((await refusal(query(PARTITION, filter))).message, /non-primary key attributes: .*score/);
    assert.match((await refusal(query(PARTITION, { ConsistentRead: true }))).message, /Consistent reads/);
    const table = { IndexName: undefined };
    assert.match(
      (await refusal(query(`${PARTITION} AND #round = :f`, table))).message,
      /^Conditions can be of length 1 or 2 only$/,
    );
  });

  for (const [name, schema, all, says] of [
    [
      'five for the partition',
      keys(['a', 'b', 'c', 'd', 'e'], []),
      ['id', 'a', 'b', 'c', 'd', 'e'],
      /at most 4 HASH/,
    ],
    ['one twice', keys(['id', 'id'], []), ['id'], /twice/],
    ['one without definition', keys(['id', 'x'], []), ['id'], /not defined in AttributeDefinitions/],
    [
      'a definition that no key uses',
      keys(['id', 'a'], []),
      ['id', 'a', 'b'],
      /Some AttributeDefinitions are not used\. AttributeDefinitions: \[id, a, b\], keys used: \[id, a\]$/,
    ],
    [
      'a partition behind the sort key',
      [...keys(['id'], ['a']), ...keys(['b'], [])],
      ['id', 'a', 'b'],
      /must come before/,
    ],
  ] as const)
    it(`refuses ${name}`, async () => {
      const { message } = await refusal(engine.execute('CreateTable', tableOf('wrong', schema, [...all])));
      assert.match(message, says);
    });

  it('is for no table key, and no local index', async () => {
    const several = { ...tableOf('wrong', byPlace), KeySchema: keys(['id', 'region'], []) };
    assert.match((await refusal(engine.execute('CreateTable', several))).message, /KeySchema|KeyType/);
  });
});
