/** Finds the files that serverless.yml includes with `${file(…)}`. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';

const INCLUDE = /\$\{file\(\s*['"]?([^)'"$]+?)['"]?\s*\)/g;

const INCLUDES_LIMIT = 200;
const INCLUDE_LIMIT_BYTES = 1_000_000;

/**
 * Returns the files that `file` includes, directly or indirectly. Paths are relative to the service's folder, as for
 * osls. A path with variables is not followed.
 */
export function listIncludedFiles(file: string, serviceFolder: string): readonly string[] {
  const found = new Set([file]);
  for (const each of found) {
    if (!existsSync(each) || !statSync(each).isFile() || statSync(each).size > INCLUDE_LIMIT_BYTES) continue;
    for (const [, path = ''] of (readIfReadable(each) ?? '').matchAll(INCLUDE))
      if (found.size <= INCLUDES_LIMIT) found.add(resolve(serviceFolder, path));
  }
  found.delete(file);
  return [...found].filter((each) => existsSync(each));
}
