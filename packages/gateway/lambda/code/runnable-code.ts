import type { DefinitionError } from '../../core/errors.ts';
import type { Compiler } from '../build/compiling.ts';
import type { InstanceProgram } from '../instance.ts';
import type { WatchedSources } from './source-watcher.ts';

export type CodeFinding = { readonly error: DefinitionError; readonly consequence: string };

export type CheckedCode = {
  readonly missing: readonly DefinitionError[];
  readonly borrowed: readonly string[];
  readonly findings?: readonly CodeFinding[];
  /** What runs it, as a sentence; absent = this Node.js. */
  readonly interpreter?: string | undefined;
  readonly refused?: DefinitionError;
};

export type SourceChange = 'foreseen' | 'unforeseen';

export interface RunnableCode {
  readonly taskRoot: string;
  /** @throws DefinitionError for code that is unavailable now */
  check(): Promise<CheckedCode>;
  /**
   * Its sources have changed, and may change again: begins what the next `build` and start will wait for.
   * @param isStarted whether an instance of it is there, which will be replaced
   */
  foresee?(isStarted: boolean): void;
  /** It has been saved, and may be again: makes the next build and start shorter, until `endPreparing` or for a while. */
  prepareSave?(): void;
  endPreparing?(): Promise<void>;
  /**
   * @param change of its sources, which a build that is running may not have read; `foreseen`: not since `foresee`
   * @throws BuildError when the source does not compile, DefinitionError when there is none
   */
  build(
    change?: SourceChange,
  ): Promise<{ readonly program: InstanceProgram; readonly sources: WatchedSources }>;
  /** Files whose change may make the code available. */
  readonly watched: WatchedSources;
  /** What compiles it before the first event, for a minute or more. Known once it is checked. */
  readonly compiler?: Compiler | undefined;
  readonly unsupportedSettings: CodeFinding | undefined;
  dispose(): Promise<void>;
}
