import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readPlanFile } from '../../../../../../packages/toolkit/stack/quota/commands/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-plan-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'gold.yml');

describe('the file of a customer plan', () => {
  it('is YAML or JSON with an id', () => {
    writeFileSync(file, 'id: gold\nlimits: []\n');

    assert.deepEqual(readPlanFile(file).plan, { id: 'gold', limits: [] });
  });

  it('is refused with line and mark if it is not YAML', () => {
    writeFileSync(file, 'id: gold\nlimits: [ { id: a }\ncost: {}\n');

    assert.throws(() => readPlanFile(file), {
      code: 'USAGE',
      message: /gold\.yml:3:1: .*\n {2}cost: \{\}\n {2}\^$/,
    });
  });

  it('is refused with a message if it does not exist or is not a plan', () => {
    assert.throws(
      () => readPlanFile(join(folder, 'none.yml')),
      /none\.yml cannot be read: ENOENT: no such file or directory, open /,
    );
    writeFileSync(file, '- gold\n');
    assert.throws(
      () => readPlanFile(file),
      /does not contain a plan, because it has no id: add the id of the plan/,
    );
  });
});
