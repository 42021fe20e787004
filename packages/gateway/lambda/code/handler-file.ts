import { describeWrapperElsewhere } from './exec-wrapper.ts';
import { basename, dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';

import { describePackagers } from './added-files.ts';
import { DefinitionError, type DefinitionPlace, propertyAt } from '../../core/errors.ts';
import { findBuildCommand, findOutputSettings } from '@gatewright/aws/build-script';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { explainMissing, explainMissingFolder } from './missing-path.ts';

/** The error if no file has the handler's name, or if its folder does not exist. */
export class MissingHandlerFile extends DefinitionError {
  /** The absolute path without extension. */
  readonly path: string;

  constructor(place: DefinitionPlace, message: string, path: string, awaited: readonly string[] = []) {
    super(place, message, awaited);
    this.path = path;
  }
}

export type HandlerName = {
  /** The module's path relative to the code's folder, without extension, for example `functions/users`. */
  readonly module: string;
  /** The name of the export, for example `list`, or a path into the module, for example `admin.list`. */
  readonly exportPath: string;
};

/** Splits `functions/users.list` as Lambda does: at the first dot of the last segment. */
function parseHandlerName(handler: string): HandlerName | undefined {
  if (handler.includes('..')) return undefined;
  const last = basename(handler);
  const dot = last.indexOf('.');
  if (dot <= 0 || dot === last.length - 1) return undefined;
  const folder = handler.slice(0, handler.length - last.length);
  return { module: `${folder}${last.slice(0, dot)}`.replace(/^\.\//, ''), exportPath: last.slice(dot + 1) };
}

export const TYPESCRIPT_ENDINGS = ['.ts', '.mts', '.cts', '.tsx'] as const;
const JAVASCRIPT_ENDINGS = ['', '.js', '.mjs', '.cjs'] as const;

/**
 * Finds a handler's file. If a tool bundles the function when it is packaged, a TypeScript file is preferred, because a
 * `users.js` next to `users.ts` is then older output. Otherwise Lambda gets both files, and loads the JavaScript, so a
 * TypeScript file is found only if there is no JavaScript (docs/aws §8.2).
 * @param isBuilt whether the folder contains the files that would be deployed, so that a TypeScript file in it is not a
 * handler
 * @param entries the files of modules whose output another build writes to another folder
 * @throws DefinitionError if the handler string is malformed, or if only the spelling of an existing file differs;
 * MissingHandlerFile if there is no file
 */
export function findHandlerFile(
  definition: Pick<FunctionDefinition, 'handler' | 'place'> &
    Partial<Pick<FunctionDefinition, 'code' | 'environment' | 'layers'>>,
  directory: string,
  isBuilt = false,
  entries: Readonly<Record<string, string>> = {},
): { file: string; name: HandlerName } {
  const place = propertyAt(definition.place, 'Handler');
  const name = parseHandlerName(definition.handler);
  if (name === undefined) {
    throw new DefinitionError(
      place,
      `handler "${definition.handler}" does not have the form path/to/file.export, or it contains ".."`,
    );
  }
  const base = join(directory, name.module);
  const entry = entries[name.module];
  const candidates = [
    ...(entry === undefined ? [] : [join(directory, entry)]),
    ...listCandidates(base, isBuilt, definition.code !== undefined && isBundled(definition.code)),
  ];
  const file = candidates.find(isFile);
  if (file === undefined) {
    const command = findBuildCommand(base);
    const built = command === undefined ? directory : dirname(base);
    // If the name of an existing file differs only in upper and lower case, the error message names this file. The
    // handler's name is then a mistake, and no build would create the missing file.
    const misnamed = [built, ...candidates].map(explainMissing).find((found) => found !== undefined);
    if (misnamed !== undefined)
      throw new DefinitionError(place, `handler "${definition.handler}": ${misnamed}`);
    const reason = explainMissingFolder(built);
    if (reason !== undefined)
      throw new MissingHandlerFile(
        statOf(directory) === undefined ? propertyAt(definition.place, 'Code') : place,
        `handler "${definition.handler}": ${reason}`,
        base,
      );
    const elsewhere = describeWrapperElsewhere(definition);
    if (elsewhere !== undefined)
      throw new MissingHandlerFile(place, `handler "${definition.handler}": ${elsewhere}`, base, candidates);
    const packagers = definition.code === undefined ? undefined : describePackagers(definition.code);
    const wayOut = packagers ?? describeMaking(name, command, Object.keys(entries), base);
    throw new MissingHandlerFile(
      place,
      `handler "${definition.handler}": there is no ${name.module}${isBuilt ? '' : '.ts, .mts, .cts, .tsx, '}.js, .mjs or .cjs in ` +
        `${relative(process.cwd(), directory) || '.'}; ${wayOut}`,
      base,
      candidates,
    );
  }
  return { file, name };
}

/** Returns the paths where the module may be, in the order in which they are tried. */
function listCandidates(base: string, isBuilt: boolean, isBundled: boolean): readonly string[] {
  const below = (endings: readonly string[]) => endings.map((ending) => join(base, `index${ending}`));
  const beside = (endings: readonly string[]) => endings.map((ending) => base + ending);
  const javaScript = [...beside(JAVASCRIPT_ENDINGS), ...below(JAVASCRIPT_ENDINGS)];
  if (isBuilt) return javaScript;
  if (!isBundled)
    return [...javaScript, ...beside(TYPESCRIPT_ENDINGS), `${base}.jsx`, ...below(TYPESCRIPT_ENDINGS)];
  const both = [...TYPESCRIPT_ENDINGS, ...JAVASCRIPT_ENDINGS];
  return [...beside([...both, '.jsx']), ...below(both)];
}

/**
 * Whether a tool bundles or compiles the function when it is packaged. If so, Lambda does not get the files of the
 * folder as they are.
 */
export function isBundled(code: FunctionDefinition['code']): boolean {
  return (
    code.kind === 'directory' &&
    (code.esbuild !== undefined || code.isBundled === true || code.webpack !== undefined)
  );
}

/**
 * Describes how to build a missing handler file.
 * @param made the modules that `sam build` creates from the function's entry points
 * @param base the absolute path of the file without its ending
 */
function describeMaking(
  { module, exportPath }: HandlerName,
  command: string | undefined,
  made: readonly string[],
  base: string,
): string {
  if (made.length > 0)
    return `sam build creates ${made.map((module) => `${module}.js`).join(', ')} from EntryPoints: set the handler to ${made.map((module) => `${module}.${exportPath}`).join(' or ')}`;
  if (command !== undefined) return `run ${command}, which creates it`;
  const { folder, files } = findOutputSettings(base);
  if (files.length > 0)
    return `a build creates the folder ${folder}, which ${files.join(' and ')} ${files.length === 1 ? 'names' : 'name'}: run this build`;
  const exported = exportPath.split('.')[0] ?? '';
  const others = findExporting(dirname(base), exported).map(
    (file) => `${join(dirname(module), file.replace(/\.\w+$/, ''))}.${exportPath}`,
  );
  const create = `create it with an export named "${exported}"`;
  return others.length === 0 ? create : `set the handler to ${others.join(' or ')}, or ${create}`;
}

/**
 * A folder with more files than this is a project, in which a file with the right export does not indicate the handler.
 */
const MOST_READ = 20;

/**
 * Returns the files of the folder that have an export of this name, because the handler setting probably refers to one
 * of them.
 */
function findExporting(folder: string, name: string): readonly string[] {
  if (!/^\w+$/.test(name)) return [];
  const files = entriesOf(folder).flatMap((entry) =>
    entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) ? [entry.name] : [],
  );
  if (files.length > MOST_READ) return [];
  const exporting = new RegExp(
    `\\bexports\\.${name}\\s*=|\\bexport\\s+(?:async\\s+)?(?:const|let|function)\\s+${name}\\b`,
  );
  return files.filter((file) => exporting.test(readIfReadable(join(folder, file)) ?? ''));
}

export function isTypeScript(file: string): boolean {
  return TYPESCRIPT_ENDINGS.some((ending) => file.endsWith(ending));
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}
