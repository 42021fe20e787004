import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { DefinitionError } from '../core/errors.ts';
import { findHandlerFile } from './handler-file.ts';
import type { FunctionDefinition } from '../core/stack/function.ts';

export type HandlerSource = {
  readonly file: string;
  readonly text: string;
};

/**
 * Without packages and archives. If the source does not build, only the handler's file; empty if that is
 * missing.
 */
export async function readHandlerSources(
  definition: Pick<FunctionDefinition, 'handler' | 'place' | 'code'>,
): Promise<readonly HandlerSource[]> {
  const { code, place } = definition;
  if (code.kind === 'inline') return [{ file: place.file, text: code.source }];
  if (code.kind === 'archive') return [];
  try {
    const { file } = findHandlerFile(definition, code.directory);
    const files = await listInputs(file, code.directory).catch(() => [file]);
    return files.map((path) => ({ file: path, text: readFileSync(path, 'utf8') }));
  } catch (error) {
    // Another check reports it.
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
