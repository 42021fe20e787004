/** The `typescript` package and the tsconfig.json of the project that a file belongs to. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { UnknownMembers } from '@gatewright/aws/json-object';

/**
 * The part of the `typescript` package that the gateway uses, as in versions 3 to 6. Later versions lack this
 * interface.
 */
export type TypeScript = {
  readonly version: string;
  readonly ModuleKind: Readonly<Record<string, number | undefined>>;
  readonly ScriptTarget: Readonly<Record<string, number>>;
  readonly JsxEmit: Readonly<Record<string, number>>;
  readonly sys: unknown;
  readConfigFile(path: string, read: (path: string) => string | undefined): { readonly config?: unknown };
  parseJsonConfigFileContent(
    config: unknown,
    host: unknown,
    folder: string,
  ): { readonly options: UnknownMembers };
  transpileModule(
    text: string,
    settings: { readonly fileName: string; readonly compilerOptions: UnknownMembers },
  ): { readonly outputText: string };
};

export function findTsconfig(folder: string): string | undefined {
  const path = join(folder, 'tsconfig.json');
  if (existsSync(path)) return path;
  return folder === dirname(folder) ? undefined : findTsconfig(dirname(folder));
}

/** Loads the project's TypeScript. The first call takes a third of a second. */
export function loadTypeScript(file: string): TypeScript | undefined {
  try {
    const loaded = createRequire(file)('typescript') as TypeScript;
    return typeof loaded.transpileModule === 'function' ? loaded : undefined;
  } catch {
    return undefined;
  }
}

export function readOptions(typescript: TypeScript, tsconfig: string): UnknownMembers {
  const { config } = typescript.readConfigFile(tsconfig, (path) => readFileSync(path, 'utf8'));
  return typescript.parseJsonConfigFileContent(config ?? {}, typescript.sys, dirname(tsconfig)).options;
}
