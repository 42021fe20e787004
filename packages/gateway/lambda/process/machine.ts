import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Machine = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
};

export function findPrograms({ environment }: Machine, name: RegExp): readonly string[] {
  const folders = new Set((environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''));
  return [...folders].flatMap((folder) =>
    listNames(folder)
      .filter((file) => name.test(file))
      .toSorted()
      .map((file) => join(folder, file))
      .filter(isExecutable),
  );
}

export function findNpm(machine: Machine): string | undefined {
  return findPrograms(machine, machine.platform === 'win32' ? /^npm\.cmd$/ : /^npm$/)[0];
}

export function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
