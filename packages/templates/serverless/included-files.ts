/** Files that a serverless.yml takes in by `${file(…)}`: a change of one is a change of the service. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const INCLUDE = /\$\{file\(\s*['"]?([^)'"$]+?)['"]?\s*\)/g;

/** A service with more is most likely generated. */
const FILE_LIMIT = 200;
const SIZE_LIMIT_BYTES = 1_000_000;

/**
 * The files named in `file` and in what it takes in, without itself; paths count from the service's folder, as
 * osls reads them. A path that is itself made of variables is not followed.
 */
export function listIncludedFiles(file: string, serviceFolder: string): readonly string[] {
  const found = new Set([file]);
  for (const each of found) {
    if (!existsSync(each) || !statSync(each).isFile() || statSync(each).size > SIZE_LIMIT_BYTES) continue;
    for (const [, path = ''] of readFileSync(each, 'utf8').matchAll(INCLUDE))
      if (found.size <= FILE_LIMIT) found.add(resolve(serviceFolder, path));
  }
  found.delete(file);
  return [...found].filter((each) => existsSync(each));
}
