import type { Expectation } from './expectation.ts';

export type StartFlags = {
  /** Runs the projects' own build scripts, which have been read. */
  readonly build: boolean;
  /** Options of `gatewright start` beside the project's own. */
  readonly options: readonly string[];
};

/** Of `start`: a foreign build script runs only where the caller says so. */
export function startArguments(
  { source, arguments: own }: Pick<Expectation, 'source' | 'arguments'>,
  { build, options }: StartFlags,
): readonly string[] {
  return [source, ...own, ...options, ...(build ? [] : ['--no-build'])];
}
