/**
 * Writes docs/evidence: what was proven, and for which commit. Figures from a tree that nobody can check out again are
 * not evidence.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures, Proof } from './proof.ts';

const FOLDER = 'docs/evidence';
const README = `${FOLDER}/README.md`;

type Evidence = {
  /** The claim that the figures support. */
  readonly shows: string;
  readonly date: string;
  readonly commit: string;
  /** Parts of the claim that no run has shown yet. */
  readonly due?: readonly string[];
  readonly figures: Figures;
};

type Tree =
  | { readonly kind: 'clean'; readonly commit: string }
  | { readonly kind: 'unfit'; readonly reason: string };

/** Returns the commit of a working tree. Evidence that the same run has written does not count as a change. */
export function describeTree(repository: string): Tree {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    if (git('status', '--porcelain', '--', '.', `:!${FOLDER}`) !== '')
      return { kind: 'unfit', reason: 'there are uncommitted changes' };
    return { kind: 'clean', commit: git('rev-parse', 'HEAD') };
  } catch {
    return { kind: 'unfit', reason: 'there is no commit' };
  }
}

/** @returns the reason why nothing was written, or undefined if the evidence was written */
export function writeEvidence(
  repository: string,
  { name, claim }: Pick<Proof, 'name' | 'claim'>,
  { figures, due = [] }: { readonly figures: Figures; readonly due?: readonly string[] },
  before: Tree,
): string | undefined {
  const now = describeTree(repository);
  if (before.kind === 'unfit') return before.reason;
  if (now.kind === 'unfit') return now.reason;
  if (now.commit !== before.commit) return 'another commit was checked out meanwhile';
  const date = new Date().toISOString().slice(0, 10);
  const evidence: Evidence = {
    shows: claim,
    date,
    commit: now.commit,
    ...(due.length > 0 && { due }),
    figures,
  };
  mkdirSync(join(repository, FOLDER), { recursive: true });
  writeFileSync(join(repository, FOLDER, `${name}.json`), `${JSON.stringify(evidence, null, 2)}\n`);
  writeFileSync(join(repository, README), printEvidence(readEvidence(repository)));
  return undefined;
}

/** Returns the evidence by name, sorted. */
export function readEvidence(repository: string): ReadonlyMap<string, Evidence> {
  const files = readdirSync(join(repository, FOLDER)).filter((file) => file.endsWith('.json'));
  return new Map(
    files
      .sort()
      .map((file) => [
        file.slice(0, -'.json'.length),
        JSON.parse(readFileSync(join(repository, FOLDER, file), 'utf8')) as Evidence,
      ]),
  );
}

/** Short forms of the claims. The files contain the full claims. */
const SUMMARIES: Readonly<Record<string, string>> = {
  access: 'policies and access documents decide alike',
  billing: 'exact billing bills what was admitted, even after kills',
  breakers: 'no schedule breaks a rule of shared breakers',
  browser: 'headless Chromium works with what is served',
  cache: 'requests share cached answers only if equal',
  'check-rules': 'every rule of `npm run check` fires',
  crowding: 'crowds of clients neither exhaust the memory nor starve others',
  'fan-out': 'messages reach each client once and in order',
  fuzz: 'no invalid input crashes or hangs anything',
  'in-force': 'changes to customers take effect in time, and everything is billed',
  limits: 'times of packaging, startup, shutdown and authorizers',
  mutants: 'tests notice 90 % of planted mistakes',
  parts: 'every valid choice of parts can be created and deleted on moto',
  quota: 'no crash schedule breaks a quota rule',
  recording: 'recording takes at most 3 % of throughput',
  removable: 'each service can be removed alone',
  roles: 'roles have exactly the rights that the features need',
  soak: 'nothing is lost and nothing grows under load',
  sockets: '10,000 idle WebSockets, 16 KB each',
  speed: 'as fast as the base commit',
  usage: 'SQL over exports returns the same sums as the invoices',
  vectors: 'no invalid token of Wycheproof is accepted',
};

/** Returns the text of docs/evidence/README.md. */
export function printEvidence(evidence: ReadonlyMap<string, Evidence>): string {
  return [
    '# Evidence',
    '',
    'Written by `npm run prove` from committed trees; do not edit. Each file contains the full claim, the figures, the date and the commit of one proof. `npm run prove -- NAME` runs it again.',
    '',
    '| file | what it shows | date |',
    '| --- | --- | --- |',
    ...[...evidence].map(
      ([name, { shows, date, due = [] }]) =>
        `| [${name}.json](${name}.json) | ${(SUMMARIES[name] ?? shows).replaceAll('|', '\\|')}${due.length > 0 ? ` (${due.length} due)` : ''} | ${date} |`,
    ),
    '',
  ].join('\n');
}
