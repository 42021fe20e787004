/** What functions write by their policies and what the operator's command reads and resets, on the embedded DynamoDB. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { createPolicy } from '#shared/resilience/create-policy.ts';
import { createDynamoDbBreakers } from '#shared/resilience/dynamodb-breakers.ts';
import type { ResilienceEvent } from '#shared/resilience/resilience-event.ts';
import { startEmbeddedDynamoDb } from '../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import {
  listBreakers,
  readBreaker,
  resetBreaker,
} from '../../../../../packages/toolkit/operate/breakers/breaker-table.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { createAws } from '../../../../../packages/toolkit/terminal/aws-call.ts';
import type { Aws, AwsAnswer } from '../../../../../packages/toolkit/terminal/aws-call.ts';
import { SIGNER } from '../../../../support/orders-table.ts';

const PLACE = { tableName: 'breakers', namespace: 'shop' };
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const DOWN = () => Promise.reject(new Error('connection reset'));
const MENU = () => Promise.resolve('menu');

describe('shared breakers on DynamoDB', () => {
  let client: commands.DynamoDBClient;
  let aws: Aws;
  let stop: () => Promise<void>;
  before(async () => {
    const clockOffset = createSystemClock().offset;
    const dynamoDb = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], clockOffset });
    const connection = {
      region: 'us-east-1',
      endpoint: dynamoDb.url,
      maxAttempts: 1,
      credentials: CREDENTIALS,
    };
    client = new commands.DynamoDBClient(connection);
    aws = createAws('us-east-1', CREDENTIALS, { endpointUrl: dynamoDb.url });
    await client.send(
      new commands.CreateTableCommand({
        TableName: PLACE.tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    stop = async () => {
      client.destroy();
      await dynamoDb.close();
    };
  });
  after(() => stop());

  function anInstance(name: string) {
    const events: ResilienceEvent[] = [];
    const shared = createDynamoDbBreakers({ ...PLACE, load: () => Promise.resolve({ client, commands }) });
    const breaker = { minimumCalls: 1, openSeconds: 60 };
    const observe = (event: ResilienceEvent) => void events.push(event);
    const policy = createPolicy({ name, timeoutMs: 1000, breaker, shared, observe });
    return { policy, events };
  }

  it('are opened for another instance, listed, and closed by a reset', async () => {
    const one = anInstance('prices');
    await assert.rejects(one.policy.run(DOWN), { message: 'connection reset' });
    assert.deepEqual(one.events, [{ kind: 'changed', breaker: 'prices', state: 'open', by: 'table' }]);
    await assert.rejects(anInstance('prices').policy.run(MENU), { code: 'CIRCUIT_OPEN' });

    const [listed, ...others] = await listBreakers(aws, PLACE);
    assert.deepEqual(others, []);
    assert.deepEqual([listed?.name, listed?.state, listed?.why], ['prices', 'open', 'calls-failed']);
    const openMs = Date.parse(listed?.openUntil ?? '') - Date.parse(listed?.changedAt ?? '');
    assert.ok(openMs >= 63_000 && openMs < 70_000, `${openMs} ms`);

    const reset = await resetBreaker(aws, PLACE, 'prices');
    assert.deepEqual([reset.state, reset.why, reset.generation], ['closed', 'reset', 2]);
    assert.deepEqual(await readBreaker(aws, PLACE, 'prices'), reset);
    assert.deepEqual(await resetBreaker(aws, PLACE, 'prices'), reset, 'nothing is left to close');
    assert.equal(await anInstance('prices').policy.run(MENU), 'menu');
  });

  it('do not exist before they have opened', async () => {
    assert.equal(await anInstance('quiet').policy.run(MENU), 'menu');

    await assert.rejects(readBreaker(aws, PLACE, 'quiet'), {
      message:
        'table breakers has no breaker quiet in namespace shop: the breaker has never opened, or it has another name; gatewright breakers list shows the names',
    });
  });

  it('continue on their own if the table is missing, and count it', async () => {
    const shared = createDynamoDbBreakers({
      tableName: 'absent',
      namespace: 'shop',
      load: () => Promise.resolve({ client, commands }),
    });
    const events: string[] = [];
    const observe = ({ kind }: ResilienceEvent) => void events.push(kind);
    const policy = createPolicy({ name: 'prices', timeoutMs: 1000, breaker: {}, shared, observe });

    assert.equal(await policy.run(MENU), 'menu');
    assert.deepEqual(events, ['table-unavailable']);
    await assert.rejects(listBreakers(aws, { ...PLACE, tableName: 'absent' }), {
      message: /^AWS refused dynamodb:Query with ResourceNotFoundException/,
    });
  });
});

describe('createDynamoDbBreakers', () => {
  it('refuses an invalid namespace', () => {
    assert.throws(() => createDynamoDbBreakers({ tableName: 'breakers', namespace: 'a#b' }), {
      code: 'CONFIG_INVALID',
    });
  });
});

describe('a table of breakers on AWS', () => {
  type Refusal = Extract<AwsAnswer, { kind: 'refused' }>;
  const refused = (code: string): Refusal => ({ kind: 'refused', status: 400, code, message: 'no' });
  const answer = (body: object, date?: string): AwsAnswer => ({
    kind: 'answer',
    body: body as never,
    headers: new Map(date === undefined ? [] : [['date', date]]),
    text: '',
  });
  const NAME = 'prices';
  const item = (state: string, sk = `BREAKER#${NAME}`): object => ({
    pk: { S: 'p' },
    sk: { S: sk },
    state: { S: state },
    generation: { N: '3' },
    why: { S: 'calls-failed' },
    at: { N: '0' },
    openUntilEpochMs: { N: '1700000000000' },
    taken: { N: '2' },
    succeeded: { N: '1' },
  });
  function anAccount(...answers: readonly AwsAnswer[]) {
    const inputs: Record<string, unknown>[] = [];
    const asked: Aws = {
      region: 'us-east-1',
      call(request) {
        if (request.protocol === 'json') inputs.push({ target: request.target, ...request.input });
        return Promise.resolve(answers[inputs.length - 1] ?? refused('Unexpected'));
      },
    };
    return { asked, inputs };
  }

  it('is read page by page, at the state of now', async () => {
    const { asked, inputs } = anAccount(
      answer({ Items: [item('open', 'BREAKER#a')], LastEvaluatedKey: { pk: { S: 'p' } } }),
      answer({ Items: [item('half-open', 'BREAKER#b')] }),
    );

    const listed = await listBreakers(asked, PLACE);

    assert.deepEqual(
      listed.map(({ name, state, changedAt }) => [name, state, changedAt]),
      [
        ['a', 'open', undefined],
        ['b', 'half-open', undefined],
      ],
    );
    assert.deepEqual(
      inputs.map(({ ExclusiveStartKey: from, ConsistentRead: isConsistent }) => [from, isConsistent]),
      [
        [undefined, true],
        [{ pk: { S: 'p' } }, true],
      ],
    );
  });

  it('with pages without an end is refused', async () => {
    const pages = Array.from({ length: 30 }, () => answer({ Items: [item('open')], LastEvaluatedKey: {} }));
    const { asked, inputs } = anAccount(...pages);

    await assert.rejects(listBreakers(asked, PLACE), /has more than 20 breakers, which is too many to list/);
    assert.equal(inputs.length, 20);
  });

  it('says which right was refused, and reads a state as of now', async () => {
    const { asked, inputs } = anAccount(refused('AccessDeniedException'));

    await assert.rejects(readBreaker(asked, PLACE, NAME), {
      message: /^AWS refused dynamodb:GetItem with AccessDeniedException/,
    });
    assert.equal(inputs[0]?.['ConsistentRead'], true);
  });

  for (const { name, last, says } of [
    {
      name: 'of which another has changed the state',
      last: refused('ConditionalCheckFailedException'),
      says: /^the state of prices changed during the reset: check it with gatewright breakers show, then repeat the reset$/,
    },
    {
      name: 'that may not be written',
      last: refused('AccessDeniedException'),
      says: /^AWS refused dynamodb:PutItem with AccessDeniedException: no$/,
    },
    {
      name: 'that does not answer',
      last: { kind: 'silent', message: 'no answer came' } as const,
      says: /^no answer came$/,
    },
  ])
    it(`resets no breaker ${name}`, async () => {
      const read = answer({ Item: item('open') }, 'Mon, 23 Nov 2026 12:00:00 GMT');

      await assert.rejects(resetBreaker(anAccount(read, last).asked, PLACE, NAME), { message: says });
    });
});
