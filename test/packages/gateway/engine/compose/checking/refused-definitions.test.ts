import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { REFUSED_DEFINITIONS } from './refused-definitions.ts';
import { PARTS } from './refused/definition.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-check-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};

/** Findings of AWS's refusals, in short. */
async function refusals(
  text: string,
): Promise<readonly { id: string; line: number | undefined; message: string; remedy: string }[]> {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text);
  const { findings } = await examineStacks([file], OPTIONS);
  return findings
    .filter(({ severity }) => severity === 'refused')
    .map(({ id, line, message, remedy }) => ({ id, line, message, remedy }));
}

describe('examineStacks', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { name, text, needs = [], id, says, source } of REFUSED_DEFINITIONS)
    it(`names ${name} and its line`, async () => {
      const whole = /^Resources:/m.test(text) ? text.trimStart() : `Resources:${text}`;
      const template = `${whole}${needs.map((part) => PARTS[part]).join('')}\n`;
      const line = template.split('\n').findIndex((one) => one.endsWith('# here')) + 1;

      const found = await refusals(template);

      assert.ok(
        found.some((one) => one.id === id && one.line === line && (says?.test(one.message) ?? true)),
        `expected ${id} in line ${line} (${source}); found ${JSON.stringify(found)}`,
      );
      assert.deepEqual(
        found.filter((one) => one.line !== line),
        [],
        'nothing else is refused',
      );
      assert.doesNotMatch(
        found.map(({ remedy }) => remedy).join('\n'),
        /^use a value that the documentation of the property allows|^correct the template at this place$/m,
        'the remedy says what to change; add it in remedies-of-refusals.ts, or as `fix` of the schema',
      );
      assert.equal(found.length, 1, `one fault has one finding; found ${JSON.stringify(found)}`);
    });

  it('refuses nothing of the parts that the definitions above share', async () => {
    for (const [name, part] of Object.entries(PARTS))
      assert.deepEqual(await refusals(`Resources:${part}\n`), [], name);
  });
});
