/** The code of a function as the runtime handles it, whatever runs it. */
import type { DefinitionError } from '../core/errors.ts';
import type { InstanceProgram } from './instance.ts';
import type { WatchedSources } from './source-watcher.ts';

/** Something that is not as at Lambda, and what that means. */
export type CodeFinding = { readonly error: DefinitionError; readonly consequence: string };

export type CheckedCode = {
  /** What it imports and is not installed. */
  readonly missing: readonly DefinitionError[];
  /** Packages that it has from the gateway. */
  readonly borrowed: readonly string[];
  /** What differs, where it runs all the same. */
  readonly findings?: readonly CodeFinding[];
  /** It cannot run on this machine: what to install, or to build. */
  readonly refused?: DefinitionError;
};

export interface RunnableCode {
  /** Where `LAMBDA_TASK_ROOT` is. */
  readonly taskRoot: string;
  /** @throws DefinitionError for code that cannot be had now */
  check(): Promise<CheckedCode>;
  /** @throws BuildError when the source does not compile, DefinitionError when there is none */
  build(): Promise<{ readonly program: InstanceProgram; readonly sources: WatchedSources }>;
  /** What tells that code may be had after all. */
  readonly watched: WatchedSources;
  /** What it asks of its build and does not get, also where `check` has thrown. */
  readonly unhonoured: CodeFinding | undefined;
  dispose(): Promise<void>;
}
