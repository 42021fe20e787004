import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENSES = 'licenses.txt';

/** Returns the licenses of bundled packages, because they must be distributed with the code. */
export function bundledLicenses(root: string, packages: readonly string[]): readonly [string, Buffer] {
  const texts = packages.map((name) => {
    const folder = join(root, 'node_modules', name);
    const file = ['LICENSE', 'LICENSE.md', 'LICENCE']
      .map((one) => join(folder, one))
      .find((one) => existsSync(one));
    return `${name}\n\n${file === undefined ? '' : readFileSync(file, 'utf8').trim()}\n`;
  });
  return [LICENSES, Buffer.from(texts.join('\n----\n\n'))];
}
