/** Definitions of schedules on which Secrets Manager does not rotate secrets. */
import type { RefusedDefinition } from './definition.ts';

const ROTATION = (rules: string): string => `
  Secret: { Type: AWS::SecretsManager::Secret, Properties: { SecretString: a } }
  Broken:
    Type: AWS::SecretsManager::RotationSchedule
    Properties:
      SecretId: !Ref Secret
      RotationLambdaARN: arn:aws:lambda:us-east-1:123456789012:function:rotate
      RotationRules:${rules}`;
const API = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html';
const GUIDE = 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html';

export const OF_ROTATIONS: readonly RefusedDefinition[] = [
  ...['rate(1 hour)', 'rate(3 hours)', 'rate(30 minutes)'].map((rate) => ({
    name: `a rotation at ${rate}`,
    text: ROTATION(`
        ScheduleExpression: ${rate} # here`),
    id: 'secretsmanager-rotationschedule-rotationrules',
    says: /at most every four hours/,
    source: `${API}: "You can rotate a secret as often as every four hours."`,
  })),
  {
    name: 'a rotation at half past eight',
    text: ROTATION(`
        ScheduleExpression: cron(30 8 1 * ? *) # here`),
    id: 'secretsmanager-rotationschedule-rotationrules',
    says: /the minutes field must be 0/,
    source: `${GUIDE}: "must include 0 in the minutes field"`,
  },
  {
    name: 'a rotation by days and by an expression',
    text: ROTATION(`
        AutomaticallyAfterDays: 30 # here
        ScheduleExpression: rate(30 days)`),
    id: 'secretsmanager-rotationschedule-rotationrules',
    source: `${API}: "AutomaticallyAfterDays or ScheduleExpression, but not both"`,
  },
];
