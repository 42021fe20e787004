/** What is said of an event for which a function was not invoked, because its own events invoke it in a loop. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteLoop } from '../../../../../packages/gateway/console/records/loop-notes.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { StampedStep } from '../../../../../packages/gateway/kernel/event-step.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:checks';

const ran = (errorType: string, from: string | undefined): StampedStep => ({
  kind: 'ran',
  functionName: 'check-job',
  from,
  invocationId: undefined,
  records: 1,
  tries: 1,
  outcome: 'refused',
  errorType,
  atEpochMs: 0,
  cause: 'cause',
});

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
const ROWS: readonly (readonly [
  what: string,
  step: StampedStep,
  because: RegExp | undefined,
  change: RegExp,
])[] = [
  [
    'a message of its own queue (boto/boto3#3899)',
    ran('recursive', QUEUE),
    /^The message goes to the dead-letter queue of the queue/,
    /instead of messages that check-job sends to the queue checks\. .* set RecursiveLoop: Allow on the function check-job/,
  ],
  [
    'an asynchronous invocation',
    ran('recursive', undefined),
    /^The event goes to the dead-letter queue or the destination for failures of the function, or is lost\./,
    /instead of events that check-job sends to itself\./,
  ],
  ['a throttled batch', ran('throttled', QUEUE), undefined, /^$/],
];

describe('a function that is stopped because of its own events', () => {
  for (const [what, step, because, change] of ROWS)
    it(`${because === undefined ? 'is not mentioned' : 'is explained'} for ${what}`, () => {
      const stack = aStack({ Check: { type: 'AWS::Lambda::Function', id: 'check-job', properties: {} } });

      const [note] = noteLoop(step, [stack]);

      assert.equal(note === undefined, because === undefined);
      if (because === undefined) return;
      assert.match(note?.because ?? '', because);
      assert.match(note?.change ?? '', change);
    });
});
