/** Tells files of installed packages, which nobody edits, from the project's own files. */
import { existsSync } from 'node:fs';

const INSTALLED = /[\\/](?:node_modules|site-packages|dist-packages)[\\/]/;
/**
 * Matches the folder of a layer's packages, up to the end of its path. A layer may have its own code in this folder.
 */
const OF_LAYER = /^(.*[\\/]nodejs(?:[\\/]node\d+)?[\\/]node_modules)[\\/](?!.*[\\/]node_modules[\\/])/;
/** The files that npm, pnpm and Yarn leave in a folder of packages. */
const LEFT_BEHIND = ['.package-lock.json', '.modules.yaml', '.yarn-integrity', '.yarn-state.yml'];

const byHand = new Map<string, boolean>();

/**
 * Whether a file belongs to a package that a package manager has installed. Packages in `nodejs/node_modules` of a
 * layer may have been written by hand. A package manager can be recognized by a file that it leaves in this folder.
 */
export function isInstalled(file: string): boolean {
  if (!INSTALLED.test(file)) return false;
  const folder = OF_LAYER.exec(file)?.[1];
  if (folder === undefined || INSTALLED.test(folder)) return true;
  const known = byHand.get(folder);
  const isByHand = known ?? !LEFT_BEHIND.some((name) => existsSync(`${folder}/${name}`));
  byHand.set(folder, isByHand);
  return !isByHand;
}
