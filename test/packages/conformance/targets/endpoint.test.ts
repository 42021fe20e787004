import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import {
  anyCredentials,
  fillUrl,
  openAccount,
  openPlace,
} from '../../../../packages/conformance/targets/endpoint.ts';
import type { SdkCall } from '../../../../packages/conformance/play/client.ts';
import type { SdkTarget } from '../../../../packages/conformance/play/control-target.ts';
import { aFragment } from '../../../support/a-conformance-target.ts';

describe('fillUrl', () => {
  for (const [invokeUrl, of, url] of [
    ['http://a/{api}/{stage}', 'abc/dev', 'http://a/abc/dev'],
    ['http://{api}.a:1/{stage}?{api}', 'abc/dev', 'http://abc.a:1/dev?abc'],
    ['http://a/', 'abc/dev', 'http://a/'],
    ['http://a/{api}/{stage}', '', 'http://a//'],
  ] as const)
    it(`makes ${url} of ${invokeUrl} and ${of}`, () => {
      assert.equal(fillUrl(invokeUrl, of), url);
    });
});

/** An account whose calls give ids; refuses one of them. */
function aPlace(invokeUrl: string | undefined, refused = '') {
  const sent: string[] = [];
  const send = (_service: string, { call }: SdkCall) => {
    sent.push(call);
    const ids = { id: 'abc', ApiId: 'abc', rootResourceId: 'root' };
    return Promise.resolve(
      call === refused
        ? { status: 429, body: {}, error: { code: 'Busy', message: 'later' } }
        : { status: 200, body: ids },
    );
  };
  const target = { region: 'us-east-1', accountId: '123456789012', send } as unknown as SdkTarget;
  const place = openPlace({
    name: 'a place',
    version: '1',
    concurrency: 3,
    cannotAsk: ({ id }) => id,
    account: { target, prefix: 'p', role: () => Promise.reject(new NotAsked('no roles')) },
    invokeUrl,
    credentials: anyCredentials,
    settle: () => Promise.resolve(void sent.push('settle')),
    close: () => Promise.resolve(['left']),
  });
  return { place, sent };
}

describe('openPlace', () => {
  it('is what the place says about itself', async () => {
    const { place } = aPlace('http://a');

    assert.deepEqual([place.name, place.version, place.concurrency], ['a place', '1', 3]);
    assert.equal(place.cannotAsk(aFragment({ id: 'x' }).parityCase), 'x');
    assert.equal((await place.openControl()).region, 'us-east-1');
    assert.deepEqual(await place.close(), ['left']);
  });

  for (const { api, stage, url } of [
    { api: 'rest', stage: 'dev', url: 'http://a/abc/dev' },
    { api: 'http', stage: 'dev', url: 'http://a/abc/dev' },
    { api: 'http', stage: '$default', url: 'http://a/abc' },
    { api: 'rest', stage: '$default', url: 'http://a/abc/$default' },
  ] as const)
    it(`serves stage ${stage} of a ${api} API at ${url} once it has settled, and removes it`, async () => {
      const { place, sent } = aPlace('http://a/{api}/{stage}');

      const deployed = await place.deploy(aFragment({ api, setup: { stage } }));

      assert.ok(deployed.kind === 'running');
      assert.deepEqual([deployed.api.apiId, deployed.api.url.href], ['abc', url]);
      assert.equal(sent.at(-1), 'settle');
      await deployed.api.close();
      assert.equal(sent.at(-1), api === 'rest' ? 'DeleteRestApi' : 'DeleteApi');
    });

  it('says what it could not remove', async () => {
    const deployed = await aPlace('http://a', 'DeleteRestApi').place.deploy(aFragment({}));

    assert.ok(deployed.kind === 'running');
    await assert.rejects(deployed.api.close(), {
      message: /^a resource was left behind, because DeleteRestApi failed: Busy/,
    });
  });

  it('removes what it has made of a template that is refused', async () => {
    const { place, sent } = aPlace('http://a', 'CreateStage');

    const { kind } = await place.deploy(aFragment({}));

    assert.equal(kind, 'refused');
    assert.deepEqual(sent, ['CreateRestApi', 'CreateDeployment', 'CreateStage', 'DeleteRestApi']);
  });

  it('cannot be asked if it answers no requests', async () => {
    const { place, sent } = aPlace(undefined);

    await assert.rejects(place.deploy(aFragment({})), (error) => error instanceof NotAsked);
    assert.deepEqual(sent, []);
  });
});

describe('openAccount', () => {
  for (const { stageUrl, path } of [
    { stageUrl: undefined, path: '/abc/dev/@connections/c' },
    { stageUrl: '/run/{api}/of/{stage}', path: '/run/abc/of/dev/@connections/c' },
  ])
    it(`calls @connections at ${path}`, async () => {
      const server = await startServer(() => ({ status: 204, headers: {}, body: '' }));
      const account = openAccount(server.url, 'eu-west-1', stageUrl && `${server.url}${stageUrl}`);

      const call = { call: 'DeleteConnection', stage: 'abc/dev', input: { ConnectionId: 'c' } };
      const { status } = await account.send('apigatewaymanagementapi', call);
      account.close();
      await server.close();

      const [seen] = server.seen;
      assert.deepEqual(
        [status, seen?.path, account.region, account.accountId],
        [204, path, 'eu-west-1', '123456789012'],
      );
      assert.match(seen?.headers['authorization'] ?? '', /Credential=test\/\d{8}\/eu-west-1\//);
    });
});
