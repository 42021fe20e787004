import { DefinitionError } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from '../code/runnable-code.ts';

export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to Lambda's variables. Search paths (`PYTHONPATH`…) come after the template's search paths. */
  readonly environment: Readonly<Record<string, string>>;
  readonly searchPath: readonly string[];
  readonly hasNoDeadline?: true;
};

export type Toolchain =
  | {
      readonly kind: 'found';
      /** @throws BuildError when it does not compile */
      readonly launch: () => Promise<Launch>;
      /** Absent = `launch` compiles nothing. */
      readonly compiler?: string;
      /** Matches the names of its source files. A change of one of them makes a new version. */
      readonly sources: RegExp;
      /** The folder of the source files; absent = the code's folder. */
      readonly folder?: string;
      /** Whether a different toolchain would be found now; absent: never. */
      readonly isOutdated?: () => boolean;
      readonly missing: readonly DefinitionError[];
      /** Packages that the gateway lends, with their versions. */
      readonly borrowed?: readonly string[];
      /** A sentence about the program that runs them. */
      readonly interpreter?: string;
      readonly findings: readonly CodeFinding[];
    }
  | {
      readonly kind: 'missing';
      readonly error: DefinitionError;
      /** The program exists but did not respond in time. */
      readonly isLate?: boolean;
    };

/** A version other than the declared one; reported once for all functions of a template. */
export function versionFinding(
  { runtime, place }: FunctionDefinition,
  found: string,
  isSame: boolean,
): readonly CodeFinding[] {
  if (isSame) return [];
  const error = new DefinitionError({ file: place.file }, `${runtime} is not installed`);
  return [{ error, consequence: `its functions run on ${found}` }];
}

export function defaultConsequence({ name }: FunctionDefinition): string {
  return `invocations of ${name} that need it fail`;
}
