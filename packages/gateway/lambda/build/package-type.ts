/** The package.json that applies to a file, and the module system that it sets. */
import { dirname, join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';

type NearestPackage = { readonly folder: string; readonly text: string };

/** Finds the nearest package.json, in the file's folder or above it. */
export function nearestPackage(file: string): NearestPackage | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = readIfReadable(join(folder, 'package.json'));
    if (text !== undefined) return { folder, text };
    if (folder === dirname(folder)) return undefined;
  }
}

/** Whether the nearest package.json contains `"type": "module"`. */
export function packageIsModule(file: string): boolean {
  return /"type"\s*:\s*"module"/.test(nearestPackage(file)?.text ?? '');
}
