import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadTemplate } from '../../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { aStack, OPTIONS } from '../stack-builders.ts';

describe('toRawStack', () => {
  it('names keys that are written twice, in the template and in a resource', () => {
    const text = `
Outputs: { A: { Value: x } }
Resources:
  T:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: a
      TopicName: b
Outputs: { B: { Value: y } }`;
    const stack = aStack(text);

    const file = '/app/shop.yml';
    assert.deepEqual(stack.raw.findings, [
      {
        logicalId: 'T',
        type: 'AWS::SNS::Topic',
        property: 'TopicName',
        place: { file, line: 8, logicalId: 'T', property: 'TopicName' },
        message: 'the key TopicName is repeated',
        rule: 'repeated-key',
        consequence: 'the last one, on line 8, is used',
      },
      {
        logicalId: '',
        type: 'template',
        property: 'Outputs',
        place: { file, line: 9, property: 'Outputs' },
        message: 'the key Outputs is repeated',
        rule: 'repeated-key',
        consequence: 'the last one, on line 9, is used',
      },
    ]);
    assert.equal(stack.resolveResources().get('T')?.properties['TopicName'], 'b');
  });
});

describe('loadTemplate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-template-'));
  after(() => rmSync(folder, { recursive: true }));

  for (const [file, name] of [
    ['orders.template.json', 'orders'],
    ['shop/template.json', 'shop'],
    ['2 big & old.json', 'big-old'],
    ['1.json', 'stack'],
  ] as const)
    it(`calls the stack of ${file} ${name}, if it has no name of its own`, async () => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}');

      assert.equal((await loadTemplate(join(folder, file), OPTIONS)).stackName, name);
    });
});
