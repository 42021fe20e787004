/**
 * `npm run build`: builds the layer, bundles the functions, prints their sizes, and writes an SBOM of each to
 * `.build/sbom`.
 */
import { glob, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { buildLayer, LAYER_DIRECTORY } from './build-layer.ts';
import { bundleFunctions } from './bundle-functions.ts';
import { bundledFolders, neededFolders, printSbom, readLock } from './sbom.ts';

const ROOT = join(import.meta.dirname, '..');
/**
 * Bytes that a zip archive adds for each file, not counting the file's name, which the archive contains twice (APPNOTE
 * 4.3).
 */
const ZIP_ENTRY_BYTES = 30 + 46;
const ZIP_END_BYTES = 22;

const SBOM = join(ROOT, '.build/sbom');

const { inputs } = await buildLayer(ROOT);
const lock = await readLock(ROOT);
const { version = '' } = lock[''] ?? {};
await mkdir(SBOM, { recursive: true });
await writeSbom('layer', bundledFolders(lock, Object.keys(inputs)));
const layer = await weighLayer(join(ROOT, LAYER_DIRECTORY));
print('layer, unzipped', layer.unzippedBytes);
print('layer, zipped', layer.zippedBytes);
for (const { name, files, startBytes, packages } of await bundleFunctions(ROOT)) {
  await writeSbom(name, neededFolders(lock, packages));
  print(`function ${name}, files read at startup`, startBytes);
  const sizeBytes = [...files.values()].reduce((sum, code) => sum + code.length, 0);
  if (sizeBytes > startBytes) print(`function ${name}, with lazily loaded files`, sizeBytes);
}

async function writeSbom(name: string, folders: readonly string[]): Promise<void> {
  const shipped = { name: `gatewright-${name}`, version, type: 'application' } as const;
  await writeFile(join(SBOM, `${name}.cdx.json`), printSbom(shipped, lock, folders));
}

async function weighLayer(directory: string): Promise<{ unzippedBytes: number; zippedBytes: number }> {
  let unzippedBytes = 0;
  let zippedBytes = ZIP_END_BYTES;
  for await (const file of glob('**', { cwd: directory })) {
    if (!(await stat(join(directory, file))).isFile()) continue;
    const content = await readFile(join(directory, file));
    unzippedBytes += content.length;
    zippedBytes +=
      deflateRawSync(content, { level: 9 }).length + ZIP_ENTRY_BYTES + 2 * Buffer.byteLength(file);
  }
  return { unzippedBytes, zippedBytes };
}

function print(what: string, sizeBytes: number): void {
  console.log(`${what.padEnd(50)} ${`${(sizeBytes / 1024).toFixed(1)} KB`.padStart(12)}`);
}
