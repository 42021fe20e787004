/**
 * The permissions that calls of services need: action, resource and conditions (service authorization
 * reference). Pure.
 */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { parseArn } from '@gatewright/aws/arn';
import { readOperation } from '@gatewright/aws/aws-operation';
import { asNonEmptyText, isJsonObject } from '@gatewright/aws/json-object';
import { rightsOf } from '@gatewright/dynamodb/rights';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { NeededRight, PartitionKeyOf } from '@gatewright/dynamodb/rights';
import type { AwsPermission } from './aws-call.ts';

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
  if (call.service === 's3') return [rightOfS3(call)];
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

const RIGHTS: Readonly<Record<string, RightsOf>> = {
  // AWS writes this service's actions in capitals, and a text message's resource is the number.
  sns(action, read) {
    const resource =
      asNonEmptyText(read('TopicArn')) ??
      asNonEmptyText(read('TargetArn')) ??
      asNonEmptyText(read('PhoneNumber')) ??
      '*';
    const single = action.replace(/Batch$/, '');
    return [{ action: `sns:${single}`, resource, shownAction: `SNS:${single}` }];
  },
  // Batch operations need the permission of the single one ("Amazon SQS API permissions").
  sqs(action, read, place) {
    const single = action.replace(/Batch$/, '');
    return [
      {
        action: `sqs:${single}`,
        resource: queueArn(
          asNonEmptyText(read('QueueUrl')) ?? place.path,
          asNonEmptyText(read('QueueName')),
          place,
        ),
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
  states: (action, read) => [
    {
      action: `states:${action}`,
      resource:
        asNonEmptyText(read('stateMachineArn')) ??
        asNonEmptyText(read('executionArn')) ??
        asNonEmptyText(read('activityArn')) ??
        '*',
    },
  ],
  kinesis(action, read, { region, accountId }) {
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

/** `https://sqs.eu-west-1.amazonaws.com/123456789012/orders` */
function queueArn(url: string, name: string | undefined, { region, accountId }: Place): string {
  const [, owner = accountId, queue = name] = /\/(\d{12})\/([^/?]+)$/.exec(url) ?? [];
  return queue === undefined ? '*' : `arn:aws:sqs:${region}:${owner}:${queue}`;
}

function busArn(name: string | undefined, { region, accountId }: Place): string {
  if (name !== undefined && parseArn(name) !== undefined) return name;
  return `arn:aws:events:${region}:${accountId}:event-bus/${name ?? 'default'}`;
}

const S3_ACTIONS: Readonly<Record<string, string>> = {
  DELETE: 's3:DeleteObject',
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  POST: 's3:PutObject',
  PUT: 's3:PutObject',
};

/** Path style, or the bucket as subdomain. A bucket without a key is listed or created. */
function rightOfS3({ method, path, subdomain }: ServiceCall): AwsPermission {
  const whole = decodeOrKeep(subdomain === undefined ? path : `/${subdomain}${path}`);
  const [, bucket = '', key = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(whole) ?? [];
  if (key !== '')
    return { action: S3_ACTIONS[method] ?? 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` };
  if (bucket === '') return { action: 's3:ListAllMyBuckets', resource: '*' };
  const action = { PUT: 's3:CreateBucket', DELETE: 's3:DeleteBucket' }[method] ?? 's3:ListBucket';
  return { action, resource: `arn:aws:s3:::${bucket}` };
}

/** ARNs of distributions have an account but no region. */
function rightOfCloudFront(
  call: ServiceCall,
  { accountId }: RightsContext,
): readonly AwsPermission[] | undefined {
  const [, id] = /^\/[\d-]+\/distribution\/([A-Z0-9]+)\/invalidation\/?$/.exec(call.path) ?? [];
  if (id === undefined || call.method !== 'POST') return undefined;
  const resource = `arn:aws:cloudfront::${accountId}:distribution/${id}`;
  return [{ action: 'cloudfront:CreateInvalidation', resource }];
}
