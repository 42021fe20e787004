import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVENTBRIDGE_TYPES } from '../../../../../packages/gateway/services/eventbridge/resource-types.ts';

/** [source: EventBridge user guide, "Amazon EventBridge resources": `rule/[event-bus-name/]rule-name`] */
const ARNS: readonly (readonly [bus: string | undefined, arn: string])[] = [
  [undefined, 'arn:aws:events:eu-west-1:123456789012:rule/paid'],
  ['default', 'arn:aws:events:eu-west-1:123456789012:rule/paid'],
  ['hooks', 'arn:aws:events:eu-west-1:123456789012:rule/hooks/paid'],
  [
    'arn:aws:events:eu-west-1:123456789012:event-bus/hooks',
    'arn:aws:events:eu-west-1:123456789012:rule/hooks/paid',
  ],
];

describe('the ARN of a rule, as a permission names it', () => {
  for (const [bus, arn] of ARNS)
    it(`contains the event bus ${bus ?? '(absent)'}, unless it is the default one`, () => {
      const texts: Readonly<Record<string, string | undefined>> = { Name: 'paid', EventBusName: bus };
      const { names } = EVENTBRIDGE_TYPES['AWS::Events::Rule'];
      const made = names.attributes?.['Arn']?.({
        stackName: 'shop',
        logicalId: 'Paid',
        type: 'AWS::Events::Rule',
        region: 'eu-west-1',
        accountId: '123456789012',
        partition: 'aws',
        urlSuffix: 'amazonaws.com',
        text: (property) => texts[property],
      });
      assert.equal(made, arn);
    });
});
