/** Finds, without preparing a function to run, the packages that its bundler would not find. */
import { DefinitionError } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { findHandlerFile } from '../code/handler-file.ts';
import type { CodeFinding } from '../code/runnable-code.ts';
import { findRuntimeImports, readImports } from './handler-imports.ts';
import type { BuildCache } from './build-cache.ts';

/** Builds are not kept, because a check runs once. */
const WITHOUT_CACHE: Pick<BuildCache, 'make'> = { make: async (_asked, make) => (await make()).made };

export async function findNotBundled(definition: FunctionDefinition): Promise<readonly CodeFinding[]> {
  const { code } = definition;
  if (code.kind !== 'directory' || code.bundler === undefined) return [];
  try {
    const { file } = findHandlerFile(definition, code.directory, false, code.entries);
    return findRuntimeImports(await readImports(file, code.directory, WITHOUT_CACHE), definition);
  } catch (error) {
    // Another check reports the handler that is missing.
    if (error instanceof DefinitionError) return [];
    throw error;
  }
}
