import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  readUsers,
  usersFiles,
} from '../../../../../../packages/gateway/engine/compose/state/users-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-written-users-'));
after(() => rmSync(folder, { recursive: true }));

describe('readUsers', () => {
  it('takes a folder without the file, and reports an unreadable one', async () => {
    const other = mkdtempSync(join(folder, 'written-'));
    const none = await readUsers(usersFiles(other, undefined));
    writeFileSync(join(other, 'users.yml'), '- username: ada\n');

    assert.deepEqual(none, { users: [], faults: [] });
    assert.equal((await readUsers(usersFiles(other, undefined))).users[0]?.username, 'ada');
  });

  for (const name of ['users.yml', 'users.yaml', 'users.json'])
    it(`takes ${name} of the seeds, too, behind the users that are written if the gateway is started`, async () => {
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
      assert.match(faults.map((fault) => fault.describe()).join(), /seeds-.*users\..*unknown member name/);
    });

  it('reads one folder once if both are the same', () => {
    assert.deepEqual(
      usersFiles(folder, folder).filter((file) => file.endsWith('users.yml')),
      [join(folder, 'users.yml')],
    );
  });

  it('names a file that cannot be read', async () => {
    const other = mkdtempSync(join(folder, 'folder-'));
    mkdirSync(join(other, 'users.yml'));

    const { users, faults } = await readUsers(usersFiles(other, undefined));

    assert.deepEqual(users, []);
    assert.match(faults.map((fault) => fault.describe()).join(), /users\.yml.*cannot be read: EISDIR/);
  });
});
