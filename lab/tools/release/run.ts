/** `npm run release [-- --set VERSION | --publish]`: checks and packs every package; `--publish` uploads them, in CI. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { release, ReleaseRefused } from './release.ts';
import { isVersion, setVersion } from './versions.ts';

const ROOT = join(import.meta.dirname, '../../..');
const STEP_DEADLINE_MS = 600_000;

function run(program: string, args: readonly string[]): string {
  const { status, stdout, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: STEP_DEADLINE_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0)
    throw new ReleaseRefused(`${program} ${args.join(' ')} failed: ${error?.message ?? stdout.trim()}`);
  return stdout;
}

function main(): number {
  const { values } = parseArgs({
    options: { set: { type: 'string' }, publish: { type: 'boolean', default: false } },
  });
  try {
    if (values.set !== undefined) {
      if (!isVersion(values.set))
        throw new ReleaseRefused(`${values.set} is not a version; write it as 1.2.3 or 1.2.3-rc.1`);
      setVersion(ROOT, values.set);
      run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']);
      console.log(
        `every package has version ${values.set}; update CHANGELOG.md, commit, and tag the commit v${values.set}`,
      );
      return 0;
    }
    const tarballs = release({ root: ROOT, isPublished: values.publish, environment: process.env }, run);
    for (const tarball of tarballs) console.log(tarball);
    console.log(
      values.publish
        ? 'published'
        : 'packed, but not published; --publish publishes the packages, and works only in the workflow',
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    return 1;
  }
}

process.exitCode = main();
