/** The folder `access/`: documents that people write, inventories and the compiled file that commands write. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildAccess, printCompiledAccess } from '#shared/access/build-access.ts';
import type { AccessBuild, AccessFile } from '#shared/access/build-access.ts';

const DOCUMENT = /^([a-z0-9][a-z0-9-]*)\.ya?ml$/;

/** Every `*.yml` of the folder with its inventory; files in messages are relative to `from`. */
export function readAccessFiles(folder: string, from = process.cwd()): readonly AccessFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const name = DOCUMENT.exec(file)?.[1];
      if (name === undefined) return [];
      const inventory = inventoryPath(folder, name);
      return [
        {
          name,
          file: relative(from, join(folder, file)),
          text: readFileSync(join(folder, file), 'utf8'),
          inventory: existsSync(inventory) ? readFileSync(inventory, 'utf8') : undefined,
          snapshots: readSnapshots(folder, name),
        },
      ];
    });
}

function readSnapshots(folder: string, name: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder)
      .filter((file) => file.startsWith(`${name}.`) && file.endsWith('.jwks.json'))
      .map((file) => [
        file.slice(name.length + 1, -'.jwks.json'.length),
        readFileSync(join(folder, file), 'utf8'),
      ]),
  );
}

/** `access/orders.main.jwks.json` */
export function snapshotPath(folder: string, name: string, issuerId: string): string {
  return join(folder, `${name}.${issuerId}.jwks.json`);
}

export function inventoryPath(folder: string, name: string): string {
  return join(folder, `${name}.routes.json`);
}

/** Compiles the folder, and writes `compiled.json` if it says something new. With problems, the old file stays. */
export function writeCompiledAccess(folder: string, from?: string): AccessBuild {
  const build = buildAccess(readAccessFiles(folder, from));
  if (build.problems.length === 0 && existsSync(folder))
    writeIfNew(join(folder, 'compiled.json'), printCompiledAccess(build.compiled));
  return build;
}

/** In one step, since a gateway may be watching; not at all where nothing changes, since it would reload. */
export function writeIfNew(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return true;
}
