/**
 * Serves DynamoDB calls on the control port. The gateway evaluates the caller's policies and then sends the call to the
 * endpoint of `--dynamodb`, which stores the data.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { PartitionKeyOf } from '@gatewright/dynamodb/rights';
import type { Agent, request as send } from 'undici';
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { type AwsCall, awsError, type AwsService, refuseUnlessAllowed } from '../../kernel/calls/aws-call.ts';
import { contextFor, rightsOfDynamoDb } from '../../kernel/calls/service-rights.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply } from '../../core/api-call.ts';

export type DynamoDbBackend = AwsCredentials & {
  readonly url: string;
  /** The region of the endpoint. The default is the caller's region. */
  readonly region?: string;
};

interface DynamoDbCalls {
  readonly serve: AwsService;
  close(): Promise<void>;
}

type Record = Readonly<globalThis.Record<string, unknown>>;

const VERSIONS = ['DynamoDB_20120810', 'DynamoDBStreams_20120810'];
const TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 64;
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** @param context the account for ARNs in policies, and the keys of the tables for conditions */
export function createDynamoDbCalls(
  backend: DynamoDbBackend,
  context: { readonly accountId: string; readonly partitionKeyOf: PartitionKeyOf },
): DynamoDbCalls {
  let opened: Promise<Sender> | undefined;
  return {
    async serve(call) {
      const [version = '', operation = ''] = (headerOf(call.request, 'x-amz-target') ?? '').split('.');
      if (!VERSIONS.includes(version) || !/^[A-Za-z]{1,64}$/.test(operation)) {
        const message = `X-Amz-Target must be an operation of ${VERSIONS.join(' or ')}, such as ${VERSIONS[0] ?? ''}.GetItem, not '${version.slice(0, 100)}'`;
        return awsError(call.request, 'dynamodb', {
          status: 400,
          type: 'UnknownOperationException',
          message,
        });
      }
      const place = { region: call.region, accountId: contextFor(call.caller, context).accountId };
      const input = parseInput(call.request.body);
      const rights = rightsOfDynamoDb(operation, input, place, context.partitionKeyOf);
      return (
        refuseUnlessAllowed(call, rights) ??
        OWN_CALLS.get(operation)?.(call) ??
        forward(call, backend, await (opened ??= openSender()))
      );
    },
    close: async () => (await opened)?.agent.destroy(),
  };
}

type Sender = { readonly agent: Agent; readonly send: typeof send };

/** The sender is loaded at the first call, because most functions reach the embedded store directly. */
async function openSender(): Promise<Sender> {
  const undici = await import('undici');
  const agent = new undici.Agent({
    connections: MAX_CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: MAX_REPLY_BYTES,
  });
  return { agent, send: undici.request };
}

/** The operations that are not sent to the store. */
export const OWN_CALLS: ReadonlyMap<string, (call: AwsCall) => ControlReply> = new Map([
  ['DescribeEndpoints', describeEndpoints],
]);

/** Returns this port, so that the SDKs' endpoint discovery neither reaches AWS nor bypasses the caller's policies. */
function describeEndpoints({ request }: AwsCall): ControlReply {
  const body = { Endpoints: [{ Address: request.host, CachePeriodInMinutes: 1440 }] };
  return { status: 200, headers: ['Content-Type', 'application/x-amz-json-1.0'], body: JSON.stringify(body) };
}

async function forward(
  call: AwsCall,
  backend: DynamoDbBackend,
  { agent, send }: Sender,
): Promise<ControlReply> {
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
    const message = `DynamoDB at ${backend.url} does not respond: ${reason}`;
    return awsError(request, 'dynamodb', { status: 500, type: 'InternalServerError', message });
  }
}

function passedOn(headers: globalThis.Record<string, string | string[] | undefined>): string[] {
  return ['content-type', 'x-amzn-requestid', 'x-amz-crc32'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [name, value] : [];
  });
}

/**
 * No permission is needed for a body that is not a JSON object, because the store refuses such a call with AWS's
 * message.
 */
function parseInput(body: Buffer): Record {
  try {
    return membersOf(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}
