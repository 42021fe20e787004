/**
 * Checks every package of a clean clone as registries would: the npm packages with `npm publish --dry-run`, which needs
 * no network, and the wheel and the archive of the Python library with twine. GATEWRIGHT_PYTHON names the interpreter
 * (default: python3).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../architecture/source-files.ts';
import { linkPackages } from './repository-copy.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const PYTHON = process.env['GATEWRIGHT_PYTHON'] ?? 'python3';
const STEP_MS = 600_000;
/** The marker file that a typed wheel must contain. */
const TYPED = 'gatewright/py.typed';

export const packages: Proof = {
  name: 'packages',
  claim: 'a clean clone makes packages that npm and PyPI would take',
  quick: false,
  run() {
    const clone = mkdtempSync(join(tmpdir(), 'packages-'));
    try {
      execFileSync('git', ['clone', '--quiet', '--no-hardlinks', REPOSITORY, clone], { stdio: 'ignore' });
      linkPackages(clone);
      return Promise.resolve(judge(clone));
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  },
};

function judge(clone: string): Outcome {
  const released = step(clone, process.execPath, ['lab/tools/release/run.ts']);
  const tarballs = released.output.split('\n').filter((line) => /^\.\/.*\.tgz$/.test(line));
  const npm = { tarballs: tarballs.length };
  if (released.failed || tarballs.length === 0)
    return { kind: 'refuted', reason: `npm run release: ${released.output}`, figures: npm };
  if (step(clone, PYTHON, ['-c', 'import build, twine']).failed)
    return {
      kind: 'proven',
      isPart: true,
      figures: {
        npm,
        python: `${PYTHON} does not have the packages build and twine: run pip install build twine`,
      },
    };
  const python = checkPython(clone);
  return typeof python === 'string'
    ? { kind: 'refuted', reason: python, figures: { npm } }
    : { kind: 'proven', figures: { npm, python } };
}

/** @returns a description of the problem */
function checkPython(clone: string): Figures | string {
  const folder = join(clone, 'python');
  const built = step(folder, PYTHON, ['-m', 'build', '--outdir', 'dist', '.']);
  if (built.failed) return `python -m build: ${built.output}`;
  const files = readdirSync(join(folder, 'dist')).map((name) => `dist/${name}`);
  const checked = step(folder, PYTHON, ['-m', 'twine', 'check', '--strict', ...files]);
  if (checked.failed) return `twine check: ${checked.output}`;
  const wheel = files.find((name) => name.endsWith('.whl'));
  if (wheel === undefined || files.length !== 2)
    return `expected a wheel and an archive, but found ${files.join(', ')}`;
  const listed = step(folder, PYTHON, ['-m', 'zipfile', '--list', wheel]);
  return listed.output.includes(TYPED) ? { files: files.length } : `the wheel lacks ${TYPED}`;
}

function step(
  cwd: string,
  program: string,
  args: readonly string[],
): { readonly failed: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: STEP_MS });
  return { failed: status !== 0, output: `${stdout}${stderr}`.trim() };
}
