import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { aGateway, GATEWAY_ADMIN } from '../../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../../support/a-gateway.ts';

const LISTER = { accessKeyId: 'AKIALOCAL00LISTER', secretAccessKey: 'lister-secret-of-a-test' };
const GUEST = { accessKeyId: 'ASIALOCAL000GUEST', secretAccessKey: 'guest-secret-of-a-test' };
const LATE = { accessKeyId: 'ASIALOCAL0000LATE', secretAccessKey: 'late-secret-of-a-test' };

const identity = (
  name: string,
  { accessKeyId, secretAccessKey }: typeof LISTER,
  more: readonly string[] = [],
): string =>
  [
    `  - name: ${name}`,
    `    accessKeyId: ${accessKeyId}`,
    `    secretAccessKey: ${secretAccessKey}`,
    ...more.map((line) => `    ${line}`),
    '    policies:',
    `      - { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'dynamodb:List*', Resource: '*' }] }`,
  ].join('\n');

const IDENTITIES = [
  'identities:',
  identity('lister', LISTER),
  identity('guest', GUEST, ['sessionToken: token-of-guest', `sessionExpires: '2999-01-01T00:00:00Z'`]),
  identity('late', LATE, ['sessionToken: token-of-late', `sessionExpires: '2020-01-01T00:00:00Z'`]),
].join('\n');

const TABLE = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
};

const EMBEDDED = { dynamodb: { kind: 'embedded', dataDirectory: undefined } } as const;

describe('the port of the embedded DynamoDB', () => {
  let started: StartedGateway;
  before(async () => {
    started = await aGateway(
      { Orders: TABLE },
      { dynamodb: { kind: 'embedded', dataDirectory: undefined } },
      { 'gatewright.identities.yml': IDENTITIES },
    );
  });
  after(() => started.close());

  type Key = typeof LISTER & { readonly sessionToken?: string };
  async function ask<Answer>(
    credentials: Key,
    run: (client: DynamoDBClient) => Promise<Answer>,
  ): Promise<Answer> {
    const { dynamodb: endpoint = '' } = started.listening;
    const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
    try {
      return await run(client);
    } finally {
      client.destroy();
    }
  }
  const list = (credentials: Key): Promise<readonly string[] | undefined> =>
    ask(credentials, async (client) => (await client.send(new ListTablesCommand({}))).TableNames);

  it('allows an identity of that file what its policies allow, and nothing else', async () => {
    const put = new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'a' } } });
    await assert.rejects(
      ask(LISTER, (client) => client.send(put)),
      {
        name: 'AccessDeniedException',
        message: /user\/lister is not authorized to perform: dynamodb:PutItem on resource: .*table\/orders/,
      },
    );
    await ask(GATEWAY_ADMIN, (client) => client.send(put));
  });

  for (const { name, key } of [
    { name: 'the admin', key: GATEWAY_ADMIN },
    { name: 'an identity of gatewright.identities.yml', key: LISTER },
    { name: 'a session of that file', key: { ...GUEST, sessionToken: 'token-of-guest' } },
  ])
    it(`knows ${name}`, async () => {
      assert.deepEqual(await list(key), ['orders']);
    });

  for (const { name, key, code } of [
    { name: 'a session without its token', key: GUEST, code: 'UnrecognizedClientException' },
    {
      name: 'a session with the token of another',
      key: { ...GUEST, sessionToken: 'token-of-late' },
      code: 'UnrecognizedClientException',
    },
    {
      name: 'a session that has expired',
      key: { ...LATE, sessionToken: 'token-of-late' },
      code: 'ExpiredTokenException',
    },
  ])
    it(`refuses ${name}`, async () => {
      await assert.rejects(list(key), { name: code });
    });
});

describe('a DynamoDB of the user', () => {
  const streaming = {
    ...TABLE,
    Properties: { ...TABLE.Properties, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } },
  };
  const descriptionAt = async (endpoint: string) => {
    const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: GATEWAY_ADMIN });
    try {
      return (await client.send(new DescribeTableCommand({ TableName: 'orders' }))).Table;
    } finally {
      client.destroy();
    }
  };

  // Streams of tables elsewhere start nothing here: a stream that nobody reads is not created in the user's database.
  it('gets the tables of the stacks with their keys and without their streams', async () => {
    const theirs = await aGateway({ Topic: { Type: 'AWS::SNS::Topic' } }, EMBEDDED);
    try {
      const url = theirs.listening.dynamodb ?? '';
      const ours = await aGateway(
        { Orders: streaming },
        { dynamodb: { kind: 'url', url, ...GATEWAY_ADMIN } },
      );
      const made = await descriptionAt(url);
      await ours.close();

      assert.deepEqual(made?.KeySchema, TABLE.Properties.KeySchema);
      assert.equal(made.StreamSpecification, undefined);
    } finally {
      await theirs.close();
    }
  });

  it('differs in that from the embedded one', async () => {
    const ours = await aGateway({ Orders: streaming }, EMBEDDED);
    const made = await descriptionAt(ours.listening.dynamodb ?? '');
    await ours.close();

    assert.equal(made?.StreamSpecification?.StreamViewType, 'NEW_IMAGE');
  });
});
