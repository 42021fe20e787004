/** docs/evidence: what was proven, of which commit. Figures of a tree that nobody can check out again are no evidence. */
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
  readonly figures: Figures;
};

type Tree =
  { readonly kind: 'clean'; readonly commit: string } | { readonly kind: 'unfit'; readonly reason: string };

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
  figures: Figures,
  before: Tree,
): string | undefined {
  const now = describeTree(repository);
  if (before.kind === 'unfit') return before.reason;
  if (now.kind === 'unfit') return now.reason;
  if (now.commit !== before.commit) return 'another commit was checked out meanwhile';
  const date = new Date().toISOString().slice(0, 10);
  const evidence: Evidence = { shows: claim, date, commit: now.commit, figures };
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

/** docs/evidence/README.md */
export function printEvidence(evidence: ReadonlyMap<string, Evidence>): string {
  return [
    '# Evidence',
    '',
    'Written by `npm run prove`, from trees without uncommitted changes only; do not edit. Each file has the figures of one',
    'proof, with its date and commit. `npm run prove -- NAME` runs it again.',
    '',
    '| file | what it shows | date |',
    '| --- | --- | --- |',
    ...[...evidence].map(
      ([name, { shows, date }]) =>
        `| [${name}.json](${name}.json) | ${shows.replaceAll('|', '\\|')} | ${date} |`,
    ),
    '',
  ].join('\n');
}
