import * as events from '../../../../../packages/gateway/services/eventbridge/service.ts';
import {
  arnOf,
  describeProperties,
  FUNCTION,
  NAMED_BEFORE,
  QUEUE,
} from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const RULES: readonly PropertyRow[] = [
  {
    type: 'AWS::Events::Rule',
    properties: {
      Name: 'r',
      EventBusName: 'default',
      EventPattern: { source: ['a'] },
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [
        {
          Id: 'a',
          Arn: arnOf('Queue'),
          InputPath: '$.detail',
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: arnOf('Queue') },
          SqsParameters: { MessageGroupId: 'g' },
        },
        {
          Id: 'b',
          Arn: FUNCTION,
          InputTransformer: { InputPathsMap: { a: '$.detail.a' }, InputTemplate: '"<a>"' },
        },
      ],
    },
    others: { Queue: QUEUE },
    values: {
      EventPattern: {
        takes: [{ detail: { a: [{ prefix: 'b' }] } }],
        refuses: [{ detail: 'a' }, { a: [{ nothing: 1 }] }],
      },
      ScheduleExpression: {
        takes: ['cron(0 12 * * ? *)'],
        // "The schedule expression: cron or rate" (EventBridge API, PutRule).
        refuses: ['rate(1 minutes)', 'every minute', 'at(2026-11-20T13:00:00)'],
      },
    },
  },
  { type: 'AWS::Events::EventBus', properties: { Name: 'b' }, unread: { Name: NAMED_BEFORE } },
];

describeProperties('rules and buses', { events }, RULES);
