import type { DefinitionError } from '../../core/errors.ts';
import type { Compiler } from '../build/compiling.ts';
import type { InstanceProgram } from '../instance.ts';
import type { WatchedSources } from './source-watcher.ts';

export type CodeFinding = { readonly error: DefinitionError; readonly consequence: string };

export type CheckedCode = {
  readonly missing: readonly DefinitionError[];
  readonly borrowed: readonly string[];
  readonly findings?: readonly CodeFinding[];
  /** A sentence about the way in which the gateway runs the code; absent if the code runs as in Lambda. */
  readonly interpreter?: string | undefined;
  readonly refused?: DefinitionError;
};

export type SourceChange = 'foreseen' | 'unforeseen';

export interface RunnableCode {
  readonly taskRoot: string;
  /**
   * Checks whether the code can run.
   * @throws DefinitionError for code that is currently unavailable
   */
  check(): Promise<CheckedCode>;
  /**
   * Starts the work that the next `build` and the next instance need. It is called when the code's sources have changed
   * and may still be changing.
   * @param isStarted whether the function has an instance, which will be replaced
   */
  foresee?(isStarted: boolean): void;
  /**
   * Prepares for another save, so that the next build and start take less time. The preparation lasts until
   * `endPreparing`, or for a limited time.
   */
  prepareSave?(): void;
  endPreparing?(): Promise<void>;
  /**
   * Builds the code.
   * @param change describes a change of the sources, which a running build may not have read; it is `foreseen` if
   * nothing has changed since `foresee`
   * @throws BuildError when the source does not compile, DefinitionError when there is no source
   */
  build(
    change?: SourceChange,
  ): Promise<{ readonly program: InstanceProgram; readonly sources: WatchedSources }>;
  /** The files that are watched. If the code is not available, a change to one of them may make it available. */
  readonly watched: WatchedSources;
  /**
   * The compiler that runs before the first event, possibly for minutes. It is known once the code has been checked.
   */
  readonly compiler?: Compiler | undefined;
  /**
   * Whether the first build uses the results of `check`. If so, the sources are watched from the check on, because
   * otherwise the first request after an edit would run with outdated results, or would have to install packages.
   */
  readonly isCheckedOnce?: true;
  readonly unsupportedSettings: CodeFinding | undefined;
  dispose(): Promise<void>;
}
