/** The command: its options, the run and the reports. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { printRecording } from '../report/recording.ts';
import { printBadge } from '../report/badge.ts';
import { printJunit } from '../report/junit.ts';
import { printPage } from '../report/page.ts';
import { printJson, printTable } from '../report/table.ts';
import { makeRunId } from '../account/journal.ts';
import { runCases } from '../run-cases.ts';
import { ALL_FILES, readCases } from '../schema/read-cases.ts';
import { openTarget, TARGET_NAMES } from '../targets/open-target.ts';
import type { Answer } from '../report/recording.ts';
import type { RunFacts } from '../report/run-facts.ts';
import type { CaseResult } from '../report/score.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { TargetOptions } from '../targets/target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const OPTIONS = {
  target: { type: 'string' },
  area: { type: 'string', multiple: true },
  only: { type: 'string', multiple: true },
  cases: { type: 'string', multiple: true },
  command: { type: 'string' },
  endpoint: { type: 'string' },
  'invoke-url': { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean', default: false },
  junit: { type: 'string' },
  page: { type: 'string' },
  badge: { type: 'string' },
  record: { type: 'string' },
  plan: { type: 'boolean', default: false },
  sweep: { type: 'boolean', default: false },
  resume: { type: 'string' },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const HELP = `conformance run --target ${TARGET_NAMES.join('|')}|URL

  --area NAME             runs the cases of this area; may be repeated
  --only ID               runs the case with this id; may be repeated
  --cases FILE            runs the cases of this file instead of the package's
  --command LINE          starts the target with this command and first arguments
  --endpoint URL          address of a running emulator, or of an endpoint to use instead of AWS's
  --invoke-url URL        address of a deployed stage, with {api} and {stage} as placeholders
  --region NAME           AWS region; default: AWS_REGION, or else us-east-1
  --json                  prints the results as JSON
  --junit FILE            also writes the results as JUnit XML
  --page FILE             also writes the results as an HTML page
  --badge FILE            also writes the score as an SVG badge
  --record FILE           writes the responses as cases to this file

Only for --target aws:
  --plan                  prints the plan and creates nothing
  --yes                   skips the confirmation
  --resume RUN            continues an interrupted run
  --sweep                 removes the resources that earlier runs left behind

Exit code: 0 all cases that were run pass; 1 a case differs, or a resource was left behind; 2 the cases could not be run
`;

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  return { ...values, verb: positionals[0] };
}

/** @returns the exit code */
export async function runCommand(
  args: readonly string[],
  environment: Environment,
  workingFolder: string,
): Promise<number> {
  const values = parse(args);
  const { target: name, verb } = values;
  if (values.help || verb === undefined) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  if (verb !== 'run') throw new Error(`unknown command "${verb}"; run --help lists the options`);
  if (name === undefined)
    throw new Error(`--target is missing; expected one of ${TARGET_NAMES.join(', ')}, or a URL`);
  const options = readOptions(values, environment, workingFolder);
  const cases = selectCases(values);
  if (name !== 'aws') {
    for (const option of ['plan', 'sweep', 'resume'] as const)
      if (values[option] !== undefined && values[option] !== false)
        throw new Error(`--${option} is only for --target aws`);
    return run(values, name, options, cases);
  }
  const aws = await import('./run-aws.ts');
  return aws.runAws(values, options, cases, {
    run: (left, onResult, earlier) => run(values, name, options, left, onResult, earlier),
    confirm,
  });
}

function readOptions(values: Values, environment: Environment, workingFolder: string): TargetOptions {
  return {
    workingFolder,
    command: values.command?.split(' ').filter((part) => part !== ''),
    endpoint: values.endpoint,
    invokeUrl: values['invoke-url'],
    region: values.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    environment,
    runId: values.resume ?? makeRunId(),
  };
}

/** @throws Error if no case has this area or id */
function selectCases({ area: areas, only, cases: files }: Values): readonly AnyCase[] {
  const all = (files?.map((file) => resolve(file)) ?? ALL_FILES).flatMap(readCases);
  for (const area of areas ?? [])
    if (!all.some((one) => one.area === area))
      throw new Error(
        `unknown area ${area}; expected one of ${[...new Set(all.map((one) => one.area))].join(', ')}`,
      );
  for (const id of only ?? []) if (!all.some((one) => one.id === id)) throw new Error(`unknown case ${id}`);
  return all.filter(({ area, id }) => (areas?.includes(area) ?? true) && (only?.includes(id) ?? true));
}

/** @param earlier results of the run that is being resumed */
async function run(
  values: Values,
  name: string,
  options: TargetOptions,
  cases: readonly AnyCase[],
  onResult: (result: CaseResult) => void = () => undefined,
  earlier: readonly CaseResult[] = [],
): Promise<number> {
  const target = await openTarget(name, options);
  const answers = new Map<AnyCase, Answer>();
  let done = 0;
  let results: readonly CaseResult[];
  let left: readonly string[];
  try {
    results = await runCases(cases, target, {
      onResult(result) {
        done += 1;
        onResult(result);
        if (process.stderr.isTTY) process.stderr.write(`\r${done}/${cases.length} `);
      },
      onAnswer: (parityCase, answer) => answers.set(parityCase, answer),
    });
  } finally {
    left = await target.close();
  }
  const day = new Date().toISOString().slice(0, 10);
  const facts = { target: target.name, version: target.version, day };
  writeReports(values, [...earlier, ...results], facts);
  if (values.record !== undefined)
    writeFileSync(
      values.record,
      printRecording(answers, { target: target.name, region: options.region, day }),
    );
  for (const one of left) process.stderr.write(`left behind: ${one}\n`);
  return results.some(({ difference }) => difference !== undefined) || left.length > 0 ? 1 : 0;
}

function writeReports(values: Values, results: readonly CaseResult[], facts: RunFacts): void {
  const { json, junit, page, badge } = values;
  process.stdout.write(`${json ? printJson(results, facts) : printTable(results, facts)}\n`);
  if (junit !== undefined) writeFileSync(junit, printJunit(results, {}));
  if (page !== undefined) writeFileSync(page, printPage(results, facts));
  if (badge !== undefined) writeFileSync(badge, printBadge(results));
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} [y/N] `)).trim().toLowerCase() === 'y';
  } finally {
    terminal.close();
  }
}
