/** What is said of an event for which a function was not invoked, because its own events invoke it in a loop. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tellLoop } from '../../../../../packages/gateway/console/records/loop-notes.ts';
import { LOOP_REMEDY } from '../../../../../packages/gateway/kernel/calls/stop-loops.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { StampedStep } from '../../../../../packages/gateway/kernel/event-step.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:checks';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:news';
const BUCKET = 'arn:aws:s3:::pictures';
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:check-job';
const STAMP = { atEpochMs: 0, cause: 'cause' };

const ran = (errorType: string | undefined, from: string | undefined): StampedStep => ({
  kind: 'ran',
  functionName: 'check-job',
  from,
  invocationId: undefined,
  records: 1,
  tries: 1,
  ...(errorType === undefined
    ? { outcome: 'returned' }
    : { outcome: 'refused', errorType, errorMessage: `Lambda stopped a loop${LOOP_REMEDY}` }),
  ...STAMP,
});

const delivered = (from: string, to: string): StampedStep => ({
  kind: 'delivered',
  from,
  to,
  tries: 1,
  ...STAMP,
});

const OF_QUEUE = /^The message goes to the dead-letter queue of the queue/;
const OF_EVENT =
  /^The event goes to the dead-letter queue or the destination for failures of the function, or is lost\./;

type Row = {
  readonly what: string;
  readonly from?: string;
  /** The deliveries before each run of the loop, and those with which it began. */
  readonly each?: readonly StampedStep[];
  readonly first?: readonly StampedStep[];
  readonly because: RegExp;
  readonly change: RegExp;
};

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
const ROWS: readonly Row[] = [
  {
    what: 'a message of a queue, which another function of the loop may have sent (boto/boto3#3899)',
    from: QUEUE,
    because: OF_QUEUE,
    change:
      /^If the messages of the queue checks are meant to wait, use a state machine or a schedule for that; otherwise do not send messages to it from a function that they invoke\. /,
  },
  {
    what: 'an asynchronous invocation',
    because: OF_EVENT,
    change:
      /^If check-job calls itself in order to wait, use a state machine or a schedule for that; otherwise remove the asynchronous invocations that lead back to it\. /,
  },
  {
    what: 'an asynchronous invocation in a loop that objects of a bucket began',
    first: [delivered(BUCKET, FUNCTION), delivered(BUCKET, FUNCTION)],
    because: OF_EVENT,
    change:
      /^If check-job calls itself in order to wait, use a state machine or a schedule for that; otherwise remove the asynchronous invocations that lead back to it\. /,
  },
  {
    what: 'a message of a topic',
    each: [delivered(TOPIC, `${FUNCTION}:live`)],
    because: OF_EVENT,
    change:
      /^If the messages of the topic news are meant to wait, use a state machine or a schedule for that; otherwise do not send messages to it from a function that they invoke\. /,
  },
  {
    what: 'a message of a topic that goes through a queue',
    from: QUEUE,
    each: [delivered(TOPIC, QUEUE)],
    because: OF_QUEUE,
    change:
      /^If the messages of the topic news are meant to wait, use a state machine or a schedule for that; otherwise do not send messages to it from a function that they invoke\. /,
  },
  {
    what: 'an object in the bucket whose notification invokes the function',
    each: [delivered(BUCKET, FUNCTION)],
    because: OF_EVENT,
    change:
      /^Write to another bucket than pictures, or to a prefix that the notification of the bucket leaves out\. /,
  },
  {
    what: 'an object whose notification goes through a topic and a queue',
    from: QUEUE,
    each: [delivered(BUCKET, TOPIC), delivered(TOPIC, QUEUE)],
    because: OF_QUEUE,
    change: /^Write to another bucket than pictures, or to a prefix /,
  },
];

const stack = aStack({ Check: { type: 'AWS::Lambda::Function', id: 'check-job', properties: {} } });

describe('a function that is stopped because of its own events', () => {
  for (const { what, from, each = [], first = [], because, change } of ROWS)
    it(`is explained for ${what}`, () => {
      const step = ran('recursive', from);
      const before = Array.from({ length: 16 }, () => [...each, ran(undefined, from)]).flat();

      const told = tellLoop({ step }, [...first, ...before, ...each, step], [stack]);

      const [note] = told.notes ?? [];
      assert.match(note?.because ?? '', because);
      assert.match(note?.change ?? '', change);
      assert.match(
        note?.change ?? '',
        /If the loop is intended and ends by itself, set RecursiveLoop: Allow on the function check-job/,
      );
      // The advice of the log is not repeated.
      assert.equal(told.step.kind === 'ran' && told.step.errorMessage, 'Lambda stopped a loop');
    });

  it('is not mentioned for a throttled batch', () => {
    const step = ran('throttled', QUEUE);
    assert.deepEqual(tellLoop({ step }, [step], [stack]), { step });
  });
});
