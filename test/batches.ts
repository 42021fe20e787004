/**
 * Test files that may share a process. Most files of pure folders run for a few milliseconds and take 200 to be started;
 * twenty of them in one process cost little more than one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Folders whose tests leave the process as they found it: no thread, child, socket or signal outlives a test. */
const SHARED =
  /^test\/(gateway\/(routing|mapping|events|policy|metering|deployment|phases|control|websocket|definition|aws-api|behaviour|services|issuer|records|console-api|adapters|explain|delivery|control-port)|packages\/(aws|authoring|velocity|dynamodb)|shared|functions|cli|plugin|tools\/corpus|bench|parity|prove|testing|properties|test)\//;

/**
 * What reaches beyond its own file: a hook outside of any suite runs around the tests of all files of the process
 * (`after`, once they all have ended, harms none), and the environment and the working directory belong to all.
 */
const REACHES_OUT =
  /^(before|beforeEach|afterEach)\(|process\.(env|chdir|argv|exitCode|on|emit|std)|\bmock\b|child_process|worker_threads|globalThis/m;

const FILES_PER_BATCH = 20;

export type Batch = { readonly entry: string; readonly files: readonly string[] };

function mayShare(file: string): boolean {
  return SHARED.test(file) && !REACHES_OUT.test(readFileSync(file, 'utf8'));
}

/** Files of one folder lie side by side in a batch, since they import the same sources. */
export function planBatches(files: readonly string[]): {
  alone: readonly string[];
  batches: readonly string[][];
} {
  const sharing = files.filter(mayShare);
  if (sharing.length < 2) return { alone: files, batches: [] };
  const batches: string[][] = [];
  for (let from = 0; from < sharing.length; from += FILES_PER_BATCH)
    batches.push(sharing.slice(from, from + FILES_PER_BATCH));
  const shared = new Set(sharing);
  return { alone: files.filter((file) => !shared.has(file)), batches };
}

/** One module per batch, in `folder`, that imports its files. */
export function writeBatches(batches: readonly (readonly string[])[], folder: string): readonly Batch[] {
  return batches.map((files, index) => {
    const entry = join(folder, `batch-${index + 1}.mjs`);
    mkdirSync(dirname(entry), { recursive: true });
    const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(resolve(file)).href)};\n`);
    writeFileSync(entry, imports.join(''));
    return { entry, files };
  });
}
