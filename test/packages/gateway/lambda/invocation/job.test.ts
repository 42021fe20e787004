import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { NO_DEADLINES } from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import { Job, JobQueue, readFailure } from '../../../../../packages/gateway/lambda/invocation/job.ts';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import { collectGarbage } from '../../../../support/collect-garbage.ts';

function aJob(payload: string): Job {
  return new Job(payload, '', 60_000, () => undefined);
}

describe('JobQueue', () => {
  it('behaves like a list, in any order of pushes, takes, returns and departures', () => {
    // The part that was used is removed after 64 jobs, which single steps do not reach.
    const manyOrOne = fc.oneof(fc.constant(1), fc.constantFrom(2, 63, 64, 65, 66, 140));
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), size: fc.nat(20), count: manyOrOne }),
      fc.record({ do: fc.constant('take' as const), count: manyOrOne }),
      fc.record({ do: fc.constant('return' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constant('leave' as const), at: fc.nat(10) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new JobQueue();
        let model: Job[] = [];
        const all: Job[] = [];
        for (const next of steps) {
          if (next.do === 'push') {
            for (let pushed = 0; pushed < next.count; pushed += 1) {
              const job = aJob('x'.repeat(next.size));
              all.push(job);
              queue.push(job);
              model.push(job);
            }
          } else if (next.do === 'take') {
            for (let taken = 0; taken < next.count; taken += 1) {
              while (model[0]?.isSettled === true) model.shift();
              assert.equal(queue.peek(), model[0]);
              assert.equal(queue.shift(), model.shift());
            }
          } else if (next.do === 'return') {
            const jobs = Array.from({ length: next.count }, () => aJob('y'));
            all.push(...jobs);
            queue.putBack(jobs);
            model = [...jobs, ...model];
          } else model[next.at]?.settle({ kind: 'timed-out' });
          assert.equal(queue.length, model.length);
          assert.equal(
            queue.sizeChars,
            model.reduce((sum, job) => sum + job.payload.length, 0),
          );
        }
        assert.deepEqual(queue.drain(), model);
        for (const job of all) job.settle({ kind: 'timed-out' });
      }),
    );
  });
});

describe('a JobQueue that is full', () => {
  it('has as many events as it may have, or more characters than it may have', () => {
    const few = fc.array(fc.nat(9), { maxLength: 12 });
    fc.assert(
      fc.property(few, fc.nat(12), fc.nat(60), (sizes, length, chars) => {
        const queue = new JobQueue();
        const jobs = sizes.map((size) => aJob('x'.repeat(size)));
        for (const job of jobs) queue.push(job);
        const all = sizes.reduce((sum, size) => sum + size, 0);

        assert.equal(queue.isFull(length, chars), sizes.length >= length || all > chars);
        for (const job of jobs) job.settle({ kind: 'timed-out' });
      }),
    );
  });
});

describe('the content of a JobQueue', () => {
  it('does not include the jobs that were taken from it', async () => {
    const queue = new JobQueue();
    const gone: WeakRef<Job>[] = [];
    for (let count = 0; count < 10; count += 1) {
      const job = aJob('{}');
      job.settle({ kind: 'timed-out' });
      gone.push(new WeakRef(job));
      queue.push(job);
    }
    for (let count = 0; count < 10; count += 1) queue.shift();

    await collectGarbage();

    // The last one may still stand on the stack.
    assert.equal(gone.slice(0, -1).filter((one) => one.deref() !== undefined).length, 0);
    assert.equal(queue.length, 0);
  });
});

describe('Job', () => {
  it('answers its caller once', () => {
    const answers: string[] = [];
    const job = new Job('{}', '', 60_000, (result) => answers.push(result.kind));

    job.fail('T', 'm');
    job.settle({ kind: 'timed-out' });

    assert.deepEqual(answers, ['failed']);
  });
});

describe('readFailure', () => {
  for (const payload of ['"text"', '{}', 'null', '{"errorType":1,"errorMessage":2}'])
    it(`takes ${payload} for an error without type and message`, () => {
      assert.deepEqual(readFailure(payload), {
        kind: 'failed',
        payload,
        errorType: 'Error',
        errorMessage: '',
      });
    });

  it("reads Lambda's error JSON", () => {
    const payload = '{"errorType":"E","errorMessage":"m","trace":[]}';

    assert.deepEqual(readFailure(payload), { kind: 'failed', payload, errorType: 'E', errorMessage: 'm' });
  });
});

describe('a job whose caller waited too long', () => {
  const rows: readonly [says: string, sequence: number, isColdStart: true | undefined][] = [
    ['still waits for an instance', -1, true],
    ['is the first event of its instance', 0, true],
    ['runs on an instance that has run events before', 3, undefined],
  ];
  for (const [says, sequence, isColdStart] of rows)
    it(`says whether the start of an instance took part of the time: it ${says}`, () => {
      const due: (() => void)[] = [];
      const results: InvocationResult[] = [];
      const job = new Job('{}', '', 100, (result) => results.push(result), {
        ...NO_DEADLINES,
        after(_ms, then) {
          due.push(then);
          return { clear: () => undefined };
        },
      });
      job.sequence = sequence;

      for (const then of due) then();

      assert.deepEqual(results, [{ kind: 'timed-out', ...(isColdStart && { isColdStart }) }]);
    });

  it('tells how long the start of the instance took, if it has started', () => {
    const due: (() => void)[] = [];
    const results: InvocationResult[] = [];
    const job = new Job('{}', '', 100, (result) => results.push(result), {
      ...NO_DEADLINES,
      after(_ms, then) {
        due.push(then);
        return { clear: () => undefined };
      },
    });
    job.sequence = 0;
    job.initMs = 40;

    for (const then of due) then();

    assert.deepEqual(results, [{ kind: 'timed-out', isColdStart: true, initMs: 40 }]);
  });
});
