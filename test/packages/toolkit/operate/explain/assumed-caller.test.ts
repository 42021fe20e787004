/** The caller that the options of `gatewright explain --api` describe: a token, an API key, claims or roles. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import {
  checkAssumedCaller,
  readAssumedCaller,
} from '../../../../../packages/toolkit/operate/explain/assumed-caller.ts';
import { aLoopbackServer } from '../../../../support/signed-tokens.ts';

const KEY = printApiKey({ prefix: 'shop_live', keyId: '0123456789abcdef' }, 'f'.repeat(64));
const RECORD = {
  keyId: '0123456789abcdef',
  prefix: 'shop_live',
  tenant: 'acme',
  state: 'active',
  roles: ['reader'],
  scopes: [],
};
const FIELDS = new Map([['identity.sourceIp', '203.0.113.7']]);

const folder = mkdtempSync(join(tmpdir(), 'gatewright-assumed-'));
const former = { ...process.env };
const fileWith = (text: string): string => {
  writeFileSync(join(folder, 'credential'), text);
  return join(folder, 'credential');
};
before(() =>
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' }),
);
after(() => {
  process.env = former;
  rmSync(folder, { recursive: true });
});

/** Reads a file, with an admin API that answers so. */
async function read(text: string, status: number, body: unknown) {
  const asked: (string | undefined)[] = [];
  await using server = await aLoopbackServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end(JSON.stringify(body));
  });
  const found = await readAssumedCaller({ tokenFile: fileWith(text), role: [] }, FIELDS, server.url);
  return { ...found, asked };
}

describe('the credential in --token-file of explain --api', () => {
  it('may be an API key, whose record is read from the admin API', async () => {
    const { caller, unread, asked } = await read(`${KEY}\n`, 200, RECORD);

    assert.deepEqual(asked, ['/access/keys/0123456789abcdef']);
    assert.deepEqual(
      [caller?.held?.roles, caller?.token, caller?.ip],
      [['reader'], undefined, '203.0.113.7'],
    );
    assert.deepEqual(unread, []);
  });

  it('is told not to be applied if the record of the key cannot be read', async () => {
    const { caller, unread } = await read(KEY, 404, { detail: 'there is no such key', code: 'NOT_FOUND' });

    assert.equal(caller, undefined);
    assert.match(
      unread.join(),
      /^The access document was not applied to the API key in --token-file, because the record of the key could not be read: there is no such key \(NOT_FOUND, 404\)\. Set GATEWRIGHT_ADMIN_URL to the output AdminApiUrl /,
    );
    assert.doesNotMatch(unread.join(), new RegExp(KEY));
  });

  it('is not looked for in the local gateway, whose keys are others', async () => {
    const flags = { tokenFile: fileWith(KEY), role: [] };
    const { caller, unread } = await readAssumedCaller(flags, FIELDS, undefined);

    assert.equal(caller, undefined);
    assert.deepEqual(unread, [
      'The access document was not applied to the API key in --token-file, because the record of the key is in the stack with the authorizers, and GATEWRIGHT_ADMIN_URL is not set. Set GATEWRIGHT_ADMIN_URL to the output AdminApiUrl of that stack (AccessAdminArn if it has no AdminApiUrl), or pass the roles of the key with --role instead of --token-file.',
    ]);
  });

  for (const [what, text, others, says] of [
    [
      '--role',
      KEY,
      { role: ['reader'] },
      /^--role cannot be used with the API key in --token-file, .* record .*without --token-file/,
    ],
    [
      '--claims',
      KEY,
      { role: [], claims: '{}' },
      /^--claims cannot be used with the API key in --token-file, .* record /,
    ],
    [
      '--claims',
      'a.b.c',
      { role: [], claims: '{}' },
      /^--claims cannot be used with the token in --token-file, .* own claims/,
    ],
  ] as const)
    it(`is refused beside ${what} if it is ${text === KEY ? 'an API key' : 'a token'}, before anything is read`, async () => {
      const flags = { tokenFile: fileWith(text), ...others };

      await assert.rejects(readAssumedCaller(flags, FIELDS, 'http://127.0.0.1:1'), { message: says });
      assert.throws(() => checkAssumedCaller(flags), { message: says });
    });

  it('may be a token beside a role, which the caller then also has', async () => {
    const flags = { tokenFile: fileWith('a.b.c'), role: ['reader'] };
    const { caller } = await readAssumedCaller(flags, FIELDS, undefined);

    assert.deepEqual([caller?.token, caller?.role], ['a.b.c', ['reader']]);
  });

  it('may be a token, for which nothing is read', async () => {
    const { caller, asked } = await read('Bearer a.b.c', 200, {});

    assert.deepEqual([caller?.token, caller?.held, asked], ['a.b.c', undefined, []]);
  });
});

it('a caller is assumed only if an option describes one', async () => {
  assert.deepEqual(await readAssumedCaller({ role: [] }, FIELDS, undefined), { unread: [] });
  assert.deepEqual((await readAssumedCaller({ role: ['reader'] }, FIELDS, undefined)).caller?.role, [
    'reader',
  ]);
});
