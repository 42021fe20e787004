/** The operator's command if AWS refuses or does not answer, and if an instance changes a breaker in the meantime. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  listBreakers,
  readBreaker,
  resetBreaker,
} from '../../../../../packages/toolkit/operate/breakers/breaker-table.ts';
import type { Aws, AwsAnswer, AwsRequest } from '../../../../../packages/toolkit/terminal/aws-call.ts';

const PLACE = { tableName: 'breakers', namespace: 'shop' };
const OPENED_MS = Date.UTC(2026, 0, 1);

/** An item as the breakers of `shared/` write it. */
const anItem = (name: string, more: object = {}) => ({
  pk: { S: 'SHOP' },
  sk: { S: `BREAKER#${name}` },
  state: { S: 'open' },
  gen: { N: '3' },
  ...more,
});
const answered = (body: object): AwsAnswer => ({
  kind: 'answer',
  body: body as never,
  headers: new Map([['date', new Date(OPENED_MS).toUTCString()]]),
  text: '',
});

/** Answers by operation, one after the other; all calls are kept. */
function anAws(answers: Readonly<Record<string, readonly AwsAnswer[]>>): Aws & { calls: AwsRequest[] } {
  const calls: AwsRequest[] = [];
  const left = new Map(Object.entries(answers).map(([name, list]) => [name, [...list]]));
  return {
    region: 'us-east-1',
    calls,
    call: (request) => {
      calls.push(request);
      const operation = ('target' in request ? request.target : '').split('.')[1] ?? '';
      const next = left.get(operation)?.shift();
      return next === undefined
        ? Promise.reject(new Error(`no answer to ${operation}`))
        : Promise.resolve(next);
    },
  };
}

describe('a reset of a breaker', () => {
  for (const { name, answer, says } of [
    {
      name: 'that another instance has changed meanwhile',
      answer: { kind: 'refused', status: 400, code: 'ConditionalCheckFailedException', message: 'no' },
      says: /^the state of prices changed during the reset: check it with gatewright breakers show, then repeat the reset$/,
    },
    {
      name: 'that the role does not allow',
      answer: { kind: 'refused', status: 400, code: 'AccessDeniedException', message: 'not you' },
      says: /^AWS refused dynamodb:PutItem with AccessDeniedException: not you$/,
    },
    {
      name: 'that AWS does not answer',
      answer: { kind: 'silent', message: 'dynamodb cannot be reached' },
      says: /^dynamodb cannot be reached$/,
    },
  ] as const)
    it(`${name} fails by one sentence`, async () => {
      const aws = anAws({ GetItem: [answered({ Item: anItem('prices') })], PutItem: [answer] });

      await assert.rejects(resetBreaker(aws, PLACE, 'prices'), { name: 'UsageError', message: says });
    });

  it('reads the current item, and writes only if it has not changed', async () => {
    const aws = anAws({ GetItem: [answered({ Item: anItem('prices') })], PutItem: [answered({})] });

    const reset = await resetBreaker(aws, PLACE, 'prices');

    assert.deepEqual([reset.name, reset.state, reset.generation], ['prices', 'closed', 4]);
    const [read, write] = aws.calls.map((call) => ('input' in call ? call.input : undefined));
    assert.partialDeepStrictEqual(read, { TableName: 'breakers', ConsistentRead: true });
    assert.ok(JSON.stringify(write).includes('ConditionExpression'));
  });
});

describe('breakers of a namespace', () => {
  it('are listed page by page', async () => {
    const key = { pk: { S: 'SHOP' }, sk: { S: 'BREAKER#a' } };
    const pages = [{ Items: [anItem('a')], LastEvaluatedKey: key }, { Items: [anItem('b')] }].map(answered);
    const aws = anAws({ Query: pages });

    const found = await listBreakers(aws, PLACE);

    assert.deepEqual(
      found.map(({ name, state, why, changedAt }) => [name, state, why, changedAt]),
      ['a', 'b'].map((name) => [name, 'open', '', undefined]),
    );
    assert.partialDeepStrictEqual(aws.calls[1], { input: { ExclusiveStartKey: key } });
  });

  it('are read with the right that is missing named', async () => {
    const refused = { kind: 'refused', status: 400, code: 'AccessDeniedException', message: 'no' } as const;

    await assert.rejects(readBreaker(anAws({ GetItem: [refused] }), PLACE, 'prices'), {
      message: 'AWS refused dynamodb:GetItem with AccessDeniedException: no',
    });
  });
});
