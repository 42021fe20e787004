import { isAlive } from '@gatewright/aws/is-alive';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the folder of this run, and removes the folders of runs that have ended without removing them. */
export function openRunDirectory(cacheDirectory: string): string {
  mkdirSync(cacheDirectory, { recursive: true });
  removeAbandonedRuns(cacheDirectory);
  return mkdtempSync(join(cacheDirectory, `run-${process.pid}-`));
}

function removeAbandonedRuns(cacheDirectory: string): void {
  for (const name of readdirSync(cacheDirectory)) {
    const pid = /^run-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(cacheDirectory, name), { recursive: true, force: true });
  }
}
