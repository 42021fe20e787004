/**
 * Finds the failure queues of a stack's functions, which are on-failure destinations and dead-letter queues.
 * Destinations that are not queues are skipped.
 */
import type { Aws } from '../../terminal/aws-call.ts';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { ask, callOrFail } from './call-or-fail.ts';

export type FailureQueue = {
  readonly name: string;
  readonly url: string;
  readonly functions: readonly string[];
};

/** The maximum number of pages of resources. Each page contains 100 resources. */
const PAGES_LIMIT = 10;
const QUEUE_ARN = /^arn:[\w-]+:sqs:[\w-]+:(\d{12}):([\w.-]{1,80})$/;

/**
 * Returns the failure queues of a stack.
 * @throws UsageError if the stack does not exist
 */
export async function findFailureQueues(aws: Aws, stackName: string): Promise<readonly FailureQueue[]> {
  const senders = new Map<string, string[]>();
  for (const name of await functionsOf(aws, stackName))
    for (const arn of await destinationsOf(aws, name)) senders.set(arn, [...(senders.get(arn) ?? []), name]);
  const queues: FailureQueue[] = [];
  for (const [arn, functions] of senders) {
    const [, owner, name = ''] = QUEUE_ARN.exec(arn) ?? [];
    // The destination is not a queue. A topic, a bus or another function does not store events, so nothing could be
    // replayed.
    if (owner === undefined) continue;
    const answer = await callOrFail(aws, 'sqs:GetQueueUrl', {
      service: 'sqs',
      protocol: 'json',
      target: 'AmazonSQS.GetQueueUrl',
      input: { QueueName: name, QueueOwnerAWSAccountId: owner },
    });
    queues.push({ name, url: textAt(answer.body, 'QueueUrl') ?? '', functions });
  }
  return queues;
}

async function functionsOf(aws: Aws, stackName: string): Promise<readonly string[]> {
  const names: string[] = [];
  let next: string | undefined;
  for (let page = 1; page <= PAGES_LIMIT; page += 1) {
    const answer = await ask(
      aws,
      'cloudformation:ListStackResources',
      {
        service: 'cloudformation',
        protocol: 'query',
        version: '2010-05-15',
        action: 'ListStackResources',
        parameters: { StackName: stackName, NextToken: next },
      },
      /does not exist/,
    );
    if (answer === undefined)
      throw new UsageError(
        `there is no stack ${stackName} in ${aws.region}: name the stack with --stack, and its region with --region`,
      );
    const result = memberAt(answer.body, 'ListStackResourcesResponse', 'ListStackResourcesResult');
    for (const resource of listAt(result, 'StackResourceSummaries'))
      if (textAt(resource, 'ResourceType') === 'AWS::Lambda::Function')
        names.push(textAt(resource, 'PhysicalResourceId') ?? '');
    next = textAt(result, 'NextToken');
    if (next === undefined || next === '') break;
  }
  return names.filter((name) => name !== '');
}

async function destinationsOf(aws: Aws, name: string): Promise<readonly string[]> {
  const path = (version: string, end: string): string =>
    `/${version}/functions/${encodeURIComponent(name)}/${end}`;
  const missing = /ResourceNotFoundException/;
  const configs = await ask(
    aws,
    'lambda:ListFunctionEventInvokeConfigs',
    {
      service: 'lambda',
      protocol: 'rest',
      path: path('2019-09-25', 'event-invoke-config/list'),
    },
    missing,
  );
  const settings = await ask(
    aws,
    'lambda:GetFunctionConfiguration',
    { service: 'lambda', protocol: 'rest', path: path('2015-03-31', 'configuration') },
    missing,
  );
  const arns = listAt(configs?.body, 'FunctionEventInvokeConfigs').map((config) =>
    textAt(config, 'DestinationConfig', 'OnFailure', 'Destination'),
  );
  arns.push(textAt(settings?.body, 'DeadLetterConfig', 'TargetArn'));
  return [...new Set(arns.filter((arn) => arn !== undefined && arn !== ''))] as string[];
}
