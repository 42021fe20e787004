/** `npm run build:package`: writes the npm package to `.build/npm` and prints what it weighs. */
import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage } from './build-package.ts';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = '.build/npm';

const { name, version } = await buildPackage(ROOT, join(ROOT, OUTPUT));
let files = 0;
let sizeBytes = 0;
for await (const file of glob('**', { cwd: join(ROOT, OUTPUT) })) {
  const found = await stat(join(ROOT, OUTPUT, file));
  if (!found.isFile()) continue;
  files += 1;
  sizeBytes += found.size;
}
console.log(`${name}@${version} in ${OUTPUT}: ${files} files, ${(sizeBytes / 1024).toFixed(0)} KB unpacked`);
console.log(`pack it with: npm pack ./${OUTPUT}`);
