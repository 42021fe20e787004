import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { rerouteFetch } from '../../../../../packages/gateway/lambda/worker/network.ts';
import { aFolder, aFolderFunction, anInlineFunction, returned, startRuntime } from '../start-runtime.ts';

const HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';

/** Stands in for the control port: answers with what it was asked. */
const control = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    if (request.url === '/headers') {
      const { 'content-type': type = null, 'x-a': mine = null } = request.headers;
      response.end(JSON.stringify([type, mine, body]));
      return;
    }
    response.end(JSON.stringify([request.method, request.url, request.headers.host, body]));
  });
});

let url = '';
before(async () => {
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
});
after(() => control.close());

const READ = `const read = (r) => new Promise((ok, no) => r.on('error', no).on('response', (m) => {
  let t = ''; m.on('data', (c) => t += c).on('end', () => ok(JSON.parse(t))) }));`;

const rows = [
  {
    name: 'https.request with options',
    source: `const https = require('https'); ${READ} exports.handler = async () => { const r = https.request({
      hostname: '${HOST}', path: '/dev/@connections/x', method: 'POST', agent: new https.Agent() }); r.end('hi'); return read(r) }`,
    expected: ['POST', '/dev/@connections/x', HOST, 'hi'],
  },
  {
    name: 'https.get with an address',
    source: `import { get } from 'node:https'; ${READ} export const handler = async () => read(get('https://${HOST}/dev/a?b=1'))`,
    expected: ['GET', '/dev/a?b=1', HOST, ''],
  },
  {
    name: 'fetch',
    source: `exports.handler = async () => (await fetch('https://${HOST}/dev/a', { method: 'PUT', body: 'b' })).json()`,
    expected: ['PUT', '/dev/a', HOST, 'b'],
  },
  {
    name: 'fetch with a Request',
    source: `exports.handler = async () => (await fetch(new Request('https://${HOST}/x', { method: 'DELETE' }))).json()`,
    expected: ['DELETE', '/x', HOST, ''],
  },
] as const;

const TEXT = 'text/plain;charset=UTF-8';

/** This thread's `fetch`, as an instance has it. */
function rerouteFetchOf(test: TestContext): void {
  const own = globalThis.fetch;
  test.after(() => {
    globalThis.fetch = own;
  });
  rerouteFetch({ url, accessKeyId: 'AKID', standIns: [] });
}

describe('calls of a function to execute-api', () => {
  for (const row of rows) {
    it(`reach the control port with their own Host: ${row.name}`, async () => {
      const { invoke } = await startRuntime([anInlineFunction('net', row.source)], { controlUrl: () => url });

      assert.deepEqual(returned(await invoke('net')), row.expected);
    });
  }

  it('include those of the AWS SDK, bundled and unmodified', async () => {
    const folder = aFolder({
      'post.ts': `import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
        const client = new ApiGatewayManagementApiClient({ endpoint: 'https://${HOST}/dev' });
        export const handler = async () => {
          const sent = await client.send(new PostToConnectionCommand({ ConnectionId: 'abc=', Data: 'hello' }));
          return sent.$metadata.httpStatusCode;
        };`,
    });
    const { invoke } = await startRuntime(
      [
        aFolderFunction(folder, 'post.handler', {
          esbuild: {
            format: 'esm',
            nodePaths: [new URL('../../../../../node_modules', import.meta.url).pathname],
            banner: {
              js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
            },
          },
        }),
      ],
      { controlUrl: () => url },
    );

    assert.equal(returned(await invoke('post-handler')), 200);
  });

  it('are the same for every way to pass the call to fetch', async (test) => {
    rerouteFetchOf(test);
    const shapes: readonly (readonly [RequestInit, ...unknown[]])[] = [
      [{ method: 'POST', body: 'é' }, TEXT, null, 'é'],
      [{ method: 'POST', body: Buffer.from('é'), headers: { 'X-A': '1' } }, null, '1', 'é'],
      [
        { method: 'post', body: 'b', headers: new Headers({ 'x-a': '2', 'content-type': 'text/csv' }) },
        'text/csv',
        '2',
        'b',
      ],
      [{ method: 'POST', body: 'b', headers: new Headers({ 'x-a': '2' }) }, TEXT, '2', 'b'],
      [
        {
          method: 'POST',
          body: 'b',
          headers: [
            ['x-a', '3'],
            ['X-A', '4'],
          ],
        },
        TEXT,
        '3, 4',
        'b',
      ],
      [
        { method: 'POST', body: 'b', headers: { 'x-a': '5', 'X-A': ' 6 ' }, cache: 'no-store' },
        TEXT,
        '5, 6',
        'b',
      ],
      [
        { method: 'POST', body: new URLSearchParams({ a: 'b' }) },
        `application/x-www-form-urlencoded;charset=UTF-8`,
        null,
        'a=b',
      ],
      [{ method: 'DELETE' }, null, null, ''],
      // As fetch reads them: anything becomes a text.
      [{ headers: { 'x-a': undefined } }, null, 'undefined', ''],
      [{ headers: { 'x-a': 7 } as unknown as Record<string, string> }, null, '7', ''],
      [{ headers: { 'x-a': '' } }, null, '', ''],
    ];
    for (const [init, ...expected] of shapes) {
      const response = await fetch(`https://${HOST}/headers`, init);
      assert.deepEqual(await response.json(), expected);
    }
  });

  it('are refused by fetch as elsewhere, and given up for the reason that the caller has', async (test) => {
    rerouteFetchOf(test);
    const over = new RangeError('over');
    for (const { path = '/a', init, name } of [
      { init: { body: 'of a GET' }, name: 'TypeError' },
      { init: { headers: { 'x a': 'b' } }, name: 'TypeError' },
      { path: 'ann:secret@', init: {}, name: 'TypeError' },
      { init: { signal: AbortSignal.abort() }, name: 'AbortError' },
      { init: { cache: 'no-store', signal: AbortSignal.abort(over) }, name: 'RangeError' },
    ] as readonly { path?: string; init: RequestInit; name: string }[]) {
      const address = path.endsWith('@') ? `https://${path}${HOST}/a` : `https://${HOST}${path}`;
      await assert.rejects(fetch(address, init), { name });
    }
  });

  it('do not change other addresses', async () => {
    const source = `exports.handler = async () => (await fetch('${url}/other', { headers: { 'x-a': '1' } })).json()`;
    const { invoke } = await startRuntime([anInlineFunction('net', source)], {
      controlUrl: () => 'http://127.0.0.1:1',
    });

    assert.deepEqual(returned(await invoke('net')), ['GET', '/other', new URL(url).host, '']);
  });
});

/** Sends a call as version 2 of the SDK does: options with headers, of which one is Host. */
function signedCall(keyId: string, host: string): string {
  return `const https = require('https'); ${READ} exports.handler = async () => { const r = https.request({
    host: '${host}', port: 443, path: '/', method: 'POST', lookup: (name, _, done) => done(new Error(name + ' is looked up')), headers: {
      Host: '${host}', Authorization: 'AWS4-HMAC-SHA256 Credential=${keyId}/20261120/eu-west-1/dynamodb/aws4_request' } });
    r.end('{}'); return read(r).catch((error) => error.message) }`;
}

describe('calls of a function to AWS services', () => {
  const service = 'dynamodb.eu-west-1.amazonaws.com';

  // The second one as operations such as StartSyncExecution name the endpoint.
  for (const host of [service, 'sync-127.0.0.1'])
    it(`reach the control port with the Host that was signed if the local key has signed: ${host}`, async () => {
      const signed = `(() => { const key = process.env.AWS_ACCESS_KEY_ID; return key })()`;
      const source = signedCall('KEY', host).replace('Credential=KEY/', "Credential=' + " + signed + " + '/");
      const { invoke } = await startRuntime([anInlineFunction('net', source)], { controlUrl: () => url });

      assert.deepEqual(returned(await invoke('net')), ['POST', '/', host, '{}']);
    });

  const domain = 'https://chat.example.com/orders';
  const KEY = "' + process.env.AWS_ACCESS_KEY_ID + '";
  for (const [what, path, key, expected] of [
    ['reach it at @connections of a custom domain', '/@connections/abc%3D', KEY, true],
    [
      'leave this machine at @connections if another key has signed',
      '/@connections/abc%3D',
      'AKIAOTHER',
      false,
    ],
    ['leave this machine elsewhere at a custom domain', '/pets', KEY, false],
  ] as const)
    it(what, async () => {
      const source = `exports.handler = async () => fetch('${domain}${path}', { method: 'POST', signal: AbortSignal.abort(), headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=${key}/20261120' } }).catch((error) => error.name)`;
      const reached = source
        .replace('signal: AbortSignal.abort(), ', '')
        .replace('.catch((error) => error.name)', '.then((reply) => reply.json())');
      const { invoke } = await startRuntime([anInlineFunction('net', expected ? reached : source)], {
        controlUrl: () => url,
      });

      const answer = returned(await invoke('net'));
      assert.deepEqual(answer, expected ? ['POST', `/orders${path}`, 'chat.example.com', ''] : 'AbortError');
    });

  it('reach it by fetch, too', async () => {
    const source = `exports.handler = async () => (await fetch('https://${service}/', { method: 'POST', body: 'b', headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20261120' } })).json()`;
    const { invoke } = await startRuntime([anInlineFunction('net', source)], { controlUrl: () => url });

    assert.deepEqual(returned(await invoke('net')), ['POST', '/', service, 'b']);
  });

  const cognito = 'cognito-idp.eu-west-1.amazonaws.com';
  for (const [what, standIns, path, expected] of [
    [
      'keys of a pool that is stood in for',
      [`https://${cognito}/eu-west-1_A`],
      '/eu-west-1_A/.well-known/jwks.json',
      true,
    ],
    [
      'keys of another pool',
      [`https://${cognito}/eu-west-1_A`],
      '/eu-west-1_Ab/.well-known/jwks.json',
      false,
    ],
    ['unsigned calls of a region with a local pool', [`https://${cognito}/eu-west-1_A`], '/', true],
    [
      'unsigned calls of a region without',
      ['https://cognito-idp.us-east-1.amazonaws.com/us-east-1_A'],
      '/',
      false,
    ],
  ] as const)
    it(`${expected ? 'reach it' : 'leave this machine'}: ${what}`, async () => {
      const source = `const https = require('https'); ${READ} exports.handler = async () => { const r = https.request({
        host: '${cognito}', path: '${path}', lookup: (name, _, done) => done(new Error('looked up')) });
        r.end(); return read(r).catch((error) => error.message) }`;
      const { invoke } = await startRuntime([anInlineFunction('net', source)], {
        controlUrl: () => url,
        standIns: () => standIns,
      });

      assert.deepEqual(returned(await invoke('net')), expected ? ['GET', path, cognito, ''] : 'looked up');
    });

  for (const [why, keyId, host, isLogged] of [
    ["signed by a key of the developer's", 'AKIAOTHER', service, true],
    ['of a name that is only like it', "' + process.env.AWS_ACCESS_KEY_ID + '", `${service}.invalid`, false],
  ] as const)
    it(`are not changed if they are ${why}, and ${isLogged ? 'are' : 'are not'} logged`, async () => {
      const source = signedCall(keyId, host);
      const { invoke, lines } = await startRuntime([anInlineFunction('net', source)], {
        controlUrl: () => url,
        ownApis: () => ({
          read: () => ({ hosts: [], port: 1, authority: '' }),
          openAwsPort: () => Promise.reject(new Error('opened')),
          openProxy: () => Promise.reject(new Error('opened')),
        }),
      });

      assert.equal(returned(await invoke('net')), `${host} is looked up`);
      assert.equal(returned(await invoke('net')), `${host} is looked up`);
      const logged = lines.filter(({ message }) => /calls dynamodb\S+ on AWS itself/.test(message));
      assert.equal(logged.length, isLogged ? 1 : 0);
    });

  for (const [port, isLogged] of [
    [443, true],
    [6379, false],
  ] as const)
    it(`${isLogged ? 'are' : 'are not'} logged if another client connects to port ${port} of AWS`, async () => {
      const source = `require('https'); const tls = require('tls'); exports.handler = () => new Promise((done) =>
        tls.connect({ host: 'x.cache.amazonaws.com', port: ${port}, lookup: (name, _, go) => go(new Error('looked up')) })
          .on('error', ({ message }) => done(message)))`;
      const { invoke, lines } = await startRuntime([anInlineFunction('net', source)], {
        controlUrl: () => url,
        ownApis: () => ({
          read: () => ({ hosts: [], port: 1, authority: '' }),
          openAwsPort: () => Promise.reject(new Error('opened')),
          openProxy: () => Promise.reject(new Error('opened')),
        }),
      });

      assert.equal(returned(await invoke('net')), 'looked up');
      const logged = lines.filter(({ message }) =>
        message.includes('only if its client is redirected to the gateway'),
      );
      assert.equal(logged.length, isLogged ? 1 : 0);
    });
});
