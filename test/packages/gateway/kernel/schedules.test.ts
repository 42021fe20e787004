/** Source: EventBridge Scheduler user guide, "Schedule types", docs/aws §18.4. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agenda } from '../../../../packages/gateway/kernel/agenda.ts';
import { compileSchedule } from '../../../../packages/gateway/kernel/delivery/schedule-expression.ts';
import { Schedules } from '../../../../packages/gateway/kernel/schedules.ts';
import { Work } from '../../../../packages/gateway/kernel/work.ts';
import type { ScheduleDefinition } from '../../../../packages/gateway/kernel/schedules.ts';
import { EPOCH_MS, VirtualClock } from '../../../support/virtual-ports.ts';

const MINUTE_MS = 60_000;

function aStart() {
  const clock = new VirtualClock();
  const said: string[] = [];
  const report = (message: string): void => void said.push(message);
  const agenda = new Agenda(clock, report);
  const schedules = new Schedules({ clock, agenda, report, work: new Work() });
  /** Minutes since the start at which each ran. */
  const ran: string[] = [];
  const aSchedule = (name: string, expression: string, more: Partial<ScheduleDefinition> = {}) => ({
    arn: `arn:${name}`,
    name,
    expression,
    schedule: compileSchedule(expression, EPOCH_MS),
    from: undefined,
    until: undefined,
    targets: ['arn:aws:lambda:eu-west-1:123456789012:function:sell'],
    run: (at: number) => void ran.push(`${name} ${(at - EPOCH_MS) / MINUTE_MS}`),
    ...more,
  });
  const jump = async (minutes: number): Promise<void> => {
    clock.advance(minutes * MINUTE_MS);
    agenda.moved();
    while (schedules.pause !== undefined) {
      await schedules.pause;
      agenda.moved();
    }
  };
  return { schedules, aSchedule, jump, ran, said };
}

describe('Schedules', () => {
  it('runs each at its times, in their order when the clock jumps', async () => {
    const { schedules, aSchedule, jump, ran } = aStart();
    schedules.replace('events', [aSchedule('two', 'rate(2 minutes)'), aSchedule('three', 'rate(3 minutes)')]);

    await jump(1);
    assert.deepEqual(ran, []);
    await jump(5);

    assert.deepEqual(ran, ['two 2', 'three 3', 'two 4', 'two 6', 'three 6']);
  });

  it('runs no schedule before its beginning or after its end', async () => {
    const { schedules, aSchedule, jump, ran } = aStart();
    const bounds = { from: EPOCH_MS + 2 * MINUTE_MS, until: EPOCH_MS + 4 * MINUTE_MS };
    schedules.replace('scheduler', [aSchedule('bound', 'rate(1 minute)', bounds)]);

    await jump(10);

    assert.deepEqual(ran, ['bound 2', 'bound 3', 'bound 4']);
    assert.match(schedules.rowsOf('scheduler')[0]?.state ?? '', /^rate\(1 minute\), never again$/);
  });

  it('drops what a reload removes, and keeps what other services have', async () => {
    const { schedules, aSchedule, jump, ran } = aStart();
    schedules.replace('events', [aSchedule('gone', 'rate(1 minute)')]);
    schedules.replace('scheduler', [aSchedule('kept', 'rate(1 minute)')]);
    schedules.replace('events', []);

    await jump(1);

    assert.deepEqual(ran, ['kept 1']);
  });

  it('runs a schedule that a reload adds or changes, and does not run it again after a reset', async () => {
    const { schedules, aSchedule, jump, ran } = aStart();
    const made = (rate: string) => aSchedule('made', `rate(${rate})`, { isMadeRunning: true });
    const other = aSchedule('other', 'rate(1 hour)');

    schedules.replace('events', [made('30 minutes'), other]);
    await jump(0);
    assert.deepEqual(ran, ['made 0']);
    schedules.replace('events', []);
    schedules.replace('events', [made('30 minutes'), other]);
    await jump(0);
    assert.deepEqual(ran, ['made 0']);
    schedules.replace('events', [made('20 minutes'), other]);
    await jump(0);
    assert.deepEqual(ran, ['made 0', 'made 0']);
  });

  it('plays a hundred times of a jump and skips the rest, which it reports', async () => {
    const { schedules, aSchedule, jump, ran, said } = aStart();
    schedules.replace('events', [aSchedule('often', 'rate(1 minute)')]);

    await jump(100);
    assert.deepEqual([ran.length, said], [100, []]);
    await jump(500);
    assert.deepEqual(said, [
      'often: the clock jumped over more than 100 of its scheduled times; the remaining ones are skipped',
    ]);
    assert.equal(ran.length, 200);
    await jump(1);
    assert.equal(ran.at(-1), 'often 601');
  });

  it('shows the next time of each schedule, and runs it manually', () => {
    const { schedules, aSchedule, ran } = aStart();
    schedules.replace('events', [aSchedule('hourly', 'rate(1 hour)')]);

    assert.deepEqual(schedules.rowsOf('events'), [
      {
        kind: 'schedule',
        name: 'hourly',
        targets: ['sell'],
        state: 'rate(1 hour), next 2025-04-14T23:13:38.000Z',
      },
    ]);
    assert.deepEqual([schedules.rowsOf('sqs'), schedules.handTargetsOf('sqs')], [[], []]);
    const [{ arn, name, run } = assert.fail('nothing to run')] = schedules.handTargetsOf('events');
    run?.();
    assert.deepEqual([arn, name, ran], ['arn:hourly', 'hourly', ['hourly 0']]);
  });
});
