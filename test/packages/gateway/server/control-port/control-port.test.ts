import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import {
  aControlPort,
  ACCOUNT_ID,
  ADMIN,
  READER,
  type TestControlPort,
} from '../../../../support/a-control-port.ts';

function aClient({ url }: TestControlPort, credentials: typeof ADMIN): DynamoDBClient {
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

const PROXIED = [
  'localhost',
  'localhost:5173',
  '127.0.0.1',
  '127.0.0.1:5173',
  '[::1]:5173',
  'host.docker.internal',
  'host.docker.internal:4000',
];

describe('openControlPort', () => {
  let at: TestControlPort;
  before(async () => {
    at = await aControlPort();
  });
  after(async () => {
    await at.close();
    assert.deepEqual(at.reports, []);
  });

  describe('DynamoDB', () => {
    it('answers an unmodified AWS SDK through one endpoint', async () => {
      const client = aClient(at, ADMIN);
      await client.send(
        new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'a' }, total: { N: '3' } } }),
      );
      const { Item } = await client.send(
        new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }),
      );
      client.destroy();
      assert.deepEqual(Item, { id: { S: 'a' }, total: { N: '3' } });
    });

    it('answers a client that has signed AWS’s own name, because the client knows no other endpoint', async () => {
      const host = 'dynamodb.us-east-1.amazonaws.com';
      const body = Buffer.from('{"TableName":"orders","Key":{"id":{"S":"a"}}}');
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.GetItem',
      };
      const signed = signRequest({
        method: 'POST',
        url: new URL(`https://${host}/`),
        headers,
        body,
        ...ADMIN,
        region: 'us-east-1',
        service: 'dynamodb',
        nowEpochMs: Date.now(),
      });
      const sent = request(at.url, { method: 'POST', headers: signed }).end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];

      assert.equal(answer.statusCode, 200, await text(answer));
    });

    it('allows an identity what its policies allow and nothing else', async () => {
      const client = aClient(at, READER);
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

    it('refuses a wrong secret with a message that the SDK understands', async () => {
      const client = aClient(at, { ...ADMIN, secretAccessKey: 'wrong-secret' });
      const sent = client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }));
      await assert.rejects(sent, { name: 'InvalidSignatureException' });
      client.destroy();
    });
  });

  it('says in the log, once, which credentials to take out of the code', async () => {
    const own = await aControlPort();
    const client = aClient(own, { accessKeyId: 'ABC', secretAccessKey: 'SECRET' });
    for (let call = 0; call < 2; call += 1)
      await assert.rejects(
        client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } })),
        { name: 'UnrecognizedClientException' },
      );
    client.destroy();
    await own.close();

    assert.equal(own.reports.length, 1);
    assert.match(String(own.reports[0]), /access key ABC does not belong to this gateway/);
  });

  it('answers 500 instead of a reply with a header that cannot be sent', async () => {
    const consoleFiles = () =>
      Promise.resolve({ status: 200, headers: ['Cache-Control', 'a\u2014b'], body: '' });
    const own = await aControlPort({ consoleFiles });
    const { status } = await own.send('GET', '/console/', {}, '');
    await own.close();

    assert.equal(status, 500);
    assert.match(String(own.reports), /Invalid character in header content/);
  });

  it('has a limit for the bodies of all calls together, which small bodies never reach', async () => {
    const own = await aControlPort({ maxBodyMemoryBytes: 1024 ** 2 });
    const bodies = [300_000, 60_000].map((length) => JSON.stringify('x'.repeat(length)));
    const statuses = [];
    for (const body of bodies) {
      const { status } = await own.sendSigned('lambda', '/2015-03-31/functions/greet/invocations', { body });
      statuses.push(status);
    }
    await own.close();

    assert.deepEqual(statuses, [503, 200]);
    assert.deepEqual(own.reports, [
      '503 control port: there is no memory left for a request body: all bodies together can use 1 MB, and the bodies of one client address can use a quarter of that (--max-body-memory)',
    ]);
  });

  it('invokes a function', async () => {
    const { status, body } = await at.sendSigned('lambda', '/2015-03-31/functions/greet/invocations', {
      body: '1',
    });
    assert.deepEqual([status, body], [200, '{"hello":1}']);
  });

  it('gives each reply one date and one length, also in reply to a HEAD', async () => {
    const headers = ['Content-Type', 'text/plain', 'Content-Length', '5'];
    const own = await aControlPort({
      consoleFiles: ({ method }) =>
        Promise.resolve({ status: 200, headers: method === 'HEAD' ? headers : [], body: '' }),
    });
    for (const [method, length] of [
      ['HEAD', '5'],
      ['GET', '0'],
    ] as const) {
      const asked = request(`${own.url}/page`, { method, agent: false }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      const linesOf = (name: string) =>
        answer.rawHeaders.filter((line) => line.toLowerCase() === name).length;

      assert.deepEqual([linesOf('date'), linesOf('content-length')], [1, 1]);
      assert.equal(answer.headers['content-length'], length);
    }
    await own.close();
  });

  it("gives each call one id, its own or the service's", async () => {
    const ids = [];
    for (const { headers } of [
      await at.local('GET', 'status'),
      await at.sendSigned('lambda', '/2015-03-31/functions/greet/invocations', { body: '1' }),
      await at.sendSigned('dynamodb', '/', {
        headers: {
          'Content-Type': 'application/x-amz-json-1.0',
          'X-Amz-Target': 'DynamoDB_20120810.ListTables',
        },
        body: '{}',
      }),
    ])
      ids.push(headers.get('x-amzn-requestid') ?? 'none');

    for (const id of ids) assert.match(id, /^[\w-]{36,}$/);
    assert.equal(new Set(ids).size, 3);
  });

  it('streams the answer of a function, chunked, and ends', async () => {
    const { status, body } = await at.sendSigned(
      'lambda',
      '/2021-11-15/functions/greet/response-streaming-invocations',
      { body: '1' },
    );

    assert.equal(status, 200);
    assert.match(body, /PayloadChunk[^]*\{"hello":1\}[^]*InvokeComplete[^]*\{\}/);
  });

  it('answers an unsigned call to an API on AWS that this start does not have it', async () => {
    const Host = 'gone123.execute-api.eu-west-1.amazonaws.com';
    const { status, body } = await at.send('GET', '/dev/pets', { Host });
    assert.equal(status, 501);
    assert.match(
      body,
      /no API of this gateway has the address gone123\.execute-api\.eu-west-1\.amazonaws\.com: start the stack of that API/,
    );
  });

  describe('@connections', () => {
    it('is reached below the id of the API, by an unmodified AWS SDK', async () => {
      const client = new ApiGatewayManagementApiClient({
        endpoint: `${at.url}/abc123/dev`,
        region: 'us-east-1',
        credentials: ADMIN,
        maxAttempts: 1,
      });
      await client.send(new PostToConnectionCommand({ ConnectionId: 'JCIoWGiIvHcEsxg=', Data: 'hi' }));
      client.destroy();

      const call = at.managementCalls.at(-1);
      assert.equal(call?.apiId, 'abc123');
      assert.equal(call.path, '/dev/@connections/JCIoWGiIvHcEsxg%3D');
      assert.equal(call.request.body.toString(), 'hi');
    });

    it('is reached by the Host of the API', async () => {
      const host = `abc123.execute-api.localhost:${at.port}`;
      const { status } = await at.send('GET', '/dev/@connections/x%3D', { Host: host });
      assert.equal(status, 200);
      assert.equal(at.managementCalls.at(-1)?.path, '/dev/@connections/x%3D');
    });

    it('is reached by the Host of a custom domain, below any base path', async () => {
      const { status } = await at.send('GET', '/orders/v1/@connections/x%3D', { Host: 'chat.example.com' });
      assert.equal(status, 200);
      const { apiId, path } = at.managementCalls.at(-1) ?? {};
      assert.deepEqual([apiId, path], ['of the domain', '/orders/v1/@connections/x%3D']);
    });

    it('is all that a custom domain is admitted for', async () => {
      const { status } = await at.send('GET', '/.well-known/jwks.json', { Host: 'chat.example.com' });
      assert.equal(status, 403);
    });

    // clients.md 8: the SDK with this port as its endpoint, and with a stage behind it.
    for (const path of ['/@connections/x', '/%40connections/x', '/dev/@connections/x'])
      it(`lists the addresses of the APIs for ${path}, which names none`, async () => {
        const { status, body } = await at.sendSigned('execute-api', path);
        assert.equal(status, 403);
        assert.deepEqual(JSON.parse(body), {
          message:
            '@connections is served at the address of the WebSocket API: use http://127.0.0.1:3001/dev as the endpoint.',
        });
      });

    it('says if there is no WebSocket API at all', async () => {
      const none = await aControlPort({ webSocketUrls: [] });
      const { body } = await none.sendSigned('execute-api', '/@connections/x');
      await none.close();
      assert.deepEqual(JSON.parse(body), {
        message:
          '@connections is served at the address of the WebSocket API, and no WebSocket API is loaded.',
      });
    });

    it('is forbidden for an API that is not here', async () => {
      const { status, body } = await at.send('GET', '/nobody/dev/@connections/x');
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
        const { status, body } = await at.send('GET', jwks, headers);
        assert.equal(status, expected);
        assert.ok('keys' in JSON.parse(body) || 'message' in JSON.parse(body));
      });
    }

    // issue 37.7: API ports admit these for proxies and containers; this port must not.
    for (const path of ['/', jwks, '/console/', '/_gatewright/status', '/restapis'])
      for (const name of PROXIED)
        it(`refuses ${path} by ${name}, which API ports admit`, async () => {
          const { status, body } = await at.send('GET', path, { Host: name });
          assert.equal(status, 403);
          assert.match(body, /does not serve the host/);
        });

    for (const origin of ['http://localhost:5173', 'http://localhost', 'http://host.docker.internal'])
      it(`refuses a page of ${origin}`, async () => {
        assert.equal((await at.send('GET', jwks, { Origin: origin })).status, 403);
      });

    it('refuses a body over 16 MB', async () => {
      const { status } = await at.sendSigned('dynamodb', '/', { body: 'x'.repeat(16 * 1024 * 1024 + 1) });
      assert.equal(status, 413);
    });
  });

  describe('other AWS services', () => {
    for (const { name, service, headers, sent = '', expected } of [
      {
        name: 'are refused by name in JSON',
        service: 'events',
        headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSEvents.PutRule' },
        expected:
          '{"__type":"NotImplementedException","message":"PutRule of EventBridge (rule) is not supported by this gateway. Create, change or remove the AWS::Events::Rule in the template of a stack; or pass --aws events to send all calls to this AWS service to AWS, or send them to another endpoint with AWS_ENDPOINT_URL_EVENTBRIDGE."}',
      },
      {
        name: 'are refused by name in XML if the service speaks it',
        service: 'iam',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        sent: 'Action=CreateRole&RoleName=r',
        expected:
          '<ErrorResponse><Error><Type>Sender</Type><Code>NotImplementedException</Code><Message>CreateRole of IAM (role) is not supported by this gateway. Create, change or remove the AWS::IAM::Role in the template of a stack; or pass --aws iam to send all calls to this AWS service to AWS, or send them to another endpoint with AWS_ENDPOINT_URL_IAM.</Message></Error><RequestId>local</RequestId></ErrorResponse>',
      },
      {
        name: 'are refused by name in JSON if a target says so, with any type of body from curl',
        service: 'cognito-sync',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Amz-Target': 'A.B' },
        expected:
          '{"__type":"NotImplementedException","message":"B of cognito-sync (b) is not supported by this gateway. Pass --aws cognito-sync to send all calls to this AWS service to AWS, or send them to another endpoint with AWS_ENDPOINT_URL."}',
      },
    ]) {
      it(name, async () => {
        const { status, body } = await at.sendSigned(service, '/', { headers, body: sent });
        assert.deepEqual([status, body], [501, expected]);
      });
    }

    it('are not even named to an unsigned caller', async () => {
      const { status, body } = await at.send('POST', '/');
      assert.equal(status, 403);
      assert.match(body, /Missing Authentication Token/);
    });
  });
});
