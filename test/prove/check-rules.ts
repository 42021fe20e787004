/**
 * Proves that every rule of `npm run check` reports violations. It plants one violation per rule in a copy of the
 * repository, and runs the tools there with the repository's own configuration. A rule without a planted violation
 * refutes the proof, so the table stays complete.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../architecture/source-files.ts';
import { cruiseImports } from '../architecture/cruise-imports.ts';
import { PLANTED, PROVEN_FLAGS, plantedTargets } from './planted-violations.ts';
import type { PlantedViolation } from './planted-violations.ts';
import type { Outcome, Proof } from './proof.ts';
import { copyRepository } from './repository-copy.ts';

/** `rule in path`, one for each finding of a tool. */
type Findings = ReadonlySet<string>;
const finding = (rule: string, path: string): string => `${rule} in ${path}`;

function copyWithViolations(): string {
  const copy = copyRepository('gatewright-rules-');
  for (const { path, text } of [...plantedTargets(), ...PLANTED]) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  return copy;
}

const plantedFor = (tool: PlantedViolation['tool']): readonly PlantedViolation[] =>
  PLANTED.filter((planted) => planted.tool === tool);

function runTool(copy: string, script: string, args: readonly string[]): string {
  const run = spawnSync(process.execPath, [join(copy, 'node_modules', script), ...args], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return `${run.stdout}\n${run.stderr}`;
}

/** oxlint also checks types. Its codes are, for example, `TS2322` or `typescript(no-explicit-any)`. */
function findLintErrors(copy: string): Findings {
  const paths = [...plantedFor('types'), ...plantedFor('lint')].map(({ path }) => path);
  const output = runTool(copy, 'oxlint/bin/oxlint', ['--format', 'json', ...paths]);
  const start = output.indexOf('{');
  if (start === -1) throw new Error(`oxlint did not run: ${output.slice(0, 400)}`);
  const report = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1)) as {
    diagnostics: { code?: string; filename: string }[];
  };
  return new Set(
    report.diagnostics.map(({ code = 'parse error', filename }) =>
      finding(
        // In the configuration, the names of ESLint's own rules have no prefix.
        code.replace(/^(?:eslint\()?(.*?)\((.*)\)$/, '$1/$2').replace(/^eslint\/|^typescript\/(?=TS\d)/, ''),
        relative(copy, resolve(copy, filename)),
      ),
    ),
  );
}

function findImportErrors(copy: string): Findings {
  const paths = plantedFor('imports').map(({ path }) => path);
  return new Set(cruiseImports(copy, paths).violations.map(({ rule, from }) => finding(rule.name, from)));
}

function findFormatErrors(copy: string): Findings {
  const paths = plantedFor('format').map(({ path }) => path);
  const output = runTool(copy, 'oxfmt/bin/oxfmt', ['--list-different', ...paths]);
  return new Set(paths.filter((path) => output.includes(path)).map((path) => finding('format', path)));
}

/** Rules of the configuration for which no violation is planted. */
async function unprovenRules(): Promise<readonly string[]> {
  const config = (await import(pathToFileURL(join(REPOSITORY, '.dependency-cruiser.mjs')).href)) as {
    default: { forbidden: { name: string }[] };
  };
  const planted = new Set(plantedFor('imports').map(({ rule }) => rule));
  const imports = config.default.forbidden.map(({ name }) => name).filter((name) => !planted.has(name));
  const tsconfig = JSON.parse(readFileSync(join(REPOSITORY, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  const settings = new Set(['noEmit', 'allowImportingTsExtensions', 'skipLibCheck']);
  const flags = Object.entries(tsconfig.compilerOptions)
    .filter(
      ([name, value]) => typeof value === 'boolean' && !settings.has(name) && !PROVEN_FLAGS.includes(name),
    )
    .map(([name]) => name);
  const lint = readFileSync(join(REPOSITORY, '.oxlintrc.json'), 'utf8');
  const named = [...lint.matchAll(/"([a-z]+[-/][a-z/-]+)":\s*\[?\s*"error"/g)].map((match) => match[1] ?? '');
  const proven = new Set(plantedFor('lint').map(({ rule }) => rule));
  return [...imports, ...flags, ...named.filter((name) => !proven.has(name))];
}

async function proveRules(): Promise<Outcome> {
  const copy = copyWithViolations();
  try {
    const linted = findLintErrors(copy);
    const found: Record<PlantedViolation['tool'], Findings> = {
      types: linted,
      lint: linted,
      imports: findImportErrors(copy),
      format: findFormatErrors(copy),
    };
    const rows = PLANTED.map(({ tool, rule, path }) => {
      return { tool, rule, path, fired: found[tool].has(finding(rule, path)) };
    });
    for (const { tool, rule, path, fired } of rows) {
      console.log(`  ${fired ? 'fired ' : 'SILENT'}  ${tool.padEnd(8)} ${rule.padEnd(48)} ${path}`);
    }
    const silent = rows.filter(({ fired }) => !fired).map(({ tool, rule }) => `${tool} ${rule}`);
    const unproven = (await unprovenRules()).map((rule) => `${rule} (nothing planted)`);
    const figures = { rules: rows.length, fired: rows.length - silent.length };
    return silent.length + unproven.length === 0
      ? { kind: 'proven', figures }
      : { kind: 'refuted', reason: [...silent, ...unproven].join(', '), figures };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

export const checkRules: Proof = {
  name: 'check-rules',
  claim: 'every rule of `npm run check` fires on a planted violation',
  quick: true,
  run: proveRules,
};
