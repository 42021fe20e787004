/** Reads a checked-out tree for the figures and for the rule about tests. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Tree } from './arrows.ts';
import type { Manifest } from './resolve-specifier.ts';
import { readModule } from './source-modules.ts';

/** The tree is cached, because several tests of a process read this repository, and reading it takes seconds. */
const known = new Map<string, Tree>();

/** Every file that git tracks or would add, except fixtures, which are data. */
export function readTree(root: string): Tree {
  const tree = known.get(root) ?? readOnce(root);
  known.set(root, tree);
  return tree;
}

function readOnce(root: string): Tree {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0');
  // The list ends with a NUL, too.
  const named = listed.filter((path) => path !== '' && existsSync(join(root, path)));
  const paths = named.filter((path) => !path.startsWith('test/fixtures/'));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const manifests = paths.filter((path) => posix.basename(path) === 'package.json');
  const others = paths.filter((path) => /\.(cjs|yml)$/.test(path));
  return {
    paths,
    others: new Map(others.map((path) => [path, read(path)])),
    modules: paths.filter((path) => /\.tsx?$/.test(path)).map((path) => readModule(path, read(path))),
    manifests: new Map(manifests.map((path) => [posix.dirname(path), JSON.parse(read(path)) as Manifest])),
  };
}
