/** Which names of a template already exist: one call each, to the owning service. */
import type { AwsCall } from '../../terminal/aws-call.ts';
import { schemaOf } from '@gatewright/authoring/files/table-schema';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import type { Caller, Reader } from './reader.ts';
import type { AccountView, NamedResource } from './views.ts';

type Question = { readonly permission: string; readonly request: AwsCall; readonly absent: RegExp };
type FunctionName = { readonly name: string; readonly region: string; readonly accountId: string };

const QUESTIONS: Readonly<Record<string, (asked: FunctionName) => Question>> = {
  'AWS::DynamoDB::Table': ({ name }) => ({
    permission: 'dynamodb:DescribeTable',
    request: {
      service: 'dynamodb',
      protocol: 'json',
      target: 'DynamoDB_20120810.DescribeTable',
      input: { TableName: name },
    },
    absent: /ResourceNotFoundException/,
  }),
  'AWS::Logs::LogGroup': ({ name }) => ({
    permission: 'logs:DescribeLogGroups',
    request: {
      service: 'logs',
      protocol: 'json',
      version: '1.1',
      target: 'Logs_20140328.DescribeLogGroups',
      input: { logGroupNamePrefix: name },
    },
    absent: /ResourceNotFoundException/,
  }),
  'AWS::Lambda::Function': ({ name }) => ({
    permission: 'lambda:GetFunctionConfiguration',
    request: {
      service: 'lambda',
      protocol: 'rest',
      path: `/2015-03-31/functions/${encodeURIComponent(name)}/configuration`,
    },
    absent: /ResourceNotFoundException/,
  }),
  'AWS::SQS::Queue': ({ name }) => ({
    permission: 'sqs:GetQueueUrl',
    request: {
      service: 'sqs',
      protocol: 'json',
      target: 'AmazonSQS.GetQueueUrl',
      input: { QueueName: name },
    },
    absent: /NonExistentQueue|QueueDoesNotExist/,
  }),
  'AWS::SNS::Topic': ({ name, region, accountId }) => ({
    permission: 'sns:GetTopicAttributes',
    request: {
      service: 'sns',
      protocol: 'query',
      action: 'GetTopicAttributes',
      version: '2010-03-31',
      parameters: { TopicArn: `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}` },
    },
    absent: /NotFound/,
  }),
  'AWS::Events::EventBus': ({ name }) => ({
    permission: 'events:DescribeEventBus',
    request: {
      service: 'events',
      protocol: 'json',
      version: '1.1',
      target: 'AWSEvents.DescribeEventBus',
      input: { Name: name },
    },
    absent: /ResourceNotFoundException/,
  }),
  'AWS::CloudWatch::Dashboard': ({ name }) => ({
    permission: 'cloudwatch:GetDashboard',
    request: {
      service: 'monitoring',
      protocol: 'query',
      action: 'GetDashboard',
      version: '2010-08-01',
      parameters: { DashboardName: name },
    },
    absent: /ResourceNotFound/,
  }),
};

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Avoids throttling. */
const AT_ONCE = 4;

export async function lookUp(
  reader: Reader,
  region: string,
  { accountId }: Caller,
  names: readonly NamedResource[],
): Promise<Pick<AccountView, 'taken' | 'tables'>> {
  const taken: NamedResource[] = [];
  const tables: AccountView['tables'][number][] = [];
  const rest = [...names];
  const ask = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      const { type, name } = one;
      const question = QUESTIONS[type]?.({ name, region, accountId });
      if (question === undefined) continue;
      const { permission, request, absent } = question;
      const answer = await reader.read(`whether ${name} exists`, permission, request, absent);
      if (answer === undefined || answer === 'absent') continue;
      if (type === 'AWS::Logs::LogGroup' && !hasGroup(answer.body, name)) continue;
      taken.push(one);
      if (type === 'AWS::DynamoDB::Table') tables.push(await readTable(reader, region, one, answer.body));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const order = (list: readonly { readonly logicalId: string }[]) =>
    names.flatMap(({ logicalId }) => list.filter((one) => one.logicalId === logicalId));
  return {
    taken: order(taken) as NamedResource[],
    tables: order(tables) as AccountView['tables'][number][],
  };
}

async function readTable(
  reader: Reader,
  region: string,
  { logicalId, name }: NamedResource,
  described: unknown,
): Promise<AccountView['tables'][number]> {
  const replicas = replicasIn(described, region);
  const arn = textAt(described, 'Table', 'TableArn');
  const tags = await reader.read(`tags of table ${name}`, 'dynamodb:ListTagsOfResource', {
    service: 'dynamodb',
    protocol: 'json',
    target: 'DynamoDB_20120810.ListTagsOfResource',
    input: { ResourceArn: arn },
  });
  const schema = tags === undefined || tags === 'absent' ? undefined : schemaOf(tags.body);
  return { logicalId, name, replicas, schema };
}

/** The call searches by prefix. */
function hasGroup(body: unknown, name: string): boolean {
  return listAt(body, 'logGroups').some((group) => textAt(group, 'logGroupName') === name);
}

/** DynamoDB also lists the region of the call, once there is another. */
function replicasIn(body: unknown, region: string): readonly string[] {
  return listAt(memberAt(body, 'Table'), 'Replicas')
    .map((replica) => textAt(replica, 'RegionName') ?? '')
    .filter((name) => name !== region && name !== '');
}
