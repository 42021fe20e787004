import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { Namer } from '../../core/resource-types/namers.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

/**
 * The ARN of a rule contains the name of its event bus, except the default one
 * (EventBridge API reference, "EnableRule": `arn:…:rule/[event-bus-name/]rule-name`).
 */
const ruleArn: Namer = (resource) => {
  const bus = resource.text('EventBusName')?.replace(/^arn:.*:event-bus\//, '') ?? 'default';
  return arnOf('events', named('Name', 64), bus === 'default' ? 'rule/' : `rule/${bus}/`)(resource);
};

export const EVENTBRIDGE_TYPES = {
  'AWS::Events::Rule': {
    enforced: words('Name EventBusName EventPattern ScheduleExpression State Targets'),
    noEffect: words('Description RoleArn Tags'),
    names: row(named('Name', 64), { Arn: ruleArn }),
  },
  'AWS::Events::EventBus': {
    enforced: words('Name'),
    noEffect: words('Description Tags KmsKeyIdentifier Policy LogConfig'),
    unsupported: {
      EventSourceName: 'no partner sends events to this event bus',
      DeadLetterConfig: 'the gateway supports dead-letter queues only for rules',
    },
    names: row(named('Name'), {
      Arn: arnOf('events', named('Name'), 'event-bus/'),
      Name: named('Name'),
    }),
  },
  'AWS::Events::EventBusPolicy': { isWithoutEffect: true },
} satisfies ResourceTypeTable;
