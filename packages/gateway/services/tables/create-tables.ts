import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { request as requestHttp } from '@gatewright/aws/node-http';
import { readBody } from '@gatewright/aws/read-body';
import { UNCOUNTED } from '@gatewright/dynamodb';
import { STACK_STREAM_LABEL } from '@gatewright/dynamodb/stream-record';
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { ownFault, StartError, propertyAt } from '../../core/errors.ts';
import type { IndexDefinition, KeyAttribute, TableDefinition } from './table-definition.ts';

export type DynamoDbTarget = AwsCredentials & {
  readonly url: string;
  readonly region: string;
};

type Reply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const CALL_TIMEOUT_MS = 10_000;
const REPLY_LIMIT_BYTES = 32 * 1024 * 1024;
const ACTIVE_WITHIN_MS = 60_000;
const POLL_EVERY_MS = 100;

/**
 * Creates missing tables. Existing tables keep their data, but their time to live and stream are changed to the
 * template's settings.
 * @throws DefinitionError if an existing table has other keys or indexes, because its data would not fit
 * @throws StartError if the endpoint does not respond, or if it refuses a call
 */
export async function createTablesAt(
  target: DynamoDbTarget,
  tables: readonly TableDefinition[],
): Promise<void> {
  for (const table of tables) {
    const found = await callDynamoDb(target, 'DescribeTable', { TableName: table.name });
    if (found.status === 200) {
      compare(table, found.body['Table']);
      await setStream(target, table, membersOf(found.body['Table']));
    } else {
      refuseUnless(found, 'ResourceNotFoundException', target, 'DescribeTable');
      refuseUnless(
        await callDynamoDb(target, 'CreateTable', toCreateTable(table)),
        undefined,
        target,
        'CreateTable',
      );
    }
    await untilActive(target, table.name);
    await enableTimeToLive(target, table);
  }
}

function toCreateTable(table: TableDefinition): object {
  const capacity =
    table.billingMode === 'PROVISIONED'
      ? { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } }
      : {};
  const indexes = [...table.globalIndexes, ...table.localIndexes];
  const attributes = new Map(
    [...table.keys, ...indexes.flatMap(({ keys }) => keys)].map(({ name, type }) => [name, type]),
  );
  return {
    TableName: table.name,
    BillingMode: table.billingMode,
    ...capacity,
    AttributeDefinitions: [...attributes].map(([name, type]) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: toKeySchema(table.keys),
    ...(table.streamViewType === undefined
      ? {}
      : { StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamViewType } }),
    ...(table.globalIndexes.length === 0
      ? {}
      : { GlobalSecondaryIndexes: table.globalIndexes.map((index) => ({ ...toIndex(index), ...capacity })) }),
    ...(table.localIndexes.length === 0 ? {} : { LocalSecondaryIndexes: table.localIndexes.map(toIndex) }),
  };
}

function toIndex({ name, keys, projection }: IndexDefinition): object {
  const { type, attributes } = projection;
  return {
    IndexName: name,
    KeySchema: toKeySchema(keys),
    Projection: { ProjectionType: type, ...(type === 'INCLUDE' ? { NonKeyAttributes: attributes } : {}) },
  };
}

function toKeySchema(keys: readonly KeyAttribute[]): object[] {
  return keys.map(({ name, role }, at) => ({ AttributeName: name, KeyType: roleOf(role, at) }));
}

function compare(table: TableDefinition, description: unknown): void {
  const found = membersOf(description);
  const types = new Map(
    asList(found['AttributeDefinitions']).map((entry) => [
      String(entry['AttributeName']),
      String(entry['AttributeType']),
    ]),
  );
  const printFound = (schema: unknown): string =>
    asList(schema)
      .map(({ AttributeName: name, KeyType: role }) =>
        printKey(String(name), types.get(String(name)) ?? '?', String(role)),
      )
      .join(', ');
  const indexesFound = [...asList(found['GlobalSecondaryIndexes']), ...asList(found['LocalSecondaryIndexes'])]
    .map((index) => `${String(index['IndexName'])}: ${printFound(index['KeySchema'])}`)
    .sort();
  const indexesWanted = [...table.globalIndexes, ...table.localIndexes]
    .map(({ name, keys }) => `${name}: ${printKeys(keys)}`)
    .sort();

  const keysFound = printFound(found['KeySchema']);
  if (keysFound !== printKeys(table.keys)) {
    refuseChange(table, 'KeySchema', keysFound, printKeys(table.keys));
  }
  if (indexesFound.join('; ') !== indexesWanted.join('; ')) {
    refuseChange(table, 'GlobalSecondaryIndexes', indexesFound.join('; '), indexesWanted.join('; '));
  }
}

function refuseChange(table: TableDefinition, property: string, found: string, wanted: string): never {
  throw ownFault(
    propertyAt(table.place, property),
    `table ${table.name} already exists with [${found}], but the template has [${wanted}]. Give the table a different name, ` +
      'delete it, or start with another --data directory',
  );
}

function printKeys(keys: readonly KeyAttribute[]): string {
  return keys.map(({ name, type, role }, at) => printKey(name, type, roleOf(role, at))).join(', ');
}

function printKey(name: string, type: string, role: string): string {
  return `${name} (${type}, ${role})`;
}

function roleOf(role: KeyAttribute['role'] = 'RANGE', at: number): 'HASH' | 'RANGE' {
  return at === 0 ? 'HASH' : role;
}

/** If the template defines no stream, a stream that an API call has enabled stays enabled. */
async function setStream(
  target: DynamoDbTarget,
  { name, streamViewType: wanted }: TableDefinition,
  description: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { StreamViewType: viewType } = membersOf(description['StreamSpecification']);
  const isOfStack = description['LatestStreamLabel'] === STACK_STREAM_LABEL;
  if (viewType === wanted && (isOfStack || wanted === undefined)) return;
  const steps = [
    ...(viewType !== undefined && (isOfStack || wanted !== undefined) ? [{ StreamEnabled: false }] : []),
    ...(wanted === undefined ? [] : [{ StreamEnabled: true, StreamViewType: wanted }]),
  ];
  for (const specification of steps) {
    const input = { TableName: name, StreamSpecification: specification };
    refuseUnless(await callDynamoDb(target, 'UpdateTable', input), undefined, target, 'UpdateTable');
  }
}

async function untilActive(target: DynamoDbTarget, name: string): Promise<void> {
  const deadlineMs = performance.now() + ACTIVE_WITHIN_MS;
  for (;;) {
    const { body } = await callDynamoDb(target, 'DescribeTable', { TableName: name });
    if (membersOf(body['Table'])['TableStatus'] === 'ACTIVE') return;
    if (performance.now() > deadlineMs) {
      throw new StartError('DYNAMODB_NOT_READY', `table ${name} at ${target.url} was not active within 60 s`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
}

export async function enableTimeToLive(
  target: DynamoDbTarget,
  table: Pick<TableDefinition, 'name' | 'timeToLiveAttribute'>,
): Promise<void> {
  const { body } = await callDynamoDb(target, 'DescribeTimeToLive', { TableName: table.name });
  const { TimeToLiveStatus: status, AttributeName: attribute } = membersOf(body['TimeToLiveDescription']);
  const current = status === 'ENABLED' || status === 'ENABLING' ? String(attribute) : undefined;
  if (current === table.timeToLiveAttribute) return;
  const steps = [
    { enabled: false, attribute: current },
    { enabled: true, attribute: table.timeToLiveAttribute },
  ];
  for (const step of steps) {
    if (step.attribute === undefined) continue;
    const reply = await callDynamoDb(target, 'UpdateTimeToLive', {
      TableName: table.name,
      TimeToLiveSpecification: { Enabled: step.enabled, AttributeName: step.attribute },
    });
    refuseUnless(reply, undefined, target, 'UpdateTimeToLive');
  }
}

/**
 * Throws an error if the endpoint has refused a call.
 * @param tolerated the error type that does not count as a refusal of this call
 */
export function refuseUnless(
  reply: Reply,
  tolerated: string | undefined,
  target: DynamoDbTarget,
  operation: string,
): void {
  if (reply.status === 200) return;
  const type = String(reply.body['__type']).replace(/^.*#/, '');
  if (type === tolerated) return;
  const message = reply.body['message'] ?? reply.body['Message'];
  throw new StartError(
    'DYNAMODB_REFUSED',
    `DynamoDB at ${target.url} refused ${operation}: ${type}${typeof message === 'string' ? `: ${message}` : ''}`,
  );
}

/**
 * Sends one signed call.
 * @throws StartError if the endpoint does not respond
 */
export async function callDynamoDb(target: DynamoDbTarget, operation: string, input: object): Promise<Reply> {
  const url = new URL(target.url);
  const body = JSON.stringify(input);
  const headers = signRequest({
    ...target,
    method: 'POST',
    url,
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      // These calls create, fill and save tables. They are not counted, because they are not traffic of the stack.
      [UNCOUNTED]: 'gateway',
    },
    body,
    service: 'dynamodb',
    nowEpochMs: Date.now(),
  });
  try {
    const response = await post(url, headers, body);
    const text = await readBody(response, REPLY_LIMIT_BYTES);
    if (text === undefined) {
      response.destroy();
      throw new Error(`the response to ${operation} is larger than ${REPLY_LIMIT_BYTES} bytes`);
    }
    return { status: response.statusCode ?? 0, body: membersOf(parseJson(text.toString())) };
  } catch (error) {
    // After a timeout, `error.cause` is the reason of the signal.
    const { message } =
      error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    throw new StartError('DYNAMODB_UNREACHABLE', `DynamoDB at ${target.url} cannot be used: ${message}`);
  }
}

/**
 * Sends a request without `fetch`. The first `fetch` in a process takes 60 ms to compile, which would slow down every
 * run with tables.
 */
async function post(url: URL, headers: Record<string, string>, body: string): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : { request: requestHttp };
  const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
  // The request uses a new connection, because the other side may close a kept-alive connection while the call is being
  // sent.
  const sent = request(url, { method: 'POST', headers, signal, agent: false }).end(body);
  // The signal is needed here as well, because a reply of 101 emits neither a response nor an error.
  const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
  return response;
}

function asList(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}
