/** Services together: sqs, states. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import * as states from '../../packages/gateway/services/states/service.ts';
import { anEventEngine } from '../support/an-event-engine.ts';

const QUEUE = 'http://localhost/123456789012/orders';

// LocalStack's snapshot v2/services/test_sqs_task_service, `test_send_message`, recorded 06-11-2025
describe('a task of a state machine', () => {
  it('sends a message, whose body may be an object', async () => {
    const definition = {
      StartAt: 'Send',
      States: {
        Send: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage',
          Parameters: { QueueUrl: QUEUE, MessageBody: { 'dish.$': '$.dish' } },
          ResultSelector: { 'id.$': '$.MessageId', 'status.$': '$.SdkHttpMetadata.HttpStatusCode' },
          End: true,
        },
      },
    };
    const bench = anEventEngine(
      { states, sqs },
      {
        resources: `
  Cook: { Type: AWS::StepFunctions::StateMachine, Properties: { StateMachineName: cook, StateMachineType: EXPRESS, RoleArn: 'arn:aws:iam::123456789012:role/cook', Definition: ${JSON.stringify(definition)} } }
  Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }`,
      },
    );
    const answer = await bench.call('states', 'StartSyncExecution', {
      stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:cook',
      input: '{"dish":"soup"}',
    });

    assert.equal(answer['status'], 'SUCCEEDED', JSON.stringify(answer));
    const { Messages: messages } = await bench.call('sqs', 'ReceiveMessage', { QueueUrl: QUEUE });
    assert.partialDeepStrictEqual(messages, [{ Body: '{"dish":"soup"}' }]);
  });
});
