import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRequest, receivedAtOf } from '#shared/aws/read-request.ts';

describe('receivedAtOf', () => {
  const CASES = [
    { name: 'HTTP API 2.0', event: { requestContext: { timeEpoch: 5 } }, expected: 5 },
    { name: 'REST and HTTP API 1.0', event: { requestContext: { requestTimeEpoch: 6 } }, expected: 6 },
    { name: 'an ALB, which has none', event: { requestContext: { elb: {} } }, expected: undefined },
    { name: 'no request context', event: {}, expected: undefined },
    { name: 'a stamp that is text', event: { requestContext: { timeEpoch: '7' } }, expected: undefined },
  ];
  for (const { name, event, expected } of CASES)
    it(`reads ${name}`, () => {
      assert.equal(receivedAtOf(readRequest(event)), expected);
    });
});
