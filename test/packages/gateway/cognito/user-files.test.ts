import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  loadPools,
  parsePools,
  printPools,
  readUsers,
  savePools,
} from '../../../../packages/gateway/cognito/user-files.ts';
import { aUserPool, POOL_ID } from '../../../support/a-user-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-users-'));
after(() => rmSync(folder, { recursive: true }));

describe('savePools', () => {
  it('keeps who was made by calls, without passwords or tokens as they were sent', async () => {
    const at = await aUserPool();
    const input = { ClientId: 'app', Username: 'carl', Password: 'Correct horse 1!' };
    await at.call('SignUp', input);
    await at.admin('AdminConfirmSignUp', { Username: 'carl' });
    await at.admin('AdminAddUserToGroup', { Username: 'carl', GroupName: 'admins' });
    const signIn = {
      ClientId: 'app',
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'carl', PASSWORD: 'Correct horse 1!' },
    };
    const { body } = await at.call('InitiateAuth', signIn);
    const { RefreshToken } = body['AuthenticationResult'] as { RefreshToken: string };

    await savePools(folder, at.pools.kept);

    const file = join(folder, 'users.json');
    const text = readFileSync(file, 'utf8');
    const others = await aUserPool();
    others.pools.restore(await loadPools(folder));
    const refresh = {
      ClientId: 'app',
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: RefreshToken },
    };
    assert.equal((await others.call('InitiateAuth', signIn)).status, 200);
    assert.equal((await others.call('InitiateAuth', refresh)).status, 200);
    assert.deepEqual(
      at.pools.kept.find(({ poolId }) => poolId === POOL_ID)?.users.map(({ username }) => username),
      ['carl'],
    );
    assert.ok(!text.includes('Correct horse') && !text.includes(RefreshToken));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('refuses a damaged file, and reads no pool from it', async () => {
    const other = mkdtempSync(join(folder, 'other-'));

    assert.deepEqual(await loadPools(other), []);
    writeFileSync(join(other, 'users.json'), '{');
    await assert.rejects(loadPools(other), { code: 'KEPT_USERS' });
  });
});

describe('readUsers', () => {
  it('takes the first of two users with one name, and no file for no users', async () => {
    const [one, two] = ['one', 'two'].map((name) => join(folder, `${name}.yml`));
    writeFileSync(one ?? '', '- { username: ada, password: first }\n- { username: bob, password: b }\n');
    writeFileSync(two ?? '', '- { username: ada, password: second }\n');

    const { users, faults } = await readUsers([one ?? '', two ?? '', join(folder, 'missing.yml')]);

    assert.deepEqual(
      users.map(({ username, password }) => [username, password]),
      [
        ['ada', 'first'],
        ['bob', 'b'],
      ],
    );
    assert.deepEqual(faults, []);
  });

  it('says which file is longer than 1 MB, and which cannot be read', async () => {
    const long = join(folder, 'long.yml');
    writeFileSync(long, `# ${'x'.repeat(1024 * 1024)}\n`);

    const { users, faults } = await readUsers([long, folder]);

    assert.deepEqual(users, []);
    assert.deepEqual(
      faults.map(({ place, message }) => [place.file, message.replace(/: E.*/, '')]),
      [
        [long, 'cannot be read: it is longer than 1 MB'],
        [folder, 'cannot be read'],
      ],
    );
  });
});

describe('pools as JSON', () => {
  it('come out as they went in', async () => {
    const at = await aUserPool();
    await at.admin('AdminCreateUser', { Username: 'dora' });

    assert.deepEqual(parsePools(printPools(at.pools.kept)), at.pools.kept);
  });

  for (const value of [
    {},
    ['x'],
    [{ users: [], sessions: [], groups: [] }],
    [{ poolId: 'p', users: {}, sessions: [], groups: [] }],
    [{ poolId: 'p', users: ['ada'], sessions: [], groups: [] }],
    [{ poolId: 'p', users: [], sessions: [], groups: [['admins', 1]] }],
  ])
    it(`are not ${JSON.stringify(value)}`, () => {
      assert.equal(parsePools(value), undefined);
    });
});
