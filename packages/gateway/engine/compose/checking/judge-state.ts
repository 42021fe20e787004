/** Finds a folder `.gatewright` that a deployment would put into a package. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { entriesOf } from '@gatewright/aws/readable-files';
import { OWN_FOLDER } from '@gatewright/aws/own-folder-of';
import { makeFinding } from '../../../core/deployability/finding.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import { findSource } from '../../../templates/find-definition.ts';
import { packagedFolders } from '../../../templates/packaged-folders.ts';

export async function judgeState(sources: readonly string[]): Promise<readonly DeployFinding[]> {
  const found = await Promise.all(
    sources.map(async (source) => {
      const folders = new Set(await packagedFolders(resolve(source)));
      return [...folders]
        .flatMap(ownFoldersIn)
        .map((own) =>
          makeFinding(
            'packaged-state',
            { stack: '', resource: '', type: '', property: '', file: findSource(resolve(source)).file },
            `the package contains ${own}, in which Gatewright keeps credentials, logs, caches and undo files, so each run changes the package`,
          ),
        );
    }),
  );
  return found.flat();
}

/** The number of levels below the packaged folder in which stacks may have been served or packaged on their own. */
const LEVELS = 3;
const MAX_FOLDERS = 500;

/**
 * Returns the folders `.gatewright` in a folder and in its subfolders. Installed packages and hidden folders have none.
 */
function ownFoldersIn(folder: string): readonly string[] {
  // Code may also be a single file.
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const folders = [{ path: folder, level: 0 }];
  for (const { path, level } of folders) {
    if (level === LEVELS || folders.length > MAX_FOLDERS) continue;
    for (const { name } of entriesOf(path).filter((entry) => entry.isDirectory()))
      if (!name.startsWith('.') && name !== 'node_modules')
        folders.push({ path: join(path, name), level: level + 1 });
  }
  return folders.map(({ path }) => join(path, OWN_FOLDER)).filter((own) => existsSync(own));
}
