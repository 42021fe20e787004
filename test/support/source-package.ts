/**
 * The part of the npm package that services import, for folders outside of the checkout: its names refer to the
 * sources.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRIES = {
  '.': 'packages/gatewright/plugin/index.ts',
  './access': 'shared/entries/access.ts',
  './mcp': 'shared/entries/mcp.ts',
  './quota': 'shared/entries/quota.ts',
  './websocket': 'shared/entries/websocket.ts',
};

/** Writes the package into `folder`/node_modules. */
export function makeSourcePackage(folder: string): void {
  const directory = join(folder, 'node_modules/gatewright');
  mkdirSync(directory, { recursive: true });
  const exports = Object.entries(ENTRIES).map(([name, path], index) => {
    const file = `./entry${index}.mjs`;
    const source = JSON.stringify(pathToFileURL(join(CHECKOUT, path)).href);
    const usual = name === '.' ? `export { default } from ${source};\n` : '';
    writeFileSync(join(directory, file), `${usual}export * from ${source};\n`);
    return [name, file] as const;
  });
  const manifest = { name: 'gatewright', type: 'module', exports: Object.fromEntries(exports) };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
}
