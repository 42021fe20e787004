/** Names the senders and receivers of an event, as explanations write them. */
import { parseArn } from '@gatewright/aws/arn';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { ToldStep } from './circumstances.ts';
import type { EventStep, StampedStep } from '../../kernel/event-step.ts';

/** A step of one kind, with the facts that its explanation needs. */
export type Told<Kind extends EventStep['kind']> = Omit<ToldStep, 'step'> & {
  readonly step: Extract<StampedStep, { kind: Kind }>;
};

const NOUNS: Readonly<Record<string, string>> = {
  cloudwatch: 'the alarm',
  sns: 'the topic',
  sqs: 'the queue',
  kinesis: 'the stream',
  lambda: 'the function',
  s3: 'the bucket',
  scheduler: 'the schedule',
  dynamodb: 'the table',
  logs: 'the log group',
  states: 'the state machine',
};

/** Returns `the queue orders` for an ARN. */
export function nameOf(arn: string): string {
  const { service = '', resource = '' } = parseArn(arn) ?? {};
  if (service === 'events')
    return `${resource.startsWith('rule/') ? 'the rule' : 'the bus'} ${lastPartOf(arn)}`;
  if (service === 'dynamodb') return `the stream of the table ${resource.split('/')[1] ?? ''}`;
  if (service === 'cognito-idp') return `the user pool ${lastPartOf(arn)}`;
  if (service === 'lambda') return `the function ${resource.split(':')[1] ?? resource}`;
  const noun = NOUNS[service];
  return noun === undefined ? arn : `${noun} ${lastPartOf(arn)}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function at(place: string | undefined): string {
  return place === undefined ? '' : ` (${place})`;
}

export function receives(count: number): string {
  return count === 1 ? '1 receive' : `${count} receives`;
}

export function counted(times: number): string {
  return times === 1 ? '' : `, ${times} times so far`;
}
