/**
 * `npm run build:package`: writes the npm packages and their tarballs below `.build/npm`, and prints the size of each
 * package.
 */
import { glob, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage, buildSuite, detachPackage } from './build-package.ts';
import { neededFolders, printSbom, readLock } from '../../../layers/sbom.ts';
import { STANDALONE_PACKAGES, SUITES } from './manifest.ts';
import { packPackage } from './pack.ts';
import type { Manifest } from './manifest.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OUTPUT = '.build/npm';

await rm(join(ROOT, OUTPUT), { recursive: true, force: true });
const built = join(ROOT, OUTPUT, 'gatewright');
await report(await buildPackage(ROOT, built), 'gatewright');
for (const name of STANDALONE_PACKAGES)
  await report(await detachPackage(ROOT, built, name, join(ROOT, OUTPUT, name)), name);
for (const name of Object.keys(SUITES))
  await report(await buildSuite(ROOT, name, built, join(ROOT, OUTPUT, name)), name);
const tarballs = await Promise.all(
  ['gatewright', ...STANDALONE_PACKAGES, ...Object.keys(SUITES)].map((name) =>
    packPackage(join(ROOT, OUTPUT, name), join(ROOT, OUTPUT)),
  ),
);
console.log(`install it in a service: npm install --save-dev ${tarballs[0] ?? ''} osls`);

/**
 * Writes the SBOM of a package with all packages that users install with it, and prints the size of the package itself.
 */
async function report(manifest: Manifest, folder: string): Promise<void> {
  const lock = await readLock(ROOT);
  const shipped = { name: manifest.name, version: manifest.version, type: 'library' } as const;
  const sbom = printSbom(shipped, lock, neededFolders(lock, Object.keys(manifest.dependencies)));
  await writeFile(join(ROOT, OUTPUT, folder, 'sbom.cdx.json'), sbom);
  let files = 0;
  let sizeBytes = 0;
  for await (const file of glob('**', { cwd: join(ROOT, OUTPUT, folder) })) {
    const found = await stat(join(ROOT, OUTPUT, folder, file));
    if (!found.isFile()) continue;
    files += 1;
    sizeBytes += found.size;
  }
  const { name, version } = manifest;
  console.log(
    `${name}@${version} in ${OUTPUT}/${folder}: ${files} files, ${(sizeBytes / 1024).toFixed(0)} KB unpacked`,
  );
}
