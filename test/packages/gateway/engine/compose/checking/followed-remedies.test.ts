import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { FOLLOWED_REMEDIES } from './followed-remedies.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-remedies-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};

async function remediesOf(text: string): Promise<readonly string[]> {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text);
  const { findings } = await examineStacks([file], OPTIONS);
  return findings.filter(({ severity }) => severity === 'refused').map(({ remedy }) => remedy);
}

describe('a remedy that is followed', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { name, template, change, remedy } of FOLLOWED_REMEDIES)
    it(`makes ${name} acceptable`, async () => {
      const [wrong, right] = change;
      const changed = template.replace(wrong, right);
      assert.notEqual(changed, template);

      assert.deepEqual(await remediesOf(template), [remedy]);
      assert.deepEqual(await remediesOf(changed), []);
    });
});
