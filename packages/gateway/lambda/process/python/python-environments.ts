/**
 * Finds the Python interpreter for a function. It is in the virtual environment of the function's project, or else on
 * the machine.
 */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';

import type { FunctionDefinition } from '../../../core/stack/function.ts';
import { findPrograms, isExecutable, listNames, type Machine } from '../machine.ts';

export type PythonProject = {
  /** The absolute path of the requirements file; undefined if there is none, or if a tool other than pip is used. */
  readonly requirements: string | undefined;
  readonly pyproject: string | undefined;
  readonly pipfile?: string | undefined;
  readonly tool: 'pip' | 'poetry' | 'uv' | 'pipenv';
  readonly folder: string;
};

const MAX_FOLDERS = 8;

/**
 * Returns the code's folder and the folders above it, then the template's folder and the folders above it, up to the
 * root of a repository and at most `MAX_FOLDERS` each. The user's home folder, the folder for temporary files, and the
 * folders above these two are left out.
 */
export function projectFolders(
  definition: FunctionDefinition,
  taskRoot: string,
  { home }: Machine,
): string[] {
  const starts = [
    ...(definition.code.kind === 'directory' ? [taskRoot] : []),
    dirname(definition.place.file),
  ];
  const ends = new Set([home, tmpdir(), '/']);
  const found = new Set<string>();
  for (const start of starts.filter(isAbsolute)) {
    let folder = start;
    for (let count = 0; count < MAX_FOLDERS && !ends.has(folder); count += 1) {
      found.add(folder);
      if (existsSync(join(folder, '.git'))) break;
      folder = dirname(folder);
    }
  }
  return [...found];
}

export function findProject(folders: readonly string[]): PythonProject | undefined {
  for (const folder of folders) {
    const has = (name: string): string | undefined =>
      existsSync(join(folder, name)) ? join(folder, name) : undefined;
    const [requirements, pyproject] = [has('requirements.txt'), has('pyproject.toml')];
    const pipfile = has('Pipfile');
    if (requirements === undefined && pyproject === undefined && pipfile === undefined) continue;
    const isPoetry =
      has('poetry.lock') !== undefined ||
      (pyproject !== undefined && /^\[tool\.poetry/m.test(readIfReadable(pyproject) ?? ''));
    const isPipenv = pipfile !== undefined && requirements === undefined;
    const tool = has('uv.lock') !== undefined ? 'uv' : isPoetry ? 'poetry' : isPipenv ? 'pipenv' : 'pip';
    return { requirements: tool === 'pip' ? requirements : undefined, pyproject, pipfile, tool, folder };
  }
  return undefined;
}

/** Returns the path of the interpreter in the nearest virtual environment; undefined if there is none. */
export function findVirtualEnvironment(folders: readonly string[], machine: Machine): string | undefined {
  const { environment } = machine;
  const candidates = folders.flatMap((folder) => [
    ...(existsSync(join(folder, 'uv.lock')) && environment['UV_PROJECT_ENVIRONMENT'] !== undefined
      ? [join(folder, environment['UV_PROJECT_ENVIRONMENT'])]
      : []),
    join(folder, '.venv'),
    join(folder, 'venv'),
    ...poetryEnvironments(folder, machine),
  ]);
  const active = environment['VIRTUAL_ENV'];
  if (active !== undefined && active !== '') candidates.push(active);
  return candidates.map((folder) => join(folder, 'bin', 'python')).find(isExecutable);
}

/**
 * Returns the environments that Poetry has created for a project. Poetry stores environments in a separate folder, by
 * the project's name and a hash of its path (its `generate_env_name`).
 */
function poetryEnvironments(folder: string, { environment, home, platform }: Machine): string[] {
  const file = join(folder, 'pyproject.toml');
  const text = readIfReadable(file) ?? '';
  const name = /^\[(?:tool\.poetry|project)\][^[]*?^name\s*=\s*["']([^"']+)["']/ms.exec(text)?.[1];
  if (name === undefined) return [];
  const cache =
    environment['POETRY_CACHE_DIR'] ??
    join(home, platform === 'darwin' ? 'Library/Caches/pypoetry' : '.cache/pypoetry');
  const all = environment['POETRY_VIRTUALENVS_PATH'] ?? join(cache, 'virtualenvs');
  const plain = name
    .toLowerCase()
    .replaceAll(/[ $`!*@"\\\r\n\t]/g, '_')
    .slice(0, 42);
  const hash = createHash('sha256').update(realpathSync(folder)).digest('base64url').slice(0, 8);
  return listNames(all)
    .filter((entry) => entry.startsWith(`${plain}-${hash}-py`))
    .toSorted()
    .map((entry) => join(all, entry));
}

/**
 * Returns the interpreters of the machine. The interpreter closest to the requested minor version of Python 3 comes
 * first.
 */
export function findInterpreters(wantedMinor: number, machine: Machine): readonly string[] {
  const { home, environment } = machine;
  const pyenvRoot = environment['PYENV_ROOT'] ?? join(home, '.pyenv');
  const pyenv = join(pyenvRoot, 'versions');
  const uv = environment['UV_PYTHON_INSTALL_DIR'] ?? join(home, '.local/share/uv/python');
  const kept = [
    ...listNames(pyenv).map((name) => join(pyenv, name)),
    ...listNames(uv).map((name) => join(uv, name)),
  ];
  const named = [
    // The shims of pyenv are left out, because a shim may refer to a version that is not installed. The installed
    // versions are in the `versions` folder.
    ...findPrograms(machine, /^python3\.\d+$/).filter((file) => dirname(file) !== join(pyenvRoot, 'shims')),
    ...kept.flatMap((folder) =>
      listNames(join(folder, 'bin'))
        .filter((name) => /^python3\.\d+$/.test(name))
        .map((name) => join(folder, 'bin', name)),
    ),
  ];
  const minorOf = (file: string): number => Number(/(\d+)$/.exec(file)?.[1]);
  const distance = (file: string): number => Math.abs(minorOf(file) - wantedMinor);
  // The sort is stable, so if several interpreters have the same version, the interpreter that is found first on the
  // path comes first.
  return [...named.toSorted((a, b) => distance(a) - distance(b)), ...findPrograms(machine, /^python3?$/)];
}
