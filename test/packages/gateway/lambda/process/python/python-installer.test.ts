/** The command that installs a package for a project with each tool, whether the project lists the package or not. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findProject } from '../../../../../../packages/gateway/lambda/process/python/python-environments.ts';
import { describeInstaller } from '../../../../../../packages/gateway/lambda/process/python/python-installer.ts';
import { aFolder } from '../../start-runtime.ts';

const POETRY = `
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.11"
boto3 = "^1.34"
moto = { version = "^5", optional = true }
[tool.poetry.group.jobs.dependencies]
Py_JWT = "*"
`;
const UV = `
[project]
name = "shop"
dependencies = [
  "boto3>=1.34",
]
[project.optional-dependencies]
xml = ["lxml"]
[dependency-groups]
jobs = ["pyjwt"]
`;
const PIPFILE = `
[packages]
boto3 = "*"
[dev-packages]
moto = "*"
`;

const cases: readonly [files: Readonly<Record<string, string>>, name: string, command: RegExp][] = [
  [{ 'pyproject.toml': POETRY }, 'boto3', /^cd \S+ && poetry install$/],
  [{ 'pyproject.toml': POETRY }, 'moto', /^cd \S+ && poetry install --all-extras$/],
  [{ 'pyproject.toml': POETRY }, 'PyJWT', /^cd \S+ && poetry add --group dev PyJWT$/],
  [{ 'pyproject.toml': POETRY }, 'py-jwt', /^cd \S+ && poetry install --with jobs$/],
  [{ 'pyproject.toml': POETRY }, 'requests', /^cd \S+ && poetry add --group dev requests$/],
  [{ 'pyproject.toml': UV, 'uv.lock': '' }, 'boto3', /^cd \S+ && uv sync$/],
  [{ 'pyproject.toml': UV, 'uv.lock': '' }, 'lxml', /^cd \S+ && uv sync --all-extras$/],
  [{ 'pyproject.toml': UV, 'uv.lock': '' }, 'pyjwt', /^cd \S+ && uv sync --all-groups$/],
  [{ 'pyproject.toml': UV, 'uv.lock': '' }, 'requests', /^cd \S+ && uv add --dev requests$/],
  [{ 'requirements.txt': 'boto3==1.34.0  # for mail\n' }, 'boto3', /\/pip install -r \S+requirements\.txt$/],
  [{ 'requirements.txt': '# requests\nboto3\n' }, 'requests', /\/pip install requests$/],
  [{ 'pyproject.toml': UV }, 'boto3', /\/pip install \/\S+$/],
  [{ Pipfile: PIPFILE }, 'boto3', /^cd \S+ && PIPENV_VENV_IN_PROJECT=1 pipenv install$/],
  [{ Pipfile: PIPFILE }, 'moto', /^cd \S+ && PIPENV_VENV_IN_PROJECT=1 pipenv install --dev$/],
  [{ Pipfile: PIPFILE }, 'requests', /^cd \S+ && PIPENV_VENV_IN_PROJECT=1 pipenv install --dev requests$/],
];

describe('the command that installs a package of Python', () => {
  for (const [files, name, command] of cases)
    it(`is ${command.source} for ${name} of ${Object.keys(files).join(' and ')}`, () => {
      const project = findProject([aFolder(files)]);

      assert.match(describeInstaller(undefined, project, 'python3').one(name), command);
    });
});

describe('the remedy for a package that functions import', () => {
  for (const [files, name, remedy, below = ''] of [
    [{ 'pyproject.toml': POETRY }, 'boto3', /^run cd \S+ && poetry install$/],
    [{ 'pyproject.toml': POETRY }, 'requests', /^run cd \S+ && poetry add requests$/],
    [{ 'pyproject.toml': UV, 'uv.lock': '' }, 'requests', /^run cd \S+ && uv add requests$/],
    [{ Pipfile: PIPFILE }, 'requests', /^run cd \S+ && PIPENV_VENV_IN_PROJECT=1 pipenv install requests$/],
    [
      { 'requirements.txt': '' },
      'requests',
      /^add requests to requirements\.txt, and run .*\/pip install -r \S+requirements\.txt$/,
    ],
    // The file may belong to a CDK app, whose packages are not deployed.
    [{ 'requirements.txt': '' }, 'requests', /^run .*\/pip install requests$/, 'src'],
    [{}, 'requests', /^run .*\/pip install requests$/],
  ] as const)
    it(`is ${remedy.source} for ${name} with ${Object.keys(files).join(' and ')}`, () => {
      const folder = aFolder(files);
      const installer = describeInstaller(undefined, findProject([folder]), 'python3', join(folder, below));

      assert.match(installer.add(name), remedy);
    });
});

describe('a path in the command that installs a package of Python', () => {
  for (const [file, text, command] of [
    ['pyproject.toml', POETRY, /^cd '\S+\/a b' && poetry install$/],
    [
      'requirements.txt',
      'boto3',
      /^'\S+\/py 3' -m venv '\S+\/a b\/\.venv' && '\S+\/a b\/\.venv\/bin\/pip' install -r '\S+\/a b\/requirements\.txt'$/,
    ],
  ] as const)
    it(`is quoted if it has a blank: ${file}`, () => {
      const folder = join(aFolder({}), 'a b');
      mkdirSync(folder);
      writeFileSync(join(folder, file), text);

      assert.match(describeInstaller(undefined, findProject([folder]), '/opt/py 3').one('boto3'), command);
    });
});
