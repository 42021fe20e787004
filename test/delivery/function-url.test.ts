/**
 * A function URL and InvokeWithResponseStream, streamed to clients that are not a part of this repository: curl and the
 * SDK.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  GetFunctionUrlConfigCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { ApiRoutes, Gateway } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const run = promisify(execFile);
const KEY = { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' };
const STEP_MS = 500;

/** Writes three parts, half a second between them. */
const COUNT = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  for (const n of [1, 2, 3]) {
    stream.write(n + '\\n');
    await new Promise((go) => setTimeout(go, ${STEP_MS}));
  }
  stream.end();
});`;

const aFunction = (name: string, InlineCode: string, FunctionUrlConfig: object): object => ({
  Type: 'AWS::Serverless::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    InlineCode,
    FunctionUrlConfig,
  },
});

const TEMPLATE = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Count: aFunction('count', COUNT, { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
    Who: aFunction('who', 'exports.handler = async (event) => event.requestContext.authorizer.iam.userArn', {
      AuthType: 'AWS_IAM',
    }),
  },
};

describe('function URLs and their clients', () => {
  let folder = '';
  let gateway: Gateway;
  let control = '';
  const urlOf = (name: string): ApiRoutes => {
    const found = gateway.routes().find((listed) => listed.name === name);
    assert.ok(found);
    return found;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-url-'));
    const template = join(folder, 'template.json');
    writeFileSync(template, JSON.stringify(TEMPLATE));
    gateway = await createGateway({
      ...QUIET_GATEWAY,
      directory: folder,
      strict: true,
      roles: true,
      adminKey: KEY,
    });
    await gateway.load([template]);
    ({ control } = await gateway.listen());
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  it('is streamed to curl while the function writes', async () => {
    const curl = spawn('curl', ['-sN', '--max-time', '20', `${urlOf('count').url}/`]);
    const parts: string[] = [];
    const ended = new Promise((resolve) => curl.once('close', resolve));
    for await (const part of curl.stdout.setEncoding('utf8')) parts.push(String(part));

    assert.equal(await ended, 0);
    assert.equal(parts.join(''), '1\n2\n3\n');
    assert.ok(parts.length > 1, `in ${parts.length} part`);
  });

  it('is signed by curl', async () => {
    const { url } = urlOf('who');
    const signing = [
      '--aws-sigv4',
      'aws:amz:us-east-1:lambda',
      '--user',
      `${KEY.accessKeyId}:${KEY.secretAccessKey}`,
    ];
    const plain = await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', `${url}/`]);
    const signed = await run('curl', ['-s', ...signing, `${url}/a?b=c`]);

    assert.equal(plain.stdout, '403');
    assert.equal(signed.stdout, 'arn:aws:iam::123456789012:user/admin');
  });

  it('is streamed by the SDK, which finds the URL as well', async () => {
    const client = new LambdaClient({ region: 'us-east-1', endpoint: control, credentials: KEY });
    const reply = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'count' }));
    const parts: string[] = [];
    let isComplete = false;
    for await (const event of reply.EventStream ?? []) {
      if (event.PayloadChunk?.Payload !== undefined)
        parts.push(Buffer.from(event.PayloadChunk.Payload).toString());
      isComplete ||= event.InvokeComplete !== undefined;
    }
    const found = await client.send(new GetFunctionUrlConfigCommand({ FunctionName: 'count' }));
    client.destroy();

    assert.equal(parts.join(''), '1\n2\n3\n');
    assert.ok(parts.length > 1, `in ${parts.length} part`);
    assert.ok(isComplete);
    assert.equal(found.FunctionUrl, `https://${urlOf('count').id}.lambda-url.us-east-1.on.aws/`);
    assert.equal(found.InvokeMode, 'RESPONSE_STREAM');
  });
});
