/** What is said of a function that keeps itself running by messages to its own queue. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteLoop } from '../../../../../packages/gateway/console/records/loop-notes.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { StampedStep } from '../../../../../packages/gateway/kernel/event-step.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:checks';
const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/checks/stream/2026-01-01T00:00:00.000';
const STAMP = { atEpochMs: 0, cause: 'cause' };

const accepted = (at: string): StampedStep => ({
  kind: 'accepted',
  at,
  id: 'one',
  what: 'message',
  ...STAMP,
});
const ran = (from: string, tries = 1): StampedStep => ({
  kind: 'ran',
  functionName: 'check-job',
  from,
  invocationId: 'one',
  records: 1,
  tries,
  outcome: 'returned',
  ...STAMP,
});
/** A function that sends the message of the next run while it runs. */
const chain = (runs: number, from = QUEUE): StampedStep[] => [
  accepted(from),
  ...Array.from({ length: runs }, () => [accepted(from), ran(from)]).flat(),
];

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
const ROWS: readonly (readonly [
  what: string,
  steps: readonly StampedStep[],
  loop: string,
  isTold: boolean,
])[] = [
  ['17 runs that each sent a message (boto/boto3#3899)', chain(17), 'Terminate', true],
  ['16 runs', chain(16), 'Terminate', false],
  ['40 runs of a function that may run in a loop', chain(40), 'Allow', false],
  ['40 records of a table, whose loops AWS does not detect', chain(40, STREAM), 'Terminate', false],
  [
    '20 messages that were sent together',
    [...Array.from({ length: 20 }, () => accepted(QUEUE)), ...Array.from({ length: 20 }, () => ran(QUEUE))],
    'Terminate',
    false,
  ],
  [
    '20 tries of one message',
    [accepted(QUEUE), ...Array.from({ length: 20 }, (_, index) => ran(QUEUE, index + 1))],
    'Terminate',
    false,
  ],
];

describe('a function that sends to its own queue', () => {
  for (const [what, steps, RecursiveLoop, isTold] of ROWS)
    it(`is ${isTold ? '' : 'not '}said to be stopped on AWS after ${what}`, () => {
      const stack = aStack({
        Check: { type: 'AWS::Lambda::Function', id: 'check-job', properties: { RecursiveLoop } },
      });
      const notes = steps.flatMap((step) => noteLoop(steps, step, [stack]));

      assert.equal(notes.length, isTold ? 1 : 0);
      if (!isTold) return;
      assert.match(notes[0]?.because ?? '', /ran 17 times.*after about 16 runs.*does not detect loops/);
      assert.match(notes[0]?.change ?? '', /or set RecursiveLoop: Allow on the function check-job/);
    });
});
