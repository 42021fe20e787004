import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { SUITES, WORKSPACES } from '../../../../packages/gatewright/package/manifest.ts';
import { notesOf } from '../../../../lab/tools/release/changelog.ts';
import { release } from '../../../../lab/tools/release/release.ts';
import {
  findStrayVersions,
  isVersion,
  setVersion,
  versionOf,
} from '../../../../lab/tools/release/versions.ts';
import { readSource, REPOSITORY } from '../../../architecture/source-files.ts';

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-21\n\n### Added\n\n- A thing.\n\n## [1.2.2]\n\n- Old.\n';

function aCheckout(version = '1.2.3'): { readonly root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-release-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('CHANGELOG.md', CHANGELOG);
  write('python/pyproject.toml', `[project]\nname = "x"\nversion = "${version}"\n`);
  const manifest = {
    name: 'x',
    version,
    dependencies: { '@gatewright/aws': version, yaml: '2.9.1' },
  };
  for (const folder of ['.', ...Object.values({ ...WORKSPACES, ...SUITES })])
    write(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

/** Programs that answer as named; what was run, in order. */
function programs(answers: Readonly<Record<string, string>> = {}): {
  readonly ran: readonly string[];
  readonly run: (program: string, args: readonly string[]) => string;
} {
  const ran: string[] = [];
  return {
    ran,
    run(program, args) {
      const line = [program, ...args].join(' ');
      ran.push(line);
      return answers[line] ?? '';
    },
  };
}

const CI = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/' };

describe('a release', () => {
  it('packs every package from a clean tree, in the order of dependencies, and publishes nothing', () => {
    using checkout = aCheckout();
    const { ran, run } = programs();
    const tarballs = release({ ...checkout, isPublished: false, environment: {} }, run);

    assert.deepEqual(tarballs, [
      ...['aws', 'dynamodb', 'handlers', 'velocity', 'conformance'].map(
        (name) => `./.build/npm/gatewright-${name}-1.2.3.tgz`,
      ),
      './.build/npm/gatewright-1.2.3.tgz',
    ]);
    assert.ok(ran.includes('npm run --silent build:package'), 'which packs');
    const published = ran.filter((line) => line.includes('publish'));
    assert.equal(published.length, 6);
    assert.ok(published.every((line) => line.includes('--dry-run --offline')));
  });

  it('publishes with provenance, in a workflow, from a commit that has the tag', () => {
    using checkout = aCheckout();
    const { ran, run } = programs({ 'git tag --points-at HEAD': 'other\nv1.2.3\n' });
    release({ ...checkout, isPublished: true, environment: CI }, run);

    const published = ran.filter((line) => line.startsWith('npm publish') && !line.includes('--dry-run'));
    assert.equal(published.length, 6);
    assert.ok(published.every((line) => line.includes('--provenance') && !line.includes('--tag')));
  });

  it('keeps a version before a release away from those who ask for the newest', () => {
    using checkout = aCheckout('1.2.3-rc.1');
    writeFileSync(join(checkout.root, 'CHANGELOG.md'), CHANGELOG.replace('[1.2.3]', '[1.2.3-rc.1]'));
    const { ran, run } = programs({ 'git tag --points-at HEAD': 'v1.2.3-rc.1' });
    release({ ...checkout, isPublished: true, environment: CI }, run);

    assert.ok(ran.some((line) => /^npm publish .* --tag next$/.test(line)));
  });

  const refused: readonly (readonly [
    name: string,
    said: RegExp,
    wish: { readonly isPublished?: boolean; readonly environment?: Readonly<Record<string, string>> },
    change: (root: string) => void,
    answers: Readonly<Record<string, string>>,
  ])[] = [
    [
      'uncommitted changes',
      /commit or discard/,
      {},
      () => undefined,
      { 'git status --porcelain': ' M a.ts\n' },
    ],
    [
      'packages that do not agree',
      /packages\/base\/aws\/package\.json: its version is 9\.9\.9/,
      {},
      (root) => {
        const file = join(root, 'packages/base/aws/package.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"1.2.3"', '"9.9.9"'));
      },
      {},
    ],
    [
      'a Python library of another version',
      /pyproject\.toml: its version is 9\.9\.9/,
      {},
      (root) => writeFileSync(join(root, 'python/pyproject.toml'), 'version = "9.9.9"\n'),
      {},
    ],
    [
      'a version that the changelog lacks',
      /has no section "## \[2\.0\.0\]/,
      {},
      (root) => setVersion(root, '2.0.0'),
      {},
    ],
    [
      'a machine that can prove nothing',
      /only \.github\/workflows\/release\.yml/,
      { isPublished: true },
      () => undefined,
      {},
    ],
    [
      'a commit without the tag',
      /no tag v1\.2\.3/,
      { isPublished: true, environment: CI },
      () => undefined,
      {},
    ],
  ];
  for (const [name, said, options, change, answers] of refused)
    it(`refuses ${name}, and packs nothing`, () => {
      using checkout = aCheckout();
      change(checkout.root);
      const { ran, run } = programs(answers);

      assert.throws(
        () => release({ ...checkout, isPublished: false, environment: {}, ...options }, run),
        said,
      );
      assert.ok(!ran.some((line) => line.startsWith('npm')));
    });
});

describe('the changelog', () => {
  it('says what a version changed', () => {
    assert.equal(notesOf(CHANGELOG, '1.2.3'), '### Added\n\n- A thing.');
  });

  it('needs a date, and something to say', () => {
    assert.throws(() => notesOf(CHANGELOG, '1.2.2'), /needs the date/);
    assert.throws(
      () => notesOf('## [1.0.0] - 2026-01-01\n\n## [0.9.0] - 2025-01-01\n', '1.0.0'),
      /has no entries/,
    );
  });

  it('of this repository has a section for the next version, or for the current one', () => {
    const { text } = readSource('CHANGELOG.md');
    assert.ok(text.includes('\n## [Unreleased]\n') || notesOf(text, versionOf(REPOSITORY)) !== '');
  });
});

describe('the version', () => {
  it('is the same in all packages of this repository', () => {
    assert.deepEqual(findStrayVersions(REPOSITORY), []);
  });

  it('is set in all packages, but not in ranges of other packages', () => {
    using checkout = aCheckout();
    setVersion(checkout.root, '2.0.0');

    assert.deepEqual(findStrayVersions(checkout.root), []);
    assert.match(readFileSync(join(checkout.root, 'shared/package.json'), 'utf8'), /"yaml": "2\.9\.1"/);
    assert.match(
      readFileSync(join(checkout.root, 'python/pyproject.toml'), 'utf8'),
      /^version = "2\.0\.0"$/m,
    );
  });

  for (const [text, expected] of [
    ['1.2.3', true],
    ['1.2.3-rc.1', true],
    ['1.2', false],
    ['v1.2.3', false],
    ['1.2.3; rm', false],
  ] as const)
    it(`${expected ? 'takes' : 'refuses'} ${text}`, () => {
      assert.equal(isVersion(text), expected);
    });
});
