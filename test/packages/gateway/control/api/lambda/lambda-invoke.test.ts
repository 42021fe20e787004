import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import type { AwsCall } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';
import type { ControlReply } from '../../../../../../packages/gateway/core/api-call.ts';
import { headerOf } from '../../../../../../packages/base/aws/raw-headers.ts';
import { createLambdaInvoke } from '../../../../../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { decodeEvents } from '../../../../../support/event-stream.ts';
import { CountingRandom, FakeInvoker } from '../../../../../support/virtual-ports.ts';

const ACCOUNT_ID = '123456789012';
const THROTTLED = { Type: 'User', message: 'Rate Exceeded.' };
const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:greet`;
const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, ACCOUNT_ID);
const MEGABYTE = 1024 * 1024;

type RequestOptions = {
  readonly name?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: string[];
  readonly body?: string | Buffer;
  readonly mayInvoke?: boolean;
};

function aCall({
  name = 'greet',
  path,
  query = '',
  headers = [],
  body = '',
  mayInvoke = true,
}: RequestOptions): AwsCall {
  return {
    request: {
      method: 'POST',
      path: path ?? `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
      query,
      rawHeaders: headers,
      body: Buffer.from(body),
      host: '127.0.0.1:4000',
    },
    caller: mayInvoke ? ADMIN : { ...ADMIN, policies: [] },
    service: 'lambda',
    region: 'us-east-1',
  };
}

function aService() {
  const accepted: unknown[] = [];
  const invoker = new FakeInvoker({
    greet: (event) => ({ hello: event }),
    chat: () => ['one', 'two'],
    fail: () => {
      throw new TypeError('no');
    },
    busy: () => ({ kind: 'refused', reason: 'throttled', isReserved: true, message: '' }),
    crowded: () => ({ kind: 'refused', reason: 'throttled', message: 'crowded' }),
    slow: () => ({ kind: 'timed-out' }),
  });
  const serve = createLambdaInvoke({
    invoker,
    random: new CountingRandom(),
    accountId: ACCOUNT_ID,
    accept: (event) => accepted.push(event) <= 2,
  });
  return { serve, invoker, accepted };
}

// Source: Lambda API reference, "Invoke"
const SOURCE = '[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)';
const ENCODED = Buffer.from([0x6e, 0x87, 0x72, 0x9e, 0xe9, 0xb5, 0xd7, 0x49, 0xee, 0x9b, 0x6d, 0x74]);

describe('createLambdaInvoke', () => {
  for (const { name, options, status, body, header } of [
    {
      name: 'gives the function the event, and its answer back',
      options: { body: '{"a":1}' },
      status: 200,
      body: { hello: { a: 1 } },
      header: ['x-amz-executed-version', '$LATEST'],
    },
    { name: 'sends an empty object if there is no event', options: {}, status: 200, body: { hello: {} } },
    {
      name: 'takes an ARN for the name',
      options: { name: `${ARN}:$LATEST` },
      status: 200,
      body: { hello: {} },
    },
    {
      name: 'takes a partial ARN for the name',
      options: { name: `${ACCOUNT_ID}:function:greet` },
      status: 200,
      body: { hello: {} },
    },
    {
      name: 'reports a failure of the function by header',
      options: { name: 'fail' },
      status: 200,
      body: { errorType: 'TypeError', errorMessage: 'no' },
      header: ['x-amz-function-error', 'Unhandled'],
    },
    {
      name: 'only checks for a DryRun',
      options: { headers: ['X-Amz-Invocation-Type', 'DryRun'] },
      status: 204,
      body: undefined,
    },
    {
      // LocalStack's snapshot of function_name_too_long-invoke in test_lambda_api, recorded 2025-11-25.
      name: 'does not find a function that no stack has',
      options: { name: 'nobody' },
      status: 404,
      body: { Type: 'User', Message: `Function not found: ${ARN.replace('greet', 'nobody')}:$LATEST` },
      header: ['x-amzn-errortype', 'ResourceNotFoundException'],
    },
    {
      name: 'has no version but the latest',
      options: { name: 'greet:7' },
      status: 404,
      body: { Type: 'User', Message: `Function not found: ${ARN}:7` },
    },
    {
      name: 'has no alias in the query either',
      options: { query: 'Qualifier=live' },
      status: 404,
      body: { Type: 'User', Message: `Function not found: ${ARN}:live` },
    },
    {
      // Source: Lambda API reference, TooManyRequestsException, member Reason
      name: 'says that all functions together have reached their limit',
      status: 429,
      options: { name: 'crowded' },
      body: { Reason: 'ConcurrentInvocationLimitExceeded', ...THROTTLED },
    },
    {
      name: 'says that a function has reached its reserved limit',
      status: 429,
      options: { name: 'busy' },
      body: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', ...THROTTLED },
      header: ['x-amzn-errortype', 'TooManyRequestsException'],
    },
    {
      name: 'answers for a function that does not end within the time of the call',
      options: { name: 'slow' },
      status: 500,
      body: {
        Type: 'Service',
        Message: `The function ${ARN.replace('greet', 'slow')} did not end within 960 s`,
      },
      header: ['x-amzn-errortype', 'ServiceException'],
    },
    {
      name: 'refuses an event that is not JSON',
      options: { body: '{' },
      status: 400,
      body: {
        Type: 'User',
        message:
          'Could not parse request body into json: Could not parse payload into json: ' +
          `Unexpected end-of-input: expected close marker for Object (start marker at ${SOURCE}; line: 1, column: 1])` +
          `\n at ${SOURCE}; line: 1, column: 2]`,
      },
      header: ['x-amzn-errortype', 'InvalidRequestContentException'],
    },
    {
      // LocalStack's snapshot of test_lambda_invoke_payload_encoding_error, recorded 2025-11-24
      name: 'refuses an event that was decoded from base64 accidentally',
      options: { body: ENCODED },
      status: 400,
      body: {
        Type: 'User',
        message:
          'Could not parse request body into json: Could not parse payload into json: ' +
          `Invalid UTF-8 start byte 0x87\n at ${SOURCE}; line: 1, column: 3]`,
      },
      header: ['x-amzn-errortype', 'InvalidRequestContentException'],
    },
    {
      name: 'refuses an event that is JSON, but not UTF-8',
      options: { body: Buffer.from([0x22, 0x99, 0x22]) },
      status: 400,
      body: {
        Type: 'User',
        message:
          'Could not parse request body into json: Could not parse payload into json: ' +
          `Invalid UTF-8 start byte 0x99\n at ${SOURCE}; line: 1, column: 3]`,
      },
      header: ['x-amzn-errortype', 'InvalidRequestContentException'],
    },
    {
      name: 'refuses a request for the log of a stream instead of ignoring it',
      options: {
        path: '/2021-11-15/functions/greet/response-streaming-invocations',
        headers: ['X-Amz-Log-Type', 'Tail'],
      },
      status: 400,
      body: {
        Type: 'User',
        message:
          "Not supported here: LogType 'Tail' for a streamed response; read the log of the function on the gateway's stderr",
      },
    },
    {
      name: 'refuses an invalid log type',
      options: { headers: ['X-Amz-Log-Type', 'Head'] },
      status: 400,
      body: {
        message:
          "1 validation error detected: Value 'Head' at 'logType' failed to satisfy constraint: Member must satisfy enum value set: [Tail, None]",
      },
    },
    ...[
      '{',
      '[1]',
      Buffer.from('7').toString('base64'),
      Buffer.from(`"${'x'.repeat(4_000)}"`).toString('base64'),
    ].map((context) => ({
      name: `refuses the client context ${context.slice(0, 10)}, which is no object in base64`,
      options: { headers: ['X-Amz-Client-Context', context] },
      status: 400,
      body: { Type: 'User', message: 'Client context must be a valid Base64-encoded JSON object.' },
      header: ['x-amzn-errortype', 'InvalidRequestContentException'],
    })),
    {
      name: 'refuses an invalid invocation type',
      options: { headers: ['X-Amz-Invocation-Type', 'Later'] },
      status: 400,
      body: {
        message:
          "1 validation error detected: Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [DryRun, RequestResponse, Event]",
      },
    },
    {
      name: 'refuses who may not invoke',
      options: { mayInvoke: false },
      status: 403,
      body: {
        __type: 'AccessDeniedException',
        message: `User: arn:aws:iam::${ACCOUNT_ID}:user/admin is not authorized to perform: lambda:InvokeFunction on resource: ${ARN} because no identity-based policy allows the lambda:InvokeFunction action`,
      },
    },
    {
      name: 'refuses more than 6 MB',
      options: { body: 'x'.repeat(6 * MEGABYTE + 1) },
      status: 413,
      body: {
        Type: 'User',
        message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
      },
      header: ['x-amzn-errortype', 'RequestEntityTooLargeException'],
    },
    {
      name: 'takes 6 MB',
      options: { body: `"${'x'.repeat(6 * MEGABYTE - 2)}"` },
      status: 200,
      body: { hello: 'x'.repeat(6 * MEGABYTE - 2) },
    },
    {
      name: 'takes 1 MB for an Event',
      options: { body: `"${'x'.repeat(MEGABYTE - 2)}"`, headers: ['X-Amz-Invocation-Type', 'Event'] },
      status: 202,
      body: undefined,
    },
    {
      name: 'refuses more than 1 MB for an Event',
      options: { body: 'x'.repeat(MEGABYTE + 1), headers: ['X-Amz-Invocation-Type', 'Event'] },
      status: 413,
      body: {
        Type: 'User',
        message: 'Request must be smaller than 1048576 bytes for the InvokeFunction operation',
      },
      header: ['x-amzn-errortype', 'RequestEntityTooLargeException'],
    },
    {
      name: 'names another operation that it does not have',
      options: { path: '/2015-03-31/functions' },
      status: 501,
      body: {
        Type: 'User',
        message:
          'CreateFunction of Lambda (function) is not supported by this gateway. Create, change or remove the AWS::Lambda::Function in the template of a stack.',
      },
    },
  ] as readonly {
    name: string;
    options: RequestOptions;
    status: number;
    body: unknown;
    header?: readonly [string, string];
  }[]) {
    it(name, async () => {
      const reply = await aService().serve(aCall(options));
      assert.equal(reply.status, status);
      assert.deepEqual(reply.body === '' ? undefined : JSON.parse(String(reply.body)), body);
      if (header !== undefined) assert.equal(headerOf({ rawHeaders: reply.headers }, header[0]), header[1]);
    });
  }

  it('passes an Event to the queue of later events, and refuses it if the queue is full', async () => {
    const { serve, invoker, accepted } = aService();
    const event = { name: 'fail', headers: ['X-Amz-Invocation-Type', 'Event'], body: '1' };
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await serve(aCall(event))).status);
    assert.deepEqual(statuses, [202, 202, 429]);
    assert.deepEqual(invoker.calls, []);
    assert.deepEqual(accepted[0], {
      functionName: 'fail',
      qualifier: undefined,
      payload: '1',
      options: undefined,
    });
  });
});

// Source: Lambda API reference, "InvokeWithResponseStream"
describe('InvokeWithResponseStream', () => {
  const streamed = (name: string, options: RequestOptions = {}): AwsCall =>
    aCall({ ...options, path: `/2021-11-15/functions/${name}/response-streaming-invocations` });

  async function eventsOf(reply: ControlReply): Promise<string[]> {
    const parts: Buffer[] = [];
    for await (const bytes of reply.stream?.bytes ?? []) parts.push(bytes);
    return decodeEvents(Buffer.concat(parts)).map(
      ({ headers, payload }) => `${headers[':event-type'] ?? ''} ${payload.toString()}`,
    );
  }

  for (const { name, functionName, events } of [
    {
      name: 'sends a chunk for each part, and reports that it is complete',
      functionName: 'chat',
      events: ['PayloadChunk one', 'PayloadChunk two', 'InvokeComplete {}'],
    },
    {
      name: 'sends the result of a function that does not stream as one chunk',
      functionName: 'greet',
      events: ['PayloadChunk {"hello":{}}', 'InvokeComplete {}'],
    },
    {
      name: 'reports a failure at the end',
      functionName: 'fail',
      events: [
        `InvokeComplete ${JSON.stringify({
          ErrorCode: 'Unhandled',
          ErrorDetails: '{"errorType":"TypeError","errorMessage":"no"}',
        })}`,
      ],
    },
  ])
    it(name, async () => {
      const reply = await aService().serve(streamed(functionName));

      assert.equal(reply.status, 200);
      assert.equal(
        headerOf({ rawHeaders: reply.headers }, 'content-type'),
        'application/vnd.amazon.eventstream',
      );
      assert.equal(headerOf({ rawHeaders: reply.headers }, 'x-amz-executed-version'), '$LATEST');
      assert.deepEqual(await eventsOf(reply), events);
    });

  for (const { name, call, status, type } of [
    { name: 'nobody', call: streamed('nobody'), status: 404, type: 'ResourceNotFoundException' },
    { name: 'a busy function', call: streamed('busy'), status: 429, type: 'TooManyRequestsException' },
    {
      name: 'an Event, which has no answer to stream',
      call: streamed('chat', { headers: ['X-Amz-Invocation-Type', 'Event'] }),
      status: 400,
      type: 'ValidationException',
    },
    {
      name: 'a caller who may not invoke',
      call: streamed('chat', { mayInvoke: false }),
      status: 403,
      type: 'AccessDeniedException',
    },
  ])
    it(`refuses ${name} before it streams`, async () => {
      const reply = await aService().serve(call);

      assert.equal(reply.stream, undefined);
      assert.equal(reply.status, status);
      assert.equal(headerOf({ rawHeaders: reply.headers }, 'x-amzn-errortype'), type);
    });

  // https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
  const ROOT = '1-67891233-abcdef012345678912345678';
  for (const [given, expected] of [
    [undefined, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/],
    [`Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`, new RegExp(`^Root=${ROOT};Parent=(?!5399)\\w{16};`)],
    [`Self=1-1-1;Root=${ROOT}`, new RegExp(`^Root=${ROOT};Parent=`)],
    ['Root=1-1-1', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=/],
  ] as const)
    it(`${given?.includes(ROOT) === true ? 'continues the trace of' : 'begins a trace for'} ${given ?? 'no header'}`, async () => {
      const { serve, invoker } = aService();
      const traces: (string | undefined)[] = [];
      const invoke = invoker.invoke.bind(invoker);
      invoker.invoke = (invocation) => {
        traces.push(invocation.traceHeader);
        return invoke(invocation);
      };
      await serve(aCall({ body: '{}', headers: given === undefined ? [] : ['X-Amzn-Trace-Id', given] }));
      assert.match(traces.join(), expected);
    });

  it('only checks for a DryRun', async () => {
    const { serve, invoker } = aService();

    const reply = await serve(streamed('chat', { headers: ['X-Amz-Invocation-Type', 'DryRun'] }));

    assert.deepEqual([reply.status, invoker.calls], [204, []]);
  });
});
