import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  checkVerifyOptions,
  readVerifyOptions,
} from '../../../../../packages/toolkit/operate/attach/verify-options.ts';
import type { VerifyOptions } from '../../../../../packages/toolkit/operate/attach/verify-options.ts';
import { attachCommand } from '../../../../../packages/toolkit/operate/attach.ts';
import {
  anHttpApiToAttach,
  aRestApiToAttach,
  aWebSocketApiToAttach,
} from '../../../../support/an-api-to-attach.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-verify-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
after(() => {
  rmSync(folder, { recursive: true });
});

const NONE: VerifyOptions = { token: undefined, invoke: undefined, url: undefined, path: undefined };
const URL_HERE = 'http://127.0.0.1:3000/dev';

describe('options of a verification', () => {
  it('are read as given', () => {
    assert.deepEqual(readVerifyOptions({}), NONE);
    assert.deepEqual(
      readVerifyOptions({
        url: URL_HERE,
        path: '/a?b=c',
        invoke: 'GET /a',
        tokenFile: file('good', 'Bearer abc\n'),
      }),
      { url: URL_HERE, path: '/a?b=c', invoke: 'GET /a', token: 'abc' },
    );
  });

  for (const [name, flags, expected] of [
    ['a token file that is not there', { tokenFile: join(folder, 'none') }, /--token-file: .*cannot be read/],
    ['an empty token file', { tokenFile: file('empty', '\n') }, /--token-file: .* is empty/],
    ['an address without a scheme', { url: 'api.example.com/prod' }, /--url: api\.example\.com\/prod is no/],
    ['the address of a file', { url: 'file:///etc/passwd' }, /--url: .* is not an http or https URL/],
    [
      'the address of a WebSocket',
      { url: 'wss://api.example.com/prod' },
      /--url: .* is not an http or https URL/,
    ],
    ['a path without a slash', { url: URL_HERE, path: 'menu' }, /--path: menu must begin with a slash/],
    ['a path of no address', { path: '/menu' }, /--path requires --url/],
    ['a route without a verb', { invoke: '/menu' }, /--invoke: \/menu is not a route/],
  ] as const)
    it(`are refused before anything is called: ${name}`, async () => {
      assert.throws(() => readVerifyOptions(flags), expected);
      const said = Object.entries(flags).flatMap(([option, value]) => [
        option === 'tokenFile' ? '--token-file' : `--${option}`,
        value,
      ]);
      // Nothing listens at that address, so a call to it would fail first.
      const where = [
        '--api',
        'a',
        '--stage',
        'b',
        '--region',
        'us-east-1',
        '--endpoint-url',
        'http://[::1]:1',
      ];
      await assert.rejects(attachCommand().parseAsync([...where, ...said], { from: 'user' }), expected);
    });

  for (const header of ['x api key', '', 'a:b', 'x\u001b[2J'])
    it(`names no header of the identity source that a request cannot carry: ${JSON.stringify(header)}`, async () => {
      const command = attachCommand()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined });

      await assert.rejects(
        command.parseAsync(['--api', 'a', '--stage', 'b', '--identity-source', header], { from: 'user' }),
        { code: 'commander.invalidArgument' },
      );
    });

  it('is refused if the API has nothing that can be looked at so', async () => {
    await using rest = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    await using http = await anHttpApiToAttach({ count: 1 });
    await using websocket = await aWebSocketApiToAttach();
    const [ofRest, ofHttp, ofWebSocket] = [
      (await rest.plan()).plan,
      (await http.plan()).plan,
      (await websocket.plan()).plan,
    ];

    checkVerifyOptions(ofRest, { ...NONE, invoke: 'GET /things-1', url: URL_HERE });
    checkVerifyOptions(ofHttp, { ...NONE, url: URL_HERE });
    checkVerifyOptions(ofWebSocket, { ...NONE, url: URL_HERE });
    assert.throws(() => {
      checkVerifyOptions(ofRest, { ...NONE, invoke: 'GET /nowhere' });
    }, /the API has no method GET \/nowhere/);
    const withoutRoutes = { ...ofRest, steps: ofRest.steps.filter(({ name }) => !name.startsWith('route ')) };
    assert.throws(() => {
      checkVerifyOptions(withoutRoutes, { ...NONE, url: URL_HERE });
    }, /--url also needs a path/);
    checkVerifyOptions(withoutRoutes, { ...NONE, url: URL_HERE, path: '/things-1' });
    for (const plan of [ofHttp, ofWebSocket])
      assert.throws(() => {
        checkVerifyOptions(plan, { ...NONE, invoke: 'GET /things-1' });
      }, /works only for REST APIs/);
  });
});
