import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { DefinitionError } from '../../core/errors.ts';
import { findHandlerFile } from './handler-file.ts';
import { isNodeRuntime } from '../../core/stack/function.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { readPackageSources } from './package-sources.ts';
import type { HandlerSource } from './package-sources.ts';

type Asked = Pick<FunctionDefinition, 'handler' | 'place' | 'code'> & { readonly runtime?: string };

/**
 * Returns the function's own source files, without the files of its packages and archives. Without a runtime,
 * JavaScript is assumed. If the source does not build, only the handler's file is returned. If that file is missing,
 * the result is empty.
 */
export async function readHandlerSources(definition: Asked): Promise<readonly HandlerSource[]> {
  const { code, place, runtime } = definition;
  if (runtime !== undefined && !isNodeRuntime(runtime)) return readPackageSources({ ...definition, runtime });
  if (code.kind === 'inline') return [{ file: place.file, text: code.source }];
  if (code.kind === 'archive') return [];
  try {
    const { file } = findHandlerFile(definition, code.directory);
    const files = await listInputs(file, code.directory).catch(() => [file]);
    return files.map((path) => ({ file: path, text: readFileSync(path, 'utf8') }));
  } catch (error) {
    // The error is ignored here, because another check reports it.
    if (error instanceof DefinitionError) return [];
    throw error;
  }
}

async function listInputs(file: string, directory: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [file],
    absWorkingDir: directory,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    loader: { '.node': 'empty' },
  });
  return Object.keys(metafile.inputs)
    .filter((path) => !path.includes('node_modules/') && /\.[cm]?[jt]sx?$/.test(path))
    .map((path) => join(directory, path));
}
