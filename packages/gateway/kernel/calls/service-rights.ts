/**
 * The permissions that calls to services need. Each consists of an action, a resource and conditions (service
 * authorization reference). The functions have no side effects.
 */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { readOperation } from '@gatewright/aws/aws-operation';
import { asNonEmptyText, isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import { parseMoveTaskHandle } from '@gatewright/aws/move-task-handle';
import { arnOfQueueUrl } from '@gatewright/aws/queue-url';
import { rightsOf } from '@gatewright/dynamodb/rights';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { NeededRight, PartitionKeyOf } from '@gatewright/dynamodb/rights';
import type { AwsPermission } from './aws-call.ts';
import { spellInRefusal } from '../../core/policy/action-spelling.ts';
import { rightsOfS3 } from './s3-rights.ts';

type ServiceCall = {
  readonly service: string;
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  /** The subdomain in an integration's `{subdomain}.{service}`. */
  readonly subdomain?: string | undefined;
};

export type RightsContext = {
  readonly accountId: string;
  readonly partitionKeyOf: PartitionKeyOf;
  /** Finds the resource of a call that does not name its resource; absent means that no service can find it. */
  readonly resourceOf?: (service: string, operation: AwsOperation) => string | undefined;
  /** Whether the gateway runs the service. */
  readonly isServed?: (service: string) => boolean;
};

/** Returns the context of a call: a name without an account names a resource in the account of the caller. */
export function contextFor<Context extends Pick<RightsContext, 'accountId'>>(
  caller: { readonly arn: string },
  context: Context,
): Context {
  const accountId = parseArn(caller.arn)?.accountId;
  return accountId === undefined || accountId === '' || accountId === context.accountId
    ? context
    : { ...context, accountId };
}

type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;
type Reader = (name: string) => unknown;
type Place = { readonly region: string; readonly accountId: string; readonly path: string };

/** Returns the permissions that a call needs; undefined if they are unknown. */
export function rightsOfCall(
  call: ServiceCall,
  context: RightsContext,
): readonly AwsPermission[] | undefined {
  if (call.service === 's3') return rightsOfS3(call);
  if (call.service === 'cloudfront') return rightOfCloudFront(call, context);
  if (call.service === 'xray') return rightsOfXRay(call);
  if (call.service === 'lambda') return rightsOfMappings(call, context);
  const operation = readOperation(call);
  if (operation.protocol === 'rest') return undefined;
  const place = { region: call.region, accountId: context.accountId, path: call.path };
  if (call.service === 'dynamodb')
    return operation.protocol === 'json'
      ? rightsOfDynamoDb(operation.action, operation.input ?? {}, place, context.partitionKeyOf)
      : undefined;
  const { service } = call;
  const fallback = context.isServed?.(service) === true ? defaultRights(service) : undefined;
  const rights = Object.hasOwn(RIGHTS, service) ? RIGHTS[service] : fallback;
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

/**
 * Returns the permissions for a service whose actions have the same names as its operations. The service itself finds
 * the resource of a call.
 */
function defaultRights(service: string): RightsOf {
  return (action) => [{ action: `${service}:${action}`, resource: '*' }];
}

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/*
 * The operations whose resource is a topic. Only the operation decides which member names the resource. Attack: a call
 * adds another member, which the operation ignores, with the name of a resource for which the caller has permission.
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
const ALARMS_NAMED_BY = {
  AlarmName: setOf('DescribeAlarmHistory PutCompositeAlarm PutMetricAlarm SetAlarmState'),
  AlarmNames: setOf('DeleteAlarms DescribeAlarms DisableAlarmActions EnableAlarmActions'),
};
/** The operations that do not name a stream. `GetRecords` reads the stream that its iterator names. */
const NOT_OF_NAMED_STREAM = setOf('DescribeLimits GetRecords ListStreams SubscribeToShard');
/**
 * The operations that contain the name of a queue. All other operations contain the queue's URL, which is a member or
 * the path.
 */
const BY_QUEUE_NAME = setOf('CreateQueue GetQueueUrl');
/** The operations that contain the ARN of a queue, whose dead messages a task moves. */
const BY_SOURCE_ARN = setOf('ListMessageMoveTasks StartMessageMoveTask');

/** The operations on tags, which name a resource of any kind by its ARN. */
const OF_TAGGED_ARN = setOf('ListTagsForResource TagResource UntagResource');
const OF_LOG_STREAM = setOf('CreateLogStream GetLogEvents PutLogEvents');
const NOT_OF_LOG_GROUP = setOf(
  'DescribeLogGroups DescribeQueries GetQueryResults StopQuery TestMetricFilter',
);
const OF_NAMED_STACK = setOf(
  'DescribeStackResource DescribeStackResources DescribeStacks GetTemplate ListStackResources',
);

const RIGHTS: Readonly<Record<string, RightsOf>> = {
  // In a refusal, AWS writes the prefix of SNS actions in capitals (`SNS:`). If a message is sent to a phone number,
  // the phone number is the resource.
  sns(action, read) {
    const single = action.replace(/Batch$/, '');
    const names = single === 'Publish' ? ['TopicArn', 'TargetArn', 'PhoneNumber'] : ['TopicArn'];
    const named = OF_TOPIC.has(single) ? names.flatMap((name) => asNonEmptyText(read(name)) ?? []) : [];
    // Without a destination, SNS refuses the parameters of `Publish`, regardless of the caller's permissions (recorded
    // in public: qiita.com/j3tm0t0/items/594f7c0a0c62a5eccc18).
    if (single === 'Publish' && named.length === 0) return [];
    const resources = named.length === 0 ? ['*'] : named;
    return resources.map((resource) => ({
      action: `sns:${single}`,
      resource,
      shownAction: spellInRefusal(`sns:${single}`),
    }));
  },
  // A batch operation needs the permission of the corresponding single operation ("Amazon SQS API permissions").
  sqs(action, read, place) {
    const single = action.replace(/Batch$/, '');
    const queue = queueArn(action, read, place) ?? '*';
    const needed = [[single, queue]];
    if (action === 'StartMessageMoveTask') {
      for (const one of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) needed.push([one, queue]);
      const destination = asNonEmptyText(read('DestinationArn'));
      if (destination !== undefined) needed.push(['SendMessage', destination]);
    }
    return needed.map(([name = '', resource = '']) => ({
      action: `sqs:${name}`,
      resource,
      shownAction: spellInRefusal(`sqs:${name}`),
    }));
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
  // Calls to CloudWatch are signed for `monitoring`, but its actions and ARNs begin with `cloudwatch`.
  monitoring(action, read, { region, accountId }) {
    if (action === 'PutMetricData') {
      const namespace = asNonEmptyText(read('Namespace'));
      const conditions = new Map(
        namespace === undefined ? [] : [['cloudwatch:namespace', [namespace]] as const],
      );
      return [{ action: 'cloudwatch:PutMetricData', resource: '*', conditions }];
    }
    if (OF_TAGGED_ARN.has(action))
      return [{ action: `cloudwatch:${action}`, resource: asNonEmptyText(read('ResourceARN')) ?? '*' }];
    const one = ALARMS_NAMED_BY.AlarmName.has(action) ? asNonEmptyText(read('AlarmName')) : undefined;
    const several = ALARMS_NAMED_BY.AlarmNames.has(action) ? read('AlarmNames') : undefined;
    const list: readonly unknown[] = Array.isArray(several) ? several : [one];
    const names = list.flatMap((name) => asNonEmptyText(name) ?? []);
    const alarm = (name: string): string =>
      `arn:${partitionOf(region)}:cloudwatch:${region}:${accountId}:alarm:${name}`;
    const resources = names.length === 0 ? ['*'] : names.map(alarm);
    return resources.map((resource) => ({ action: `cloudwatch:${action}`, resource }));
  },
  states(action, read) {
    const member = Object.entries(OF_STATES).find(([, actions]) => actions.has(action))?.[0];
    const resource = member === undefined ? undefined : asNonEmptyText(read(member));
    return [{ action: `states:${action}`, resource: resource ?? '*' }];
  },
  // Only the log group's name is read from an ARN, because the service itself reads only the name. Attack: a caller
  // sends the ARN of a log group in another account that has the same name as a log group of the gateway.
  logs(action, read, { region, accountId }) {
    // Calls for a whole group name no stream: `…:log-group:NAME:log-stream:` (prowler-cloud/prowler#37).
    const resource = (group: string, part: string): string =>
      `arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:${nameOfLogGroup(group)}:${part}`;
    const stream = OF_LOG_STREAM.has(action) ? asNonEmptyText(read('logStreamName')) : undefined;
    const part = OF_TAGGED_ARN.has(action) ? '*' : `log-stream:${stream ?? ''}`;
    const named = NOT_OF_LOG_GROUP.has(action)
      ? []
      : OF_TAGGED_ARN.has(action)
        ? [asNonEmptyText(read('resourceArn')) ?? '']
        : [
            read('logGroupName'),
            read('logGroupIdentifier'),
            read('logGroupNames'),
            read('logGroupIdentifiers'),
          ]
            .flat()
            .flatMap((name) => asNonEmptyText(name) ?? []);
    const permission = `logs:${action}`;
    return named.length === 0
      ? [{ action: permission, resource: '*' }]
      : named.map((group) => ({
          action: permission,
          resource: resource(group, part),
        }));
  },
  cloudformation(action, read, { region, accountId }) {
    const name = OF_NAMED_STACK.has(action) ? asNonEmptyText(read('StackName')) : undefined;
    const named = `arn:${partitionOf(region)}:cloudformation:${region}:${accountId}:stack/${name ?? ''}/*`;
    const resource = name === undefined ? '*' : name.startsWith('arn:') ? name : named;
    return [{ action: `cloudformation:${action}`, resource }];
  },
  kinesis(action, read, { region, accountId }) {
    if (NOT_OF_NAMED_STREAM.has(action)) return [{ action: `kinesis:${action}`, resource: '*' }];
    const name = asNonEmptyText(read('StreamName'));
    const named = name === undefined ? '*' : `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;
    return [{ action: `kinesis:${action}`, resource: asNonEmptyText(read('StreamARN')) ?? named }];
  },
};

function readerOf(operation: Operation): Reader {
  if (operation.protocol === 'query')
    return (name) => operation.parameters.get(name) ?? membersOfList(operation.parameters, name);
  const { input = {} } = operation;
  return (name) => (Object.hasOwn(input, name) ? input[name] : undefined);
}

/** Reads the members `Name.member.N` of a list. N may be any number, because the service itself accepts any number. */
function membersOfList(parameters: URLSearchParams, name: string): readonly string[] | undefined {
  const members = [...parameters].filter(([one]) => one.startsWith(`${name}.member.`));
  return members.length === 0 ? undefined : members.map(([, value]) => value);
}

function queueArn(action: string, read: Reader, { region, accountId, path }: Place): string | undefined {
  if (action === 'ListQueues') return undefined;
  if (action === 'CancelMessageMoveTask')
    return parseMoveTaskHandle(asNonEmptyText(read('TaskHandle')) ?? '')?.sourceArn;
  if (BY_SOURCE_ARN.has(action)) return asNonEmptyText(read('SourceArn'));
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

/**
 * Returns the permissions for X-Ray; undefined for a path that is not listed. The action is the path, and these actions
 * have no resource.
 */
function rightsOfXRay({ method, path }: ServiceCall): readonly AwsPermission[] | undefined {
  const action = method === 'POST' && Object.hasOwn(XRAY_ACTIONS, path) ? XRAY_ACTIONS[path] : undefined;
  return action === undefined ? undefined : [{ action: `xray:${action}`, resource: '*' }];
}

/** Matches the path of Lambda's calls about event source mappings; the group is the id of a mapping. */
export const MAPPING_PATH = /^\/2015-03-31\/event-source-mappings(?:\/([^/]+))?\/?$/;
const MAPPING_ACTIONS: Readonly<Record<string, string>> = {
  'POST ': 'CreateEventSourceMapping',
  'GET ': 'ListEventSourceMappings',
  'GET id': 'GetEventSourceMapping',
  'PUT id': 'UpdateEventSourceMapping',
  'DELETE id': 'DeleteEventSourceMapping',
};

/**
 * Returns the permissions for event source mappings; undefined for any other call. The function in the call is not the
 * resource, but a value for conditions.
 */
function rightsOfMappings(
  { method, path, region, body }: ServiceCall,
  { accountId }: RightsContext,
): readonly AwsPermission[] | undefined {
  const [isOfMappings, id] = MAPPING_PATH.exec(path) ?? [];
  const action = MAPPING_ACTIONS[`${method} ${id === undefined ? '' : 'id'}`];
  if (isOfMappings === undefined || action === undefined) return undefined;
  const own = `arn:${partitionOf(region)}:lambda:${region}:${accountId}`;
  const resource = id === undefined ? '*' : `${own}:event-source-mapping:${id}`;
  const named = asNonEmptyText(parseJsonObject(body?.toString() ?? '')?.['FunctionName']);
  const functionArn = named?.startsWith('arn:') === true ? named : `${own}:function:${named ?? ''}`;
  const conditions = new Map(named === undefined ? [] : [['lambda:functionarn', [functionArn]] as const]);
  return [{ action: `lambda:${action}`, resource, conditions }];
}

const XRAY_ACTIONS: Readonly<Record<string, string>> = {
  '/TraceSummaries': 'GetTraceSummaries',
  '/Traces': 'BatchGetTraces',
  '/TraceSegments': 'PutTraceSegments',
  '/TelemetryRecords': 'PutTelemetryRecords',
  '/SamplingTargets': 'GetSamplingTargets',
  '/GetSamplingRules': 'GetSamplingRules',
};

/** Returns the name of a log group, which a call identifies by its name or its ARN. */
function nameOfLogGroup(identifier: string): string {
  return /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
}

const DISTRIBUTION_PATH =
  /^\/[\d-]+\/distribution(?:\/([A-Z0-9]+)(?:\/(config|invalidation)(?:\/([A-Z0-9]+))?)?)?\/?$/;

/**
 * The actions of CloudFront, by the method and the form of the path. The path may contain an id, `config` or
 * `invalidation`, and the id of an invalidation.
 */
const CLOUDFRONT_ACTIONS: Readonly<Record<string, string>> = {
  'GET ': 'ListDistributions',
  'GET id': 'GetDistribution',
  'GET id config': 'GetDistributionConfig',
  'GET id invalidation': 'ListInvalidations',
  'POST id invalidation': 'CreateInvalidation',
  'GET id invalidation id': 'GetInvalidation',
};

/**
 * Returns the permission for a call to CloudFront; undefined for a path that is not listed. The ARN of a distribution
 * contains an account but no region.
 */
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
