/** Replaces `esbuild` in the processes that try mutants, so that bundles contain the mutants, too. */
import { randomUUID } from 'node:crypto';
import { build as join, version as real } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { plantedText } from './planted-files.ts';

// oxlint-disable-next-line gatewright/no-restricted-syntax -- a stand-in has all names of what it stands for
export * from 'esbuild';

/** Caches have this version in their keys, so no other process uses bundles from this process. */
export const version = `${real} ${randomUUID()}`;

/** A bundle may run in a separate process, in which no mutant is active. */
const ANYWHERE = 'globalThis.mutant ??= () => false;';

const planting: Plugin = {
  name: 'planted-files',
  setup(joining) {
    joining.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = plantedText(path);
      return text === undefined ? undefined : { contents: ANYWHERE + text, loader: 'ts' };
    });
  },
};

export function build(options: BuildOptions): ReturnType<typeof join> {
  return join({ ...options, plugins: [planting, ...(options.plugins ?? [])] });
}
