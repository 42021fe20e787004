import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

import { StartError } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { FoundOsls } from './reading-progress.ts';

const NAMES = ['osls', 'serverless'];

/**
 * Finds osls. It uses the service's own osls or Serverless v3, otherwise the osls that is installed with the gateway,
 * otherwise an osls that is installed for all projects. Serverless v4 is not used, because it is a binary that requires
 * a license.
 * @param searchPath the value of `PATH`
 * @throws StartError OSLS_MISSING if none of them is installed
 */
export function findOsls(
  serviceFolder: string,
  origin: string,
  searchPath = process.env['PATH'] ?? '',
): FoundOsls {
  const own = join(serviceFolder, 'package.json');
  const places = [
    ['project', own],
    ['gateway', origin],
    ...installedBeside(searchPath).map((program) => ['machine', program] as const),
  ] as const;
  for (const [owner, from] of places)
    for (const name of NAMES) {
      const found = findFrom(from, name);
      if (found !== undefined) return { ...found, owner };
    }
  throw new StartError(
    'OSLS_MISSING',
    `osls is not installed, and ${serviceFolder} needs it: run npm install --save-dev osls in that folder, or run npx -p osls -p gatewright gatewright start`,
  );
}

/** Returns the real paths of osls and Serverless in `PATH`, where they are links into their packages. */
function installedBeside(searchPath: string): readonly string[] {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) =>
    NAMES.flatMap((name) => {
      try {
        return [realpathSync(join(folder, name))];
      } catch {
        return [];
      }
    }),
  );
}

function findFrom(origin: string, name: string): Omit<FoundOsls, 'owner'> | undefined {
  const require = createRequire(origin);
  try {
    const manifest: unknown = require(`${name}/package.json`);
    if (!isJsonObject(manifest) || !canPackage(manifest)) return undefined;
    return {
      folder: dirname(require.resolve(`${name}/package.json`)),
      name: manifest['name'] === 'osls' ? 'osls' : 'serverless',
      version: typeof manifest['version'] === 'string' ? manifest['version'] : '',
    };
  } catch {
    // osls is not installed at this place, so the search continues at the next place.
    return undefined;
  }
}

function canPackage({ name, version }: JsonObject): boolean {
  return (
    name === 'osls' || (name === 'serverless' && typeof version === 'string' && version.startsWith('3.'))
  );
}
