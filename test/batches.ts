/**
 * Test files that share a process. Most files run for a few milliseconds and take hundreds to be started and to load
 * what they test; dozens of them in one process cost little more than one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Folders whose files take seconds each, in processes that they start themselves. */
const OF_ITS_OWN = /^test\/(delivery|simulation|examples|vectors)\//;

/** What belongs to the whole process: a test that changes or measures it would interfere with other tests. */
const REACHES_OUT =
  /process\.(env|chdir|argv|exitCode|on|emit|std|umask|cpuUsage|memoryUsage)|\bmock\.(timers|method|fn|module)|globalThis|counted-work|PageGateway/;
/** A variable of the environment that is read, or a copy of all of them: these change nothing. */
const READS_ENVIRONMENT =
  /\.\.\.process\.env\b|(?<!delete )\bprocess\.env(?:\.\w+|\['\w+'\])(?!\s*(?:\?\?|\|\|)?=[^=])/g;
/** Puts back what it changes, and takes long to load: its files share processes with one another. */
const RUNS_COMMANDS = /command-in-process/;
/** Waits for programs that it starts. */
const STARTS_PROGRAMS = /child_process|worker_threads|process\.env/;

type Kind = 'plain' | 'commands' | 'programs' | 'alone';

/** A process takes about a second to load what it tests, and the last of few large ones would leave a core idle. */
const FILES_PER_BATCH: Readonly<Record<Kind, number>> = { plain: 60, commands: 20, programs: 8, alone: 1 };
const IMPORTS = `import { after, describe } from 'node:test';
import { endFile } from ${JSON.stringify(new URL('support/end-of-file.ts', import.meta.url).href)};
`;

type Batch = { readonly entry: string; readonly files: readonly string[] };

/** Files of one kind may share a process. */
function kindOf(file: string): Kind {
  const text = readFileSync(file, 'utf8');
  if (OF_ITS_OWN.test(file) || REACHES_OUT.test(text.replaceAll(READS_ENVIRONMENT, ''))) return 'alone';
  if (RUNS_COMMANDS.test(text)) return 'commands';
  return STARTS_PROGRAMS.test(text) ? 'programs' : 'plain';
}

/** Files of one folder are next to each other in a batch, because they import the same sources. */
export function planBatches(files: readonly string[]): {
  alone: readonly string[];
  batches: readonly string[][];
} {
  const byKind = Map.groupBy(files, kindOf);
  byKind.delete('alone');
  const batches: string[][] = [];
  for (const [kind, sharing] of byKind)
    for (let from = 0; from < sharing.length && sharing.length > 1; from += FILES_PER_BATCH[kind])
      batches.push(sharing.slice(from, from + FILES_PER_BATCH[kind]));
  const shared = new Set(batches.flat());
  return { alone: files.filter((file) => !shared.has(file)), batches };
}

/**
 * One module per batch, in `folder`, that has a suite for each of its files, of that name: a hook outside of any suite
 * is then one of its file, and a file that hangs ends after `deadlineMs` without taking the others along.
 */
export function writeBatches(
  batches: readonly (readonly string[])[],
  { folder, deadlineMs }: { readonly folder: string; readonly deadlineMs: number },
): readonly Batch[] {
  return batches.map((files, index) => {
    const entry = join(folder, `batch-${index + 1}.mjs`);
    const suites = files.map((file) => {
      const [name, url] = [relative('.', file), pathToFileURL(resolve(file)).href].map((text) =>
        JSON.stringify(text),
      );
      return `describe(${name}, { timeout: ${deadlineMs} }, async () => {\n  after(endFile);\n  await import(${url});\n});\n`;
    });
    mkdirSync(dirname(entry), { recursive: true });
    writeFileSync(entry, [IMPORTS, ...suites].join(''));
    return { entry, files };
  });
}
