import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { PARTS } from './refused/definition.ts';
import { UPDATES } from './updates.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-update-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};

const CFN_UPDATES =
  'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html';

async function update(before: string, now: string, more: Readonly<Record<string, string>> = {}) {
  const files = { 'deployed.yaml': before, 'template.yaml': now, ...more };
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), /^Resources:/m.test(text) ? text : `Resources:${text}\n`);
  const sources = ['template.yaml', ...Object.keys(more)].map((name) => join(folder, name));
  const { findings } = await examineStacks(sources, { ...OPTIONS, against: [join(folder, 'deployed.yaml')] });
  return findings.filter(({ id }) => id.startsWith('update-'));
}

describe('an update of a stack', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { name, before, now, needs = [], finds, source } of UPDATES)
    it(`${finds.length === 0 ? 'is quiet about' : 'names'} ${name}`, async () => {
      const shared = needs.map((part) => PARTS[part]).join('');

      const found = await update(`${before}${shared}`, `${now}${shared}`);

      assert.deepEqual(
        found.map(({ id, severity, resource }) => `${severity} ${id} ${resource}`),
        finds,
        `${source}: ${JSON.stringify(found.map(({ message }) => message))}`,
      );
    });

  it('says what is lost, if data was written, and how the loss can be avoided', async () => {
    const [found] = await update(
      `\n  Orders: { Type: AWS::Cognito::UserPool }`,
      `\n  Queue: { Type: AWS::SQS::Queue }`,
    );

    assert.match(found?.message ?? '', /Orders is not in the new template.*its users/);
    assert.match(found?.remedy ?? '', /DeletionPolicy: Retain/);
    assert.match(found?.file ?? '', /deployed\.yaml$/);
    assert.deepEqual([found?.line, found?.source], [2, CFN_UPDATES]);
  });

  it('names the stack that imports a removed export, and suggests checking other stacks', async () => {
    const exporting = (name: string): string =>
      `Resources:\n  Orders: { Type: AWS::SQS::Queue }\nOutputs:\n  One: { Value: !GetAtt Orders.Arn, Export: { Name: ${name} } }\n`;
    const importing =
      'Resources:\n  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !ImportValue orders } }\n';

    const imported = await update(exporting('orders'), exporting('renamed'), { 'shop.yaml': importing });
    const unknown = await update(exporting('orders'), exporting('renamed'));

    assert.deepEqual(
      imported.map(({ id, severity, message }) => [id, severity, message]),
      [['update-export', 'refused', 'Export orders cannot be deleted as it is in use by shop']],
    );
    assert.deepEqual(
      unknown.map(({ id, severity }) => [id, severity]),
      [['update-export-elsewhere', 'unchecked']],
    );
  });

  it('compares each earlier template with the stack that has most of its resources', async () => {
    const found = await update(
      '\n  A: { Type: AWS::SQS::Queue }\n  B: { Type: AWS::DynamoDB::Table }',
      '\n  Other: { Type: AWS::SNS::Topic }',
      { 'second.yaml': 'Resources:\n  A: { Type: AWS::SQS::Queue }\n' },
    );

    assert.deepEqual(
      found.map(({ id, stack, resource }) => [id, stack, resource]),
      [['update-loses', 'second', 'B']],
    );
  });
});
