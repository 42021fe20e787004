/** Copies the repository, for proofs that plant or remove something. The installed packages are linked. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY, listFiles } from '../architecture/source-files.ts';

/** The scope of our own packages. */
const OURS = '@gatewright';

/** @param prefix the beginning of the temporary folder's name; the caller deletes the folder */
export function copyRepository(prefix: string): string {
  const copy = mkdtempSync(join(tmpdir(), prefix));
  for (const path of listFiles()) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(REPOSITORY, path), join(copy, path));
  }
  linkPackages(copy);
  return copy;
}

/** Installed third-party packages; links to the packages of this repository refer to the copy. */
export function linkPackages(copy: string): void {
  const [installed, target] = [join(REPOSITORY, 'node_modules'), join(copy, 'node_modules')];
  mkdirSync(target);
  for (const name of readdirSync(installed)) {
    if (name !== OURS) symlinkSync(join(installed, name), join(target, name));
  }
  mkdirSync(join(target, OURS));
  for (const name of readdirSync(join(installed, OURS))) {
    // npm creates links to workspaces with relative paths.
    symlinkSync(readlinkSync(join(installed, OURS, name)), join(target, OURS, name));
  }
}
