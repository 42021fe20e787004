import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agenda } from '../../../../packages/gateway/kernel/agenda.ts';
import { EventJournal, rootOf } from '../../../../packages/gateway/kernel/event-journal.ts';
import { CountingRandom, VirtualClock } from '../../../support/virtual-ports.ts';

const aJournal = () => new EventJournal(new VirtualClock(), new CountingRandom(), () => undefined);
const message = (id: string) =>
  ({ kind: 'accepted', at: 'arn:aws:sqs:us-east-1:123456789012:jobs', id, what: 'message' }) as const;
const A = '1-00000000-00000000000000000000000a';
const B = '1-00000000-00000000000000000000000b';

describe('EventJournal', () => {
  it('finds what a request set off by the root of its trace', () => {
    const journal = aJournal();

    journal.within(A, () => journal.accept(message('m1')));
    journal.within(B, () => journal.accept(message('m2')));

    assert.deepEqual(
      journal.ofCause(A).map((step) => 'id' in step && step.id),
      ['m1'],
    );
    assert.equal(journal.causeOf('m2'), B);
  });

  it('takes the only running invocation for the cause of a call without a trace, and none of several', () => {
    const journal = aJournal();
    const isOver = journal.start(`Root=${A};Parent=0000000000000001;Sampled=0`);
    assert.equal(journal.cause, A);

    const others = journal.start(`Root=${B}`);
    assert.equal(journal.cause, undefined);
    others();
    isOver();

    assert.equal(journal.cause, undefined);
  });

  // A user's report: the first explanation after the start listed twenty alarms as effects of the refused request.
  it('takes no running request for the cause of work that becomes due', () => {
    const clock = new VirtualClock();
    const journal = new EventJournal(clock, new CountingRandom(), () => undefined);
    const agenda = journal.uncaused(() => new Agenda(clock, () => undefined));
    const causes: (string | undefined)[] = [];
    agenda.at(clock.nowEpochMs(), () => {
      causes.push(journal.cause);
      journal.within(B, () => causes.push(journal.cause));
    });
    journal.start(`Root=${A}`);

    agenda.moved();
    agenda.close();

    assert.deepEqual(causes, [undefined, B]);
  });

  it('shows a batch of several causes to each of them', () => {
    const journal = aJournal();
    journal.within(A, () => journal.accept(message('m1')));
    journal.within(B, () => journal.accept(message('m2')));

    const cause = journal.join(['m1', 'm2']);
    journal.note({ kind: 'duplicate', at: 'arn', id: 'm3' }, cause);

    assert.equal(journal.join(['m1']), A);
    assert.equal(journal.ofCause(A).length, 2);
    assert.equal(journal.ofCause(B).length, 2);
  });

  it('continues the trace in the function that an event calls', () => {
    const journal = aJournal();
    const cause = journal.accept(message('m1'));

    assert.equal(rootOf(journal.trace(cause)), cause);
  });

  it('publishes the begin of events that no request set off, once', () => {
    const journal = aJournal();
    const begun: string[] = [];
    journal.begun.follow(({ id }) => begun.push(id));

    journal.within(A, () => journal.accept(message('of a request')));
    const cause = journal.accept(message('own'));
    journal.accept(message('its own'), cause);

    assert.deepEqual(begun, ['own']);
  });

  it('keeps a bounded number of steps, the newest', () => {
    const journal = aJournal();

    for (let count = 0; count < 10_000; count += 1) journal.accept(message(`m${count}`), A);

    const steps = journal.ofCause(A);
    assert.ok(steps.length <= 8_000);
    assert.deepEqual(steps.at(-1)?.kind === 'accepted' && steps.at(-1), { ...steps.at(-1), id: 'm9999' });
  });
});
