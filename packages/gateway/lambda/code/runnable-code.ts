import type { DefinitionError } from '../../core/errors.ts';
import type { Compiler } from '../build/compiling.ts';
import type { InstanceProgram } from '../instance.ts';
import type { WatchedSources } from './source-watcher.ts';

export type CodeFinding = { readonly error: DefinitionError; readonly consequence: string };

export type CheckedCode = {
  readonly missing: readonly DefinitionError[];
  readonly borrowed: readonly string[];
  readonly findings?: readonly CodeFinding[];
  /** A sentence about the program that runs the code; absent if this Node.js runs it. */
  readonly interpreter?: string | undefined;
  readonly refused?: DefinitionError;
};

export type SourceChange = 'foreseen' | 'unforeseen';

export interface RunnableCode {
  readonly taskRoot: string;
  /** @throws DefinitionError for code that is currently unavailable */
  check(): Promise<CheckedCode>;
  /**
   * Starts the work that is needed for the next `build` and for the start of the next instance. Called when the code's
   * sources have changed and may change again.
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
   * @param change a change of the sources, which a running build may not have read; `foreseen` if nothing changed since
   * `foresee`
   * @throws BuildError when the source does not compile, DefinitionError when there is no source
   */
  build(
    change?: SourceChange,
  ): Promise<{ readonly program: InstanceProgram; readonly sources: WatchedSources }>;
  /** Files to watch, because a change to them may make the code available. */
  readonly watched: WatchedSources;
  /** The compiler that runs before the first event, possibly for minutes. Known once the code is checked. */
  readonly compiler?: Compiler | undefined;
  readonly unsupportedSettings: CodeFinding | undefined;
  dispose(): Promise<void>;
}
