/** A plan or state in a folder of its own, loaded as `start` does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import { OPTIONS } from '../stack-builders.ts';

type Loaded = { readonly stack: ResolvedStack; readonly messages: readonly string[] };

/** @param files other files of the folder, by their paths */
export async function loadPlan(text: string, files: readonly string[] = [], name = 'shop'): Promise<Loaded> {
  const base = mkdtempSync(join(tmpdir(), 'gatewright-terraform-plan-'));
  const folder = join(base, name);
  try {
    for (const file of ['plan.json', ...files]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), file === 'plan.json' ? text : '');
    }
    const faults = new Faults(false);
    const [stack] = await loadStacks([join(folder, 'plan.json')], { ...OPTIONS, tolerance: faults });
    if (stack === undefined) throw new Error('no stack');
    return { stack, messages: faults.all.map(({ error }) => error.describe()) };
  } finally {
    rmSync(base, { recursive: true });
  }
}
