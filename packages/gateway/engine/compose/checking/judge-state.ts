/** Finds a folder `.gatewright` that a deployment would put into a package. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

/**
 * Returns the folders `.gatewright` in a folder and in its direct subfolders, because a subfolder may contain a stack
 * that was served on its own.
 */
function ownFoldersIn(folder: string): readonly string[] {
  // Code may also be a single file.
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ['.', ...inside.map(({ name }) => name)]
    .map((name) => join(folder, name, OWN_FOLDER))
    .filter((own) => existsSync(own));
}
