import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkTemplateLimits } from '../../../../../packages/toolkit/operate/doctor/check-template-limits.ts';
import type { StackView } from '../../../../../packages/toolkit/operate/doctor/views.ts';
import { aStack, aStackWith } from '../../../../support/a-packaged-stack.ts';

const many = (count: number): Record<string, object> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, { Type: 'AWS::SQS::Queue' }]));
const withMembers = (members: object): StackView => aStack({ template: { Resources: {}, ...members } });

describe('checkTemplateLimits', () => {
  const rows: readonly (readonly [name: string, stack: StackView, expected: string | undefined])[] = [
    ['says nothing of a small template', aStack(), undefined],
    ['says nothing of 450 resources', withMembers({ Resources: many(450) }), undefined],
    ['warns of 451', withMembers({ Resources: many(451) }), 'warning: the template has 451 resources'],
    ['stops at 501', withMembers({ Resources: many(501) }), 'obstacle: the template has 501 resources'],
    ['stops at 201 outputs', withMembers({ Outputs: many(201) }), 'obstacle: the template has 201 outputs'],
    [
      'stops at 201 parameters',
      withMembers({ Parameters: many(201) }),
      'obstacle: the template has 201 parameters',
    ],
    ['stops at 1 MB', aStack({ templateBytes: 1_000_001 }), 'obstacle: the template has 1000001 bytes'],
    [
      'stops at a role that says too much',
      aStackWith({
        R: {
          Type: 'AWS::IAM::Role',
          Properties: {
            Policies: [{ PolicyDocument: 'x'.repeat(6000) }, { PolicyDocument: 'x'.repeat(6000) }],
          },
        },
      }),
      'obstacle: the inline policies of the role have 12000 characters',
    ],
    [
      'stops at a function with too many variables',
      aStackWith({
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { Environment: { Variables: { A: 'x'.repeat(4090) } } },
        },
      }),
      'obstacle: the environment variables of the function take 4098 bytes',
    ],
  ];
  for (const [name, stack, expected] of rows)
    it(name, () => {
      const found = checkTemplateLimits(stack).map(({ level, what }) => `${level}: ${what}`);
      assert.deepEqual(found, expected === undefined ? [] : [expected]);
    });
});
