import { readFileSync } from 'node:fs';

/** Undefined for what is absent, a folder, a link to nowhere, or closed to this user. */
export function readIfReadable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
