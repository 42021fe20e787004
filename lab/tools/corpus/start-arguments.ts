import type { Expectation } from './expectation.ts';

export type StartFlags = {
  /** Runs the projects' own build scripts, which must have been read before. */
  readonly build: boolean;
  /** Options of `gatewright start` in addition to the project's own. */
  readonly options: readonly string[];
};

/** Arguments of `start`. A build script of a project runs only if the caller allows it. */
export function startArguments(
  { source, arguments: own }: Pick<Expectation, 'source' | 'arguments'>,
  { build, options }: StartFlags,
): readonly string[] {
  return [source, ...own, ...options, ...(build ? [] : ['--no-build'])];
}
