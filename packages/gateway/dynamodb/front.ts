/** DynamoDB's JSON protocol over HTTP. The code runs in the embedded DynamoDB's worker. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import type { SigningSession } from '@gatewright/aws/signature';
import { verifyByAnyClock } from '@gatewright/aws/signing-clock';
import type { SigningClock } from '@gatewright/aws/signing-clock';
import { readBody } from '@gatewright/aws/read-body';
import { refuseForeignHost, refuseForeignOrigin } from '@gatewright/aws/guards';
import { DynamoDbError } from './actions.ts';
import type { CapacityMeter } from './capacity.ts';
import type { DynamoDbEngine } from './engine.ts';
import { withTableNames } from './input-rules.ts';
import { refuseDeepValues } from './nesting.ts';
import { executeBatch } from './partiql-batch.ts';
import { executeStatement } from './partiql.ts';
import { rightsOf, tablesOf } from './rights.ts';
import type { NeededRight } from './rights.ts';
import { explainStorageFault, storageFaultOf } from './storage-fault.ts';
import { UNCOUNTED } from './uncounted.ts';

type FrontOptions = {
  readonly engine: DynamoDbEngine;
  readonly meter: CapacityMeter;
  readonly clock: SigningClock;
  readonly callers: Callers;
  /**
   * The folder of the tables, which the explanation of a storage fault mentions; undefined means that the tables are in
   * memory.
   */
  readonly directory: string | undefined;
  readonly port: () => number;
  /** Called for each refused call by a function. */
  readonly onRefused: (call: RefusedCall) => void;
  /** Called for errors of this package, but not for errors of the caller. */
  readonly report: (error: unknown) => void;
};

/**
 * The accepted callers and their permissions. The owner of the thread checks the permissions, because only the owner
 * knows the policies.
 */
export type Callers = {
  secretOf(accessKeyId: string): string | undefined;
  /** Returns the session of a key pair; undefined means that the key pair is permanent. */
  sessionOf(accessKeyId: string, nowEpochMs: number): SigningSession | undefined;
  isJudged(accessKeyId: string): boolean;
  isFunction(accessKeyId: string): boolean;
  judge(question: CallQuestion): Promise<CallVerdict>;
};

/**
 * The verdict about a call: a refusal in AWS's words, or a fault that replaces the response. Undefined means that the
 * call is run.
 */
export type CallVerdict = string | CallFault | undefined;

export type CallFault =
  /** The connection is closed without a response. */
  | { readonly kind: 'unreachable' }
  /**
   * An error response. `type` contains its namespace, such as `com.amazonaws.dynamodb.v20120810#InternalServerError`.
   */
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly message: string };

/** A call that the store refused, because the policies do not allow it or because its input is invalid. */
export type RefusedCall = {
  readonly accessKeyId: string;
  readonly operation: string;
  readonly tables: readonly string[];
  readonly status: number;
  /** The code without its namespace. */
  readonly code: string;
  readonly message: string;
  /** The header X-Amzn-Trace-Id of the call. */
  readonly traceHeader: string | undefined;
  /** The header amz-sdk-request of the call, in which SDKs count their attempts. */
  readonly sdkRequest: string | undefined;
};

export type CallQuestion = {
  readonly accessKeyId: string;
  readonly region: string;
  readonly rights: readonly NeededRight[];
};

type Answer = { readonly status: number; readonly contentType: string; readonly body: string };

/** DynamoDB's own limit for the size of a request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const SERVICE = 'com.amazon.coral.service#';

/**
 * Handles any request. Reads and writes require a signature, because otherwise another user of the machine could, for
 * example, add an API key.
 */
export async function serveDynamoDb(
  request: IncomingMessage,
  response: ServerResponse,
  at: FrontOptions,
): Promise<void> {
  const answer = await answerTo(request, at);
  if (answer === undefined) {
    response.destroy();
    return;
  }
  response.sendDate = false;
  response.writeHead(answer.status, [
    'Content-Type',
    answer.contentType,
    'Content-Length',
    String(Buffer.byteLength(answer.body)),
    'x-amzn-RequestId',
    requestId(),
    'x-amz-crc32',
    String(crc32(answer.body)),
    'Date',
    new Date(at.clock.nowEpochMs()).toUTCString(),
    ...(answer.status === 413 ? ['Connection', 'close'] : []),
  ]);
  response.end(answer.body);
}

/** Returns the response to a request; undefined if the connection must be closed without a response. */
async function answerTo(request: IncomingMessage, at: FrontOptions): Promise<Answer | undefined> {
  const arrival = { rawHeaders: request.rawHeaders, host: request.headers.host ?? '' };
  const refusal =
    refuseForeignHost(arrival, { port: at.port(), allowHosts: [] }) ?? refuseForeignOrigin(arrival);
  if (refusal !== undefined) {
    return { status: refusal.status, contentType: 'application/json', body: refusal.body };
  }
  if (request.method === 'GET') {
    return { status: 200, contentType: 'text/plain', body: 'healthy: dynamodb (gatewright)\n' };
  }
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (request.method !== 'POST' || !/^application\/(?:x-amz-json-1\.0|json)$/.test(contentType)) {
    return { status: 404, contentType: 'text/plain', body: '<UnknownOperationException/>\n' };
  }
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) return { status: 413, contentType, body: '' };
    return { status: 200, contentType, body: JSON.stringify(await run(request, body, at)) };
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    if (error instanceof DynamoDbError)
      return { status: error.status, contentType, body: JSON.stringify(error.body) };
    at.report(error);
    const { code, message } = storageFaultOf(error);
    const internal = {
      __type: `${SERVICE}InternalServerError`,
      message:
        explainStorageFault(code, message, at.directory) ?? 'The embedded DynamoDB failed; see the log',
    };
    return { status: 500, contentType, body: JSON.stringify(internal) };
  }
}

async function run(
  request: IncomingMessage,
  body: Buffer,
  at: FrontOptions,
): Promise<Record<string, unknown>> {
  const [version, operation = ''] = String(request.headers['x-amz-target']).split('.');
  const isOfStreams = version === 'DynamoDBStreams_20120810';
  if ((version !== 'DynamoDB_20120810' && !isOfStreams) || operation === '') {
    throw new DynamoDbError(
      400,
      `${SERVICE}UnknownOperationException`,
      `the embedded DynamoDB does not support the API '${String(version).slice(0, 100)}'`,
    );
  }
  const caller = verify(request, body, at);
  const input = withTableNames(parseInput(body), at.engine.accountId);
  try {
    return await runAs(caller, request, { operation, input, isOfStreams }, at);
  } catch (error) {
    if (error instanceof DynamoDbError && at.callers.isFunction(caller.accessKeyId))
      at.onRefused(describeRefused(caller, request, { operation, input }, error));
    throw error;
  }
}

type Called = { readonly operation: string; readonly input: Readonly<Record<string, unknown>> };

async function runAs(
  caller: Caller,
  request: IncomingMessage,
  { operation, input, isOfStreams }: Called & { readonly isOfStreams: boolean },
  at: FrontOptions,
): Promise<Record<string, unknown>> {
  await refuseUnlessAllowed(operation, input, caller, at);
  if (isOfStreams) return at.engine.executeStreams(operation, input);
  // The response names this endpoint, so that the SDKs' endpoint discovery does not redirect to AWS.
  if (operation === 'DescribeEndpoints')
    return { Endpoints: [{ Address: request.headers.host, CachePeriodInMinutes: 1440 }] };
  const region = REGION.test(caller.region) ? caller.region : undefined;
  const { engine, meter } = at;
  if (request.headers[UNCOUNTED] !== undefined) return engine.execute(operation, input, region, true);
  const execute = (name: string, fields: typeof input): Promise<Record<string, unknown>> =>
    meter.run(name, fields, (one, more) => engine.execute(one, more, region), caller.accessKeyId);
  const runStatements = Object.hasOwn(STATEMENTS, operation) ? STATEMENTS[operation] : undefined;
  if (runStatements === undefined) return execute(operation, input);
  // The capacity is not counted here, because the statement runs other operations, and each of these reports its own
  // capacity.
  return runStatements(input, { execute, table: (name) => engine.table(name) });
}

function describeRefused(
  { accessKeyId }: Caller,
  { headers }: IncomingMessage,
  { operation, input }: Called,
  { status, body, message }: DynamoDbError,
): RefusedCall {
  const { __type: type } = body;
  const { 'x-amzn-trace-id': trace, 'amz-sdk-request': sdkRequest } = headers;
  return {
    accessKeyId,
    operation,
    tables: tablesOf(operation, input),
    status,
    code: String(type).replace(/^.*#/, ''),
    message,
    traceHeader: typeof trace === 'string' ? trace : undefined,
    sdkRequest: typeof sdkRequest === 'string' ? sdkRequest : undefined,
  };
}

/** The operations that run PartiQL. */
const STATEMENTS: Readonly<Record<string, typeof executeStatement>> = {
  BatchExecuteStatement: executeBatch,
  ExecuteStatement: executeStatement,
};

/**
 * Refuses a call without permission. This must run before any lookup, because a caller without permission must not
 * learn whether a table exists.
 */
async function refuseUnlessAllowed(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  caller: Caller,
  { callers, engine }: FrontOptions,
): Promise<void> {
  if (!callers.isJudged(caller.accessKeyId)) return;
  const keys = await engine.partitionKeys(tablesOf(operation, input));
  const verdict = await callers.judge({ ...caller, rights: rightsOf(operation, input, keys) });
  if (verdict === undefined) return;
  if (typeof verdict === 'string') throw new DynamoDbError(400, `${SERVICE}AccessDeniedException`, verdict);
  if (verdict.kind === 'unreachable') throw new NoAnswer();
  throw new DynamoDbError(verdict.status, verdict.type, verdict.message);
}

/** Thrown for an injected fault that closes the connection without a response. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const REGION = /^[a-z0-9-]{1,32}$/;

type Caller = { readonly accessKeyId: string; readonly region: string };

/**
 * Verifies the signature and returns the caller.
 * @throws DynamoDbError with status 400, in DynamoDB's words, if the signature is not accepted
 */
function verify(request: IncomingMessage, body: Buffer, { clock, callers }: FrontOptions): Caller {
  const { method = 'POST', url = '/', rawHeaders } = request;
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const result = verifyByAnyClock(
    { method, path, query: mark === -1 ? '' : url.slice(mark + 1), rawHeaders, body },
    {
      service: 'dynamodb',
      secretOf: (accessKeyId) => callers.secretOf(accessKeyId),
      sessionOf: (accessKeyId) => callers.sessionOf(accessKeyId, clock.nowEpochMs()),
    },
    clock,
  );
  if (result.kind === 'verified') return { accessKeyId: result.accessKeyId, region: result.region };
  const { errorType, message } = result.kind === 'refused' ? result : UNSIGNED;
  throw new DynamoDbError(400, `${SERVICE}${errorType}`, message);
}

const UNSIGNED = {
  errorType: 'MissingAuthenticationTokenException',
  message: 'Request is missing Authentication Token',
};

function parseInput(body: Buffer): Readonly<Record<string, unknown>> {
  let input: unknown;
  try {
    input = JSON.parse(body.toString('utf8'));
  } catch {
    input = undefined;
  }
  if (isJsonObject(input)) {
    refuseDeepValues(input);
    return input;
  }
  throw new DynamoDbError(400, `${SERVICE}SerializationException`, 'The request body is not a JSON object');
}

/** Returns a request id in DynamoDB's form, with 52 capital letters and digits. */
function requestId(): string {
  return randomBytes(52).toString('base64').replace(/[+/=]/g, '').toUpperCase().slice(0, 52);
}
