/**
 * `npm run parity [-- file …] [--area A] [--id I] [--rename SEED] [--json | --junit] [--write-docs]`, or `--choices`
 * for the choices alone; `--peers NAME,NAME` for the scores of others (peers.ts). The cases of packages/conformance
 * against the engine of this checkout; its command asks others. Without a file: what was recorded of AWS, and what AWS
 * documents, each with a score of its own. Exit code 0 only if these fail exactly where test/parity/known-failures.json
 * says, and every case of any other file holds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../architecture/source-files.ts';
import { printJunit } from '../../packages/conformance/report/junit.ts';
import { scoreByArea, scoreBySet } from '../../packages/conformance/report/score.ts';
import { runCases } from '../../packages/conformance/run-cases.ts';
import { ALL_FILES, describeSource, readCases } from '../../packages/conformance/schema/read-cases.ts';
import { openEngine } from './engine.ts';
import { scorePeers } from './peers.ts';
import { renameCase, renamer } from './rename.ts';
import { printChoices, printReport } from './report.ts';
import { findSurprises, hasSurprises } from './surprises.ts';
import type { CaseResult, KnownFailures } from '../../packages/conformance/report/score.ts';
import type { AnyCase } from '../../packages/conformance/schema/control-case.ts';
import type { Surprises } from './surprises.ts';

const KNOWN_FAILURES = join(REPOSITORY, 'test/parity/known-failures.json');
const REPORT = join(REPOSITORY, 'docs/parity.md');
export function readKnownFailures(): KnownFailures {
  return JSON.parse(readFileSync(KNOWN_FAILURES, 'utf8')) as KnownFailures;
}

/** @param seed of other names for all that a case names; undefined = its own */
export async function runWithEngine(
  cases: readonly AnyCase[],
  seed?: string,
): Promise<readonly CaseResult[]> {
  const engine = openEngine();
  try {
    return await runCases(
      cases,
      engine,
      seed === undefined ? {} : { naming: renamer(seed), restage: (one) => renameCase(one, seed) },
    );
  } finally {
    await engine.close();
  }
}

type Options = {
  readonly files: readonly string[];
  readonly area: string | undefined;
  readonly id: string | undefined;
  readonly rename: string | undefined;
  readonly json: boolean;
  readonly junit: boolean;
  readonly writeDocs: boolean;
  readonly choices: boolean;
  readonly peers: string | undefined;
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
      'write-docs': { type: 'boolean', default: false },
      choices: { type: 'boolean', default: false },
      peers: { type: 'string' },
    },
  });
  const files = positionals.length === 0 ? ALL_FILES : positionals.map((file) => resolve(file));
  const { 'write-docs': writeDocs, ...others } = values;
  const { area, id, rename, peers } = values;
  return { files, ...others, area, id, rename, peers, writeDocs };
}

function selectCases(file: string, { area, id }: Options): readonly AnyCase[] {
  return readCases(file).filter(
    (parityCase) =>
      (area === undefined || parityCase.area === area) && (id === undefined || parityCase.id === id),
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
  if (options.peers !== undefined) {
    scorePeers(options.peers.split(','), process.env['GATEWRIGHT_PEERS'] ?? process.cwd());
    return 0;
  }
  const cases = options.files.flatMap((file) => selectCases(file, options));
  if (cases.length === 0) {
    console.error('no case matches');
    return 1;
  }
  return report(await runWithEngine(cases, options.rename), options);
}

/** @returns the exit code */
function report(results: readonly CaseResult[], options: Options): number {
  const isOwn = options.files.some((file) => ALL_FILES.includes(file));
  const known = isOwn ? readKnownFailures() : {};
  const whole =
    options.area === undefined &&
    options.id === undefined &&
    ALL_FILES.every((file) => options.files.includes(file));
  const surprises = findSurprises(results, known, whole);
  const failed = results.filter(({ difference }) => difference !== undefined).length;
  if (options.json) printJson(results, known);
  else if (options.junit) console.log(printJunit(results, known));
  else {
    print(results, surprises, known);
    console.log(`${results.length - failed} passed, ${failed} failed`);
  }
  const complete = whole && options.rename === undefined && options.files.length === ALL_FILES.length;
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
