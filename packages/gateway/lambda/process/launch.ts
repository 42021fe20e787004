import { DefinitionError } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from '../code/runnable-code.ts';

export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  /**
   * Variables that are added to Lambda's variables. Search paths (`PYTHONPATH`…) come after the template's search
   * paths.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly searchPath: readonly string[];
  readonly hasNoDeadline?: true;
  /** The memory in MB that the gateway adds to `MemorySize` for its own source maps. */
  readonly mapsMb?: number;
};

export type Toolchain =
  | {
      readonly kind: 'found';
      /**
       * Prepares the start of the program.
       * @throws BuildError when the code does not compile
       */
      readonly launch: () => Promise<Launch>;
      /** The command that compiles; absent if `launch` compiles nothing. */
      readonly compiler?: string;
      /** Matches the names of the toolchain's source files. When one of them changes, the function is built again. */
      readonly sources: RegExp;
      /** The folder of the source files; absent if it is the code's folder. */
      readonly folder?: string;
      /** Whether a different toolchain would be found now; absent if this cannot happen. */
      readonly isOutdated?: () => boolean;
      readonly missing: readonly DefinitionError[];
      /** Packages that the gateway lends, with their versions. */
      readonly borrowed?: readonly string[];
      /** A sentence about the program that runs the function. */
      readonly interpreter?: string;
      readonly findings: readonly CodeFinding[];
    }
  | {
      readonly kind: 'missing';
      readonly error: DefinitionError;
      /** Whether the program exists but has not responded in time. */
      readonly isLate?: boolean;
    };

/**
 * Reports that the program's version differs from the declared version. It is reported once for all functions of a
 * template.
 * @param why why another version runs, if it is not that the declared one is missing
 */
export function versionFinding(
  { runtime, place }: FunctionDefinition,
  found: string,
  isSame: boolean,
  why = `${runtime} is not installed`,
): readonly CodeFinding[] {
  if (isSame) return [];
  const error = new DefinitionError({ file: place.file }, why);
  return [{ error, consequence: `functions of this runtime run on ${found}` }];
}

export function defaultConsequence({ name }: FunctionDefinition): string {
  return `every invocation of ${name} that needs a missing dependency fails`;
}
