/** Services together: eventbridge, sqs, states. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceRequest } from '../../packages/gateway/core/ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import * as eventbridge from '../../packages/gateway/services/eventbridge/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import * as states from '../../packages/gateway/services/states/service.ts';
import { MACHINE, QUEUE, REQUEST } from '../packages/gateway/engine/service-subtype-rows.ts';
import { aRecorder } from '../support/a-recorder.ts';
import { aServiceIntegration } from '../support/a-service-integration.ts';
import { CountingRandom, VirtualClock } from '../support/virtual-ports.ts';

/** A state machine and a queue of another account. Calls that name them are only recorded. */
const FOREIGN = MACHINE.replace('123456789012', '210987654321');
const FOREIGN_QUEUE = QUEUE.replace('123456789012', '210987654321');

describe('a service integration of an HTTP API', () => {
  it('is answered by the recorder: a message in XML, an event in JSON', async () => {
    const recorder = aRecorder(
      { sqs, events: eventbridge, states },
      new VirtualClock(),
      new CountingRandom(),
    );
    const ask = async (subtype: string, parameters: JsonObject): Promise<string> => {
      const { send, ports } = aServiceIntegration(subtype, parameters);
      Object.assign(ports, { services: { call: (request: ServiceRequest) => recorder.answer(request) } });
      const { status, body } = await send(REQUEST);
      return `${status} ${String(body)}`;
    };

    assert.match(
      await ask('SQS-SendMessage', { QueueUrl: FOREIGN_QUEUE, MessageBody: 'hi' }),
      /^200 <\?xml.*<SendMessageResult><MessageId>/s,
    );
    assert.match(
      await ask('SQS-ReceiveMessage', { QueueUrl: FOREIGN_QUEUE }),
      /<ReceiveMessageResult><\/ReceiveMessageResult>/,
    );
    assert.doesNotMatch(
      await ask('SQS-DeleteMessage', { QueueUrl: FOREIGN_QUEUE, ReceiptHandle: 'r' }),
      /Result>/,
    );
    const event = { Detail: '$request.body.detail', DetailType: 'd', Source: 's' };
    assert.match(await ask('EventBridge-PutEvents', event), /^200 \{"FailedEntryCount":0,/);
    assert.match(
      await ask('StepFunctions-StartExecution', { StateMachineArn: FOREIGN }),
      /^200 \{"executionArn":"arn:aws:states:us-east-1:210987654321:execution:orders:/,
    );
    const sync = { StateMachineArn: FOREIGN };
    assert.match(await ask('StepFunctions-StartSyncExecution', sync), /^500 /);
    assert.deepEqual(
      recorder.calls.map(({ action }) => action),
      ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PutEvents', 'StartExecution'],
    );
  });
});
