/**
 * Support for `emitDecoratorMetadata`, which emits types as values for dependency injection in NestJS, TypeORM and
 * similar frameworks. esbuild cannot emit this metadata, so the project's own TypeScript compiles files with decorators
 * first.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';

import type { Plugin } from 'esbuild';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { findTsconfig, loadTypeScript, readOptions, type TypeScript } from './project-typescript.ts';

/**
 * The state of decorator metadata for a file. `missing` means that the metadata is required but cannot be generated,
 * for the given reason.
 */
export type DecoratorMetadata =
  | { readonly kind: 'not asked' }
  | { readonly kind: 'missing'; readonly reason: string }
  | {
      readonly kind: 'emitted';
      readonly plugin: Plugin;
      /** Whether the project compiles to CommonJS. Only then may a file re-export the exports of another file. */
      readonly isCommonJs: boolean;
    };

/**
 * Matches syntax that CommonJS does not support. Files without such syntax are compiled to CommonJS. In CommonJS, an
 * imported interface is an undefined member, whereas an ES module with such an import would fail to link.
 */
const ESM_ONLY = /\bimport\.meta\b|^(?:const .*= )?await\b/m;

/** Matches a decorator, but not the `@` of a package's scope in an import. */
const DECORATOR = /(?<!["'`])@\s*[\w(]/;

export function findDecoratorMetadata(file: string): DecoratorMetadata {
  const tsconfig = findTsconfig(dirname(file));
  if (tsconfig === undefined) return { kind: 'not asked' };
  const text = readIfReadable(tsconfig) ?? '';
  const isAsked = /"emitDecoratorMetadata"\s*:\s*true/.test(text);
  // TypeScript is slow to load, so it is loaded only if it may be needed.
  if (!isAsked && !/"extends"\s*:/.test(text)) return { kind: 'not asked' };
  const typescript = loadTypeScript(file);
  if (typescript === undefined)
    return isAsked
      ? {
          kind: 'missing',
          reason: `${tsconfig} sets emitDecoratorMetadata, which needs TypeScript 3 to 6 installed next to the code, but none is installed`,
        }
      : { kind: 'not asked' };
  const options = readOptions(typescript, tsconfig);
  if (options['emitDecoratorMetadata'] !== true) return { kind: 'not asked' };
  const isCommonJs = options['module'] === typescript.ModuleKind['CommonJS'];
  return { kind: 'emitted', plugin: transpiling(typescript, options), isCommonJs };
}

function transpiling(typescript: TypeScript, options: UnknownMembers): Plugin {
  const { ES2022 = 9 } = typescript.ScriptTarget;
  const target = typeof options['target'] === 'number' ? options['target'] : 0;
  const compilerOptions: UnknownMembers = {
    ...options,
    target: ES2022,
    useDefineForClassFields: options['useDefineForClassFields'] ?? target >= ES2022,
    jsx: typescript.JsxEmit['Preserve'],
    inlineSourceMap: true,
    inlineSources: false,
    sourceMap: false,
    importHelpers: false,
    noEmitHelpers: false,
    noEmit: false,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    removeComments: false,
    moduleResolution: undefined,
    outFile: undefined,
    verbatimModuleSyntax: false,
  };
  return {
    name: 'decorator-metadata',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?tsx?$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (path.includes('/node_modules/') || !DECORATOR.test(text)) return undefined;
        const module = ESM_ONLY.test(text)
          ? typescript.ModuleKind['ESNext']
          : typescript.ModuleKind['CommonJS'];
        const settings = { fileName: path, compilerOptions: { ...compilerOptions, module } };
        const { outputText } = typescript.transpileModule(text, settings);
        return { contents: outputText, loader: path.endsWith('x') ? 'jsx' : 'js' };
      });
    },
  };
}
