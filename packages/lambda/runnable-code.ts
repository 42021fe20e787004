import type { DefinitionError } from '../core/errors.ts';
import type { InstanceProgram } from './instance.ts';
import type { WatchedSources } from './source-watcher.ts';

export type CodeFinding = { readonly error: DefinitionError; readonly consequence: string };

export type CheckedCode = {
  /** Imports that are not installed. */
  readonly missing: readonly DefinitionError[];
  /** Packages that the gateway supplies. */
  readonly borrowed: readonly string[];
  /** Differences with which it still runs. */
  readonly findings?: readonly CodeFinding[];
  /** It cannot run on this machine: what to install or to build. */
  readonly refused?: DefinitionError;
};

export interface RunnableCode {
  readonly taskRoot: string;
  /** @throws DefinitionError for code that is unavailable now */
  check(): Promise<CheckedCode>;
  /** @throws BuildError when the source does not compile, DefinitionError when there is none */
  build(): Promise<{ readonly program: InstanceProgram; readonly sources: WatchedSources }>;
  /** Files whose change may make the code available. */
  readonly watched: WatchedSources;
  /** Build settings that are not applied, even if `check` has thrown. */
  readonly unhonoured: CodeFinding | undefined;
  dispose(): Promise<void>;
}
