import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  connectGateway,
  FunctionFailed,
  McpRefused,
  startGateway,
  type TestGateway,
} from '../../../../packages/gatewright/testing/entry.ts';
import { anHttpApiTemplate } from '../../../support/a-small-template.ts';
import { anMcpHandler } from '../../../support/an-mcp-server.ts';

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Count:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: count.handler
      Events:
        Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: /count } }
        Left: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn } }
        Row: { Type: DynamoDB, Properties: { Stream: !GetAtt Pets.StreamArn, StartingPosition: LATEST } }
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 30, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 } }
  Dead: { Type: AWS::SQS::Queue }
  Pets:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
`;
const HANDLER = `let count = 0;
export async function handler(event) {
  count += 1;
  const [record] = event.Records ?? [];
  console.log('event', record?.body ?? record?.dynamodb?.Keys.id.S ?? event.rawPath ?? event.by);
  if (event.by === 'nobody' || record?.body === 'bad') throw new RangeError('bad');
  return { statusCode: 200, headers: { 'x-count': String(count) }, cookies: ['a=1', 'b=2'], body: JSON.stringify({ count }) };
}`;

describe('a gateway of gatewright/testing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-testing-'));
  let gateway: TestGateway;
  before(async () => {
    writeFileSync(join(directory, 'template.yaml'), TEMPLATE);
    writeFileSync(join(directory, 'count.mjs'), HANDLER);
    gateway = await startGateway({
      directory,
      tables: { Pets: [{ id: 'ole', legs: 4 }] },
      isShared: true,
      signInAs: { sub: 'ada' },
    });
  });
  after(async () => {
    await gateway.close();
    rmSync(directory, { recursive: true });
  });

  // In JavaScript, no compiler would report such an option.
  it('refuses an option that a call does not have, and names those that it has', async () => {
    const unknown = { path: '.' } as object;
    const calls: readonly (readonly [name: string, call: () => unknown])[] = [
      ['startGateway', () => startGateway(unknown)],
      ['inject', () => gateway.inject('/count', unknown)],
      ['connect', () => gateway.connect(unknown)],
      ['mcp', () => gateway.mcp('/mcp', unknown)],
      ['send', () => gateway.send('Jobs', 'good', unknown)],
      ['reset', () => gateway.reset(unknown)],
      ['token', () => gateway.token({ sub: 'ada', ...unknown })],
    ];
    for (const [name, call] of calls)
      await assert.rejects(async () => call(), {
        code: 'GATEWRIGHT_TESTING',
        message: new RegExp(`^${name} has no option "path"; expected one of `),
      });
  });

  it('signs a client in without a page', async () => {
    const control = gateway.environment['GATEWRIGHT_CONTROL_URL'] ?? '';
    const redirect_uri = 'http://127.0.0.1:6274/callback';
    const registered = await fetch(`${control}/register`, {
      method: 'POST',
      body: JSON.stringify({ redirect_uris: [redirect_uri] }),
    });
    const { client_id = '' } = (await registered.json()) as { client_id?: string };
    const query = new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri,
      resource: `${gateway.url('Api')}/mcp`,
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
    });

    const reply = await fetch(`${control}/authorize?${query.toString()}`, { redirect: 'manual' });

    const answer = new URL(reply.headers.get('location') ?? '').searchParams;
    assert.deepEqual([answer.has('code'), answer.get('iss')], [true, control]);
  });

  it('answers as fetch does, without a socket and with one', async () => {
    const other = await connectGateway();
    for (const [one, expected] of [
      [gateway, 1],
      [other, 2],
    ] as const) {
      const response = await one.inject('/count');
      assert.deepEqual([response.status, response.headers.get('x-count')], [200, String(expected)]);
      assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
      assert.deepEqual(await response.json(), { count: expected });
    }
    assert.equal((await gateway.inject('/nothing')).status, 404);
    assert.equal((await fetch(`${gateway.url()}/count`)).status, 200);
    assert.equal(other.url(), gateway.url());
    assert.equal(process.env['GATEWRIGHT_URL_API'], gateway.url());
    await other.close();
  });

  it('begins with the given items of tables, which streams do not report', async () => {
    assert.deepEqual(await gateway.table('Pets').items(), [{ id: 'ole', legs: 4 }]);
    await gateway.table('Pets').put({ id: 'kim', tags: ['a'], at: null });
    await gateway.settle();
    const lines = await gateway.logs('Count');
    assert.ok(lines.some((line) => line.includes('event kim')));
    assert.ok(!lines.some((line) => line.includes('event ole')));
    assert.deepEqual(
      (await gateway.table('Pets').items()).find(({ id }) => id === 'kim'),
      {
        id: 'kim',
        tags: ['a'],
        at: null,
      },
    );
  });

  it('moves time from one due moment to the next', async () => {
    await gateway.send('Jobs', 'bad');
    await gateway.clock.advance('59s');
    assert.deepEqual(await gateway.messages('Dead'), []);
    await gateway.clock.advance('2m');
    const [dead, ...others] = await gateway.messages('Dead');
    assert.deepEqual([dead?.body, others.length], ['bad', 0]);
    assert.equal((await gateway.logs('Count')).filter((line) => line.includes('event bad')).length, 3);
  });

  it('calls a function, and throws what it throws', async () => {
    assert.equal(Reflect.get(Object(await gateway.invoke('Count', { by: 'hand' })), 'statusCode'), 200);
    await assert.rejects(
      gateway.invoke('Count', { by: 'nobody' }),
      (error) => error instanceof FunctionFailed && error.errorType === 'RangeError',
    );
    await assert.rejects(gateway.invoke('Nobody'), /Unknown function "Nobody"; expected one of /);
  });

  it('goes back to how it began: tables, queues, time, calls, instances', async () => {
    await gateway.send('Jobs', 'bad');
    await gateway.reset();
    assert.deepEqual(await gateway.table('Pets').items(), [{ id: 'ole', legs: 4 }]);
    assert.deepEqual(await gateway.messages('Dead'), []);
    assert.deepEqual(await gateway.messages('Jobs'), []);
    assert.deepEqual(await gateway.calls(), []);
    assert.ok(Math.abs((await gateway.clock.now()).getTime() - Date.now()) < 30_000);
    assert.deepEqual(await gateway.logs(), []);
    assert.deepEqual(await (await gateway.inject('/count')).json(), { count: 1 });
    await gateway.table('Pets').put({ id: 'ada' });
    await gateway.settle();
    assert.ok((await gateway.logs('Count')).some((line) => line.includes('event ada')));
  });

  it('says which table or queue does not exist', async () => {
    await assert.rejects(gateway.table('Cats').items(), /Unknown table "Cats"; expected one of .*\(Pets\)/);
    await assert.rejects(gateway.messages('Cats'), /Unknown queue "Cats"; expected one of .*\(Jobs\)/);
    await assert.rejects(gateway.clock.advance('soon'), /"soon" is not a duration/);
  });
});

describe('the MCP client of gatewright/testing', () => {
  it('lists and calls as a caller, and throws what is refused', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-testing-'));
    writeFileSync(join(directory, 'template.json'), JSON.stringify(anHttpApiTemplate(anMcpHandler())));
    const gateway = await startGateway({ directory, stacks: 'template.json' });
    try {
      const ann = gateway.mcp('/mcp', { token: await gateway.token({ sub: 'ann', roles: ['reader'] }) });
      const tools = await ann.listTools();
      const { content } = await ann.callTool('get_order', { id: '7' });
      const earlier = gateway.mcp('/mcp', {
        token: 'a.eyJhdWQiOiJnYXRld3JpZ2h0In0.b',
        revision: '2025-11-25',
      });
      await earlier.listTools();

      assert.deepEqual(
        tools.map(({ name }) => name),
        ['get_order', 'refund_order'],
      );
      assert.match(String(content[0]?.['text']), /"sub":"ann","roles":\["reader"\]/);
      assert.deepEqual([ann.revision, earlier.revision], ['2026-07-28', '2025-11-25']);
      await assert.rejects(ann.callTool('refund_order'), { status: 403, data: { retryAfterSeconds: 3 } });
      await assert.rejects(gateway.mcp('/mcp').listTools(), (error) => error instanceof McpRefused);
    } finally {
      await gateway.close();
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a start for one file of tests', () => {
  it('needs only stacks, does not change the environment, and ends', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-testing-'));
    try {
      const resources = { Jobs: { Type: 'AWS::SQS::Queue' } };
      writeFileSync(join(directory, 'template.json'), JSON.stringify({ Resources: resources }));
      const before = { ...process.env };
      const gateway = await startGateway({ directory, stacks: 'template.json' });
      assert.deepEqual({ ...process.env }, before);
      assert.deepEqual(await gateway.messages('Jobs'), []);
      await gateway.close();
      await assert.rejects(gateway.messages('Jobs'), /does not respond; it was closed or has ended/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  // An SDK would send the developer's session token with the local key pair, and every signature would be wrong.
  it('removes variables that would spoil signatures from the shared environment, and restores all of them at the end', async () => {
    const usual = process.env;
    // The time zone is that of Lambda, for the whole process.
    const developer = { TZ: 'UTC', AWS_SESSION_TOKEN: 'mine', AWS_PROFILE: 'mine', AWS_REGION: 'eu-west-3' };
    const { PATH = '', HOME = '' } = usual;
    process.env = { PATH, HOME, ...developer };
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-testing-'));
    try {
      writeFileSync(
        join(directory, 'template.json'),
        JSON.stringify({ Resources: { Jobs: { Type: 'AWS::SQS::Queue' } } }),
      );
      const before = { ...process.env };
      const gateway = await startGateway({ directory, stacks: 'template.json', isShared: true });
      const shared = { ...process.env };
      await gateway.close();

      for (const name of ['AWS_SESSION_TOKEN', 'AWS_PROFILE']) assert.ok(!(name in shared), name);
      assert.match(shared['AWS_ENDPOINT_URL'] ?? '', /^http:\/\/127\.0\.0\.1:/);
      assert.deepEqual({ ...process.env }, before);
    } finally {
      process.env = usual;
      rmSync(directory, { recursive: true });
    }
  });

  it('says which variable of the environment does not contain a region', async () => {
    const before = process.env['AWS_REGION'];
    process.env['AWS_REGION'] = 'europe';
    try {
      await assert.rejects(startGateway({ stacks: 'nowhere' }), {
        name: 'TestingError',
        message: 'AWS_REGION is not an AWS region: "europe"; use a region such as eu-central-1',
      });
    } finally {
      if (before === undefined) delete process.env['AWS_REGION'];
      else process.env['AWS_REGION'] = before;
    }
  });
});

describe('a start that fails', () => {
  it('reports what is wrong with the stacks in one error', async () => {
    await assert.rejects(startGateway({ stacks: 'test/fixtures/velocity' }), { name: 'TestingError' });
    await assert.rejects(connectGateway(), /this process has no shared gateway/);
  });
});
