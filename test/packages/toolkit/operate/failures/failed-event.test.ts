import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFailedEvent } from '../../../../../packages/toolkit/operate/failures/failed-event.ts';
import { record } from '../../../../support/a-failure-queue.ts';

const read = (body: string, attributes: unknown = {}) =>
  readFailedEvent({ id: 'm', receipt: 'r', body, sentEpochMs: 1, attributes });

describe('readFailedEvent', () => {
  it('reads the record of a destination', () => {
    assert.deepEqual(read(record('shop-prod-tracker', { a: 1 })), {
      messageId: 'm',
      sentEpochMs: 1,
      functionName: 'shop-prod-tracker',
      attempts: 3,
      error: 'StoreError: the table is away',
      payload: '{"a":1}',
    });
  });

  it('keeps an event that is null', () => {
    assert.equal(read(record('f', null)).payload, 'null');
  });

  it('says by its condition why an event was never tried', () => {
    const body = JSON.stringify({
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
        condition: 'EventAgeExceeded',
      },
      requestPayload: {},
    });
    assert.equal(read(body).error, 'EventAgeExceeded');
  });

  it('reads the event of a dead-letter queue, and its error from the attributes', () => {
    // Source: Lambda developer guide, "Dead-letter queues", message attributes
    const attributes = {
      RequestID: { StringValue: 'e4b46cbf', DataType: 'String' },
      ErrorCode: { StringValue: '200', DataType: 'Number' },
      ErrorMessage: { StringValue: 'the table is away', DataType: 'String' },
    };
    const event = read('{"awslogs":{"data":"x"}}', attributes);

    assert.deepEqual(
      [event.functionName, event.error, event.payload],
      [undefined, 'the table is away', '{"awslogs":{"data":"x"}}'],
    );
  });

  it('returns nothing for a record of a stream, which has no event', () => {
    // Source: Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB", on-failure record
    const body = JSON.stringify({
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
        condition: 'RetryAttemptsExhausted',
      },
      DDBStreamBatchInfo: { shardId: 'shardId-0', startSequenceNumber: '1' },
    });
    const event = read(body);

    assert.deepEqual([event.payload, event.error], [undefined, 'RetryAttemptsExhausted']);
    assert.match(event.reason ?? '', /the position of a batch in a stream/);
  });

  it('does not accept a text as an event, or another ARN as a function', () => {
    assert.match(read('hello').reason ?? '', /not JSON/);
    const topic = {
      requestContext: { functionArn: 'arn:aws:sns:us-east-1:123456789012:t' },
      requestPayload: {},
    };
    assert.equal(read(JSON.stringify(topic)).functionName, undefined);
  });
});
