/** The package managers of Node.js, and the one that a project uses. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

type Manager = {
  readonly lock: string;
  readonly all: string;
  readonly one: string;
  readonly oneForDev: string;
};

const NPM: Manager = {
  lock: 'package-lock.json',
  all: 'npm install',
  one: 'npm install',
  oneForDev: 'npm install --save-dev',
};
const MANAGERS: readonly Manager[] = [
  { lock: 'pnpm-lock.yaml', all: 'pnpm install', one: 'pnpm add', oneForDev: 'pnpm add --save-dev' },
  { lock: 'yarn.lock', all: 'yarn install', one: 'yarn add', oneForDev: 'yarn add --dev' },
  { lock: 'bun.lock', all: 'bun install', one: 'bun add', oneForDev: 'bun add --dev' },
  { lock: 'bun.lockb', all: 'bun install', one: 'bun add', oneForDev: 'bun add --dev' },
  NPM,
];
/** Returns the package manager whose lock file is in one of the folders; npm if there is none. */
export function managerOf(folders: readonly string[]): Manager {
  return MANAGERS.find(({ lock }) => folders.some((folder) => existsSync(join(folder, lock)))) ?? NPM;
}

/** Returns the folder and the folders above it, up to the root of the repository. */
export function foldersAbove(from: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    folders.push(folder);
    // The search ends at the root of the repository, because a lock file above it belongs to another repository.
    if (existsSync(join(folder, '.git')) || folder === dirname(folder)) return folders;
  }
}
