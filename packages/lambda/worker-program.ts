import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type BuildOptions, build } from 'esbuild';

import { BuildCache } from './build-cache.ts';

type ProgramFolders = { readonly runDirectory: string; readonly cacheDirectory: string };

/**
 * Joins `worker/` into one plain JavaScript file. Stripping types in each new thread would cost 18 ms.
 * @returns the file's absolute path
 */
export async function buildWorkerProgram(folders: ProgramFolders): Promise<string> {
  const [program] = await Promise.all([
    buildProgram('main', folders, 'instance.mjs'),
    buildProgram('in-worker', folders, 'in-worker.mjs'),
  ]);
  return program;
}

/** The same for instances that are processes; stack traces omit its frames by the same name. */
export function buildProcessProgram(folders: ProgramFolders): Promise<string> {
  return buildProgram('process-main', folders, join('process', 'instance.mjs'));
}

async function buildProgram(
  entry: string,
  { runDirectory, cacheDirectory }: ProgramFolders,
  name: string,
): Promise<string> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = fileURLToPath(new URL(`./worker/${entry}.${ending}`, import.meta.url));
  const options = {
    entryPoints: [file],
    absWorkingDir: dirname(file),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'silent',
    minifySyntax: true,
    // Not those of a folder above the package, whose `paths` would forbid to keep the program.
    tsconfigRaw: {},
  } as const satisfies BuildOptions;
  const kept = new BuildCache(join(cacheDirectory, 'builds'), runDirectory);
  const text = await kept.make({ what: 'program', options }, async () => {
    const { outputFiles, metafile } = await build(options);
    return { made: outputFiles[0]?.text ?? '', metafile };
  });
  const outfile = join(runDirectory, name);
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, text);
  return outfile;
}
