import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeySetFetcher } from '#shared/access/tokens/key-set-fetcher.ts';
import { aLoopbackServer } from '../../../support/signed-tokens.ts';

// docs/design/authorizers §7.7: slow issuers, large answers, redirects.
describe('createKeySetFetcher', () => {
  it('reads a key set of this machine over plain HTTP', async () => {
    await using server = await aLoopbackServer((_request, response) => response.end('{"keys":[]}'));
    assert.equal(await createKeySetFetcher().fetch(`${server.url}/.well-known/jwks.json`), '{"keys":[]}');
  });

  for (const uri of ['http://issuer.example/keys', 'http://10.0.0.1/keys', 'file:///etc/passwd', 'x'])
    it(`refuses to ask ${uri}`, async () => {
      await assert.rejects(createKeySetFetcher().fetch(uri), {
        code: 'KEY_SET_UNAVAILABLE',
        message: `the address of the key set is ${uri}; expected https or an address of this machine`,
      });
    });

  it('asks for JSON', async () => {
    const accepted: unknown[] = [];
    await using server = await aLoopbackServer((request, response) => {
      accepted.push(request.headers.accept);
      response.end('{}');
    });
    await createKeySetFetcher().fetch(server.url);
    assert.deepEqual(accepted, ['application/json']);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    await using server = await aLoopbackServer((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });

    await assert.rejects(createKeySetFetcher().fetch(server.url), { code: 'KEY_SET_UNAVAILABLE' });
    assert.equal(asked, 1);
  });

  it('reads 150 KB and no more, unless the document says otherwise', async () => {
    await using server = await aLoopbackServer((_request, response) => response.end('x'.repeat(151_000)));

    await assert.rejects(createKeySetFetcher().fetch(server.url), /over 150000 bytes/);
  });

  it('stops reading at its limit', async () => {
    await using server = await aLoopbackServer((_request, response) => response.end('x'.repeat(101)));
    await assert.rejects(
      createKeySetFetcher().fetch(server.url, { timeoutMs: 1_500, maxBytes: 100 }),
      /over 100 bytes/,
    );
  });

  it('gives up on an issuer that does not answer', { timeout: 5_000 }, async () => {
    await using server = await aLoopbackServer(() => undefined);
    await assert.rejects(createKeySetFetcher().fetch(server.url, { timeoutMs: 20, maxBytes: 100 }), {
      code: 'KEY_SET_UNAVAILABLE',
    });
  });

  // Lambda kills an instance that waits too long, and with it the memory that the issuer is out of reach.
  it('asks a silent issuer once, and no longer than the caller has', { timeout: 5_000 }, async () => {
    let asked = 0;
    await using server = await aLoopbackServer(() => void (asked += 1));
    const fetch = (limits: object) =>
      createKeySetFetcher().fetch(server.url, { timeoutMs: 500, maxBytes: 100, ...limits });

    await assert.rejects(fetch({}), { code: 'KEY_SET_UNAVAILABLE' });
    assert.equal(asked, 1);
    await assert.rejects(fetch({ timeoutMs: 60_000, totalMs: 500 }), { code: 'KEY_SET_UNAVAILABLE' });
    assert.equal(asked, 2);
    await assert.rejects(fetch({ totalMs: 0 }), /no time is left/);
    await assert.rejects(fetch({ totalMs: -5 }), /no time is left/);
    assert.equal(asked, 2);
  });

  it('gives up on an answer that never ends', { timeout: 5_000 }, async () => {
    await using server = await aLoopbackServer((_request, response) => response.write('{'));
    await assert.rejects(createKeySetFetcher().fetch(server.url, { timeoutMs: 20, maxBytes: 100 }), {
      code: 'KEY_SET_UNAVAILABLE',
    });
  });

  it('tries once more when the connection breaks', async () => {
    let asked = 0;
    await using server = await aLoopbackServer((request, response) => {
      asked += 1;
      if (asked === 1) request.destroy();
      else response.end('{}');
    });

    assert.equal(await createKeySetFetcher().fetch(server.url), '{}');
  });
});
