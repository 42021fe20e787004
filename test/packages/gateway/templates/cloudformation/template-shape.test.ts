import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkShape } from '../../../../../packages/gateway/templates/cloudformation/template-shape.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const TOPIC = { Type: 'AWS::SNS::Topic' };

/** The remaining template, the findings, and the error that ended it. */
function check(template: JsonObject): { left: unknown; messages: string[]; failed: string | undefined } {
  const messages: string[] = [];
  try {
    const left = checkShape(
      { template },
      (_at, message) => void messages.push(message),
      (_at, message) => {
        throw new Error(message);
      },
    )['Resources'];
    return { left, messages, failed: undefined };
  } catch (error) {
    return { left: undefined, messages, failed: error instanceof Error ? error.message : '' };
  }
}

describe('checkShape', () => {
  const many = (count: number): JsonObject => ({
    Resources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, TOPIC])),
  });

  it('reads 5,000 resources, and no more: their number bounds the time of a load', () => {
    const most = check(many(5_000));
    assert.deepEqual([Object.keys(most.left ?? {}).length, most.failed], [5_000, undefined]);
    assert.match(
      check(many(5_001)).failed ?? '',
      /^the template has 5001 resources, but AWS allows 500 per stack/,
    );
  });

  it('omits what CloudFormation would refuse, and says so', () => {
    const { left, messages } = check({ Resources: { Good: TOPIC, Bad: 'text' }, Outputs: [] });

    assert.deepEqual(left, { Good: TOPIC });
    assert.equal(messages.length, 2);
  });
});
