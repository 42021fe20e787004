import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type BuildOptions, build } from 'esbuild';

import { BuildCache } from '../build/build-cache.ts';

type ProgramFolders = { readonly runDirectory: string; readonly cacheDirectory: string };

/**
 * The program files, each with the entry module in `worker/` from which it is built. Stack frames of a program are
 * recognized by the name of its file, and left out of stack traces.
 */
const PROGRAMS = {
  'instance.mjs': 'main',
  'in-worker.mjs': 'in-worker',
  'process/instance.mjs': 'process-main',
};
type ProgramFile = keyof typeof PROGRAMS;

/**
 * The folder of the prebuilt programs, below the folder of this module. Only the published package contains them. In a
 * checkout they would be outdated when the sources change.
 */
const SHIPPED = 'worker/programs';

/**
 * Finds or builds the programs of threads. Each is one plain JavaScript file, because stripping types in each new
 * thread would cost 18 ms.
 * @returns the absolute path of the program that instances run
 */
export async function buildWorkerProgram(folders: ProgramFolders): Promise<string> {
  const [program] = await Promise.all([
    findOrBuild('instance.mjs', folders),
    findOrBuild('in-worker.mjs', folders),
  ]);
  return program;
}

/** Builds the program of instances that are processes. */
export function buildProcessProgram(folders: ProgramFolders): Promise<string> {
  return findOrBuild('process/instance.mjs', folders);
}

/**
 * Writes the prebuilt programs.
 * @param folder the folder in the package that corresponds to `lambda`
 */
export async function shipPrograms(folder: string): Promise<void> {
  for (const name of Object.keys(PROGRAMS) as ProgramFile[])
    write(join(folder, SHIPPED, name), (await buildProgram(optionsOf(name))).made);
}

async function findOrBuild(
  name: ProgramFile,
  { runDirectory, cacheDirectory }: ProgramFolders,
): Promise<string> {
  const shipped = join(roomFolder(), SHIPPED, name);
  if (existsSync(shipped)) return shipped;
  const options = optionsOf(name);
  const kept = new BuildCache(join(cacheDirectory, 'builds'), runDirectory);
  const text = await kept.make({ what: 'program', options }, () => buildProgram(options));
  return write(join(runDirectory, name), text);
}

const roomFolder = (): string => fileURLToPath(new URL('..', import.meta.url));

function optionsOf(name: ProgramFile) {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return {
    entryPoints: [join(roomFolder(), `worker/${PROGRAMS[name]}.${ending}`)],
    absWorkingDir: join(roomFolder(), 'worker'),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'silent',
    minifySyntax: true,
    // The tsconfig.json of a folder above the package is ignored, because its `paths` would prevent caching.
    tsconfigRaw: {},
  } as const satisfies BuildOptions;
}

async function buildProgram(options: BuildOptions & { readonly metafile: true; readonly write: false }) {
  const { outputFiles, metafile } = await build(options);
  return { made: outputFiles[0]?.text ?? '', metafile };
}

function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
