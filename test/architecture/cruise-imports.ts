/**
 * Runs dependency-cruiser over every source folder and asserts that it saw every file: with an unsupported TypeScript
 * version, it examines nothing and exits with 0. Run by `npm run imports`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { SOURCE_FOLDERS } from './layout.ts';
import { REPOSITORY, readSources } from './source-files.ts';

type Violation = { readonly rule: { readonly name: string }; readonly from: string; readonly to: string };
type Cruise = { readonly modules: readonly string[]; readonly violations: readonly Violation[] };

/** Runs dependency-cruiser on `targets` (folders or files below `root`). */
export function cruiseImports(root: string, targets: readonly string[]): Cruise {
  const binary = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(
    process.execPath,
    [binary, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...targets],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (!run.stdout.startsWith('{'))
    throw new Error(`dependency-cruiser did not run: ${run.stderr}${run.stdout}`);
  const report = JSON.parse(run.stdout) as {
    modules: { source: string }[];
    summary: { violations: Violation[] };
  };
  return { modules: report.modules.map((module) => module.source), violations: report.summary.violations };
}

/** Returns the source files that dependency-cruiser did not see in the whole repository. */
function unseenFiles(cruise: Cruise): readonly string[] {
  const seen = new Set(cruise.modules);
  return readSources()
    .map((file) => file.path)
    .filter((path) => SOURCE_FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && !seen.has(path));
}

function main(): number {
  const folders = SOURCE_FOLDERS.filter((folder) => existsSync(join(REPOSITORY, folder)));
  const cruise = cruiseImports(REPOSITORY, folders);
  const unseen = unseenFiles(cruise);
  for (const { rule, from, to } of cruise.violations) console.error(`${rule.name}: ${from} → ${to}`);
  for (const path of unseen) console.error(`not seen by dependency-cruiser: ${path}`);
  const ours = cruise.modules.filter((module) => folders.includes(module.split('/', 1).join())).length;
  const broken = cruise.violations.length + unseen.length;
  console.log(
    `imports: ${ours} modules, ${cruise.violations.length} violations, ${unseen.length} files unseen`,
  );
  return broken === 0 && ours > 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main();
