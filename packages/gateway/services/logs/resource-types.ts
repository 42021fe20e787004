import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

export const LOGS_TYPES = {
  'AWS::Logs::SubscriptionFilter': {
    enforced: words('LogGroupName DestinationArn FilterPattern'),
    noEffect: words('FilterName Distribution RoleArn'),
    unsupported: {
      ApplyOnTransformedLogs: 'lines are delivered unchanged',
      FieldSelectionCriteria: 'every line is delivered',
      EmitSystemFields: 'only time and message are delivered',
    },
  },
  'AWS::Logs::LogGroup': {
    names: row(named('LogGroupName', 512), {
      Arn: (resource) => `${arnOf('logs', named('LogGroupName', 512), 'log-group:')(resource)}:*`,
    }),
    isWithoutEffect: true,
  },
  'AWS::Logs::LogStream': { isWithoutEffect: true },
  'AWS::Logs::MetricFilter': {
    consequence: 'the metric is not counted, so alarms on the metric have no data',
  },
  'AWS::Logs::QueryDefinition': { isWithoutEffect: true },
} satisfies ResourceTypeTable;
