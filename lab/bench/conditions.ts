/** The conditions under which a page of figures was measured, and the code that writes the page. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { formatText } from '../tools/format-text.ts';
import { ROOT } from './targets.ts';

export type Conditions = {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly cores: number;
  /** Load average of the last minute before the run. */
  readonly loadAverage: number;
  readonly node: string;
};

/** Folder for pages of figures; git ignores it. */
export const LAB = join(ROOT, '.build/lab');

/**
 * Maximum load average of a quiet machine. At a higher load, other programs take processor time from both sides, but
 * not in equal parts.
 */
export const QUIET_LOAD = 0.5;

export function readConditions(): Conditions {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain') !== '';
  const [processor] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git('rev-parse', '--short=8', 'HEAD')}${isChanged ? ' with changes' : ''}`,
    machine: `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    cores: cpus().length,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** Writes the file as `npm run format` would format it. */
export async function writePage(file: string, text: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await formatText(file, text));
}
