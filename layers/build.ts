/** `npm run build`: builds the layer, bundles the functions, prints what they weigh. */
import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { buildLayer, LAYER_DIRECTORY } from './build-layer.ts';
import { bundleFunctions } from './bundle-functions.ts';

const ROOT = join(import.meta.dirname, '..');
/** Bytes that a zip archive adds per file, beside its name twice, and once at its end (APPNOTE 4.3). */
const ZIP_ENTRY_BYTES = 30 + 46;
const ZIP_END_BYTES = 22;

await buildLayer(ROOT);
const layer = await weighLayer(join(ROOT, LAYER_DIRECTORY));
print('layer, unzipped', layer.unzippedBytes);
print('layer, zipped', layer.zippedBytes);
for (const { name, files, startBytes } of await bundleFunctions(ROOT)) {
  print(`function ${name}, at its start`, startBytes);
  const sizeBytes = [...files.values()].reduce((sum, code) => sum + code.length, 0);
  if (sizeBytes > startBytes) print(`function ${name}, with what it may load`, sizeBytes);
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
