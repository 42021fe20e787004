/** DynamoDB behind the control port: the caller's policies here, the data where `--dynamodb` says. */
import { parseStatement, StatementError } from '@gatewright/dynamodb/partiql-parser';
import { Agent, request as send } from 'undici';
import { signRequest } from '@gatewright/aws/sign-request';
import {
  type AwsCall,
  awsError,
  type AwsPermission,
  type AwsService,
  refuseUnlessAllowed,
} from '../aws-call.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply } from '../../control-port/control-request.ts';

/** Where calls go, and as whom: the local identity ends here. */
export type DynamoDbBackend = {
  readonly url: string;
  /** Absent: the caller's. */
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export interface DynamoDbCalls {
  readonly serve: AwsService;
  close(): Promise<void>;
}

type Record = Readonly<globalThis.Record<string, unknown>>;

const TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 64;
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** @param accountId of the ARNs that policies name */
export function createDynamoDbCalls(backend: DynamoDbBackend, accountId: string): DynamoDbCalls {
  const agent = new Agent({
    connections: MAX_CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: MAX_REPLY_BYTES,
  });
  return {
    async serve(call) {
      const [version = '', operation = ''] = (headerOf(call.request, 'x-amz-target') ?? '').split('.');
      if (version !== 'DynamoDB_20120810' || !/^[A-Za-z]{1,64}$/.test(operation)) {
        const message = `'${version.slice(0, 100)}' is not served here; DynamoDB_20120810 is`;
        return awsError(call.request, 'dynamodb', {
          status: 400,
          type: 'UnknownOperationException',
          message,
        });
      }
      return (
        refuseUnlessAllowed(call, neededPermissions(operation, call, accountId)) ??
        (operation === 'DescribeEndpoints' ? describeEndpoints(call) : undefined) ??
        forward(call, backend, agent)
      );
    },
    close: () => agent.destroy(),
  };
}

/** This very port: the SDKs' endpoint discovery must lead neither to AWS nor past the caller's policies. */
function describeEndpoints({ request }: AwsCall): ControlReply {
  const body = { Endpoints: [{ Address: request.host, CachePeriodInMinutes: 1440 }] };
  return { status: 200, headers: ['Content-Type', 'application/x-amz-json-1.0'], body: JSON.stringify(body) };
}

async function forward(call: AwsCall, backend: DynamoDbBackend, agent: Agent): Promise<ControlReply> {
  const { request } = call;
  const url = new URL(backend.url);
  const headers = signRequest({
    region: call.region,
    ...backend,
    method: 'POST',
    url,
    headers: {
      'Content-Type': headerOf(request, 'content-type') ?? 'application/x-amz-json-1.0',
      'X-Amz-Target': headerOf(request, 'x-amz-target') ?? '',
    },
    body: request.body,
    service: 'dynamodb',
    nowEpochMs: Date.now(),
  });
  try {
    const reply = await send(url, { method: 'POST', headers, body: request.body, dispatcher: agent });
    const body = Buffer.from(await reply.body.arrayBuffer());
    return { status: reply.statusCode, headers: passedOn(reply.headers), body };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `DynamoDB at ${backend.url} does not answer: ${reason}`;
    return awsError(request, 'dynamodb', { status: 500, type: 'InternalServerError', message });
  }
}

function passedOn(headers: globalThis.Record<string, string | string[] | undefined>): string[] {
  return ['content-type', 'x-amzn-requestid', 'x-amz-crc32'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [name, value] : [];
  });
}

/** One permission per table that the call touches (service authorization reference, "Amazon DynamoDB"). */
function neededPermissions(operation: string, call: AwsCall, accountId: string): readonly AwsPermission[] {
  const input = parseInput(call.request.body);
  const arn = (resource: string): string => `arn:aws:dynamodb:${call.region}:${accountId}:table/${resource}`;
  const table = (value: unknown): string =>
    typeof value === 'string' ? value.replace(/^arn:.*:table\//, '') : '*';
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    const members = Array.isArray(input['TransactItems']) ? input['TransactItems'].map(asRecord) : [];
    return members.flatMap((member) =>
      Object.entries(member).map(([kind, fields]) => ({
        action: `dynamodb:${kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`}`,
        resource: arn(table(asRecord(fields)['TableName'])),
      })),
    );
  }
  if (operation === 'ExecuteStatement') {
    const { verb, table: name, index } = statementTarget(input);
    const suffix = index === undefined ? '' : `/index/${index}`;
    return verb === undefined
      ? STATEMENTS.map((each) => ({ action: `dynamodb:PartiQL${each}`, resource: arn('*') }))
      : [{ action: `dynamodb:PartiQL${verb}`, resource: arn(`${table(name)}${suffix}`) }];
  }
  const action = `dynamodb:${operation}`;
  // Only the member that the operation reads counts: a table named elsewhere must not lend its permission.
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const names = Object.keys(asRecord(input['RequestItems']));
    return names.map((name) => ({ action, resource: arn(table(name)) }));
  }
  if (operation === 'TagResource' || operation === 'UntagResource' || operation === 'ListTagsOfResource') {
    const resource = input['ResourceArn'];
    return [{ action, resource: typeof resource === 'string' ? resource : arn('*') }];
  }
  const index = input['IndexName'];
  const suffix = typeof index === 'string' ? `/index/${index}` : '';
  return [{ action, resource: arn(`${table(input['TableName'])}${suffix}`) }];
}

const STATEMENTS = ['Select', 'Insert', 'Update', 'Delete'] as const;

/**
 * Read by the parser that the store uses. What it does not take may yet be taken by a store elsewhere: then the caller
 * needs permission for any statement on any table.
 */
function statementTarget(input: Record): { verb?: string; table?: string; index?: string | undefined } {
  const { Statement: text, Parameters: parameters } = input;
  try {
    const statement = parseStatement(String(text), Array.isArray(parameters) ? parameters : []);
    const verb = STATEMENTS.find((each) => each.toLowerCase() === statement.kind) ?? 'Select';
    return { verb, table: statement.table, ...('index' in statement ? { index: statement.index } : {}) };
  } catch (error) {
    if (error instanceof StatementError) return {};
    throw error;
  }
}

/** What is no JSON object asks for nothing in particular; the store refuses it in AWS's words. */
function parseInput(body: Buffer): Record {
  try {
    return asRecord(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}

function asRecord(value: unknown): Record {
  return typeof value === 'object' && value !== null ? (value as Record) : {};
}
