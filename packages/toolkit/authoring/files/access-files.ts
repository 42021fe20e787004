/**
 * Reads and writes the folder `access/`. It contains documents, which users write, and inventories and the compiled
 * file, which commands write.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { parse as parseYaml } from 'yaml';
import { inventoryName, snapshotName, findStrayNames, toAccessFiles } from './access-folder.ts';
import { buildAccess, printCompiledAccess } from '../compile/build-access.ts';
import type { AccessBuild, AccessFile } from '../compile/build-access.ts';
import { openSharedFrom } from './shared-files.ts';
import type { Problem } from '../document/read-document.ts';
import { checkPlan } from '../check/check-plan.ts';
import { UsageError } from '@gatewright/aws/usage-error';

/**
 * A document's file with its folder. The folder also contains the document's inventory and key snapshots. Paths in the
 * document are relative to this folder.
 */
type PlacedFile = AccessFile & { readonly folder: string };
type DocumentPlace = Pick<PlacedFile, 'folder' | 'name'>;

/**
 * Reads every document, with its inventory, in the folder and in the folders that belong to it. File names in messages
 * are relative to `from`.
 * @throws UsageError if a file or folder cannot be read
 */
export function readAccessFiles(folder: string, from = process.cwd()): readonly PlacedFile[] {
  if (!existsSync(folder)) return [];
  const files = foldersOf(folder).flatMap((each) =>
    toAccessFiles({
      names: namesIn(each),
      read: (name) => readDocumentText(join(each, name), from),
      describe: (name) => relative(from, join(each, name)),
      pathOf: (name) => resolve(each, name),
      open: openSharedFrom(from),
    }).map((file) => ({ ...file, folder: each })),
  );
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Reads the text of a document.
 * @throws UsageError if the file cannot be read. It is not skipped, because the routes of the document would then be
 * unprotected
 */
function readDocumentText(file: string, from: string): string {
  const text = readIfReadable(file);
  if (text === undefined)
    throw new UsageError(`${relative(from, file)} cannot be read; correct the link, or its permissions`);
  return text;
}

/**
 * Returns the folder, and the folders that the stack next to it lists in `custom.accessFolders`.
 * @throws UsageError for a missing folder, because its APIs would be unprotected
 */
function foldersOf(folder: string): readonly string[] {
  const stack = join(dirname(resolve(folder)), 'serverless.yml');
  const text = readIfReadable(stack) ?? '';
  // The definition is read only if it contains the setting, because reading it is slow and most stacks do not have the
  // setting.
  if (!text.includes(SETTING)) return [folder];
  const { custom } = parseYaml(text, { logLevel: 'error', merge: true }) as {
    readonly custom?: { readonly [SETTING]?: unknown };
  };
  const named = custom?.[SETTING] ?? [];
  if (!Array.isArray(named)) throw new UsageError(`${stack}: custom.${SETTING} is not a list of folders`);
  const others = named.map((path) => join(dirname(folder), String(path)));
  const missing = others.find((other) => !existsSync(other));
  if (missing !== undefined)
    throw new UsageError(`${stack}: custom.${SETTING} names ${missing}, which does not exist`);
  return [folder, ...others];
}

const SETTING = 'accessFolders';

/** Finds files that look like documents but are not read. File names in messages are relative to `from`. */
export function findStrayDocuments(folder: string, from = process.cwd()): readonly Problem[] {
  return foldersOf(folder).flatMap((each) =>
    findStrayNames(namesIn(each)).map((name) => ({
      file: relative(from, join(each, name)),
      line: 1,
      column: 1,
      message:
        'is ignored, because its name cannot be the name of an access document: use lower-case letters, digits and -',
    })),
  );
}

/**
 * Returns the names of the files in a folder.
 * @throws UsageError if the folder cannot be read, because the routes of its documents would be unprotected
 */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the folder of access documents ${folder} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

/** Returns a path such as `access/orders.main.jwks.json`. */
export function snapshotPath({ folder, name }: DocumentPlace, issuerId: string): string {
  return join(folder, snapshotName(name, issuerId));
}

export function inventoryPath({ folder, name }: DocumentPlace): string {
  return join(folder, inventoryName(name));
}

/**
 * Compiles the folder, and writes `compiled.json` if it has changed. If there are problems, the old file stays.
 * `inventories` contains inventories that have just been read, by document name. They replace the stored inventories if
 * their documents can be compiled with them, or if the documents have the same problems with the stored inventories.
 * Without this second case, a document with another problem would keep its old routes, which would cause further
 * reported problems.
 */
export function writeCompiledAccess(
  folder: string,
  { from, inventories = new Map() }: { from?: string; inventories?: ReadonlyMap<string, string> } = {},
): AccessBuild {
  const stored = readAccessFiles(folder, from);
  const files = stored.map((file) => ({ ...file, inventory: inventories.get(file.name) ?? file.inventory }));
  const build = buildAccess(files, checkPlan);
  const compiled = new Set(build.compiled.documents.map(({ name }) => name));
  const before = new Set(
    build.problems.length === 0 ? [] : buildAccess(stored, checkPlan).problems.map(printed),
  );
  for (const file of files) {
    const text = inventories.get(file.name);
    const isOfOther = build.problems.every(
      (problem) => problem.file !== file.file || before.has(printed(problem)),
    );
    if (text !== undefined && (compiled.has(file.name) || isOfOther))
      writeIfChanged(inventoryPath(file), text);
  }
  if (build.problems.length === 0 && existsSync(folder))
    writeIfChanged(join(folder, 'compiled.json'), printCompiledAccess(build.compiled));
  return build;
}

function printed({ file, line, message }: Problem): string {
  return `${file}:${line}: ${message}`;
}

/**
 * Writes a file if its content has changed. A gateway may be watching the file, and would reload after each write, so
 * an unchanged file is not written. The file is replaced atomically, so that the gateway never reads an incomplete
 * file.
 */
export function writeIfChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return true;
}
