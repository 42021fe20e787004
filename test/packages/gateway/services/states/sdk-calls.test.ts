import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ANSWERED } from '../../../../../lab/tools/operations-page.ts';
import { SDK_CALLS } from '../../../../../packages/gateway/services/states/sdk-calls.ts';

const SERVICES = {
  dynamodb: 'DynamoDB',
  eventbridge: 'EventBridge',
  kinesis: 'Kinesis',
  secretsmanager: 'Secrets Manager',
  sfn: 'Step Functions',
  sqs: 'SQS',
  ssm: 'Systems Manager',
};

describe('the operations that a task of arn:aws:states:::aws-sdk:… can call', () => {
  it('are of these services', () => {
    assert.deepEqual(Object.keys(SDK_CALLS).toSorted(), Object.keys(SERVICES));
  });

  for (const [name, service] of Object.entries(SERVICES))
    it(`are those that ${service} answers (${name})`, () => {
      assert.deepEqual(
        SDK_CALLS[name]?.toSorted(),
        ANSWERED[service]?.toSorted(),
        'packages/gateway/services/states/sdk-calls.ts must list the operations that the service answers',
      );
    });
});
