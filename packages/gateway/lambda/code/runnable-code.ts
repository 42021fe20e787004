import type { DefinitionError } from '../../core/errors.ts';
import type { Compiler } from '../build/compiling.ts';
import type { InstanceProgram } from '../instance.ts';
import type { WatchedSources } from './source-watcher.ts';

export type CodeFinding = { readonly error: DefinitionError; readonly consequence: string };

export type CheckedCode = {
  readonly missing: readonly DefinitionError[];
  readonly borrowed: readonly string[];
  readonly findings?: readonly CodeFinding[];
  /** A sentence about the program that runs it; absent: this Node.js. */
  readonly interpreter?: string | undefined;
  readonly refused?: DefinitionError;
};

export type SourceChange = 'foreseen' | 'unforeseen';

export interface RunnableCode {
  readonly taskRoot: string;
  /** @throws DefinitionError for code that is unavailable now */
  check(): Promise<CheckedCode>;
  /**
   * The code's sources have changed and may change again: begins the work that the next `build` and start need.
   * @param isStarted whether it has an instance, which will be replaced
   */
  foresee?(isStarted: boolean): void;
  /** Prepares for another save: the next build and start take less time, until `endPreparing` or for a while. */
  prepareSave?(): void;
  endPreparing?(): Promise<void>;
  /**
   * @param change of its sources, which a running build may not have read; `foreseen`: nothing changed since `foresee`
   * @throws BuildError when the source does not compile, DefinitionError when there is none
   */
  build(
    change?: SourceChange,
  ): Promise<{ readonly program: InstanceProgram; readonly sources: WatchedSources }>;
  /** Files whose change may make the code available. */
  readonly watched: WatchedSources;
  /** The compiler that runs before the first event, possibly for minutes. Known once the code is checked. */
  readonly compiler?: Compiler | undefined;
  readonly unsupportedSettings: CodeFinding | undefined;
  dispose(): Promise<void>;
}
