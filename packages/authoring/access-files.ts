/** The folder `access/`: documents of people, inventories and the compiled file of commands. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { inventoryName, snapshotName, strayNames, toAccessFiles } from './access-folder.ts';
import { buildAccess, printCompiledAccess } from './build-access.ts';
import type { AccessBuild, AccessFile } from './build-access.ts';
import { openSharedFrom } from './shared-files.ts';
import type { Problem } from './read-document.ts';
import { checkPlan } from './check-plan.ts';

/** Every document of the folder with its inventory; files in messages are relative to `from`. */
export function readAccessFiles(folder: string, from = process.cwd()): readonly AccessFile[] {
  if (!existsSync(folder)) return [];
  return toAccessFiles({
    names: namesIn(folder),
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    tell: (name) => relative(from, join(folder, name)),
    pathOf: (name) => resolve(folder, name),
    open: openSharedFrom(from),
  });
}

/** Files that look like documents but are not read; files in messages are relative to `from`. */
export function strayDocuments(folder: string, from = process.cwd()): readonly Problem[] {
  return strayNames(namesIn(folder)).map((name) => ({
    file: relative(from, join(folder, name)),
    line: 1,
    column: 1,
    message:
      'is not read, because its name is no name of an access document: use small letters, digits and -',
  }));
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);
}

/** `access/orders.main.jwks.json` */
export function snapshotPath(folder: string, name: string, issuerId: string): string {
  return join(folder, snapshotName(name, issuerId));
}

export function inventoryPath(folder: string, name: string): string {
  return join(folder, inventoryName(name));
}

/**
 * Compiles the folder, and writes `compiled.json` if it changed. With problems, the old file stays.
 * `inventories`, just read and keyed by document name, replace the stored ones as far as their documents
 * compile with them.
 */
export function writeCompiledAccess(
  folder: string,
  { from, inventories = new Map() }: { from?: string; inventories?: ReadonlyMap<string, string> } = {},
): AccessBuild {
  const files = readAccessFiles(folder, from).map((file) => ({
    ...file,
    inventory: inventories.get(file.name) ?? file.inventory,
  }));
  const build = buildAccess(files, checkPlan);
  for (const { name } of build.compiled.documents) {
    const text = inventories.get(name);
    if (text !== undefined) writeIfNew(inventoryPath(folder, name), text);
  }
  if (build.problems.length === 0 && existsSync(folder))
    writeIfNew(join(folder, 'compiled.json'), printCompiledAccess(build.compiled));
  return build;
}

/** Atomic, since a gateway may be watching; skipped when unchanged, since a write would reload it. */
export function writeIfNew(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return true;
}
