import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readSource, REPOSITORY } from '../architecture/source-files.ts';
import { describeTree, printEvidence, readEvidence, writeEvidence } from './evidence.ts';
import type { Figures } from './proof.ts';
import { PROOFS } from './proofs.ts';

/**
 * Proofs that have not run completely on the current code. After the next full run, which writes the file, remove its
 * name here.
 */
const DUE: readonly string[] = ['mutants', 'promises'];

const ask = (...args: string[]): string =>
  execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
/** Without the full git history, nothing can be checked. */
function isShallow(): boolean {
  try {
    return ask('rev-parse', '--is-shallow-repository').trim() !== 'false';
  } catch {
    return true;
  }
}
function leadsHere(commit: string): boolean {
  try {
    ask('merge-base', '--is-ancestor', commit, 'HEAD');
    return true;
  } catch {
    return false;
  }
}

/** The values of all members with this name, at any depth. */
function commitsIn(figures: Figures): readonly string[] {
  return Object.entries(figures).flatMap(([name, value]) => {
    if (name === 'commit') return [typeof value === 'string' ? value : ''];
    return typeof value === 'object' ? commitsIn(value as Figures) : [];
  });
}

describe('docs/evidence', () => {
  const evidence = readEvidence(REPOSITORY);
  /** The commits of the files, and of figures in the files that were measured separately. */
  const commits = [...evidence].flatMap(([name, { commit, figures }]) =>
    [commit, ...commitsIn(figures)].map((one) => [name, one] as const),
  );

  it('has one file for each proof that is not due, with the claim of the proof', () => {
    const whole = [...evidence].filter(([, { due }]) => due === undefined);
    const shown = whole.map(([name, { shows }]) => [name, shows]);

    const expected = PROOFS.filter(({ name }) => !DUE.includes(name)).map(({ name, claim }) => [name, claim]);
    assert.deepEqual(
      shown.sort(),
      expected.sort(),
      'a new proof: add its name to DUE until its first full run has written its file; a changed claim: run the proof',
    );
  });

  it('has the claim, or parts of it, in the file of a proof that is due', () => {
    const claims = new Map(PROOFS.map(({ name, claim }) => [name, claim]));
    const inPart = [...evidence].filter(([name, { due }]) => due !== undefined || DUE.includes(name));

    const wrong = inPart.filter(
      ([name, { shows, due = [] }]) => due.length === 0 || !DUE.includes(name) || shows !== claims.get(name),
    );

    assert.deepEqual(wrong, []);
  });

  it('names the commits for which it was written', () => {
    const others = commits.filter(([, commit]) => !/^[0-9a-f]{40}$/.test(commit)).map(([name]) => name);

    assert.deepEqual(others, []);
  });

  // After a branch is rebased, its earlier commits can no longer be checked out.
  it('belongs to commits in the history of this one', { skip: isShallow() }, () => {
    const lost = commits.filter(([, commit]) => !leadsHere(commit)).map(([name]) => name);

    assert.deepEqual(lost, []);
  });

  it('has a README.md that lists it', () => {
    assert.equal(readSource('docs/evidence/README.md').text, printEvidence(evidence));
  });
});

describe('writeEvidence', () => {
  const proof = { name: 'roundness', claim: 'the wheel is round' };
  let repository = '';
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: repository,
      stdio: 'pipe',
    });
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'evidence-'));
    git('init', '-q');
    writeFileSync(join(repository, 'a.txt'), 'a');
    git('add', '.');
    git('commit', '-qm', 'one');
  });
  afterEach(() => rmSync(repository, { recursive: true, force: true }));
  const file = (): string => join(repository, 'docs/evidence', 'roundness.json');

  it('writes the figures of a commit, even if another proof has written its evidence before', () => {
    const tree = describeTree(repository);
    assert.equal(writeEvidence(repository, { ...proof, name: 'another' }, { figures: {} }, tree), undefined);

    assert.equal(writeEvidence(repository, proof, { figures: { wheels: 4 } }, tree), undefined);

    const written = JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;
    assert.equal(written['shows'], 'the wheel is round');
    assert.deepEqual(written['figures'], { wheels: 4 });
    assert.match(String(written['commit']), /^[0-9a-f]{40}$/);
    assert.match(readFileSync(join(repository, 'docs/evidence/README.md'), 'utf8'), /the wheel is round/);
  });

  it('names the parts of the claim that are still unproven, if there are any', () => {
    const tree = describeTree(repository);
    const due = (): unknown => (JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>)['due'];

    assert.equal(writeEvidence(repository, proof, { figures: {}, due: ['spokes', 'rim'] }, tree), undefined);
    assert.deepEqual(due(), ['spokes', 'rim']);
    assert.match(readFileSync(join(repository, 'docs/evidence/README.md'), 'utf8'), /round \(2 due\)/);

    assert.equal(writeEvidence(repository, proof, { figures: {}, due: [] }, tree), undefined);
    assert.equal(due(), undefined);
  });

  const unfit: readonly [string, () => void, RegExp][] = [
    ['a changed file', () => writeFileSync(join(repository, 'a.txt'), 'b'), /uncommitted/],
    ['a new file', () => writeFileSync(join(repository, 'b.txt'), 'b'), /uncommitted/],
    ['no repository', () => rmSync(join(repository, '.git'), { recursive: true }), /no commit/],
  ];
  for (const [name, spoil, reason] of unfit) {
    it(`writes nothing if there is ${name}, before or after the run`, () => {
      const clean = describeTree(repository);
      spoil();

      assert.match(writeEvidence(repository, proof, { figures: {} }, clean) ?? '', reason);
      assert.match(writeEvidence(repository, proof, { figures: {} }, describeTree(repository)) ?? '', reason);
      assert.equal(existsSync(file()), false);
    });
  }

  it('writes nothing if another commit was made during the run', () => {
    const before = describeTree(repository);
    git('commit', '-q', '--allow-empty', '-m', 'two');

    assert.match(writeEvidence(repository, proof, { figures: {} }, before) ?? '', /another commit/);
  });
});
