/**
 * `npm run check`: runs all checks that do not run the product, in two lanes of about the same duration. The output of
 * each check is printed as one block, and a failed check does not end the others.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** Each lane runs its scripts of package.json one after the other. */
const LANES = [['format', 'imports'], ['lint']];

type Verdict = { readonly script: string; readonly passed: boolean };

async function runScript(script: string): Promise<Verdict> {
  const fromMs = performance.now();
  const child = spawn('npm', ['run', '--silent', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const passed = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0));
  });
  const seconds = ((performance.now() - fromMs) / 1000).toFixed(0);
  process.stdout.write(Buffer.concat(chunks));
  console.log(`check: ${script} ${passed ? 'passed' : 'FAILED'} (${seconds} s)`);
  return { script, passed };
}

async function runLane(scripts: readonly string[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const script of scripts) verdicts.push(await runScript(script));
  return verdicts;
}

const verdicts = (await Promise.all(LANES.map(runLane))).flat();
const failed = verdicts.filter(({ passed }) => !passed).map(({ script }) => script);
if (failed.length > 0) {
  console.error(`check: ${failed.join(', ')} failed`);
  process.exitCode = 1;
}
