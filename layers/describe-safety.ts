/** Reports during packaging who is notified of alarms, and what protects the tables of keys and charges. */
import { isTrue, membersOf } from '@gatewright/aws/json-object';
import type { Template } from './edit-template.ts';

const MAILBOX = 'AlarmMailbox';

/** Returns a sentence if nobody is notified of alarms, and one for each group of tables with the same protection. */
export function describeSafety({ Resources, Parameters }: Template): readonly string[] {
  const all = Object.entries(Resources);
  const alarms = all.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm').length;
  const isUntold = alarms > 0 && membersOf(Parameters?.[MAILBOX])['Default'] === '';
  const groups = new Map<string, string[]>();
  for (const [id, resource] of all)
    if (resource.Type === 'AWS::DynamoDB::Table') {
      const protection = describeTable(resource);
      groups.set(protection, [...(groups.get(protection) ?? []), id]);
    }
  return [
    ...(isUntold
      ? [
          `alarmEmail is empty, so nobody is notified when one of the ${alarms} alarms goes off: add alarmEmail: name@example.com to the params of the stage that you deploy, such as params.prod, in serverless.yml, or subscribe to the topic of the alarms yourself`,
        ]
      : []),
    ...[...groups].map(([protection, ids]) => `${ids.join(', ')}: ${protection}`),
  ];
}

function describeTable(table: Template['Resources'][string]): string {
  const { DeletionPolicy: policy = 'Delete', Properties = {} } = table as typeof table & {
    readonly DeletionPolicy?: string;
  };
  const { PointInTimeRecoverySpecification: recovery, DeletionProtectionEnabled: isProtected } = Properties;
  const kept =
    policy === 'Delete'
      ? 'the table is deleted with the stack (deletionPolicy: Delete)'
      : `the table is kept when the stack is deleted (deletionPolicy: ${policy})`;
  const recovered =
    membersOf(recovery)['PointInTimeRecoveryEnabled'] === true
      ? 'point-in-time recovery is on'
      : 'point-in-time recovery is off';
  return `${kept}; ${recovered}; ${describeProtection(isProtected)}`;
}

function describeProtection(isProtected: unknown): string {
  if (isTrue(isProtected)) return 'deletion protection is on';
  if (isProtected === undefined) return 'deletion protection is not set';
  if (typeof isProtected === 'object')
    return 'the parameter ProtectTables turns deletion protection on or off';
  return 'deletion protection is off, which lets CloudFormation delete the table if a first deployment fails. From the second deployment on, serverless deploy turns it on if protectTables is afterFirst; for gatewright package, pass --param protectTables=true';
}
