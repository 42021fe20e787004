/**
 * The saved requests that users can commit to the project's repository. They are in `gatewright.requests.json` in the
 * folder in which the gateway was started.
 */
import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SAVED_REQUESTS } from '@gatewright/aws/written-files';
import { InvalidRequest } from '../../../core/errors.ts';
import type { SavedRequestsFile } from '../../../console/endpoints/serve-saved.ts';

const MAX_BYTES = 8 * 1024 * 1024;

export function savedRequestsFile(directory: string): SavedRequestsFile {
  const path = join(directory, SAVED_REQUESTS);
  const refuse = async (): Promise<boolean> => {
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined) return false;
    // Attack: git stores symbolic links. A cloned repository could contain one, so that the console writes to a file
    // outside of the repository.
    if (!stats.isFile()) throw new InvalidRequest(`${SAVED_REQUESTS} is not a regular file.`);
    if (stats.size > MAX_BYTES) throw new InvalidRequest(`${SAVED_REQUESTS} is larger than 8 MB.`);
    return true;
  };
  const read = async (): Promise<string | undefined> =>
    (await refuse()) ? readFile(path, 'utf8') : undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: SAVED_REQUESTS,
    read,
    change: (make) => {
      const next = last.then(async () => write(path, make(await read())));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** Writes the file completely or not at all, even if the gateway ends meanwhile. */
async function write(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text, { flag: 'wx' });
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}
