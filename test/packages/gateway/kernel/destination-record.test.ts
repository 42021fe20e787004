/** Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations", docs/aws §18.1. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  destinationRecord,
  failureAttributes,
} from '../../../../packages/gateway/kernel/destination-record.ts';
import type { InvocationResult } from '../../../../packages/gateway/core/ports.ts';
import { EPOCH_MS } from '../../../support/virtual-ports.ts';

const EVENT = { id: 'r1', arn: 'arn:aws:lambda:eu-west-1:1:function:sell', payload: '{"a":1}', tries: 3 };
const FAILED: InvocationResult = {
  kind: 'failed',
  payload: '{"errorMessage":"broken"}',
  errorType: 'Error',
  errorMessage: 'broken',
};

describe('destinationRecord', () => {
  it('has the request, its end and the answer', () => {
    const result: InvocationResult = { kind: 'returned', payload: '"done"', executedVersion: '7' };

    assert.deepEqual(
      destinationRecord({ ...EVENT, qualifier: 'live' }, { condition: 'Success', result }, EPOCH_MS),
      {
        version: '1.0',
        timestamp: '2025-04-14T22:13:38.000Z',
        requestContext: {
          requestId: 'r1',
          functionArn: `${EVENT.arn}:live`,
          condition: 'Success',
          approximateInvokeCount: 3,
        },
        requestPayload: { a: 1 },
        responseContext: { statusCode: 200, executedVersion: '7' },
        responsePayload: 'done',
      },
    );
  });

  it('records that the error of a failed function is unhandled', () => {
    const record = destinationRecord(EVENT, { condition: 'RetriesExhausted', result: FAILED }, EPOCH_MS);

    const { requestContext, ...rest } = record as Record<string, unknown>;
    assert.deepEqual((requestContext as { functionArn: string }).functionArn, `${EVENT.arn}:$LATEST`);
    assert.deepEqual(rest['responseContext'], {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: 'Unhandled',
    });
    assert.deepEqual(rest['responsePayload'], { errorMessage: 'broken' });
  });

  it('has no answer if there was none, and keeps a text that is not JSON', () => {
    for (const end of [
      { condition: 'EventAgeExceeded' },
      { condition: 'EventAgeExceeded', result: { kind: 'timed-out' } },
    ] as const) {
      const record = destinationRecord({ ...EVENT, payload: 'text' }, end, EPOCH_MS);
      assert.deepEqual(Object.keys(record), ['version', 'timestamp', 'requestContext', 'requestPayload']);
      assert.equal((record as { requestPayload: unknown }).requestPayload, 'text');
    }
  });
});

describe('failureAttributes', () => {
  const long: InvocationResult = { ...FAILED, errorMessage: 'x'.repeat(2_000) };
  for (const { name, result, code, message } of [
    { name: 'a function that failed', result: FAILED, code: '200', message: 'broken' },
    { name: 'a long message, of which the first KB', result: long, code: '200', message: 'x'.repeat(1_024) },
    { name: 'no message', result: { ...FAILED, errorMessage: '' }, code: '200', message: 'unknown' },
    {
      name: 'no free instance',
      result: { kind: 'refused', reason: 'throttled', message: 'Rate exceeded' },
      code: '429',
      message: 'the function did not process the event in time',
    },
    {
      name: 'no function',
      result: { kind: 'refused', reason: 'not-found', message: 'gone' },
      code: '200',
      message: 'the function did not process the event in time',
    },
    {
      name: 'no try at all',
      result: undefined,
      code: '200',
      message: 'the function did not process the event in time',
    },
  ] as const)
    it(`name the request and the error: ${name}`, () => {
      const end = { condition: 'RetriesExhausted', ...(result !== undefined && { result }) } as const;

      assert.deepEqual(failureAttributes('r1', end), {
        RequestID: { DataType: 'String', StringValue: 'r1' },
        ErrorCode: { DataType: 'Number', StringValue: code },
        ErrorMessage: { DataType: 'String', StringValue: message },
      });
    });
});
