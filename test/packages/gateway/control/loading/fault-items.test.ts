import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withFaults } from '../../../../../packages/gateway/control/loading/fault-items.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { UnsupportedItem } from '../../../../../packages/gateway/engine/index.ts';

const item = (
  property: string | undefined,
  consequence: string,
  more: Partial<UnsupportedItem> = {},
): UnsupportedItem => ({
  stackName: '',
  logicalId: 'Me',
  type: 'AWS::Lambda::Function',
  property,
  consequence,
  ...more,
});

const fault = (property: string | undefined) => ({
  error: new DefinitionError({ file: '/app/shop.yml', line: 3, logicalId: 'Me', property }, 'is wrong'),
  consequences: ['its routes answer 500'],
});

const consequences = (items: readonly UnsupportedItem[]) => items.map(({ consequence }) => consequence);

describe('withFaults', () => {
  it('omits what the classes report about a faulty property', () => {
    const items = withFaults([fault('Layers')], [], [item('Layers', 'not applied'), item('Tags', 'none')]);

    assert.deepEqual(consequences(items), ['its routes answer 500', 'none']);
  });

  it('names stack and type by the file of the fault, or by one that the stack includes', () => {
    const resources = { Me: { type: 'AWS::SQS::Queue', properties: {} } };
    const stacks = [
      { ...aStack({}), stackName: 'other', file: '/app/other.yml' },
      { ...aStack(resources), stackName: 'shop', file: '/app/main.yml', includes: ['/app/shop.yml'] },
    ];

    const [found] = withFaults([fault('Layers')], stacks, []);
    const [unknown] = withFaults([fault('Layers')], stacks.slice(0, 1), []);

    assert.deepEqual([found?.stackName, found?.type], ['shop', 'AWS::SQS::Queue']);
    assert.deepEqual([unknown?.stackName, unknown?.type], ['', '']);
  });

  it('keeps reports about a resource that is faulty as a whole, and reports with a message of their own', () => {
    const items = withFaults(
      [fault(undefined), fault('Layers')],
      [],
      [
        item(undefined, 'recorded'),
        item('', 'the last one holds', { message: 'the key Me is written twice' }),
        item('Layers', 'the last layers hold', { message: 'the key Layers is written twice' }),
        item('Layers', 'of another stack', { stackName: 'other' }),
      ],
    );

    assert.deepEqual(consequences(items).slice(2), [
      'recorded',
      'the last one holds',
      'the last layers hold',
      'of another stack',
    ]);
  });
});
