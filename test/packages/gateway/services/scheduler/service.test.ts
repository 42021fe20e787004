/** Schedules of EventBridge Scheduler, without what they start. Source: its API reference, CreateSchedule */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as scheduler from '../../../../../packages/gateway/services/scheduler/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const schedule = (more: string): string => `
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties: { Name: nightly, FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: !GetAtt work.Arn, RoleArn: r }, ${more} }`;
const EVERY_HOUR = "ScheduleExpression: 'rate(1 hour)'";

function aBench(more: string, isElsewhere = false) {
  const functions = { work: () => 1 };
  return anEventEngine(
    { scheduler },
    {
      resources: schedule(more),
      functions,
      isElsewhere: (service) => isElsewhere && service === 'scheduler',
    },
  );
}

describe('schedules of a stack', () => {
  for (const [more, group] of [
    [EVERY_HOUR, 'default'],
    [`${EVERY_HOUR}, GroupName: shop`, 'shop'],
  ] as const)
    it(`bear the name of their group, ${group}`, () => {
      const [target] = aBench(more).services.scheduler.handTargets?.() ?? [];

      assert.equal(target?.arn, `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${group}/nightly`);
    });

  it('never run if no expression says when, and this is reported', () => {
    const { services, faults } = aBench('Description: none');

    assert.deepEqual(services.scheduler.rows?.(), []);
    assert.deepEqual(
      faults.all.map(({ error, consequences }) => [error.message, ...consequences]),
      [['"" is not a schedule: use rate(…), cron(…) or at(…)', 'the schedule never runs']],
    );
  });

  it('are left to a service that runs elsewhere', () => {
    assert.equal(aBench(EVERY_HOUR).services.scheduler.rows?.().length, 1);
    assert.deepEqual(aBench(EVERY_HOUR, true).services.scheduler.rows?.(), []);
  });
});
