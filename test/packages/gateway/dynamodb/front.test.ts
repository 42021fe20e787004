import assert from 'node:assert/strict';
import { request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';
import {
  type EmbeddedDynamoDb,
  startEmbeddedDynamoDb,
} from '../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { UNCOUNTED } from '../../../../packages/gateway/dynamodb/uncounted.ts';
import { CREATE_COUNTERS, key } from '../../../support/counters-engine.ts';
import { SIGNER } from '../../../support/orders-table.ts';

describe('the port of the embedded DynamoDB', () => {
  let dynamoDb: EmbeddedDynamoDb;
  before(async () => {
    dynamoDb = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER] });
  });
  after(() => dynamoDb.close());

  const statusOf = (headers: Record<string, string> | string[], body = '{}') =>
    new Promise<number>((resolve, reject) => {
      const setHost = !Array.isArray(headers);
      const outgoing = request(dynamoDb.url, { method: 'POST', headers, setHost }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const target = { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' };
  const HEADERS = { 'Content-Type': 'application/x-amz-json-1.0', ...target };
  /** Signs a call with these credentials, for this service and at this time. */
  const sign = (
    body: string,
    {
      headers = {},
      key = SIGNER,
      service = 'dynamodb',
      region = 'us-east-1',
      nowEpochMs = Date.now(),
    }: {
      headers?: Record<string, string>;
      key?: typeof SIGNER;
      service?: string;
      region?: string;
      nowEpochMs?: number;
    } = {},
  ): Record<string, string> =>
    signRequest({
      method: 'POST',
      url: new URL(dynamoDb.url),
      headers: { ...HEADERS, ...headers },
      body,
      region,
      service,
      nowEpochMs,
      ...key,
    });
  const rows: {
    name: string;
    body?: string;
    headers: (body: string) => Record<string, string>;
    sent?: string;
    expected: number;
  }[] = [
    { name: 'admits a signed call', headers: sign, expected: 200 },
    {
      name: 'refuses a page of another origin',
      headers: (text: string) => ({ ...sign(text), Origin: 'https://evil.example' }),
      expected: 403,
    },
    {
      name: 'refuses a name that was rebound to this machine',
      headers: (text: string) => ({ ...sign(text), Host: 'evil.example' }),
      expected: 403,
    },
    // issue 37.7: API ports admit these for proxies and containers; this port must not.
    ...['localhost', 'localhost:5173', '127.0.0.1', '[::1]:5173', 'host.docker.internal'].map((name) => ({
      name: `refuses ${name}, which API ports admit`,
      headers: (text: string) => ({ ...sign(text), Host: name }),
      expected: 403,
    })),
    {
      name: 'refuses a cross-site request',
      headers: (text: string) => ({ ...sign(text), 'Sec-Fetch-Site': 'cross-site' }),
      expected: 403,
    },
    {
      name: 'refuses a call without signature',
      headers: () => ({ ...HEADERS, Authorization: 'Bearer x' }),
      expected: 400,
    },
    { name: 'refuses a call that claims none', headers: () => HEADERS, expected: 400 },
    {
      name: 'refuses a signature that only looks like one',
      headers: () => ({
        ...HEADERS,
        Authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0',
      }),
      expected: 400,
    },
    {
      name: 'refuses an unknown key',
      headers: (text: string) => sign(text, { key: { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'x' } }),
      expected: 400,
    },
    {
      name: 'refuses a known key with another secret',
      headers: (text: string) => sign(text, { key: { ...SIGNER, secretAccessKey: 'guessed' } }),
      expected: 400,
    },
    {
      name: 'refuses a signature of another service',
      headers: (text: string) => sign(text, { service: 'execute-api' }),
      expected: 400,
    },
    {
      name: 'refuses a signature of an hour ago',
      headers: (text: string) => sign(text, { nowEpochMs: Date.now() - 3_600_000 }),
      expected: 400,
    },
    {
      name: 'refuses a body other than the signed one',
      headers: sign,
      sent: '{"Limit":1}',
      expected: 400,
    },
    { name: 'refuses text that is not JSON', headers: sign, body: '{', expected: 400 },
    {
      name: 'refuses values that nest beyond any stack',
      headers: sign,
      body: `{"Item":${'{"M":{"a":'.repeat(10_000)}{"S":"x"}${'}}'.repeat(10_000)}}`,
      expected: 400,
    },
    {
      name: 'refuses an operation that it does not have',
      headers: (text: string) =>
        sign(text, { headers: { 'X-Amz-Target': 'DynamoDB_20120810.ExportTableToPointInTime' } }),
      expected: 501,
    },
    {
      name: 'refuses a body over 16 MB',
      headers: sign,
      body: 'x'.repeat(16 * 1024 * 1024 + 1),
      expected: 413,
    },
  ];
  for (const { name, body = '{}', headers, sent = body, expected } of rows) {
    it(name, async () => {
      assert.equal(await statusOf(headers(body), sent), expected);
    });
  }

  it('reports that it is healthy to a GET without signature', async () => {
    const answer = await fetch(dynamoDb.url);

    assert.deepEqual([answer.status, await answer.text()], [200, 'healthy: dynamodb (gatewright)\n']);
  });

  // Source: DynamoDB developer guide, "Low-level API"; request ids as AWS's answers have them.
  it('answers with an id of 52 capital letters and digits', async () => {
    const { headers } = await fetch(dynamoDb.url);

    assert.match(headers.get('x-amzn-requestid') ?? '', /^[A-Z0-9]{52}$/);
  });

  // Source: DynamoDB developer guide, "Error messages and codes".
  for (const { name, headers, type } of [
    { name: 'without signature', headers: () => HEADERS, type: 'MissingAuthenticationTokenException' },
    {
      name: 'by an unknown key',
      headers: () => sign('{}', { key: { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'x' } }),
      type: 'UnrecognizedClientException',
    },
  ])
    it(`says ${type} of a call ${name}`, async () => {
      const answer = await fetch(dynamoDb.url, { method: 'POST', headers: headers(), body: '{}' });

      assert.match(await answer.text(), new RegExp(`^{"__type":"com\\.amazon\\.coral\\.service#${type}"`));
    });

  it('admits a signed call with a query', async () => {
    const url = new URL('/?x=1', dynamoDb.url);
    const call = { method: 'POST', url, headers: HEADERS, body: '{}' };
    const signed = signRequest({
      ...call,
      ...SIGNER,
      region: 'us-east-1',
      service: 'dynamodb',
      nowEpochMs: Date.now(),
    });

    assert.equal((await fetch(url, { ...call, headers: signed })).status, 200);
  });

  it('makes the ARN of a table with the region that its call is signed for', async () => {
    const body = JSON.stringify({ ...CREATE_COUNTERS, TableName: 'elsewhere' });
    const headers = sign(body, {
      region: 'eu-west-1',
      headers: { 'X-Amz-Target': 'DynamoDB_20120810.CreateTable' },
    });

    const answer = await fetch(dynamoDb.url, { method: 'POST', headers, body });

    assert.match(await answer.text(), /"TableArn":"arn:aws:dynamodb:eu-west-1:\d{12}:table\/elsewhere"/);
  });

  it('takes a call that comes again within five minutes, as AWS does, and refuses it afterwards', async () => {
    const almost = sign('{}', { nowEpochMs: Date.now() - 4 * 60_000 });
    const late = sign('{}', { nowEpochMs: Date.now() - 301_000 });

    assert.deepEqual([await statusOf(almost), await statusOf(almost)], [200, 200]);
    assert.equal(await statusOf(late), 400);
  });

  it('refuses a call with a second signature', async () => {
    const signed = sign('{}');
    const headers = Object.entries(signed).flat();
    const [, own = ''] =
      Object.entries(signed).find(([name]) => name.toLowerCase() === 'authorization') ?? [];

    assert.equal(await statusOf(headers), 200);
    assert.equal(await statusOf([...headers, 'Authorization', own]), 400);
    assert.equal(await statusOf(['authorization', 'Bearer x', ...headers]), 400);
  });

  it('counts what calls consume, but not calls that are not traffic', async () => {
    const call = (operation: string, input: object, more: Record<string, string> = {}): Promise<number> => {
      const body = JSON.stringify(input);
      return statusOf(
        sign(body, { headers: { 'X-Amz-Target': `DynamoDB_20120810.${operation}`, ...more } }),
        body,
      );
    };
    assert.equal(await call('CreateTable', CREATE_COUNTERS), 200);
    const statement = { Statement: `INSERT INTO counters VALUE {'id': 'a'}` };
    assert.equal(
      await call('PutItem', { TableName: 'counters', Item: key('b') }, { [UNCOUNTED]: 'test' }),
      200,
    );
    assert.equal(await call('ExecuteStatement', statement), 200);
    assert.equal(await call('GetItem', { TableName: 'counters', Key: key('a') }), 200);

    while ((dynamoDb.consumed[0]?.reads ?? 0) === 0) await turn();
    const units = { accessKeyId: 'AKIDEXAMPLE', reads: 0.5, writes: 1 };
    assert.deepEqual(dynamoDb.consumed, [{ table: 'counters', ...units }]);
  });
});

describe('the API of DynamoDB Streams at that port', () => {
  it('needs the rights of the stream that the call reads', async () => {
    const asked: unknown[] = [];
    const dynamoDb = await startEmbeddedDynamoDb({
      port: 0,
      signers: [{ ...SIGNER, isJudged: true }],
      judge({ rights }) {
        asked.push(...rights.map(({ action, resource }) => `${action} ${resource}`));
        return 'not allowed';
      },
    });
    after(() => dynamoDb.close());
    const StreamArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';
    const body = JSON.stringify({ StreamArn });
    const headers = signRequest({
      method: 'POST',
      url: new URL(dynamoDb.url),
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': 'DynamoDBStreams_20120810.DescribeStream',
      },
      body,
      region: 'us-east-1',
      service: 'dynamodb',
      nowEpochMs: Date.now(),
      ...SIGNER,
    });
    const reply = await fetch(dynamoDb.url, { method: 'POST', headers, body });
    assert.equal(reply.status, 400);
    assert.match(await reply.text(), /#AccessDeniedException","message":"not allowed"/);
    assert.deepEqual(asked, [`dynamodb:DescribeStream ${StreamArn}`]);
  });
});
