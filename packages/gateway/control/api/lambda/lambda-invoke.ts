/** Lambda's API (Lambda API reference, "Invoke", "InvokeWithResponseStream") on top of the function runtime. */
import { isUtf8 } from 'node:buffer';
import { describePayloadFault } from '@gatewright/aws/text/jackson-fault';
import { isJson } from '@gatewright/aws/json-object';
import { lineageOf, withLineage } from '../../../kernel/lineage.ts';
import { traceRootOf } from '../../../core/events/trace-header.ts';
import type { InvocationResult, InvokeOptions, Invoker, Random } from '../../../core/ports.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply } from '../../../core/api-call.ts';
import { lambdaError, notServed, refused } from './lambda-refusal.ts';
import { answering, LATEST, readTarget } from './lambda-target.ts';
import { logHeader, parseInvokeHeaders, type InvokeHeaders } from './invoke-headers.ts';
import { streamReply } from './lambda-response-stream.ts';
import { LONGEST_RUN_MS, MAX_EVENT_BYTES, MAX_QUEUED_BYTES } from '../../../core/stack/function.ts';

type LambdaInvokeOptions = {
  readonly invoker: Pick<Invoker, 'invoke' | 'stream' | 'has'>;
  readonly random: Random;
  readonly accountId: string;
  /**
   * Whether a stack defines this version or alias of the function. All versions and aliases of a function run the same
   * local function.
   */
  readonly hasQualifier?: (functionName: string, qualifier: string) => boolean;
  /**
   * Returns the version that handles an event with this qualifier, chosen by the weights of an alias. Without this
   * function, the qualifier itself is used.
   */
  readonly versionOf?: (functionName: string, qualifier: string) => string | undefined;
  /**
   * Returns the configured memory of the function, for the REPORT line. Without this function, the REPORT line omits
   * the memory.
   */
  readonly memoryMbOf?: (functionName: string) => number | undefined;
  /** Accepts an asynchronous event. Returns false if the queue is full. */
  readonly accept: (event: AcceptedEvent) => boolean | Promise<boolean>;
};

export type AcceptedEvent = {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly payload: string;
  readonly options: InvokeOptions | undefined;
};

const INVOKE =
  /^\/(?:2015-03-31\/functions\/[^/]+\/invocations|2021-11-15\/functions\/[^/]+\/response-streaming-invocations)$/;
/**
 * Serves Invoke and InvokeWithResponseStream with the types RequestResponse, Event (only for Invoke) and DryRun. An
 * Event is queued to run later. A stream supports neither ClientContext nor the log, and a call with either is refused.
 */
export function createLambdaInvoke(options: LambdaInvokeOptions): AwsService {
  return answering(async (call) => {
    const { request } = call;
    if (request.method !== 'POST' || !INVOKE.test(request.path)) return notServed(call);
    const {
      operation,
      functionName,
      qualifier,
      named,
      plainArn: arn,
      arn: namedArn,
    } = readTarget(call, options.accountId);
    const isStreamed = operation === 'InvokeWithResponseStream';
    const target = {
      name: functionName,
      qualifier: qualifier ?? LATEST,
      isNamed: named !== undefined,
      isStreamed,
    };
    const refusal =
      refuseUnlessAllowed(call, [{ action: 'lambda:InvokeFunction', resource: namedArn }]) ??
      (target.isStreamed ? refuseOptions(call) : undefined);
    if (refusal !== undefined) return refusal;
    // If the call does not name a qualifier, the error message names `$LATEST`, as on AWS [obs].
    if (!isServed(target, options)) return notFound(call, namedArn === arn ? `${arn}:${LATEST}` : namedArn);

    const type = headerOf(request, 'x-amz-invocation-type') ?? 'RequestResponse';
    const payload = request.body.length === 0 ? '{}' : request.body.toString('utf8');
    const maxBytes = type === 'Event' ? MAX_QUEUED_BYTES : MAX_EVENT_BYTES;
    if (request.body.length > maxBytes) return requestTooLarge(call, maxBytes);
    if (!isUtf8(request.body) || !isJson(payload)) return invalidRequest(call, noJson(request.body));
    const headers = parseInvokeHeaders(call, type === 'RequestResponse');
    if (headers.kind === 'refused') return invalidRequest(call, headers);
    switch (type) {
      case 'RequestResponse':
        return target.isStreamed
          ? stream(call, arn, target, payload, options)
          : answer(call, arn, { target, payload, ...headers }, options);
      case 'Event':
        if (!(await options.accept(eventOf(target, arn, payload, headers.options))))
          return throttled(call, false);
        return { status: 202, headers: withRequestId(options), body: '' };
      case 'DryRun':
        return { status: 204, headers: withRequestId(options), body: '' };
      default:
        throw new Error(`the model of ${operation} has no invocation type ${type}`);
    }
  });
}

type InvalidRequest = { readonly type: string; readonly message: string };

function noJson(body: Buffer): InvalidRequest {
  return { type: 'InvalidRequestContentException', message: describePayloadFault(body) };
}

function invalidRequest(call: AwsCall, { type, message }: InvalidRequest): ControlReply {
  return refused(call, 400, type, message);
}

async function answer(
  call: AwsCall,
  arn: string,
  {
    target,
    payload,
    options: invokeOptions,
    tail,
  }: InvokeHeaders & { readonly target: Target; readonly payload: string },
  options: LambdaInvokeOptions,
): Promise<ControlReply> {
  const startedMs = performance.now();
  const invoked = choose(target, arn, options);
  const result = await invoke(call, target.name, payload, withInvoked(invokeOptions, invoked), options);
  const tookMs = performance.now() - startedMs;
  const reply = toReply(call, arn, result, options, invoked?.version);
  const requestId = headerOf({ rawHeaders: reply.headers }, 'x-amzn-requestid') ?? '';
  const memoryMb = options.memoryMbOf?.(target.name);
  const run = { requestId, tookMs, version: invoked?.version, memoryMb };
  return {
    ...reply,
    headers: [...reply.headers, ...logHeader(tail, result, run)],
  };
}

type Target = {
  readonly name: string;
  readonly qualifier: string;
  /** Whether the call names a qualifier. A named qualifier may also be `$LATEST`. */
  readonly isNamed: boolean;
};

/** Returns the qualified ARN and the version to invoke; undefined if the call does not name a qualifier. */
function choose(
  { name, qualifier, isNamed }: Target,
  arn: string,
  { versionOf }: Pick<LambdaInvokeOptions, 'versionOf'>,
): InvokeOptions['invoked'] {
  if (!isNamed) return undefined;
  if (qualifier === LATEST) return { arn: `${arn}:${LATEST}`, version: LATEST };
  return { arn: `${arn}:${qualifier}`, version: versionOf?.(name, qualifier) ?? qualifier };
}

function withInvoked(
  options: InvokeOptions | undefined,
  invoked: InvokeOptions['invoked'],
): InvokeOptions | undefined {
  return invoked === undefined
    ? options
    : { clientContext: undefined, onLine: undefined, ...options, invoked };
}

function invoke(
  call: AwsCall,
  functionName: string,
  payload: string,
  options: InvokeOptions | undefined,
  { invoker, random }: LambdaInvokeOptions,
): Promise<InvocationResult> {
  const invocation = { functionName, payload, timeoutMs: LONGEST_RUN_MS, traceHeader: traceOf(call, random) };
  return invoker.invoke(options === undefined ? invocation : { ...invocation, options });
}

/** Returns the trace header of an invocation. It continues the trace that the SDK of a calling function sends. */
function traceOf({ request }: AwsCall, random: Random): string {
  const given = headerOf(request, 'x-amzn-trace-id');
  const root = traceRootOf(given) ?? `1-${random.hex(8)}-${random.hex(24)}`;
  return withLineage(`Root=${root};Parent=${random.hex(16)};Sampled=0`, lineageOf(given));
}

async function stream(
  call: AwsCall,
  arn: string,
  target: Target,
  payload: string,
  options: LambdaInvokeOptions,
): Promise<ControlReply> {
  const invoked = choose(target, arn, options);
  const times = { timeoutMs: LONGEST_RUN_MS, idleMs: LONGEST_RUN_MS };
  const traceHeader = traceOf(call, options.random);
  const event = { functionName: target.name, payload, traceHeader, ...times };
  const invokeOptions = withInvoked(undefined, invoked);
  const start = await options.invoker.stream(
    invokeOptions === undefined ? event : { ...event, options: invokeOptions },
  );
  if (start.kind === 'timed-out' || start.kind === 'refused') return toReply(call, arn, start, options);
  return streamReply(start, withVersion(options.random.uuid(), invoked?.version), LONGEST_RUN_MS);
}

/**
 * Returns the event to queue. The version for a named qualifier is chosen only when the function handles the event. For
 * `$LATEST`, there is nothing to choose. If the call names `$LATEST`, the ARN in the handler's context ends in
 * `$LATEST`.
 */
function eventOf(
  target: Target,
  arn: string,
  payload: string,
  options: InvokeOptions | undefined,
): AcceptedEvent {
  const isLatest = target.qualifier === LATEST;
  return {
    functionName: target.name,
    qualifier: isLatest ? undefined : target.qualifier,
    payload,
    options: isLatest ? withInvoked(options, choose(target, arn, {})) : options,
  };
}

function isServed(
  { name, qualifier }: { name: string; qualifier: string },
  options: LambdaInvokeOptions,
): boolean {
  const isThere = qualifier === LATEST || options.hasQualifier?.(name, qualifier) === true;
  return isThere && options.invoker.has(name);
}

function refuseOptions(call: AwsCall): ControlReply | undefined {
  const options = [
    {
      header: 'x-amz-log-type',
      none: 'None',
      says: "LogType 'Tail' for a streamed response; read the log of the function on the gateway's stderr",
    },
    { header: 'x-amz-client-context', none: '', says: 'ClientContext for a streamed response; use Invoke' },
  ];
  for (const { header, none, says } of options) {
    if ((headerOf(call.request, header) ?? none) === none) continue;
    return refused(call, 400, 'InvalidParameterValueException', `Not supported here: ${says}`);
  }
  return undefined;
}

function toReply(
  call: AwsCall,
  arn: string,
  result: InvocationResult,
  options: LambdaInvokeOptions,
  version?: string,
): ControlReply {
  const requestId = requestIdOf(result) ?? options.random.uuid();
  const headers = ['Content-Type', 'application/json', ...withVersion(requestId, version)];
  switch (result.kind) {
    case 'returned':
      return { status: 200, headers, body: result.payload };
    case 'failed':
      return {
        status: 200,
        headers: [...headers, 'X-Amz-Function-Error', 'Unhandled'],
        body: result.payload,
      };
    case 'timed-out':
      return refused(
        call,
        500,
        'ServiceException',
        `The function ${arn} did not end within ${LONGEST_RUN_MS / 1000} s`,
      );
    case 'refused':
      if (result.reason === 'not-found') return notFound(call, arn);
      if (result.reason === 'recursive')
        return refused(call, 400, 'RecursiveInvocationException', result.message);
      return result.reason === 'throttled'
        ? throttled(call, result.isReserved === true)
        : requestTooLarge(call, MAX_EVENT_BYTES);
  }
}

function notFound(call: AwsCall, arn: string): ControlReply {
  return refused(call, 404, 'ResourceNotFoundException', `Function not found: ${arn}`);
}

/**
 * Returns the response for a throttled function. As on AWS, it names the limit that was exceeded (API reference,
 * "TooManyRequestsException").
 */
function throttled(call: AwsCall, isReserved: boolean): ControlReply {
  const Reason = isReserved
    ? 'ReservedFunctionConcurrentInvocationLimitExceeded'
    : 'ConcurrentInvocationLimitExceeded';
  return lambdaError(call, 429, 'TooManyRequestsException', 'Rate Exceeded.', { Reason, Type: 'User' });
}

/**
 * AWS's error name differs from the name in the API model (pelmers/streetwarp-web#14; obs: lambda, for CreateFunction).
 */
function requestTooLarge(call: AwsCall, maxBytes: number): ControlReply {
  const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
  return refused(call, 413, 'RequestEntityTooLargeException', message);
}

function withRequestId({ random }: LambdaInvokeOptions): string[] {
  return ['x-amzn-RequestId', random.uuid()];
}

/**
 * Returns the request id that the handler received, as Lambda does, so that its log can be found; undefined if the
 * handler did not run.
 */
function requestIdOf(result: InvocationResult): string | undefined {
  return result.kind === 'returned' || result.kind === 'failed' ? result.requestId?.() : undefined;
}

function withVersion(requestId: string, version = LATEST): string[] {
  return ['x-amzn-RequestId', requestId, 'X-Amz-Executed-Version', version];
}
