import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { installTool, toolFolder } from '../../../lab/tools/install-tool.ts';

const ROOT = join(import.meta.dirname, '../../..');
let tools = '';

/** A tool whose only package is a folder next to it: nothing is fetched. */
function write(name: string, wanted: Readonly<Record<string, string>> = { left: 'file:left' }): void {
  const dependencies = { left: 'file:left' };
  mkdirSync(join(tools, name, 'left'), { recursive: true });
  writeFileSync(join(tools, name, 'left/package.json'), '{ "name": "left", "version": "1.0.0" }');
  writeFileSync(join(tools, name, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }));
  const packages = {
    '': { dependencies },
    left: { version: '1.0.0' },
    'node_modules/left': { resolved: 'left', link: true },
  };
  writeFileSync(
    join(tools, name, 'package-lock.json'),
    JSON.stringify({ name, lockfileVersion: 3, requires: true, packages }),
  );
}

describe('installTool', () => {
  before(() => (tools = mkdtempSync(join(tmpdir(), 'gatewright-tools-'))));
  after(() => rmSync(tools, { recursive: true, force: true }));

  it('installs what the lock file says, once', () => {
    write('one');
    assert.equal(installTool('one', tools), undefined);
    const installed = join(toolFolder('one', tools), 'node_modules/left');
    assert.ok(existsSync(installed));

    rmSync(installed);
    assert.equal(installTool('one', tools), undefined);
    assert.equal(existsSync(installed), false, 'the second call looks at the stamp alone');
  });

  it('installs again when the lock file has changed', () => {
    write('two');
    assert.equal(installTool('two', tools), undefined);
    const lock = join(tools, 'two/package-lock.json');
    writeFileSync(lock, `${readFileSync(lock, 'utf8')}\n`);
    rmSync(join(tools, 'two/node_modules/left'));

    assert.equal(installTool('two', tools), undefined);
    assert.ok(existsSync(join(tools, 'two/node_modules/left')));
  });

  it('says why it failed, and tries again the next time', () => {
    // Not what is locked.
    write('three', { left: 'file:left', right: 'file:right' });
    for (let call = 0; call < 2; call += 1)
      assert.match(installTool('three', tools) ?? '', /^npm ci in lab\/tools\/three failed: npm error/);
  });
});

describe('tools', () => {
  type Manifest = Readonly<
    Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>> | undefined>
  >;
  const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;
  const names = readdirSync(join(ROOT, 'lab/tools'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, 'lab/tools', entry.name, 'package.json')))
    .map(({ name }) => name);
  const root = read('package.json');
  const ours = { ...root.devDependencies, ...root.dependencies };

  for (const name of names)
    it(`${name} names exact versions, which are the root's versions if the root has the package, too`, () => {
      const { dependencies = {} } = read(`lab/tools/${name}/package.json`);
      assert.ok(existsSync(join(ROOT, 'lab/tools', name, 'package-lock.json')));
      for (const [dependency, version] of Object.entries(dependencies)) {
        assert.match(version, /^(npm:[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, dependency);
        assert.equal(version, ours[dependency] ?? version, dependency);
      }
    });
});
