/** Reads the parts that rules and schedules have in common: the times at which they run, and their target. */
import { DefinitionError, ruledFault } from '../core/errors.ts';
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import type { Schedule } from './delivery/schedule.ts';
import { atPlace } from './delivery/pattern-error.ts';
import type { ResourceReader } from './read-resource.ts';
import { DEFAULT_TARGET } from './target-deliveries.ts';
import type { EventTarget } from './target-deliveries.ts';

/** The services that rules and schedules can have as targets; each has its right in `delivery-rights.ts`. */
const TARGET_SERVICES = ['lambda', 'sqs', 'sns', 'events', 'states', 'kinesis'] as const;

export type TargetService = (typeof TARGET_SERVICES)[number];

const NAMES: readonly string[] = TARGET_SERVICES;

/**
 * Reads the expression of a rule or of a schedule. If the expression is invalid, reports this and returns
 * undefined.
 */
export function readSchedule(
  reader: ResourceReader,
  expression: string,
  compile: (expression: string) => Schedule,
): Schedule | undefined {
  return reader.attempt(
    'the schedule never runs',
    () => {
      const place = reader.resource.place('ScheduleExpression');
      try {
        return atPlace(place, () => compile(expression));
      } catch (error) {
        if (!(error instanceof DefinitionError) || !isUnclear(expression, reader.resource.type)) throw error;
        throw ruledFault('unclear-schedule', place, error.message);
      }
    },
    () => undefined,
  );
}

/**
 * Whether AWS accepts an expression although its documentation does not allow it. One case is a space after a comma in
 * `cron` (boto/boto3#2876). The other is a `rate` of the Scheduler whose unit is singular for a number other than 1, or
 * plural for 1; the Scheduler's page has no rule about this.
 */
function isUnclear(expression: string, type: string): boolean {
  if (/^cron\(.*,\s/.test(expression)) return true;
  return (
    type === 'AWS::Scheduler::Schedule' &&
    /^rate\((?:0*1 (?:minute|hour|day)s|(?!0*1 )\d*[1-9]\d* (?:minute|hour|day))\)$/.test(expression)
  );
}

/**
 * Returns the parts that all targets have in common. If the gateway does not run the service of the target, this is
 * reported and the result is undefined.
 */
export function readTarget(
  reader: ResourceReader,
  target: UnknownMembers,
  property: string,
): EventTarget | undefined {
  const arn = target['Arn'];
  const service = typeof arn === 'string' ? parseArn(arn)?.service : undefined;
  if (typeof arn !== 'string' || service === undefined || !NAMES.includes(service)) {
    reader.unsupported(
      property,
      `the target ${String(arn)} receives no events, because the gateway does not run its service`,
    );
    return undefined;
  }
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = membersOf(target['RetryPolicy']);
  const { Arn: deadLetterArn } = membersOf(target['DeadLetterConfig']);
  return {
    arn,
    deadLetterArn: typeof deadLetterArn === 'string' ? deadLetterArn : undefined,
    maxRetries: typeof retries === 'number' ? retries : DEFAULT_TARGET.maxRetries,
    maxAgeMs: typeof age === 'number' ? age * 1000 : DEFAULT_TARGET.maxAgeMs,
    ...(typeof target['RoleArn'] === 'string' && { roleArn: target['RoleArn'] }),
  };
}
