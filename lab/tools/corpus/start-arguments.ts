import type { Expectation } from './expectation.ts';

export type StartFlags = {
  /** Whether to run the projects' own build scripts. Someone must have read the scripts before. */
  readonly build: boolean;
  /** Options of `gatewright start` in addition to the options that a project requires. */
  readonly options: readonly string[];
};

/** Arguments of `start`. A build script of a project runs only if the caller allows it. */
export function startArguments(
  { source, arguments: own }: Pick<Expectation, 'source' | 'arguments'>,
  { build, options }: StartFlags,
): readonly string[] {
  return [source, ...own, ...options, ...(build ? [] : ['--no-build'])];
}
