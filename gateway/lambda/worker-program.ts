/** The programs that instances of Node.js functions run, made once per gateway. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/**
 * Joins `worker/` into one plain JavaScript file. Stripping types in each new thread would cost 18 ms of its 18 ms start.
 * @returns the file's absolute path
 */
export function buildWorkerProgram(runDirectory: string): Promise<string> {
  return buildProgram('main', join(runDirectory, 'instance.mjs'));
}

/** The same for instances that are processes; its frames are left out of stacks by the same name. */
export function buildProcessProgram(runDirectory: string): Promise<string> {
  return buildProgram('process-main', join(runDirectory, 'process', 'instance.mjs'));
}

async function buildProgram(entry: string, outfile: string): Promise<string> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL(`./worker/${entry}.${ending}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minifySyntax: true,
    logLevel: 'silent',
  });
  return outfile;
}
