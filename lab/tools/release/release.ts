/** The steps of a release, and the conditions under which it is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STANDALONE_PACKAGES, SUITES } from '../../../packages/gatewright/package/manifest.ts';
import { notesOf } from './changelog.ts';
import { findStrayVersions, versionOf } from './versions.ts';

type ReleaseOptions = {
  readonly root: string;
  /** Whether the packages are uploaded. If false, the release does everything except the upload. */
  readonly isPublished: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/**
 * Runs a program in the checkout.
 * @returns its output
 * @throws Error if it fails
 */
type Run = (program: string, args: readonly string[]) => string;

export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
}

/** @returns the tarballs in the order of publication, dependencies first */
export function release({ root, isPublished, environment }: ReleaseOptions, run: Run): readonly string[] {
  const version = versionOf(root);
  const stray = findStrayVersions(root);
  if (stray.length > 0)
    throw new ReleaseRefused(`${stray.join('\n')}\nrun npm run release -- --set ${version}`);
  const changes = run('git', ['status', '--porcelain']).trim();
  if (changes !== '')
    throw new ReleaseRefused(
      `the working tree has uncommitted changes; commit or discard them first:\n${changes}`,
    );
  const notes = notesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
  if (isPublished) assertProvenance(version, environment, run);

  run('npm', ['run', '--silent', 'build:package']);
  const tarballs = [...STANDALONE_PACKAGES, ...Object.keys(SUITES), 'gatewright'].map((name) => {
    const packed = name === 'gatewright' ? name : `gatewright-${name}`;
    return `./.build/npm/${packed}-${version}.tgz`;
  });
  // Checks each package without the network, and refuses a package that npm would refuse.
  for (const tarball of tarballs)
    run('npm', ['publish', tarball, '--dry-run', '--offline', '--access', 'public', ...tagOf(version)]);
  if (!isPublished) return tarballs;
  for (const tarball of tarballs)
    run('npm', ['publish', tarball, '--provenance', '--access', 'public', ...tagOf(version)]);
  run('gh', ['release', 'create', `v${version}`, '--title', version, '--notes', notes, ...tarballs]);
  return tarballs;
}

/**
 * Requires a CI workflow and a tag. npm signs the provenance of a package only if a workflow vouches for the package,
 * and only a tag identifies what was built.
 */
function assertProvenance(version: string, environment: ReleaseOptions['environment'], run: Run): void {
  if (environment['ACTIONS_ID_TOKEN_REQUEST_URL'] === undefined)
    throw new ReleaseRefused(
      'only .github/workflows/release.yml publishes packages, because it can attest their provenance; to publish, push the tag',
    );
  const tags = run('git', ['tag', '--points-at', 'HEAD']).split('\n');
  if (!tags.includes(`v${version}`))
    throw new ReleaseRefused(
      `this commit has no tag v${version}; run git tag v${version} && git push --tags`,
    );
}

/** Returns the options that keep a pre-release from being the version that `npm install gatewright` installs. */
function tagOf(version: string): readonly string[] {
  return version.includes('-') ? ['--tag', 'next'] : [];
}
