/**
 * What a support module creates for its user is closed when that test file ends, even if files share a process
 * (../batches.ts).
 */
import { after } from 'node:test';

const closers: (() => Promise<void>)[] = [];

/**
 * Closes what a module opens in tests and hooks. If files share a process, all of them are loaded before the first one
 * runs.
 */
export function atEndOfFile(close: () => Promise<void>): void {
  closers.push(close);
}

export async function endFile(): Promise<void> {
  for (const close of closers) await close();
}

// `after` is called at the root, because inside a `before` hook it would run when that hook ends.
after(endFile);
