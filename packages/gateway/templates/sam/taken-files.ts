/**
 * Finds the folders from which `sam build` packages only some of the files. Sources: the workflows of
 * aws/aws-lambda-builders, the library of `sam build`. `nodejs_npm` installs production dependencies in addition to the
 * output of `npm pack`. `python_pip` leaves out environments and some other files. A Node.js folder without
 * package.json is copied as it is.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { builtFolder } from '../../core/stack/sam-build.ts';
import type { TakenFiles } from '../../core/stack/function.ts';
import { buildMethodOf, isBuiltBySam } from './built-layers.ts';

/**
 * Finds the functions and layers that are not built yet, and whose build will package less than the whole folder.
 * @param file the file of the template
 * @param isOfSam whether the template has the transform of SAM, so that its functions are built by default
 * @param folders the folders of functions and layers by logical id
 */
export function findTakenFiles(
  template: JsonObject,
  file: string,
  isOfSam: boolean,
  folders: Iterable<readonly [logicalId: string, folder: string | undefined]>,
): ReadonlyMap<string, TakenFiles> {
  const folder = dirname(file);
  const taken = new Map<string, TakenFiles>();
  for (const [logicalId, content] of folders) {
    const isOutput = content === undefined || content === builtFolder(folder, logicalId);
    if (isOutput || isBuiltBySam(template, logicalId, folder)) continue;
    const { Runtime: runtime } = membersOf(membersOf(mapOf(template, 'Resources')[logicalId])['Properties']);
    const own = buildMethodOf(template, logicalId, folder);
    const method = own ?? (isOfSam && typeof runtime === 'string' ? runtime : undefined);
    if (method === undefined) continue;
    if (method === 'makefile') taken.set(logicalId, 'output');
    else if (!isCopied(method, content))
      taken.set(logicalId, method.startsWith('nodejs') ? 'reinstalled' : 'part');
  }
  return taken;
}

/** Whether the build copies all files of the folder, so that the package is at least as large as the folder. */
function isCopied(method: string, folder: string): boolean {
  if (method.startsWith('nodejs')) return !existsSync(join(folder, 'package.json'));
  return method.startsWith('ruby');
}
