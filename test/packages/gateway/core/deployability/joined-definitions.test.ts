/** The line of a fault in a definition that CDK joins from parts. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-joined-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const ROLE = 'arn:aws:iam::123456789012:role/any';
const FUNCTION = { 'Fn::GetAtt': ['Charge', 'Arn'] };
const TASK = (name: string, next: string): readonly unknown[] => [
  `"${name}":{"Type":"Task","Resource":"`,
  FUNCTION,
  `","Next":"${next}"},`,
];

describe('a definition that is joined from parts', () => {
  it('has the line of the part with the fault', async () => {
    const parts = [
      '{"StartAt":"First","States":{',
      ...TASK('First', 'Second'),
      ...TASK('Second', 'Third'),
      '"Last":{"Type":"Succeed"}}}',
    ];
    const template = {
      Resources: {
        Charge: {
          Type: 'AWS::Lambda::Function',
          Properties: { Runtime: 'nodejs22.x', Handler: 'index.h', Role: ROLE, Code: { ZipFile: 'x' } },
        },
        Flow: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: { RoleArn: ROLE, DefinitionString: { 'Fn::Join': ['', parts] } },
        },
      },
    };
    const file = join(folder, 'stack.template.json');
    const text = JSON.stringify(template, null, 1);
    writeFileSync(file, text);

    const { findings } = await examineStacks([file], {
      stage: 'dev',
      region: 'us-east-1',
      accountId: '123456789012',
      parameters: {},
      environment: {},
      directory: folder,
    });

    const [found, ...others] = findings.filter(({ severity }) => severity === 'refused');
    assert.equal(found?.id, 'stepfunctions-statemachine-definitionstring');
    assert.deepEqual(others, []);
    assert.match(text.split('\n')[(found.line ?? 0) - 1] ?? '', /Next.*Third/);
  });
});
