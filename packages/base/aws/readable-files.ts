import { type Dirent, readdirSync, readFileSync } from 'node:fs';

/** Returns undefined if the file is absent, is a folder or a broken link, or cannot be read by this user. */
export function readIfReadable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Lists the entries of a folder; empty if the folder is absent, is a file, or cannot be read by this user. */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
