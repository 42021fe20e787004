/** Finds code that reads `IS_OFFLINE`, a variable that serverless-offline sets and AWS does not. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { listFolders, type WatchedSources } from './source-watcher.ts';

const VARIABLE = 'IS_OFFLINE';
const MAX_FILES = 200;
const CODE = /\.(?:[cm]?[jt]sx?|py)$/;

/**
 * Returns a message about the first line that reads the variable, if the variable is not set. The gateway does not set
 * the variable, because most code that reads it would then call a database at localhost:8000, instead of this gateway's
 * tables.
 */
export async function describeOfflineRead(
  sources: WatchedSources,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (VARIABLE in environment) return undefined;
  const files = sources.kind === 'files' ? sources.files : await filesBelow(sources.folder);
  for (const file of files.filter((one) => !one.includes('node_modules')).slice(0, MAX_FILES)) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const line = text.split('\n').findIndex((one) => one.includes(VARIABLE)) + 1;
    if (line === 0) continue;
    return `${relative(process.cwd(), file)}:${line} reads ${VARIABLE}, which neither the gateway nor AWS sets. To set it as "serverless offline" does, add ${VARIABLE}: 'true' to the function's environment`;
  }
  return undefined;
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const names = await Promise.all(
    listFolders(root).map(async (folder) =>
      (await readdir(folder)).filter((name) => CODE.test(name)).map((name) => join(folder, name)),
    ),
  );
  return names.flat();
}
