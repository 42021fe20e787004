/**
 * Runs the suite: `npm test [-- file-or-folder …]`. It runs few files at a time, because several of them start
 * gateways, and joins short files in batches (batches.ts). It ends with one line that says what happened, and with exit
 * code 1 if a test failed. Without a name, it leaves out test/delivery, which tests packages, recipes and commands as
 * users have them (`npm run test:delivery`).
 */
import { existsSync, globSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { planBatches, writeBatches } from './batches.ts';

const FILE_DEADLINE_MS = 180_000;
/** One more than there are processors: a process spends a fifth of its time waiting for others that it started. */
const MAX_PROCESSES = 4;
/** The deadline of a process. A file that hangs in a batch has been ended at its own deadline before. */
const PROCESS_DEADLINE_MS = 600_000;
/**
 * Hundreds of processes read the same sources. Each source is stripped of its types and compiled once, until it
 * changes.
 */
const CODE_CACHE = resolve('node_modules/.cache/gatewright-test');
const CODE_CACHE_LIMIT_BYTES = 300_000_000;
/** Folders whose files take seconds. If one of them began last, the other core would be idle. */
const LONG = /^test\/(delivery|simulation|end-to-end|examples|parity)\//;
const isLong = (file: string): boolean => LONG.test(file);
/**
 * The longest of these files, which take a minute or more. The first one compiles the package for half a minute. The
 * next ones do not need the package, because files that need it would wait.
 */
const LONGEST = [
  'guides',
  'package',
  'recipes',
  'runtimes',
  'examples',
  'own-repository',
  'handler-entries',
  'test-runners',
].map((name) => `test/delivery/${name}.test.ts`);
const DELIVERY = 'test/delivery/';

/**
 * Returns the test files for the given files or folders, long ones first. A name without tests is an error, not an
 * empty success.
 */
function selectFiles(names: readonly string[]): readonly string[] {
  const selected = names.flatMap((name) => {
    const found = name.endsWith('.ts') && existsSync(name) ? [name] : globSync(`${name}/**/*.test.ts`);
    if (found.length === 0) {
      console.error(`npm test: no tests in ${name}`);
      process.exit(1);
    }
    return found;
  });
  const sorted = [...new Set(selected)].sort();
  const rank = (file: string): number => {
    const place = LONGEST.indexOf(file);
    return place >= 0 ? place : LONGEST.length + (isLong(file) ? 0 : 1);
  };
  return sorted.toSorted((a, b) => rank(a) - rank(b));
}

/** Node throws nothing away: what tests load from temporary folders would stay for good. */
function boundCodeCache(): void {
  if (!existsSync(CODE_CACHE)) return;
  const entries = readdirSync(CODE_CACHE, { recursive: true, encoding: 'utf8' });
  // Another run may add and rename files meanwhile.
  const sizes = entries.map((entry) => statSync(join(CODE_CACHE, entry), { throwIfNoEntry: false })?.size);
  const sizeBytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  if (sizeBytes > CODE_CACHE_LIMIT_BYTES) rmSync(CODE_CACHE, { recursive: true, force: true });
}

/** The result of one run of the suite. */
type Tally = { passed: number; failed: number; files: Set<string> };

async function runFiles(files: readonly string[], batched: ReadonlySet<string>): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, files: new Set() };
  const concurrency = Math.min(MAX_PROCESSES, availableParallelism() + 1);
  const execArgv = ['--require', resolve('test/untracked.cjs')];
  const stream = run({ files: [...files], concurrency, timeout: PROCESS_DEADLINE_MS, execArgv });
  stream.on('test:pass', ({ details }) => {
    if (details.type !== 'suite') tally.passed += 1;
  });
  stream.on('test:fail', ({ details, file, name, nesting }) => {
    if (details.type !== 'suite') tally.failed += 1;
    if (file === undefined || !batched.has(file))
      tally.files.add(relative('.', file ?? 'a file that could not be loaded'));
    // The suite of a file within its batch (a test that has failed ends it as failed), or the whole process.
    else if (nesting === 0) tally.files.add(relative('.', name));
  });
  for await (const chunk of stream.compose(new spec())) process.stdout.write(chunk as string);
  return tally;
}

const startedMs = performance.now();
const names = process.argv.slice(2);
const files =
  names.length === 0
    ? selectFiles(['test']).filter((file) => !file.startsWith(DELIVERY))
    : selectFiles(names);
boundCodeCache();
process.env['NODE_COMPILE_CACHE'] = CODE_CACHE;
const plan = planBatches(files);
const folder = mkdtempSync(join(tmpdir(), 'gatewright-tests-'));
// The folder for files that several processes of the run need, and one of them creates.
process.env['GATEWRIGHT_TEST_RUN'] = folder;
const batches = writeBatches(plan.batches, { folder, deadlineMs: FILE_DEADLINE_MS }).map(
  ({ entry }) => entry,
);
// Short ones last: they even out what is left for either core.
const inOrder = [...plan.alone.filter(isLong), ...batches, ...plan.alone.filter((file) => !isLong(file))];
const tally = await runFiles(inOrder, new Set(batches));
rmSync(folder, { recursive: true, force: true });
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
const failed = Math.max(tally.failed, tally.files.size);
for (const file of tally.files) console.log(`failed: ${file}`);
console.log(
  `${failed === 0 ? 'PASSED' : 'FAILED'}: ${tally.passed} tests passed, ${failed} failed, ${files.length} files, ${seconds} s`,
);
process.exit(failed === 0 ? 0 : 1);
