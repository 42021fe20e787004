import * as scheduler from '../../../../../packages/gateway/services/scheduler/service.ts';
import { arnOf, describeProperties, QUEUE } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const SCHEDULES: readonly PropertyRow[] = [
  {
    type: 'AWS::Scheduler::Schedule',
    properties: {
      Name: 's',
      GroupName: 'g',
      ScheduleExpression: 'rate(1 minute)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      StartDate: '2030-01-01T00:00:00Z',
      EndDate: '2030-01-02T00:00:00Z',
      State: 'ENABLED',
      Target: {
        Arn: arnOf('Queue'),
        Input: '{}',
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: arnOf('Queue') },
        SqsParameters: { MessageGroupId: 'g' },
        EventBridgeParameters: { Source: 's', DetailType: 'd' },
      },
    },
    others: { Queue: QUEUE },
    values: {
      ScheduleExpression: {
        takes: ['rate(2 hours)', 'cron(0 12 * * ? *)', 'at(2030-01-01T12:00:00)'],
        refuses: ['rate(0 minutes)', 'rate(1 fortnight)', 'cron(0 12 * * *)', 'at(noon)'],
      },
      StartDate: { takes: [], refuses: ['tomorrow'] },
    },
  },
];

describeProperties('schedules', { scheduler }, SCHEDULES);
