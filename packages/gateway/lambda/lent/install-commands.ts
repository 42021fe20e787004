import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { InstallCommand } from './run-installer.ts';
import { AWS_SDK_2, type LockList } from './lock-lists.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings that override the user's own settings. The user's settings could make pip install packages in another place,
 * ask questions, or build packages from source.
 */
const PIP_SETTINGS = {
  PIP_USER: '0',
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_NO_INPUT: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_PREFIX: undefined,
  PIP_ROOT: undefined,
  PYTHONPATH: undefined,
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Settings that remove the variables that npm adds to the environment when it runs `npx` or a script. */
export const NPM_SETTINGS = {
  npm_config_global: undefined,
  npm_config_local_prefix: undefined,
  npm_config_package: undefined,
  npm_config_prefix: undefined,
  npm_config_workspace: undefined,
};

export function pipCommand(
  python: string,
  { file }: LockList,
  folder: string,
  environment: Environment,
): InstallCommand {
  const rules = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--no-compile', '--retries', '1'];
  return {
    file: python,
    args: ['-m', 'pip', 'install', '--quiet', ...rules, '--target', folder, '--requirement', file],
    environment: { ...environment, ...PIP_SETTINGS },
  };
}

/**
 * Writes the manifest and the lock file into the folder. Returns the command `npm ci`, which installs exactly what the
 * lock file contains and checks its hashes.
 */
export function npmCommand(npm: string, folder: string, environment: Environment): InstallCommand {
  const [name, version] = AWS_SDK_2.what.split(' ');
  const manifest = { name: 'lent', private: true, dependencies: { [name ?? '']: version } };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
  copyFileSync(AWS_SDK_2.file, join(folder, 'package-lock.json'));
  return {
    file: npm,
    args: ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--fetch-retries=1'],
    environment: { ...environment, ...NPM_SETTINGS },
  };
}
