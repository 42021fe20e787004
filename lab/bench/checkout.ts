/**
 * Checks out another commit for comparison. The result is a temporary git worktree in an ignored folder, with its
 * packages installed, so it is ready to run.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_DEADLINE_MS = 300_000;

type Checkout = AsyncDisposable & {
  readonly commit: string;
  /** Absolute path of the worktree. */
  readonly root: string;
};

/** @throws Error if `name` is not a commit */
export async function resolveCommit(repository: string, name: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  try {
    return (await run('git', args, { cwd: repository })).stdout.trim();
  } catch {
    throw new Error(`${name} is not a commit of this repository`);
  }
}

/**
 * Checks a commit out below `folder`, which git ignores. Disposing of the result removes the worktree. With
 * `withPackages`, the packages are installed from the commit's lock file, or linked from this checkout if the lock file
 * is the same.
 */
export async function checkOut(
  repository: string,
  folder: string,
  commit: string,
  { withPackages }: { readonly withPackages: boolean },
): Promise<Checkout> {
  const root = join(folder, `${commit.slice(0, 12)}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const interrupt = (): void => {
    rmSync(root, { recursive: true, force: true });
    execFileSync('git', ['worktree', 'prune'], { cwd: repository });
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  const remove = async (): Promise<void> => {
    process.removeListener('SIGINT', interrupt);
    await rm(root, { recursive: true, force: true });
    await run('git', ['worktree', 'prune'], { cwd: repository });
  };
  try {
    await run('git', ['worktree', 'add', '--quiet', '--detach', root, commit], { cwd: repository });
    if (withPackages) await providePackages(repository, root);
  } catch (error) {
    await remove();
    throw error;
  }
  return { commit, root, [Symbol.asyncDispose]: remove };
}

async function providePackages(repository: string, root: string): Promise<void> {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (lock === readFileSync(join(repository, 'package-lock.json'), 'utf8')) {
    for (const path of packageFolders(lock)) linkTree(join(repository, path), join(root, path));
    return;
  }
  // Install scripts would download another Node, which is not used for measurements.
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', args, { cwd: root, timeout: INSTALL_DEADLINE_MS });
}

/** Returns the `node_modules` folders that a lock file fills: the root's folder, and the folders of some workspaces. */
export function packageFolders(lock: string): readonly string[] {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, unknown>> };
  const folders = Object.keys(packages).flatMap((path) => /^(?:.+?\/)??node_modules(?=\/)/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}

/**
 * Recreates a folder with links to the same files, so that their contents are not copied. Symbolic links are copied.
 * The links of workspaces are relative, so the copied links point to the other commit's packages. With a single link to
 * the whole folder, they would point to our packages.
 */
function linkTree(from: string, to: string): void {
  // A workspace that has no packages for this system has no `node_modules` folder.
  if (lstatSync(from, { throwIfNoEntry: false }) === undefined) return;
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === '.cache') continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

/**
 * Returns the arguments with which a script of package.json starts Node. Paths of files become absolute, because the
 * files are in different places in different commits.
 * @throws Error if there is no such script, or the script does not start Node with a .ts file
 */
export function scriptWords(root: string, script: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts?: Readonly<Record<string, string>>;
  };
  const words = /\bnode ((?:--require \S+ )*\S+\.ts)\b/.exec(scripts?.[script] ?? '')?.[1]?.split(' ');
  if (words === undefined)
    throw new Error(`${root}/package.json has no script "${script}" that runs a .ts file with node`);
  return words.map((word) => (word.startsWith('--') ? word : join(root, word)));
}

/** Returns the file that `npm run gatewright` starts in a checkout. */
export function commandOf(root: string): string {
  return scriptWords(root, 'gatewright').at(-1) ?? '';
}
