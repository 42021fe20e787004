/** What a function needs of this machine to run as a process. */
import { DefinitionError } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from '../runnable-code.ts';

/** How an instance is started. */
export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside Lambda's variables. Search paths (`PYTHONPATH`…) come behind those of the template. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders in front of `PATH`. */
  readonly searchPath: readonly string[];
  /** Somebody may hold it by a debugger. */
  readonly hasNoDeadline?: true;
};

/** What was looked for to run a function. */
export type Toolchain =
  | {
      readonly kind: 'found';
      /** @throws BuildError where it is compiled, and is at fault */
      readonly launch: () => Promise<Launch>;
      /** Names of the files that it is made of: where one of them changes, it is another version. */
      readonly sources: RegExp;
      /** Where they lie; absent = the code's folder. */
      readonly folder?: string;
      /** What it imports and is not installed. */
      readonly missing: readonly DefinitionError[];
      readonly findings: readonly CodeFinding[];
    }
  /** What to install, or to build, for the function to run. */
  | { readonly kind: 'missing'; readonly error: DefinitionError };

/** Another version than the declared one; told once for all functions of a template. */
export function versionFinding(
  { runtime, place }: FunctionDefinition,
  found: string,
  isSame: boolean,
): readonly CodeFinding[] {
  if (isSame) return [];
  const error = new DefinitionError({ file: place.file }, `${runtime} is not installed`);
  return [{ error, consequence: `its functions run on ${found}` }];
}

export function usualConsequence({ name }: FunctionDefinition): string {
  return `invocations of ${name} that need it fail`;
}
