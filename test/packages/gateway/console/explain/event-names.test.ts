import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameOf } from '../../../../../packages/gateway/console/explain/event-names.ts';

/** What sends events or receives them. An alarm was told as “Arn:aws:cloudwatch:…”. */
const ROWS: readonly (readonly [arn: string, name: string])[] = [
  ['arn:aws:cloudwatch:eu-central-1:123456789012:alarm:orders-errors', 'the alarm orders-errors'],
  ['arn:aws:sns:eu-central-1:123456789012:alarms', 'the topic alarms'],
  ['arn:aws:events:eu-central-1:123456789012:rule/hourly', 'the rule hourly'],
  ['arn:aws:events:eu-central-1:123456789012:event-bus/default', 'the bus default'],
  ['arn:aws:lambda:eu-central-1:123456789012:function:orders', 'the function orders'],
];

describe('the name of the sender or receiver of an event', () => {
  for (const [arn, name] of ROWS)
    it(`is ${name} for ${arn}`, () => {
      assert.equal(nameOf(arn), name);
    });
});
