/**
 * This axis varies the number of parts of the deployable stack. The stack is in a folder that `gatewright init` creates
 * and the package serves.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { residentMegabytes } from '../measure.ts';
import { buildCommand } from '../plain-stack.ts';
import { stop } from '../targets.ts';
import type { Axis, Figures } from './axis.ts';
import { MEMORY, START } from './columns.ts';
import { FOLDER, startIn } from './served.ts';

const PARTS = ['authorizers', 'quotas', 'webhooks', 'channels', 'cache', 'waf'];

let built: string | undefined;

async function measure(size: number): Promise<Figures> {
  const command = (built ??= buildCommand());
  const cwd = join(FOLDER, 'parts');
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(join(cwd, 'node_modules'), { recursive: true });
  symlinkSync(dirname(dirname(command)), join(cwd, 'node_modules/gatewright'));
  const parts = PARTS.slice(0, size).join(',');
  execFileSync(process.execPath, [command, 'init', '.', '--parts', parts], { cwd, stdio: 'ignore' });
  // The first start stores the output of osls, which later starts reuse.
  await stop(await startIn(cwd, command, [], 'parts'));
  const served = await startIn(cwd, command, [], 'parts');
  try {
    return { startMs: served.startMs, rssMb: residentMegabytes(served.process.pid) };
  } finally {
    await stop(served);
  }
}

export const PARTS_AXIS: Axis = {
  name: 'parts',
  title: 'Parts of the stack',
  counts: 'parts',
  sizes: PARTS.map((_, index) => index + 1),
  columns: [START, MEMORY],
  how: `A stack created by \`gatewright init --parts ${PARTS.join(',')}\`, with as many of these parts as the size says. The second start of the package is measured.`,
  why: 'Each part brings its own functions, tables and routes.',
  measure,
};
