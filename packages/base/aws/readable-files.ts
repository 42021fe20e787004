import { type Dirent, readdirSync, readFileSync } from 'node:fs';

/** Undefined for what is absent, a folder, a link to nowhere, or closed to this user. */
export function readIfReadable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Keys are file names; empty if the folder is absent, is a file, or cannot be read by this user. */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
