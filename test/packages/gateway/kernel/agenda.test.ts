import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agenda } from '../../../../packages/gateway/kernel/agenda.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

function fail(message: string): never {
  throw new Error(message);
}

describe('Agenda', () => {
  it('reports failures of jobs that run, and continues with the next job', () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    const agenda = new Agenda(clock, (message) => said.push(message.split('\n')[0] ?? ''));
    const start = clock.nowEpochMs();
    agenda.at(start + 1, () => fail('broken'));
    agenda.at(start + 2, () => said.push('next'));
    clock.advance(2);
    agenda.moved();

    assert.deepEqual(said, ['Error: broken', 'next']);
  });

  it('runs due entries in order of time when the clock jumps, and the entries that these add for the time between', () => {
    const clock = new VirtualClock();
    const agenda = new Agenda(clock, fail);
    const start = clock.nowEpochMs();
    const ran: string[] = [];
    agenda.at(start + 300, () => ran.push('late'));
    agenda.at(start + 100, (due) => {
      ran.push('early');
      agenda.at(due + 100, () => ran.push('between'));
      agenda.at(due + 1_000, () => ran.push('not yet'));
    });
    agenda.at(start + 200, () => ran.push('cancelled')).cancel();
    clock.advance(99);
    agenda.moved();
    assert.deepEqual(ran, []);
    clock.advance(300);
    agenda.moved();
    assert.deepEqual(ran, ['early', 'between', 'late']);
    assert.equal(agenda.isDue, false);
    agenda.close();
  });

  it('drops waiting jobs, and reports this to callers that wait for an answer', () => {
    const clock = new VirtualClock();
    const agenda = new Agenda(clock, fail);
    const messages: string[] = [];
    const at = (name: string) =>
      agenda.at(
        clock.nowEpochMs() + 100,
        () => messages.push(`${name} ran`),
        () => messages.push(`${name} dropped`),
      );
    at('answered').cancel();
    at('waiting');
    agenda.drop();
    clock.advance(200);
    agenda.moved();
    assert.deepEqual(messages, ['waiting dropped']);
    assert.equal(agenda.nextDue, undefined);
    agenda.close();
  });

  it('runs nothing any more when it is closed, and takes nothing', () => {
    const clock = new VirtualClock();
    const agenda = new Agenda(clock, fail);
    const ran: string[] = [];
    agenda.at(clock.nowEpochMs() + 100, () => ran.push('before'));
    agenda.close();
    agenda.at(clock.nowEpochMs() + 100, () => ran.push('after'));
    clock.advance(200);
    agenda.moved();

    assert.deepEqual([ran, agenda.nextDue, agenda.isDue], [[], undefined, false]);
  });

  it('runs by itself when the time comes', async () => {
    const ran = await new Promise((resolve) => {
      const agenda = new Agenda({ nowEpochMs: () => Date.now(), monotonicMs: () => performance.now() }, fail);
      agenda.at(Date.now() + 5, () => resolve('ran'));
      // The timer of the agenda does not keep the process running.
      setTimeout(() => undefined, 1_000);
    });
    assert.equal(ran, 'ran');
  });
});
