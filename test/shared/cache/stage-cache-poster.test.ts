import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { createStageCaches, flushAuthorizers } from '#shared/cache/stage-cache-poster.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';

const RECORD = {
  apiId: 'a1b2c3d4e5',
  stage: 'prod',
  method: 'GET',
  path: '/pets',
  query: [['page', '2']] as const,
  headers: [['x-kind', 'cat']] as const,
  refusal: undefined,
};

describe('a refresh on this machine', () => {
  const askedOf = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
    await using server = await aLoopbackServer(answer);
    const apiEndpoint = `http://{apiId}.execute-api.localhost:${new URL(server.url).port}`;
    const credentials = { accessKeyId: 'AKIDSTAGE', secretAccessKey: 'canary' };
    const config = { region: 'eu-west-1', credentials, endpoint: undefined, apiEndpoint };
    return await createStageCaches(config).refresh(RECORD);
  };

  it('reaches the API by its name, whether or not the system resolves names below localhost', async () => {
    const seen: (string | undefined)[] = [];
    const reply = await askedOf((request, response) => {
      const { host, 'cache-control': control, 'x-kind': kind, authorization } = request.headers;
      seen.push(
        request.url,
        host?.replace(/\d+$/, 'PORT'),
        control,
        String(kind),
        authorization?.split('/')[0],
      );
      response.writeHead(200, { Warning: '199 not authorized' }).end('kept');
    });

    assert.deepEqual(reply, { status: 200, warning: '199 not authorized' });
    assert.deepEqual(seen, [
      '/prod/pets?page=2',
      'a1b2c3d4e5.execute-api.localhost:PORT',
      'max-age=0',
      'cat',
      'AWS4-HMAC-SHA256 Credential=AKIDSTAGE',
    ]);
  });

  it('that ends without an answer is an outage', async () => {
    assert.deepEqual(await askedOf((request) => request.socket.destroy()), {
      status: 503,
      warning: undefined,
    });
  });
});

describe('a refresh of an API elsewhere', () => {
  it('goes if its address says, of a private network without TLS too', async (t) => {
    const sent: string[] = [];
    t.mock.method(globalThis, 'fetch', async (url: URL, { method }: { method: string }) => {
      sent.push(`${method} ${url.href}`);
      return new Response('', { status: 200 });
    });
    const credentials = { accessKeyId: 'AKIDSTAGE', secretAccessKey: 'canary' };
    const config = { region: 'eu-west-1', credentials, endpoint: undefined };
    const apiEndpoint = 'http://{apiId}.vpce.example';

    const reply = await createStageCaches({ ...config, apiEndpoint }).refresh(RECORD);

    assert.deepEqual(reply, { status: 200, warning: undefined });
    assert.deepEqual(sent, ['GET http://a1b2c3d4e5.vpce.example/prod/pets?page=2']);
  });
});

describe('flushAuthorizers', () => {
  const flush = async (api: 'rest' | 'http', status: number) => {
    const seen: string[] = [];
    await using server = await aLoopbackServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(status).end();
    });
    const credentials = { accessKeyId: 'AKIDSTAGE', secretAccessKey: 'canary' };
    const config = { region: 'eu-west-1', credentials, endpoint: server.url };
    return [await flushAuthorizers(config, api, 'a1b2c3d4e5', '$default'), ...seen];
  };

  // API Gateway API references: FlushStageAuthorizersCache, and ResetAuthorizersCache of HTTP APIs.
  for (const [api, path] of [
    ['rest', '/restapis/a1b2c3d4e5/stages/%24default/cache/authorizers'],
    ['http', '/v2/apis/a1b2c3d4e5/stages/%24default/cache/authorizers'],
  ] as const)
    it(`calls API Gateway for a stage of a ${api} API`, async () => {
      assert.deepEqual(await flush(api, 202), ['done', `DELETE ${path}`]);
    });

  for (const [status, outcome] of [
    [200, 'done'],
    [404, 'refused'],
    [429, 'throttled'],
    [500, 'throttled'],
  ] as const)
    it(`is ${outcome} if that answers ${status}`, async () => {
      assert.equal((await flush('rest', status))[0], outcome);
    });
});
