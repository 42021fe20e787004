/**
 * `npm run audit`: checks the packages in the lock files, including the packages of the tools, for known
 * vulnerabilities, verifies the signatures of installed packages, and lists large packages with the reason for each. A
 * registry that does not offer these checks causes no failure; the output then states that the check did not run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listLargePackages } from './large-packages.ts';

const ROOT = join(import.meta.dirname, '../..');
const DEADLINE_MS = 60_000;

type Audit =
  | { readonly kind: 'clean' }
  /** Names of run-time packages with known vulnerabilities. */
  | { readonly kind: 'vulnerable'; readonly packages: readonly string[] }
  | { readonly kind: 'not-audited'; readonly reason: string };

/** Reads the output of `npm audit --json`, whose form depends on what went wrong. */
export function readAudit(text: string): Audit {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return { kind: 'not-audited', reason: text.trim().split('\n')[0] ?? '' };
  }
  const { vulnerabilities, message, error } = answer as {
    readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
    readonly message?: string;
    readonly error?: { readonly summary?: string; readonly code?: string };
  };
  if (vulnerabilities === undefined)
    return { kind: 'not-audited', reason: message ?? error?.summary ?? error?.code ?? 'no response' };
  const packages = Object.entries(vulnerabilities).map(([name, { severity }]) => `${name} (${severity})`);
  return packages.length === 0 ? { kind: 'clean' } : { kind: 'vulnerable', packages };
}

function run(folder: string, args: readonly string[]): string {
  const { stdout, error } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: DEADLINE_MS });
  return error === undefined ? stdout : error.message;
}

/** @returns how many lock files name packages with known vulnerabilities */
function auditAll(): number {
  const tools = readdirSync(join(ROOT, 'lab/tools'), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && existsSync(join(ROOT, 'lab/tools', entry.name, 'package-lock.json')),
    )
    .map(({ name }) => join('lab/tools', name));
  let bad = 0;
  for (const folder of ['.', ...tools]) {
    const lockAlone = ['--package-lock-only', '--no-workspaces'];
    const audit = readAudit(
      run(join(ROOT, folder), ['audit', '--omit=dev', '--json', ...(folder === '.' ? [] : lockAlone)]),
    );
    if (audit.kind === 'vulnerable') bad += 1;
    console.log(`${folder}: ${describe(audit)}`);
    if (audit.kind === 'not-audited') {
      // If the registry did not answer the first query, the query for signatures is skipped, because it would only time
      // out, too.
      console.log('signatures: not verified');
      return bad;
    }
  }
  const signatures = run(ROOT, ['audit', 'signatures', '--json']);
  const { invalid } = readSignatures(signatures);
  console.log(invalid === undefined ? 'signatures: not verified' : `signatures: ${invalid} invalid`);
  return bad + (invalid ?? 0);
}

function readSignatures(text: string): { readonly invalid: number | undefined } {
  try {
    const { invalid } = JSON.parse(text) as { readonly invalid?: readonly unknown[] };
    return { invalid: invalid?.length };
  } catch {
    return { invalid: undefined };
  }
}

function describe(audit: Audit): string {
  switch (audit.kind) {
    case 'clean':
      return 'no known vulnerabilities';
    case 'vulnerable':
      return `VULNERABLE: ${audit.packages.join(', ')}`;
    case 'not-audited':
      return `not audited: ${audit.reason}`;
  }
}

/** @returns the number of large packages for which no reason is known */
function auditSizes(): number {
  const large = listLargePackages(join(ROOT, 'node_modules'));
  const without = large.filter(({ reason }) => reason === undefined);
  for (const { name, bytes, reason } of large)
    console.log(`${(bytes / 1e6).toFixed(1)} MB ${name}: ${reason ?? 'NO REASON'}`);
  if (without.length > 0)
    console.log('Remove a package without a reason, or write the reason into lab/tools/large-packages.ts.');
  return without.length;
}

if (import.meta.main) process.exitCode = auditSizes() + auditAll() === 0 ? 0 : 1;
