import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadKeptPools, readUsers, saveKeptPools, usersFiles } from '../../../gateway/services/user-files.ts';
import { aUserPool, POOL_ID } from '../../support/a-user-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-users-'));
after(() => rmSync(folder, { recursive: true }));

describe('saveKeptPools', () => {
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

    await saveKeptPools(folder, at.pools.kept);

    const file = join(folder, 'users.json');
    const text = readFileSync(file, 'utf8');
    const others = await aUserPool();
    others.pools.restore(await loadKeptPools(folder));
    const refresh = {
      ...{ ClientId: 'app', AuthFlow: 'REFRESH_TOKEN_AUTH' },
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

  it('refuses a damaged file, and takes none', async () => {
    const other = mkdtempSync(join(folder, 'other-'));

    assert.deepEqual(await loadKeptPools(other), []);
    writeFileSync(join(other, 'users.json'), '{');
    await assert.rejects(loadKeptPools(other), { code: 'KEPT_USERS' });
  });
});

describe('readUsers', () => {
  it('takes a folder without the file, and tells what cannot be read', async () => {
    const other = mkdtempSync(join(folder, 'written-'));
    const none = await readUsers(usersFiles(other, undefined));
    writeFileSync(join(other, 'users.yml'), '- username: ada\n');

    assert.deepEqual(none, { users: [], faults: [] });
    assert.equal((await readUsers(usersFiles(other, undefined))).users[0]?.username, 'ada');
  });

  for (const name of ['users.yml', 'users.yaml', 'users.json'])
    it(`takes ${name} of the seeds, too, behind the users that are written where the gateway is started`, async () => {
      const [directory, seeds] = [mkdtempSync(join(folder, 'own-')), mkdtempSync(join(folder, 'seeds-'))];
      writeFileSync(join(directory, 'users.yml'), '- { username: ada, groups: [own] }');
      const ofSeed = [{ username: 'ada' }, { username: 'bob', password: 'Correct horse 1!' }, { name: 'x' }];
      writeFileSync(join(seeds, name), JSON.stringify(ofSeed));

      const { users, faults } = await readUsers(usersFiles(directory, seeds));

      assert.deepEqual(
        users.map(({ username, groups }) => [username, groups]),
        [
          ['ada', ['own']],
          ['bob', []],
        ],
      );
      assert.match(faults.map((fault) => fault.describe()).join(), /seeds-.*users\..*name is not known here/);
    });

  it('reads one folder once where both are the same', () => {
    assert.deepEqual(
      usersFiles(folder, folder).filter((file) => file.endsWith('users.yml')),
      [join(folder, 'users.yml')],
    );
  });
});
