/** The module system that a package.json sets for its files. */
import { dirname, join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';

/** Whether the nearest package.json says `"type": "module"`. */
export function packageIsModule(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = readIfReadable(join(folder, 'package.json'));
    if (text !== undefined) return /"type"\s*:\s*"module"/.test(text);
    if (folder === dirname(folder)) return false;
  }
}
