import { isAlive } from '@gatewright/aws/is-alive';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export function removeAbandonedRuns(cacheDirectory: string): void {
  for (const name of readdirSync(cacheDirectory)) {
    const pid = /^run-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(cacheDirectory, name), { recursive: true, force: true });
  }
}
