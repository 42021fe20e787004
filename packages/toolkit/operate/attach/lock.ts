/**
 * Allows only one run at a time for an API and stage, because two runs of the same plan would both do some of its
 * steps.
 */
import { isAlive } from '@gatewright/aws/is-alive';
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../../base/terminal/output.ts';

/**
 * Runs `work` while this process has the lock. The lock of a run that was killed is taken over.
 * @throws UsageError if another run has the lock
 */
export async function withLock<Result>(
  root: string,
  { api, stage }: { readonly api: string; readonly stage: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const file = take(root, api, stage);
  try {
    return await work();
  } finally {
    unlinkSync(file);
  }
}

function take(root: string, apiId: string, stage: string): string {
  const folder = join(root, `${apiId}-${encodeURIComponent(stage)}`);
  const file = join(folder, 'lock');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!write(file)) {
    const owner = Number(readFileSync(file, 'utf8'));
    if (isAlive(owner))
      throw new UsageError(
        `another gatewright (process ${owner}) is working on this API and stage; wait for it, or delete ${file} if that process is no longer running`,
      );
    unlinkSync(file);
    if (!write(file))
      throw new UsageError(
        'another gatewright has started work on this API and stage; run the command again when that process has ended',
      );
  }
  return file;
}

function write(file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
