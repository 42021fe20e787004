import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';

import type { Machine } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import {
  findInterpreters,
  findProject,
  projectFolders,
} from '../../../../../../packages/gateway/lambda/process/python/python-environments.ts';
import { aFolder, aFolderFunction, anInlineFunction } from '../../start-runtime.ts';

const POETRY = '[project]\nname = "shop"\n[tool.poetry.dependencies]\n';

/** The tool that a project uses is recognized by the files that the tools write: uv.lock, poetry.lock, Pipfile. */
const PROJECTS: readonly {
  readonly files: Readonly<Record<string, string>>;
  readonly tool: string | undefined;
  readonly lists?: readonly string[];
}[] = [
  { files: { 'requirements.txt': '' }, tool: 'pip', lists: ['requirements.txt'] },
  { files: { 'pyproject.toml': '[project]\n' }, tool: 'pip', lists: ['pyproject.toml'] },
  { files: { 'pyproject.toml': POETRY, 'requirements.txt': '' }, tool: 'poetry', lists: ['pyproject.toml'] },
  { files: { 'pyproject.toml': '', 'poetry.lock': '' }, tool: 'poetry', lists: ['pyproject.toml'] },
  { files: { 'pyproject.toml': POETRY, 'uv.lock': '' }, tool: 'uv', lists: ['pyproject.toml'] },
  { files: { Pipfile: '' }, tool: 'pipenv', lists: ['Pipfile'] },
  { files: { Pipfile: '', 'requirements.txt': '' }, tool: 'pip', lists: ['requirements.txt', 'Pipfile'] },
  { files: { 'setup.py': '', 'poetry.lock': '' }, tool: undefined },
];

describe('the project of a function in Python', () => {
  for (const { files, tool, lists = [] } of PROJECTS)
    it(`with ${Object.keys(files).join(' and ')} is ${tool === undefined ? 'unknown' : `one of ${tool}`}`, () => {
      const folder = aFolder(files);
      const found = findProject([join(folder, 'nothing'), folder]);

      assert.equal(found?.tool, tool);
      if (found === undefined) return;
      assert.equal(found.folder, folder);
      assert.deepEqual(
        [found.requirements, found.pyproject, found.pipfile]
          .filter((file) => file !== undefined)
          .map((file) => relative(folder, file)),
        lists,
      );
    });

  it('is the nearest one', () => {
    const folder = aFolder({ 'requirements.txt': '', 'a/Pipfile': '' });

    assert.equal(findProject([join(folder, 'a'), folder])?.tool, 'pipenv');
  });
});

describe('the folders in which a project is searched for', () => {
  const machineWith = (home: string): Machine => ({
    environment: {},
    home,
    platform: 'linux',
    architecture: 'x64',
  });

  it('begin at the code and at the template, and end at the root of the repository', () => {
    const root = aFolder({ 'repo/service/functions/users/app.py': '', 'repo/template.yml': '' });
    mkdirSync(join(root, 'repo/.git'));
    const code = join(root, 'repo/service/functions/users');
    const place = { file: join(root, 'repo/service/template.yml'), line: 1 };
    const definition = aFolderFunction(code, 'app.handler', { place });

    assert.deepEqual(
      projectFolders(definition, code, machineWith('/nowhere')).map((folder) => relative(root, folder)),
      ['repo/service/functions/users', 'repo/service/functions', 'repo/service', 'repo'],
    );
  });

  it('end below the home folder', () => {
    const home = aFolder({ 'shop/code/app.py': '' });
    const code = join(home, 'shop/code');
    const definition = aFolderFunction(code, 'app.handler', {
      place: { file: join(home, 'template.yml'), line: 1 },
    });

    assert.deepEqual(
      projectFolders(definition, code, machineWith(home)).map((folder) => relative(home, folder)),
      ['shop/code', 'shop'],
    );
  });

  it('are eight at most above each place', () => {
    const root = aFolder({});
    const code = join(root, 'a/b/c/d/e/f/g/h/i/j');
    const definition = aFolderFunction(code, 'app.handler', { place: { file: 'template.yml', line: 1 } });

    assert.deepEqual(
      projectFolders(definition, code, machineWith('/nowhere')).map((folder) => relative(root, folder)),
      Array.from({ length: 8 }, (_, up) => 'a/b/c/d/e/f/g/h/i/j'.slice(0, 19 - 2 * up)),
    );
  });

  it('are only those of the template if the code is in it', () => {
    const root = aFolder({});
    mkdirSync(join(root, '.git'));
    const definition = anInlineFunction('f', '', { place: { file: join(root, 'template.yml'), line: 1 } });

    assert.deepEqual(projectFolders(definition, aFolder({}), machineWith('/nowhere')), [root]);
  });
});

describe('the interpreters of a machine', () => {
  /** @returns the interpreters by their paths within the home folder */
  function find(
    minor: number,
    files: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): readonly string[] {
    const home = aFolder(Object.fromEntries(files.map((file) => [file, ''])));
    for (const file of files) chmodSync(join(home, file), 0o755);
    const folders = ['one', 'two', '.pyenv/shims'].map((folder) => join(home, folder));
    const environment = {
      PATH: folders.join(':'),
      ...Object.fromEntries(Object.entries(variables).map(([name, folder]) => [name, join(home, folder)])),
    };
    const found = findInterpreters(minor, { environment, home, platform: 'linux', architecture: 'x64' });
    return found.map((file) => relative(home, file));
  }

  it('come by how near their version is, then by their order on the path, and those without a version last', () => {
    assert.deepEqual(
      find(12, [
        'one/python3',
        'one/python',
        'one/python3.9',
        'two/python3.12',
        'two/python3.13',
        'one/python3.13',
        'one/python2.7',
      ]),
      ['two/python3.12', 'one/python3.13', 'two/python3.13', 'one/python3.9', 'one/python', 'one/python3'],
    );
  });

  it('include the versions of pyenv and uv, but no shims of pyenv', () => {
    const files = [
      '.pyenv/versions/3.11.1/bin/python3.11',
      '.pyenv/versions/3.11.1/bin/python3',
      '.pyenv/shims/python3.10',
      '.local/share/uv/python/cpython-3.12/bin/python3.12',
    ];

    assert.deepEqual(find(11, files), [files[0], files[3]]);
  });

  it('are searched for where pyenv and uv are configured to have them', () => {
    const files = ['py/versions/3.11.1/bin/python3.11', 'uv/cpython-3.12/bin/python3.12'];

    assert.deepEqual(find(12, files, { PYENV_ROOT: 'py', UV_PYTHON_INSTALL_DIR: 'uv' }), [
      files[1],
      files[0],
    ]);
  });
});
