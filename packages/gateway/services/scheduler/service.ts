import type { ScheduleDefinition } from '../../kernel/schedules.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { readScheduler, scheduleInput } from './read-scheduler.ts';
import type { ReadSchedule } from './read-scheduler.ts';

const OWNER = 'scheduler';

export function open(ports: ServicePorts): Service {
  const { schedules, deliveries, random, startedAt } = ports;
  const toDefinition = (schedule: ReadSchedule): ScheduleDefinition => ({
    ...schedule,
    targets: [schedule.target.arn],
    run: (scheduledAt) => {
      const body = scheduleInput(schedule, scheduledAt, random.uuid());
      deliveries.deliver(schedule.target, body, schedule.delivery, schedule.arn);
    },
  });
  return {
    prepare(stacks) {
      const read = stacks
        .here('AWS::Scheduler::Schedule', 'scheduler')
        .flatMap((reader) => readScheduler(reader, startedAt) ?? []);
      return () => schedules.replace(OWNER, read.map(toDefinition));
    },
    rows: () => schedules.rowsOf(OWNER),
    handTargets: () => schedules.handTargetsOf(OWNER),
  };
}
