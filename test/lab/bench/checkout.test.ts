import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  checkOut,
  commandOf,
  packageFolders,
  resolveCommit,
  scriptWords,
} from '../../../lab/bench/checkout.ts';

let repository = '';
let first = '';

function git(...args: readonly string[]): string {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...author, ...args], { cwd: repository, encoding: 'utf8' }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

/**
 * A repository with workspaces: its node_modules contains a package, and a relative link to one of its own packages.
 */
before(() => {
  repository = mkdtempSync(join(tmpdir(), 'gatewright-checkout-'));
  git('init', '--quiet');
  write('.gitignore', 'node_modules/\n.build/\n');
  write(
    'package.json',
    JSON.stringify({ scripts: { gatewright: 'exec node packages/gatewright/command/main.ts' } }),
  );
  const packages = {
    '': {},
    'node_modules/left': {},
    'node_modules/ours': { link: true, resolved: 'packages/ours' },
  };
  write('package-lock.json', JSON.stringify({ packages }));
  write('packages/ours/index.js', 'before');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  first = git('rev-parse', 'HEAD');
  write('packages/ours/index.js', 'after');
  git('commit', '--quiet', '--all', '--message', 'second');
  write('node_modules/left/index.js', 'left');
  write('node_modules/.cache/large', 'cached');
  symlinkSync('../packages/ours', join(repository, 'node_modules/ours'));
});
after(() => rmSync(repository, { recursive: true, force: true }));

describe('checkOut', () => {
  const build = () => join(repository, '.build');

  it("uses the other commit's own workspaces although node_modules is the one of this checkout", async () => {
    await using checkout = await checkOut(repository, build(), first, { withPackages: true });
    const read = (path: string) => readFileSync(join(checkout.root, path), 'utf8');

    assert.equal(read('node_modules/ours/index.js'), 'before');
    assert.equal(readFileSync(join(repository, 'node_modules/ours/index.js'), 'utf8'), 'after');
  });

  it('links the packages, without caches', async () => {
    await using checkout = await checkOut(repository, build(), first, { withPackages: true });
    const inode = (root: string) => statSync(join(root, 'node_modules/left/index.js')).ino;

    assert.equal(inode(checkout.root), inode(repository));
    assert.throws(() => statSync(join(checkout.root, 'node_modules/.cache')), { code: 'ENOENT' });
  });

  it('leaves nothing behind, neither a folder nor a worktree, and our packages untouched', async () => {
    const checkout = await checkOut(repository, build(), first, { withPackages: true });
    await checkout[Symbol.asyncDispose]();

    assert.throws(() => statSync(checkout.root), { code: 'ENOENT' });
    assert.equal(git('worktree', 'list').split('\n').length, 1);
    assert.equal(readFileSync(join(repository, 'node_modules/left/index.js'), 'utf8'), 'left');
  });

  it('leaves nothing behind if the commit cannot be prepared', async () => {
    const lock = readFileSync(join(repository, 'package-lock.json'), 'utf8');
    write('package-lock.json', 'no lock file');
    git('commit', '--quiet', '--all', '--message', 'third');
    const third = git('rev-parse', 'HEAD');
    write('package-lock.json', lock);

    await assert.rejects(checkOut(repository, build(), third, { withPackages: true }));

    assert.equal(git('worktree', 'list').split('\n').length, 1);
    git('checkout', '--quiet', '--force', first);
  });
});

describe('resolveCommit', () => {
  it('accepts every name that git knows, and reports other names', async () => {
    assert.equal(await resolveCommit(repository, first.slice(0, 10)), first);
    await assert.rejects(resolveCommit(repository, 'nowhere'), {
      message: 'nowhere is not a commit of this repository',
    });
    await assert.rejects(resolveCommit(repository, '--all'), /--all is not a commit/);
  });
});

describe('packageFolders', () => {
  it('are those that the lock file fills, each once', () => {
    const packages = [
      '',
      'packages/a',
      'node_modules/x',
      'node_modules/x/node_modules/y',
      'packages/a/node_modules/z',
    ];
    const lock = JSON.stringify({ packages: Object.fromEntries(packages.map((path) => [path, {}])) });

    assert.deepEqual(packageFolders(lock), ['node_modules', 'packages/a/node_modules']);
  });
});

describe('commandOf', () => {
  it('reads the file named in the script, at any path in the commit', () => {
    assert.equal(commandOf(repository), join(repository, 'packages/gatewright/command/main.ts'));
  });

  it('finds it behind what Node loads first, as in this commit', () => {
    const root = join(import.meta.dirname, '../../..');
    assert.equal(commandOf(root), join(root, 'packages/gatewright/command/main.ts'));
  });

  it('is preceded by what Node loads first', () => {
    const root = join(import.meta.dirname, '../../..');
    const files = ['compiled-code.cjs', 'main.ts'].map((file) =>
      join(root, 'packages/gatewright/command', file),
    );
    assert.deepEqual(scriptWords(root, 'gatewright'), ['--require', ...files]);
  });

  it('says so if there is no such script', () => {
    assert.throws(() => commandOf(join(import.meta.dirname, '../../fixtures/npm-service')));
  });
});
