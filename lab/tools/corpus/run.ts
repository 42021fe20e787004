/**
 * `npm run corpus -- FOLDER`: runs every project below a folder as a newcomer would on a first try. With `--draft`, the
 * command instead writes the possible responses of each project from its template alone, unless they are already
 * written. The projects come from other authors and are prepared by hand. Their functions run, but their build scripts
 * run only with `--build`, which is meant for projects whose scripts have been read.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { askRoutes } from './ask.ts';
import { draftExpectation } from './draft.ts';
import { readExpectation } from './expectation.ts';
import { startProject } from './process.ts';
import { startArguments, type StartFlags } from './start-arguments.ts';
import { countVerdicts, printTotals } from './totals.ts';
import { judge } from './verdict.ts';
import type { Result } from './totals.ts';

const USAGE = `npm run corpus -- FOLDER [OPTION …]    tries every project below the folder

  --only NAME       only projects whose name contains NAME; may be repeated
  --with=--OPTION   passes this option to gatewright start; may be repeated
  --build           runs the build scripts of the projects
  --draft           writes the missing .expect.json files and tries nothing
  --json            prints the results as JSON
  --timeout N       seconds to wait for a project to start; default: 60`;
const MAX_REASONS = 4;

type Flags = StartFlags & { readonly json: boolean; readonly timeoutMs: number };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      with: { type: 'string', multiple: true, default: [] },
      build: { type: 'boolean', default: false },
      draft: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '60' },
    },
  });
  const [folder] = positionals;
  const timeoutMs = Number(values.timeout) * 1000;
  if (folder === undefined || positionals.length > 1 || !(timeoutMs > 0)) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const root = resolve(folder);
  const { only, json, build } = values;
  const names = listProjects(root).filter(
    (name) => only.length === 0 || only.some((part) => name.includes(part)),
  );
  if (values.draft) return writeDrafts(root, names);
  return runAll(root, names, { json, timeoutMs, build, options: values.with });
}

function listProjects(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .sort();
}

/** Writes the drafts. Existing expectations are not overwritten, because they were written before the first run. */
function writeDrafts(root: string, names: readonly string[]): number {
  for (const name of names) {
    const path = join(root, `${name}.expect.json`);
    if (existsSync(path)) continue;
    const draft = draftExpectation(join(root, name));
    if (draft === undefined) {
      process.stdout.write(
        `${name}: no template of a known kind was found; write ${name}.expect.json by hand\n`,
      );
      continue;
    }
    writeFileSync(path, `${JSON.stringify(draft, undefined, 2)}\n`);
    process.stdout.write(
      `${name}: wrote ${name}.expect.json (kind ${draft.kind}, routes: ${draft.routes.length})\n`,
    );
  }
  return 0;
}

async function runAll(root: string, names: readonly string[], flags: Flags): Promise<number> {
  const results: Result[] = [];
  for (const name of names) {
    const path = join(root, `${name}.expect.json`);
    if (!existsSync(path)) {
      process.stderr.write(
        `${name}: skipped, because there is no ${name}.expect.json (--draft writes one)\n`,
      );
      continue;
    }
    const result = await tryProject(root, name, readFileSync(path, 'utf8'), flags);
    results.push(result);
    (flags.json ? process.stderr : process.stdout).write(describe(result));
  }
  const totals = countVerdicts(results);
  process.stdout.write(
    flags.json ? `${JSON.stringify({ results, totals })}\n` : `\n${printTotals(totals)}\n`,
  );
  return 0;
}

async function tryProject(root: string, name: string, text: string, flags: Flags): Promise<Result> {
  const expected = readExpectation(text, `${name}.expect.json`);
  const folder = join(root, name);
  // Removes the state of earlier runs, so that each run is a first try.
  rmSync(ownFolderOf(folder), { recursive: true, force: true });
  const startedMs = performance.now();
  const started = await startProject(folder, startArguments(expected, flags), flags);
  try {
    const answers = started.start.kind === 'ready' ? await askRoutes(started, expected.routes) : [];
    const diedLater = started.start.kind === 'ready' && started.hasEnded();
    const { verdict, reasons } = judge({ start: started.start, answers, diedLater });
    return {
      project: name,
      kind: expected.kind,
      verdict,
      started: started.start.kind === 'ready',
      ...(expected.needs !== undefined && { needs: expected.needs }),
      reasons,
      findings: started.start.kind === 'ready' ? started.start.findings.length : 0,
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    };
  } finally {
    await started.stop();
  }
}

function describe({ project, kind, verdict, needs, reasons, seconds }: Result): string {
  const about = [kind, `${seconds} s`, ...(needs === undefined ? [] : [`needs ${needs}`])].join(', ');
  const more = reasons.length - MAX_REASONS;
  const lines = [
    ...reasons.slice(0, MAX_REASONS),
    ...(more > 0 ? [`… and ${more} more; --json lists all`] : []),
  ];
  return `${verdict.padEnd(15)} ${project} (${about})\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

process.exitCode = await main();
