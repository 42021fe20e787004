import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import type { RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

/** Streams `one`, and later either streams `two` or fails. */
const CHAT = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath === '/typed') {
    stream.setContentType('text/plain');
    stream.end('{"a":1}');
    return;
  }
  const out = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201, headers: { 'Content-Type': 'text/event-stream' }, cookies: ['a=1'] });
  out.write('one');
  await new Promise((go) => setTimeout(go, Number(event.queryStringParameters?.wait ?? 0)));
  if (event.queryStringParameters?.fail) throw new Error('no more');
  out.write('two');
  out.end();
});`;

/** A SAM service whose events define how the response is transferred. */
const TEMPLATE = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Chat: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 20,
        InlineCode: CHAT,
        FunctionUrlConfig: { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' },
        Events: {
          Get: {
            Type: 'Api',
            Properties: {
              Path: '/chat',
              Method: 'get',
              RestApiId: { Ref: 'Api' },
              ResponseTransferMode: 'RESPONSE_STREAM',
            },
          },
        },
      },
    },
    Echo: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        InlineCode: 'exports.handler = async ({ body }) => ({ statusCode: 200, body })',
        Events: {
          Post: { Type: 'Api', Properties: { Path: '/echo', Method: 'post', RestApiId: { Ref: 'Api' } } },
        },
      },
    },
    Api: {
      Type: 'AWS::Serverless::Api',
      Properties: {
        StageName: 'dev',
        MinimumCompressionSize: 10,
        EndpointConfiguration: { Type: 'REGIONAL' },
        AccessLogSetting: {
          DestinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/chat',
          Format:
            '$context.requestId $context.status $context.responseLength $context.integration.responseTransferMode $context.integration.requestId',
        },
      },
    },
  },
};

/** Uses `http.get`, because `fetch` cannot send another Host than the one in the address. */
function ask(options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', ...options }, (response) => {
      text(response).then(resolve, reject);
    });
    sent.once('error', reject);
  });
}

describe('a service that streams', () => {
  let folder = '';
  let gateway: Gateway;
  let url = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-streaming-'));
    const template = join(folder, 'template.json');
    writeFileSync(template, JSON.stringify(TEMPLATE));
    gateway = await createGateway({
      ...QUIET_GATEWAY,
      directory: folder,
      strict: true,
      adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    });
    await gateway.load([template]);
    const { apis } = await gateway.listen();
    url = apis.find(({ kind }) => kind === 'rest')?.url ?? '';
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  it('sends the output of its function while the function writes it, and writes the access log at the end', async () => {
    const reply = await fetch(`${url}/chat?wait=1000`, { headers: { 'accept-encoding': 'gzip' } });
    const parts: string[] = [];
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
      parts.push(next.value);

    assert.equal(reply.status, 201);
    assert.equal(reply.headers.get('content-type'), 'text/event-stream');
    assert.equal(reply.headers.get('set-cookie'), 'a=1');
    assert.equal(reply.headers.get('content-encoding'), null);
    assert.deepEqual(parts, ['one', 'two']);
    assert.match(await lastLine(), /^\S+ 201 6 STREAMED [0-9a-f-]{36}$/);
  });

  it('can also be reached at the URL of its function, by path and by host name', async () => {
    const listed = gateway.routes().find(({ kind }) => kind === 'function-url');
    const { id = '', url: own = '' } = listed ?? {};
    const { port } = new URL(url);
    const [whole, typed, below, named] = await Promise.all([
      fetch(`${own}/chat`),
      fetch(`${own}/typed`),
      fetch(`http://127.0.0.1:${port}/_api/${id}/typed`),
      ask({ port, path: '/typed', headers: { host: `${id}.lambda-url.us-east-1.localhost:${port}` } }),
    ]);

    assert.deepEqual([whole.status, whole.headers.get('set-cookie')], [201, 'a=1']);
    assert.equal(await whole.text(), 'onetwo');
    assert.equal(typed.headers.get('content-type'), 'text/plain');
    assert.deepEqual([await typed.text(), await below.text(), named], ['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  it('ends the connection early if its function fails', async () => {
    const reply = await fetch(`${url}/chat?wait=20&fail=1`);

    assert.equal(reply.status, 201);
    await assert.rejects(reply.text());
  });

  it('answers a request that has no socket in one piece', async () => {
    const [api] = gateway.routes();
    const reply = await gateway.inject({ apiId: api?.id ?? '', method: 'GET', target: '/dev/chat' });

    assert.deepEqual([reply.status, reply.body.toString()], [201, 'onetwo']);
  });

  it('decompresses requests and compresses replies of its other methods', async () => {
    const body = gzipSync('a text that comes back');
    const headers = { 'content-encoding': 'gzip', 'accept-encoding': 'gzip', 'content-type': 'text/plain' };
    const [api] = gateway.routes();

    const reply = await gateway.inject({
      apiId: api?.id ?? '',
      method: 'POST',
      target: '/dev/echo',
      body,
      headers: Object.entries(headers).flat(),
    });

    assert.equal(gunzipSync(reply.body).toString(), 'a text that comes back');
  });

  /** The log is written in the background. */
  async function lastLine(): Promise<string> {
    const file = join(folder, '.gatewright/logs/aws_chat.log');
    for (;;) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (text !== '') return text.trim();
      await new Promise((go) => setTimeout(go, 20));
    }
  }
});
