import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SqsError } from '../../../../../packages/gateway/services/sqs/error.ts';

describe('the status of an error of SQS', () => {
  for (const [code, status, source] of [
    ['InvalidAttributeName', 400, 'yavosh/pail, test/diff/testdata/golden/sqs-errors.json'],
    ['OverLimit', 403, 'Cbsoftware/pressureNET-server#74'],
    ['PurgeQueueInProgress', 403, 'docs/aws/calls.md'],
    ['ReceiptHandleIsInvalid', 404, 'spulec/PyQS#24, awslabs/amazon-sqs-java-extended-client-lib#16'],
  ] as const)
    it(`is ${status} for ${code} in both protocols (${source})`, () => {
      for (const protocol of ['json', 'query'] as const)
        assert.partialDeepStrictEqual(new SqsError(code, 'says why').toResult(protocol), { status });
    });
});
