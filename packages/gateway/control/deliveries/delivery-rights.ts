/** The right that a role needs to deliver to a target, by the service of the target's ARN. */
export const DELIVERY_RIGHTS: Readonly<Record<string, string>> = {
  events: 'events:PutEvents',
  kinesis: 'kinesis:PutRecord',
  lambda: 'lambda:InvokeFunction',
  sns: 'sns:Publish',
  sqs: 'sqs:SendMessage',
  states: 'states:StartExecution',
};
