import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { makeOwnFolder } from '../../../../../packages/gateway/kernel/files/own-folder.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatewright-own-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('makeOwnFolder', () => {
  it('creates a folder that only its owner can read, with any umask, and git ignores it', async () => {
    const umask = process.umask(0);
    const path = await makeOwnFolder(directory);
    process.umask(umask);

    assert.equal((await stat(path)).mode & 0o777, 0o700);
    assert.equal(await readFile(join(path, '.gitignore'), 'utf8'), '*\n');
  });

  it('removes the rights of others from a folder of an earlier version', async () => {
    const path = join(directory, '.gatewright');
    await mkdir(path);
    await chmod(path, 0o777);
    await makeOwnFolder(directory);

    assert.equal((await stat(path)).mode & 0o777, 0o700);
  });

  it('writes no .gitignore through a link that a repository has shipped', async () => {
    const victim = join(directory, 'victim');
    await writeFile(victim, 'export PATH\n');
    await mkdir(join(directory, '.gatewright'));
    await symlink(victim, join(directory, '.gatewright', '.gitignore'));
    await makeOwnFolder(directory);

    assert.equal(await readFile(victim, 'utf8'), 'export PATH\n');
  });

  for (const name of ['.gatewright', '.gatewright/cache', '.gatewright/cache/services', '.gatewright/logs'])
    it(`refuses ${name} if it is a link, and says so`, async () => {
      await mkdir(join(directory, 'elsewhere'));
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await symlink(join(directory, 'elsewhere'), join(directory, name));

      await assert.rejects(makeOwnFolder(directory), {
        name: 'StartError',
        code: 'OWN_FOLDER',
        message: `${join(directory, name)} is a symbolic link; delete it and the gateway will create its own folder`,
      });
    });

  it('names the folder that cannot be created', async () => {
    await writeFile(join(directory, 'file'), '');

    await assert.rejects(makeOwnFolder(join(directory, 'file')), {
      code: 'OWN_FOLDER',
      message: /file\/\.gatewright cannot be used: /,
    });
  });
});
