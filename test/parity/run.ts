/**
 * `npm run parity [-- file …] [--area A] [--id I] [--rename SEED] [--json | --junit] [--write-docs]`, or `--choices` for
 * the choices alone. `--target URL` sends the calls of the control plane there; `--plan` says which, and makes none.
 * Without a file: what was recorded of AWS, and what AWS documents, each with a score of its own.
 * Exit code 0 only if these fail exactly where test/parity/known-failures.json says, and every case of any other file holds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../architecture/source-files.ts';
import {
  CONTROL_FILES,
  DEFAULT_FILE,
  describeSource,
  DOCUMENTED_FILES,
  isControlCase,
  readCases,
} from './read-cases.ts';
import { runControlCase } from './control-run.ts';
import { printChoices, printReport } from './report.ts';
import { renameCase, renamer } from './rename.ts';
import { runCase } from './run-case.ts';
import { openTarget, planCalls } from './choose-target.ts';
import { printJunit } from './junit.ts';
import { findSurprises, hasSurprises, scoreByArea, scoreBySet } from './score.ts';
import { startControl, startEngine } from './engine.ts';
import type { AnyCase } from './control-case.ts';
import type { ControlEngine } from './engine.ts';
import type { CaseResult, KnownFailures, Surprises } from './score.ts';

const KNOWN_FAILURES = join(REPOSITORY, 'test/parity/known-failures.json');
const REPORT = join(REPOSITORY, 'docs/parity.md');
/** The cases that this project keeps. */
const OWN_FILES: readonly string[] = [DEFAULT_FILE, ...DOCUMENTED_FILES, ...CONTROL_FILES];
/** Cases in flight; each has a gateway and its function instances. */
const CONCURRENCY = 4;

export function readKnownFailures(): KnownFailures {
  return JSON.parse(readFileSync(KNOWN_FAILURES, 'utf8')) as KnownFailures;
}

/** Runs the cases a few at a time; results in the order of the cases. */
export async function runCases(
  cases: readonly AnyCase[],
  seed?: string,
  openControl: () => ControlEngine | Promise<ControlEngine> = startControl,
): Promise<readonly CaseResult[]> {
  const results = new Map<AnyCase, CaseResult>();
  const waiting = [...cases];
  const naming = seed === undefined ? (name: string) => name : renamer(seed);
  // One account for all calls of the control plane, as at AWS; the ids there are drawn by chance anyway.
  let control: ControlEngine | Promise<ControlEngine> | undefined;
  const run = async (parityCase: AnyCase): Promise<string | undefined> => {
    if (isControlCase(parityCase))
      return runControlCase(parityCase, (await (control ??= openControl())).target);
    const staged = seed === undefined ? parityCase : renameCase(parityCase, seed);
    return runCase(staged, { startEngine, naming });
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results.set(next, { parityCase: next, difference: await run(next) });
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    await (await control)?.close();
  }
  return cases.flatMap((parityCase) => results.get(parityCase) ?? []);
}

type Options = {
  readonly files: readonly string[];
  readonly area: string | undefined;
  readonly id: string | undefined;
  readonly rename: string | undefined;
  readonly json: boolean;
  readonly junit: boolean;
  readonly plan: boolean;
  readonly target: string | undefined;
  readonly writeDocs: boolean;
  readonly choices: boolean;
};

function parseOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      area: { type: 'string' },
      id: { type: 'string' },
      rename: { type: 'string' },
      json: { type: 'boolean', default: false },
      junit: { type: 'boolean', default: false },
      plan: { type: 'boolean', default: false },
      target: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      choices: { type: 'boolean', default: false },
    },
  });
  const files = positionals.length === 0 ? OWN_FILES : positionals.map((file) => resolve(file));
  const { 'write-docs': writeDocs, ...others } = values;
  const { area, id, rename, target } = values;
  return { files, ...others, area, id, rename, target, writeDocs };
}

function selectCases(file: string, { area, id, target, plan }: Options): readonly AnyCase[] {
  return readCases(file).filter(
    (parityCase) =>
      ((target === undefined && !plan) || isControlCase(parityCase)) &&
      (area === undefined || parityCase.area === area) &&
      (id === undefined || parityCase.id === id),
  );
}

function print(results: readonly CaseResult[], surprises: Surprises, known: KnownFailures): void {
  for (const { area, passed, total } of scoreByArea(results))
    console.log(`${area.padEnd(20)} ${passed}/${total}`);
  for (const { parityCase, difference } of results) {
    if (difference === undefined) continue;
    const reason = known[parityCase.id];
    console.log(`\n${reason === undefined ? 'FAILED' : 'failed'} ${parityCase.area} ${parityCase.id}`);
    console.log(`  ${difference}`);
    console.log(`  source: ${describeSource(parityCase)}`);
    if (reason !== undefined) console.log(`  known: ${reason}`);
  }
  console.log('');
  for (const id of surprises.mended) console.log(`holds now, take it off known-failures.json: ${id}`);
  for (const { set, passed, total } of scoreBySet(results)) console.log(`${set}: ${passed} of ${total} hold`);
  for (const id of surprises.unknown) console.log(`in known-failures.json, but there is no such case: ${id}`);
}

function printJson(results: readonly CaseResult[], known: KnownFailures): void {
  const failures = results
    .filter(({ difference }) => difference !== undefined)
    .map(({ parityCase, difference }) => {
      const { id, area } = parityCase;
      return { id, area, difference, source: describeSource(parityCase), known: known[id] ?? null };
    });
  const areas = Object.fromEntries(
    scoreByArea(results).map(({ area, passed, total }) => [area, { passed, total }]),
  );
  const passed = results.length - failures.length;
  const sets = Object.fromEntries(
    scoreBySet(results).map(({ set, passed: holding, total }) => [set, { passed: holding, total }]),
  );
  console.log(JSON.stringify({ passed, failed: failures.length, sets, areas, failures }));
}

async function main(): Promise<number> {
  const options = parseOptions();
  if (options.choices) {
    console.log(printChoices());
    return 0;
  }
  const cases = options.files.flatMap((file) => selectCases(file, options));
  if (cases.length === 0) {
    console.error('no case matches');
    return 1;
  }
  if (options.plan) {
    for (const [call, count] of planCalls(cases)) console.log(`${String(count).padStart(5)} ${call}`);
    return 0;
  }
  return report(await send(cases, options), options);
}

function send(cases: readonly AnyCase[], { rename, target }: Options): Promise<readonly CaseResult[]> {
  return runCases(cases, rename, target === undefined ? startControl : () => openTarget(target, process.env));
}

/** @returns the exit code */
function report(results: readonly CaseResult[], options: Options): number {
  const isOwn = options.files.some((file) => OWN_FILES.includes(file));
  const known = isOwn ? readKnownFailures() : {};
  const whole =
    options.area === undefined &&
    options.id === undefined &&
    options.target === undefined &&
    OWN_FILES.every((file) => options.files.includes(file));
  const surprises = findSurprises(results, known, whole);
  const failed = results.filter(({ difference }) => difference !== undefined).length;
  if (options.json) printJson(results, known);
  else if (options.junit) console.log(printJunit(results, known));
  else {
    print(results, surprises, known);
    console.log(`${results.length - failed} passed, ${failed} failed`);
  }
  const complete = whole && options.rename === undefined && options.files.length === OWN_FILES.length;
  if (options.writeDocs && complete && !hasSurprises(surprises))
    writeFileSync(REPORT, printReport(results, known));
  else if (options.writeDocs) console.error('docs/parity.md is written from a whole run without surprises');
  return hasSurprises(surprises) ? 1 : 0;
}

if (import.meta.main) {
  try {
    process.exit(await main());
  } catch (error) {
    console.error(`parity: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
