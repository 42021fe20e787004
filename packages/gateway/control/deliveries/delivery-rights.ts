import type { TargetService } from '../../kernel/read-target.ts';

const RIGHTS: Readonly<Record<TargetService, string>> = {
  events: 'events:PutEvents',
  kinesis: 'kinesis:PutRecord',
  lambda: 'lambda:InvokeFunction',
  sns: 'sns:Publish',
  sqs: 'sqs:SendMessage',
  states: 'states:StartExecution',
};

/**
 * Returns the right that a role needs to deliver to a target.
 * @param service the service in the target's ARN
 */
export function deliveryRight(service: string | undefined): string | undefined {
  return service !== undefined && Object.hasOwn(RIGHTS, service)
    ? RIGHTS[service as TargetService]
    : undefined;
}
