/**
 * The permissions that calls of services need: action, resource and conditions (service authorization
 * reference). Pure.
 */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { readOperation } from '@gatewright/aws/aws-operation';
import { asNonEmptyText, isJsonObject } from '@gatewright/aws/json-object';
import { arnOfQueueUrl } from '@gatewright/aws/queue-url';
import { rightsOf } from '@gatewright/dynamodb/rights';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { NeededRight, PartitionKeyOf } from '@gatewright/dynamodb/rights';
import type { AwsPermission } from './aws-call.ts';
import { rightsOfS3 } from './s3-rights.ts';

type ServiceCall = {
  readonly service: string;
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  /** Of an integration: `{subdomain}.{service}` */
  readonly subdomain?: string | undefined;
};

export type RightsContext = {
  readonly accountId: string;
  readonly partitionKeyOf: PartitionKeyOf;
  /** For a call that does not name its resource; absent = no service knows it. */
  readonly resourceOf?: (service: string, operation: AwsOperation) => string | undefined;
  /** Whether the service runs here. */
  readonly isServed?: (service: string) => boolean;
};

type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;
type Reader = (name: string) => unknown;
type Place = { readonly region: string; readonly accountId: string; readonly path: string };

/** Undefined: the required permission is unknown. */
export function rightsOfCall(
  call: ServiceCall,
  context: RightsContext,
): readonly AwsPermission[] | undefined {
  if (call.service === 's3') return rightsOfS3(call);
  if (call.service === 'cloudfront') return rightOfCloudFront(call, context);
  const operation = readOperation(call);
  if (operation.protocol === 'rest') return undefined;
  const place = { region: call.region, accountId: context.accountId, path: call.path };
  if (call.service === 'dynamodb')
    return operation.protocol === 'json'
      ? rightsOfDynamoDb(operation.action, operation.input ?? {}, place, context.partitionKeyOf)
      : undefined;
  const { service } = call;
  const usual = context.isServed?.(service) === true ? usualRights(service) : undefined;
  const rights = Object.hasOwn(RIGHTS, service) ? RIGHTS[service] : usual;
  const needed = rights?.(operation.action, readerOf(operation), place);
  const isOpen = needed?.some(({ resource }) => resource === '*') === true;
  const known = isOpen ? context.resourceOf?.(call.service, operation) : undefined;
  return known === undefined
    ? needed
    : needed?.map((one) => (one.resource === '*' ? { ...one, resource: known } : one));
}

export function rightsOfDynamoDb(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region, accountId }: Pick<Place, 'region' | 'accountId'>,
  partitionKeyOf: PartitionKeyOf,
): readonly AwsPermission[] {
  return toPermissions(rightsOf(operation, input, partitionKeyOf), { region, accountId });
}

export function toPermissions(
  rights: readonly NeededRight[],
  { region, accountId }: Pick<Place, 'region' | 'accountId'>,
): readonly AwsPermission[] {
  return rights.map(({ action, resource, conditions }) => ({
    action,
    resource: resource.startsWith('arn:')
      ? resource
      : `arn:aws:dynamodb:${region}:${accountId}:table/${resource}`,
    conditions: new Map([...Object.entries(conditions), ['aws:requestedregion', [region]]]),
  }));
}

type RightsOf = (action: string, read: Reader, place: Place) => readonly AwsPermission[];

/** Of a service whose actions are its operations, and which names the resource itself. */
function usualRights(service: string): RightsOf {
  return (action) => [{ action: `${service}:${action}`, resource: '*' }];
}

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/*
 * Which member names the resource is decided by the operation alone. Attack: a call names another one, which it does not
 * read, and for which it has the permission.
 */
const OF_TOPIC = setOf(
  'AddPermission ConfirmSubscription DeleteTopic GetTopicAttributes ListSubscriptionsByTopic Publish ' +
    'RemovePermission SetTopicAttributes Subscribe',
);
const OF_STATES: Readonly<Record<string, ReadonlySet<string>>> = {
  stateMachineArn: setOf(
    'DeleteStateMachine DescribeStateMachine ListExecutions StartExecution StartSyncExecution UpdateStateMachine',
  ),
  executionArn: setOf(
    'DescribeExecution DescribeStateMachineForExecution GetExecutionHistory RedriveExecution StopExecution',
  ),
  activityArn: setOf('DeleteActivity DescribeActivity GetActivityTask'),
};
/** The stream of `GetRecords` is that of the iterator. */
const NOT_OF_NAMED_STREAM = setOf('DescribeLimits GetRecords ListStreams SubscribeToShard');
/** These take a name; other operations on a queue the address, or have it as their path. */
const BY_QUEUE_NAME = setOf('CreateQueue GetQueueUrl');

const RIGHTS: Readonly<Record<string, RightsOf>> = {
  // AWS writes this service's actions in capitals, and a text message's resource is the number.
  sns(action, read) {
    const single = action.replace(/Batch$/, '');
    const names = single === 'Publish' ? ['TopicArn', 'TargetArn', 'PhoneNumber'] : ['TopicArn'];
    const named = OF_TOPIC.has(single) ? names.flatMap((name) => asNonEmptyText(read(name)) ?? []) : [];
    const resources = named.length === 0 ? ['*'] : named;
    return resources.map((resource) => ({
      action: `sns:${single}`,
      resource,
      shownAction: `SNS:${single}`,
    }));
  },
  // Batch operations need the permission of the single one ("Amazon SQS API permissions").
  sqs(action, read, place) {
    const single = action.replace(/Batch$/, '');
    return [
      {
        action: `sqs:${single}`,
        resource: queueArn(action, read, place) ?? '*',
        shownAction: `sqs:${single.toLowerCase()}`,
      },
    ];
  },
  events(action, read, place) {
    const entries = action === 'PutEvents' ? read('Entries') : undefined;
    if (!Array.isArray(entries)) return [{ action: `events:${action}`, resource: '*' }];
    const permissions = entries.map((entry: unknown) => {
      const fields = isJsonObject(entry) ? entry : {};
      const source = asNonEmptyText(fields['Source']);
      const detailType = asNonEmptyText(fields['DetailType']);
      const conditions = new Map([
        ...(source === undefined ? [] : [['events:source', [source]] as const]),
        ...(detailType === undefined ? [] : [['events:detail-type', [detailType]] as const]),
      ]);
      return {
        action: 'events:PutEvents',
        resource: busArn(asNonEmptyText(fields['EventBusName']), place),
        conditions,
      };
    });
    return permissions;
  },
  states(action, read) {
    const member = Object.entries(OF_STATES).find(([, actions]) => actions.has(action))?.[0];
    const resource = member === undefined ? undefined : asNonEmptyText(read(member));
    return [{ action: `states:${action}`, resource: resource ?? '*' }];
  },
  kinesis(action, read, { region, accountId }) {
    if (NOT_OF_NAMED_STREAM.has(action)) return [{ action: `kinesis:${action}`, resource: '*' }];
    const name = asNonEmptyText(read('StreamName'));
    const named = name === undefined ? '*' : `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;
    return [{ action: `kinesis:${action}`, resource: asNonEmptyText(read('StreamARN')) ?? named }];
  },
};

function readerOf(operation: Operation): Reader {
  if (operation.protocol === 'query') return (name) => operation.parameters.get(name) ?? undefined;
  const { input = {} } = operation;
  return (name) => (Object.hasOwn(input, name) ? input[name] : undefined);
}

function queueArn(action: string, read: Reader, { region, accountId, path }: Place): string | undefined {
  if (action === 'ListQueues') return undefined;
  if (!BY_QUEUE_NAME.has(action))
    return arnOfQueueUrl(asNonEmptyText(read('QueueUrl')) ?? path, { region, accountId });
  const name = asNonEmptyText(read('QueueName'));
  const owner = action === 'GetQueueUrl' ? asNonEmptyText(read('QueueOwnerAWSAccountId')) : undefined;
  return name && `arn:${partitionOf(region)}:sqs:${region}:${owner ?? accountId}:${name}`;
}

function busArn(name: string | undefined, { region, accountId }: Place): string {
  if (name !== undefined && parseArn(name) !== undefined) return name;
  return `arn:aws:events:${region}:${accountId}:event-bus/${name ?? 'default'}`;
}

const DISTRIBUTION_PATH =
  /^\/[\d-]+\/distribution(?:\/([A-Z0-9]+)(?:\/(config|invalidation)(?:\/([A-Z0-9]+))?)?)?\/?$/;

/** By method and parts of the path: id, `config` or `invalidation`, id of an invalidation. */
const CLOUDFRONT_ACTIONS: Readonly<Record<string, string>> = {
  'GET ': 'ListDistributions',
  'GET id': 'GetDistribution',
  'GET id config': 'GetDistributionConfig',
  'GET id invalidation': 'ListInvalidations',
  'POST id invalidation': 'CreateInvalidation',
  'GET id invalidation id': 'GetInvalidation',
};

/** ARNs of distributions have an account but no region. */
function rightOfCloudFront(
  call: ServiceCall,
  { accountId }: RightsContext,
): readonly AwsPermission[] | undefined {
  const found = DISTRIBUTION_PATH.exec(call.path);
  if (found === null) return undefined;
  const [, id, part, invalidation] = found;
  const shape = [id && 'id', part, invalidation && 'id'].filter((one) => one !== undefined).join(' ');
  const action = CLOUDFRONT_ACTIONS[`${call.method} ${shape}`];
  if (action === undefined) return undefined;
  const resource = id === undefined ? '*' : `arn:aws:cloudfront::${accountId}:distribution/${id}`;
  return [{ action: `cloudfront:${action}`, resource }];
}
