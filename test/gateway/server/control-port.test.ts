import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { createSystemClock } from '../../../gateway/adapters/system-clock.ts';
import { createSystemRandom } from '../../../gateway/adapters/random.ts';
import { adminIdentity, createIdentities, parseIdentities } from '../../../gateway/policy/identities.ts';
import { type ControlPort, openControlPort } from '../../../gateway/server/control-port.ts';
import type { ControlRequest } from '../../../gateway/server/control-request.ts';
import { createDynamoDbCalls, type DynamoDbCalls } from '../../../gateway/server/dynamodb-calls.ts';
import { Issuer } from '../../../gateway/server/issuer.ts';
import { createLambdaInvoke } from '../../../gateway/server/lambda-invoke.ts';
import { type EmbeddedDynamoDb, startEmbeddedDynamoDb } from '../../../gateway/services/embedded-dynamodb.ts';
import { signRequest } from '../../../shared/aws/sign-request.ts';
import { FakeInvoker } from '../../support/virtual-ports.ts';

const ACCOUNT_ID = '123456789012';
const ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
const READER = { accessKeyId: 'AKIALOCAL00READER', secretAccessKey: 'reader-secret-of-a-test' };
const SECRET = 'secret-of-this-start';
const DAY_MS = 24 * 3_600_000;

const READER_FILE = `
identities:
  - name: reader
    accessKeyId: ${READER.accessKeyId}
    secretAccessKey: ${READER.secretAccessKey}
    policies:
      - Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: dynamodb:GetItem
            Resource: arn:aws:dynamodb:us-east-1:${ACCOUNT_ID}:table/orders
`;

type Reply = { readonly status: number; readonly headers: Headers; readonly body: string };

describe('openControlPort', () => {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const invoker = new FakeInvoker({ greet: (event) => ({ hello: event }) });
  const managementCalls: { request: ControlRequest; apiId: string; path: string }[] = [];
  const reports: unknown[] = [];
  let dynamoDb: EmbeddedDynamoDb;
  let dynamoDbCalls: DynamoDbCalls;
  let port: ControlPort;

  before(async () => {
    dynamoDb = await startEmbeddedDynamoDb({ port: 0, clockOffset: clock.offset });
    await dynamoDb.createTables([
      {
        name: 'orders',
        keys: [{ name: 'id', type: 'S' }],
        globalIndexes: [],
        localIndexes: [],
        timeToLiveAttribute: 'expires',
        billingMode: 'PAY_PER_REQUEST',
        place: { file: 'serverless.yml' },
      },
    ]);
    dynamoDbCalls = createDynamoDbCalls({ url: dynamoDb.url, region: 'us-east-1', ...ADMIN }, ACCOUNT_ID);
    port = await openControlPort({
      port: 0,
      allowHosts: ['tunnel.example.com'],
      clock,
      random,
      issuer: await Issuer.create({ clock, random }),
      identities: createIdentities([
        adminIdentity(ADMIN, ACCOUNT_ID),
        ...parseIdentities(READER_FILE, 'gatewright.identities.yml', ACCOUNT_ID),
      ]),
      secret: SECRET,
      mounts: {
        services: new Map([
          ['dynamodb', dynamoDbCalls.serve],
          [
            'lambda',
            createLambdaInvoke({
              invoker,
              random,
              accountId: ACCOUNT_ID,
              report: (text) => reports.push(text),
            }),
          ],
        ]),
        connections(request, apiId, path) {
          if (apiId !== 'abc123') return undefined;
          managementCalls.push({ request, apiId, path });
          return { status: 200, headers: [], body: '' };
        },
        status: () => ({ apis: 1 }),
        routes: () => [],
      },
      report: (error) => reports.push(error),
    });
  });
  after(async () => {
    await port.close();
    await dynamoDbCalls.close();
    await dynamoDb.close();
    assert.deepEqual(
      reports.filter((report) => report instanceof Error),
      [],
    );
  });

  function aClient(credentials: typeof ADMIN): DynamoDBClient {
    return new DynamoDBClient({ endpoint: port.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  }

  function send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: string | Buffer = '',
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(`${port.url}${path}`, { method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const received = new Headers(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          );
          resolve({
            status: response.statusCode ?? 0,
            headers: received,
            body: Buffer.concat(chunks).toString(),
          });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  function sendSigned(
    service: string,
    path: string,
    { headers = {}, body = '', nowEpochMs = clock.nowEpochMs() } = {},
  ): Promise<Reply> {
    const url = new URL(path, port.url);
    const signed = signRequest({
      method: 'POST',
      url,
      headers,
      body,
      service,
      region: 'us-east-1',
      ...ADMIN,
      nowEpochMs,
    });
    return send('POST', `${url.pathname}${url.search}`, signed, body);
  }

  const local = (method: string, path: string, body?: unknown) =>
    send(
      method,
      `/_gatewright/${path}`,
      { Authorization: `Bearer ${SECRET}` },
      body === undefined ? '' : JSON.stringify(body),
    );

  describe('DynamoDB', () => {
    it('answers an unmodified AWS SDK through one endpoint', async () => {
      const client = aClient(ADMIN);
      await client.send(
        new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'a' }, total: { N: '3' } } }),
      );
      const { Item } = await client.send(
        new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }),
      );
      client.destroy();
      assert.deepEqual(Item, { id: { S: 'a' }, total: { N: '3' } });
    });

    it('lets an identity do what its policies allow and nothing else', async () => {
      const client = aClient(READER);
      await client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }));
      await assert.rejects(
        client.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'b' } } })),
        {
          name: 'AccessDeniedException',
          message: `User: arn:aws:iam::${ACCOUNT_ID}:user/reader is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:${ACCOUNT_ID}:table/orders because no identity-based policy allows the dynamodb:PutItem action`,
        },
      );
      client.destroy();
    });

    it('refuses a wrong secret in words that the SDK understands', async () => {
      const client = aClient({ ...ADMIN, secretAccessKey: 'wrong-secret' });
      const sent = client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }));
      await assert.rejects(sent, { name: 'InvalidSignatureException' });
      client.destroy();
    });
  });

  it('invokes a function', async () => {
    const { status, body } = await sendSigned('lambda', '/2015-03-31/functions/greet/invocations', {
      body: '1',
    });
    assert.deepEqual([status, body], [200, '{"hello":1}']);
  });

  describe('@connections', () => {
    it('is reached below the id of the API, by an unmodified AWS SDK', async () => {
      const client = new ApiGatewayManagementApiClient({
        endpoint: `${port.url}/abc123/dev`,
        region: 'us-east-1',
        credentials: ADMIN,
        maxAttempts: 1,
      });
      await client.send(new PostToConnectionCommand({ ConnectionId: 'JCIoWGiIvHcEsxg=', Data: 'hi' }));
      client.destroy();

      const call = managementCalls.at(-1);
      assert.equal(call?.apiId, 'abc123');
      assert.equal(call.path, '/dev/@connections/JCIoWGiIvHcEsxg%3D');
      assert.equal(call.request.body.toString(), 'hi');
    });

    it('is reached by the Host of the API', async () => {
      const host = `abc123.execute-api.localhost:${port.port}`;
      const { status } = await send('GET', '/dev/@connections/x%3D', { Host: host });
      assert.equal(status, 200);
      assert.equal(managementCalls.at(-1)?.path, '/dev/@connections/x%3D');
    });

    it('is forbidden for an API that is not here', async () => {
      const { status, body } = await send('GET', '/nobody/dev/@connections/x');
      assert.deepEqual([status, body], [403, '{"message":"Forbidden"}']);
    });
  });

  describe('guards', () => {
    const jwks = '/.well-known/jwks.json';
    for (const { name, headers, expected } of [
      { name: 'admits a plain client', headers: {}, expected: 200 },
      { name: 'admits a name of --allow-host', headers: { Host: 'tunnel.example.com' }, expected: 200 },
      {
        name: 'refuses a page of another origin',
        headers: { Origin: 'https://evil.example' },
        expected: 403,
      },
      { name: 'refuses a page that hides its origin', headers: { Origin: 'null' }, expected: 403 },
      {
        name: 'refuses a cross-site fetch without Origin',
        headers: { 'Sec-Fetch-Site': 'cross-site' },
        expected: 403,
      },
      {
        name: 'refuses a name that was rebound to this machine',
        headers: { Host: 'evil.example' },
        expected: 403,
      },
    ]) {
      it(name, async () => {
        const { status, body } = await send('GET', jwks, headers);
        assert.equal(status, expected);
        assert.ok('keys' in JSON.parse(body) || 'message' in JSON.parse(body));
      });
    }

    it('refuses a body over 16 MB', async () => {
      const { status } = await sendSigned('dynamodb', '/', { body: 'x'.repeat(16 * 1024 * 1024 + 1) });
      assert.equal(status, 413);
    });
  });

  describe('other AWS services', () => {
    for (const { name, service, headers, expected } of [
      {
        name: 'are refused by name in JSON',
        service: 'events',
        headers: { 'Content-Type': 'application/x-amz-json-1.1' },
        expected:
          '{"__type":"NotImplementedException","message":"events is not served here; let it through with --aws events"}',
      },
      {
        name: 'are refused by name in XML where the service speaks it',
        service: 'sns',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        expected:
          '<ErrorResponse><Error><Type>Sender</Type><Code>NotImplementedException</Code><Message>sns is not served here; let it through with --aws sns</Message></Error><RequestId>local</RequestId></ErrorResponse>',
      },
    ]) {
      it(name, async () => {
        const { status, body } = await sendSigned(service, '/', { headers });
        assert.deepEqual([status, body], [501, expected]);
      });
    }

    it('are not even named to an unsigned caller', async () => {
      const { status, body } = await send('POST', '/');
      assert.equal(status, 403);
      assert.match(body, /Missing Authentication Token/);
    });
  });

  describe('the local endpoints', () => {
    it('want the secret of the start', async () => {
      const { status } = await send('GET', '/_gatewright/status', { Authorization: 'Bearer guess' });
      assert.equal(status, 401);
      assert.equal((await local('GET', 'status')).body, '{"apis":1}');
    });

    for (const { name, path, body } of [
      { name: 'refuse a clock without direction', path: 'clock', body: {} },
      { name: 'refuse to move and reset at once', path: 'clock', body: { shiftMs: 1, reset: true } },
      { name: 'refuse a clock beyond a hundred years', path: 'clock', body: { shiftMs: 1e15 } },
      { name: 'refuse a token without sub', path: 'token', body: { scope: 'a' } },
      { name: 'refuse a token with an unknown wish', path: 'token', body: { sub: 'a', issuer: 'b' } },
      {
        name: 'refuse a token that sets the issuer',
        path: 'token',
        body: { sub: 'a', claims: { iss: 'https://real.example' } },
      },
    ]) {
      it(name, async () => {
        assert.equal((await local('POST', path, body)).status, 400);
      });
    }

    it('move issuer, DynamoDB and Date header together, and keep letting in who signs by the machine', async () => {
      const client = aClient(ADMIN);
      const expires = String(Math.floor(Date.now() / 1000) + 3600);
      await client.send(
        new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'ttl' }, expires: { N: expires } } }),
      );
      client.destroy();

      const moved = JSON.parse((await local('POST', 'clock', { shiftMs: DAY_MS })).body) as {
        offsetMs: number;
      };
      try {
        const minted = await local('POST', 'token', { sub: 'alice' });
        const { token } = JSON.parse(minted.body) as { token: string };
        const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
          iat: number;
        };
        const byMachine = await sendSigned('dynamodb', '/', {
          headers: {
            'Content-Type': 'application/x-amz-json-1.0',
            'X-Amz-Target': 'DynamoDB_20120810.GetItem',
          },
          body: JSON.stringify({ TableName: 'orders', Key: { id: { S: 'ttl' } } }),
          nowEpochMs: Date.now(),
        });

        assert.equal(moved.offsetMs, DAY_MS);
        assert.ok(Math.abs(claims.iat * 1000 - Date.now() - DAY_MS) < 5_000);
        assert.ok(Math.abs(Date.parse(minted.headers.get('date') ?? '') - Date.now() - DAY_MS) < 5_000);
        assert.deepEqual([byMachine.status, byMachine.body], [200, '{}']);
      } finally {
        await local('POST', 'clock', { reset: true });
      }
      assert.equal(clock.offsetMs(), 0);
    });

    it('rotate the key of the issuer', async () => {
      const before = JSON.parse((await send('GET', '/.well-known/jwks.json')).body) as { keys: unknown[] };
      await local('POST', 'token', { sub: 'alice' });
      const rotated = JSON.parse((await local('POST', 'issuer/rotate', {})).body) as { keys: unknown[] };
      const withdrawn = JSON.parse((await local('POST', 'issuer/rotate', { withdraw: true })).body) as {
        keys: unknown[];
      };
      assert.deepEqual([before.keys.length, rotated.keys.length, withdrawn.keys.length], [1, 2, 1]);
    });
  });
});
