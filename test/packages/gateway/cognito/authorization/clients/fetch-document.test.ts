import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { LookupAddress } from 'node:dns';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createDocumentFetcher } from '../../../../../../packages/gateway/cognito/authorization/clients/fetch-document.ts';
import type { FetchOptions } from '../../../../../../packages/gateway/cognito/authorization/clients/fetch-document.ts';
import {
  issueFrom,
  makeAuthority,
} from '../../../../../../packages/base/aws/certificates/issue-certificate.ts';

const HOST = 'app.example';
const HERE: LookupAddress = { address: '127.0.0.1', family: 4 };
const days = { fromEpochMs: Date.now() - 86_400_000, toEpochMs: Date.now() + 86_400_000 };
const authority = makeAuthority({ commonName: 'of this test', ...days });

describe('a document fetcher', () => {
  let answer: RequestListener = (_request, response) => response.end();
  let connections = 0;
  const server = createServer(
    (({ certificate, privateKey }) => ({ cert: certificate, key: privateKey }))(
      issueFrom(authority, 'server', { commonName: HOST, names: [HOST], ...days }),
    ),
    (request, response) => answer(request, response),
  );
  server.on('connection', () => (connections += 1));
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const fetch = (options: Partial<FetchOptions> = {}, host = HOST) => {
    const { port } = server.address() as AddressInfo;
    const fetcher = createDocumentFetcher({
      allowsPrivate: true,
      resolve: () => Promise.resolve([HERE]),
      ca: authority.certificate,
      ...options,
    });
    return fetcher.fetch(new URL(`https://${host}:${port}/client.json`));
  };
  const reply = (status: number, headers: Readonly<Record<string, string>>, body: string): void => {
    answer = (_request, response) => {
      response.writeHead(status, headers);
      response.end(body);
    };
  };
  const JSON_TYPE = { 'content-type': 'application/json' };

  it('reads a document with the name of its host, and the age that its server names', async () => {
    let host: string | undefined;
    answer = (request, response) => {
      host = request.headers.host?.split(':')[0];
      response.writeHead(200, { ...JSON_TYPE, 'cache-control': 'max-age=60' });
      response.end('{"a":1}');
    };

    assert.deepEqual(await fetch(), { text: '{"a":1}', cacheControl: 'max-age=60' });
    assert.equal(host, HOST);
  });

  it('accepts the media types of JSON', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/cimd+json']) {
      reply(200, { 'content-type': type }, '{}');
      assert.equal((await fetch()).text, '{}');
    }
  });

  for (const { name, prepare, reason } of [
    {
      name: 'a redirect',
      prepare: () => reply(302, { location: `https://${HOST}/other` }, ''),
      reason: /responded with 302 instead of 200/,
    },
    { name: 'another status', prepare: () => reply(404, JSON_TYPE, '{}'), reason: /responded with 404/ },
    {
      name: 'another type',
      prepare: () => reply(200, { 'content-type': 'text/html' }, '{}'),
      reason: /content type is "text\/html"/,
    },
    {
      name: 'more than 5 kB',
      prepare: () => reply(200, JSON_TYPE, 'x'.repeat(5 * 1024 + 1)),
      reason: /longer than 5120 bytes/,
    },
    {
      name: 'a connection that breaks',
      prepare: () => void (answer = (request) => request.socket.destroy()),
      reason: /cannot be read: /,
    },
  ])
    it(`refuses ${name}`, async () => {
      prepare();

      await assert.rejects(fetch(), {
        name: 'ClientMetadataError',
        code: 'invalid_client_metadata',
        message: reason,
      });
    });

  it('refuses a server without a certificate for the host', async () => {
    reply(200, JSON_TYPE, '{}');

    await assert.rejects(fetch({}, 'other.example'), /cannot be read: .*(?:altnames|other\.example)/);
  });

  // Attack: server-side request forgery. No connection may be opened.
  for (const { name, host, addresses } of [
    { name: 'a name of this machine', host: HOST, addresses: [HERE] },
    { name: 'a name of the network', host: HOST, addresses: [{ address: '10.0.0.7', family: 4 }] },
    {
      name: 'a name of the cloud’s metadata',
      host: HOST,
      addresses: [{ address: '169.254.169.254', family: 4 }],
    },
    {
      name: 'a name with a public and a private address',
      host: HOST,
      addresses: [{ address: '1.1.1.1', family: 4 }, HERE],
    },
    {
      name: 'a private address of IPv6',
      host: HOST,
      addresses: [{ address: '::ffff:127.0.0.1', family: 6 }],
    },
    { name: 'an address instead of a name', host: '127.0.0.1', addresses: undefined },
    { name: 'an address of IPv6 instead of a name', host: '[::1]', addresses: undefined },
    { name: 'localhost', host: 'localhost', addresses: undefined },
  ])
    it(`opens no connection to ${name}`, async () => {
      reply(200, JSON_TYPE, '{}');
      const before = connections;
      const resolve = addresses && { resolve: () => Promise.resolve(addresses) };

      await assert.rejects(
        addresses === undefined
          ? createDocumentFetcher({ allowsPrivate: false }).fetch(
              new URL(`https://${host}:${(server.address() as AddressInfo).port}/client.json`),
            )
          : fetch({ allowsPrivate: false, ...resolve }, host),
        /an address of this machine or its network; to allow this, start the gateway with --allow-private-clients/,
      );

      assert.equal(connections, before);
    });

  // Attack: DNS rebinding. The second answer of a name must not matter.
  it('resolves a name once, and connects to the address that was checked', async () => {
    reply(200, JSON_TYPE, '{}');
    let count = 0;
    const resolve = (): Promise<readonly LookupAddress[]> => {
      count += 1;
      return Promise.resolve(count === 1 ? [HERE] : [{ address: '127.0.0.2', family: 4 }]);
    };

    assert.equal((await fetch({ resolve })).text, '{}');
    assert.equal(count, 1);
  });

  it('refuses a name without an address, and one that cannot be resolved', async () => {
    await assert.rejects(fetch({ resolve: () => Promise.resolve([]) }), /its host has no address/);
    await assert.rejects(
      fetch({ resolve: () => Promise.reject(new Error('ENOTFOUND')) }),
      /cannot be read: ENOTFOUND/,
    );
  });

  it('waits no longer than its time limit, for the address of a name and for the end of a document', async () => {
    let isClosed: Promise<unknown> = Promise.resolve();
    answer = (_request, response) => {
      isClosed = once(response, 'close');
      response.writeHead(200, JSON_TYPE);
      response.write('{');
    };

    await assert.rejects(
      fetch({ timeoutMs: 1, resolve: () => new Promise(() => undefined) }),
      /within 0\.001 s/,
    );
    await assert.rejects(fetch({ timeoutMs: 300 }), /within 0\.3 s/);
    await isClosed;
  });

  it('fetches at most four documents at the same time', async () => {
    const waiting: (() => void)[] = [];
    const fetcher = createDocumentFetcher({
      allowsPrivate: true,
      resolve: () => new Promise((_, reject) => waiting.push(() => reject(new Error('over')))),
    });
    const open = (): Promise<unknown> => fetcher.fetch(new URL(`https://${HOST}/client.json`));
    const first = [open(), open(), open(), open()].map((one) => assert.rejects(one, /over/));

    await assert.rejects(open(), /too many documents are being fetched/);
    for (const end of waiting) end();
    await Promise.all(first);
    const next = open();
    waiting.at(-1)?.();
    await assert.rejects(next, /over/);
  });
});
