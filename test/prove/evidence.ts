/**
 * docs/evidence: what was proven, of which commit. Figures of a tree that cannot be checked out again are no
 * evidence.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures, Proof } from './proof.ts';

const FOLDER = 'docs/evidence';
const README = `${FOLDER}/README.md`;

type Evidence = {
  /** The claim that the figures bear out. */
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

/** The commit that a working tree is, evidence of the same run aside. */
export function describeTree(repository: string): Tree {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    if (git('status', '--porcelain', '--', '.', `:!${FOLDER}`) !== '')
      return { kind: 'unfit', reason: 'there are changes that are not committed' };
    return { kind: 'clean', commit: git('rev-parse', 'HEAD') };
  } catch {
    return { kind: 'unfit', reason: 'there is no commit to name' };
  }
}

/** @returns why nothing was written; undefined where it was */
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

/** By name, sorted. */
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

/** The claims in short; the files have them in full. */
const SUMMARIES: Readonly<Record<string, string>> = {
  access: 'policy and access document decide alike',
  billing: 'exact billing equals admissions, also after kills',
  breakers: 'no schedule breaks a rule of shared breakers',
  browser: 'headless Chromium works with what is served',
  cache: 'requests share cached answers only if equal',
  'check-rules': 'every rule of `npm run check` fires',
  'fan-out': 'messages reach each client once and in order',
  fuzz: 'invalid input crashes and hangs nothing',
  'in-force': 'changes of customers apply in time, all billed',
  limits: 'times of packaging, start, end and authorizers',
  mutants: 'tests notice 90 % of planted mistakes',
  quota: 'no crash schedule breaks a quota rule',
  recording: 'recording takes at most 3 % of throughput',
  removable: 'each service can be removed alone',
  roles: 'roles hold exactly the rights that features need',
  soak: 'no loss and no growth under load',
  sockets: '10,000 idle WebSockets, 16 KB each',
  speed: 'as fast as the base commit',
  usage: 'SQL over exports equals the invoices',
  vectors: 'no invalid token of Wycheproof is accepted',
};

/** docs/evidence/README.md */
export function printEvidence(evidence: ReadonlyMap<string, Evidence>): string {
  return [
    '# Evidence',
    '',
    'Written by `npm run prove` from committed trees; do not edit. Each file has the full claim, figures, date and commit of one proof. `npm run prove -- NAME` runs it again.',
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
