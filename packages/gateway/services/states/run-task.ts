/** Makes the call that a Task state defines. */
import { readFunctionName } from '@gatewright/aws/function-name';
import { isJson, membersOf, parseJson, textOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import type { InvocationResult } from '../../core/ports.ts';
import { makeTrace } from '../../kernel/event-ports.ts';
import type { ServicePorts } from '../../kernel/service.ts';
import type { Machine } from './definition.ts';
import { StateFailure, withinLimit } from './state-failure.ts';
import { integrationOf, metadataOf, notAssumed, requestOf, resultOf } from './task-calls.ts';

type TaskPorts = Pick<ServicePorts, 'invoker' | 'services' | 'random' | 'clock'>;

/** The principal that assumes the role of a state machine. */
const STEP_FUNCTIONS = 'states.amazonaws.com';

type Task = {
  readonly resource: string;
  readonly payload: Json;
  readonly timeoutMs: number;
  readonly machine: Pick<Machine, 'arn' | 'roleArn'>;
};

/**
 * @returns the result of the task
 * @throws StateFailure
 */
export async function runTask(task: Task, ports: TaskPorts): Promise<Json> {
  const integration = integrationOf(task.resource);
  if (integration === undefined)
    throw new StateFailure('States.Runtime', `the gateway does not run ${task.resource}`);
  const { payload } = task;
  if (integration.kind === 'service') {
    const { call } = integration;
    const { machine, timeoutMs } = task;
    const region = parseArn(machine.arn)?.region ?? '';
    const outcome = await ports.services.call({
      ...requestOf(call, payload, region),
      subdomain: undefined,
      method: 'POST',
      path: '/',
      query: '',
      timeoutMs,
      roleArn: machine.roleArn,
      assumedBy: STEP_FUNCTIONS,
    });
    return withinLimit(resultOf(call, outcome, ports.random.uuid()), call.service);
  }
  if (integration.kind === 'function')
    return withinLimit(await invoke(integration.functionArn, payload, task, ports), integration.functionArn);
  const asked = membersOf(payload);
  const named = textOf(asked, 'FunctionName');
  const qualifier = textOf(asked, 'Qualifier');
  const name = qualifier === '' ? named : `${named}:${qualifier}`;
  const result = await invoke(name, asked['Payload'] ?? {}, task, ports);
  const text = JSON.stringify(result);
  return withinLimit({ ...describeInvocation(text, ports), Payload: result, StatusCode: 200 }, 'lambda');
}

/**
 * Returns the output of the task `lambda:invoke`, with the metadata of Lambda's response [obs: stepfunctions,
 * services/test_lambda_task_service, `test_invoke`].
 */
function describeInvocation(text: string, { random, clock }: TaskPorts): { readonly [name: string]: Json } {
  const requestId = random.uuid();
  const headers = [
    'X-Amz-Executed-Version',
    '$LATEST',
    'x-amzn-Remapped-Content-Length',
    '0',
    'Connection',
    'keep-alive',
    'x-amzn-RequestId',
    requestId,
    'Content-Length',
    String(Buffer.byteLength(text)),
    'Date',
    new Date(clock.nowEpochMs()).toUTCString(),
    'X-Amzn-Trace-Id',
    `Root=1-${random.hex(8)}-${random.hex(24)}`,
    'Content-Type',
    'application/json',
  ];
  return { ExecutedVersion: '$LATEST', ...metadataOf(headers, requestId, 200) };
}

async function invoke(named: string, payload: Json, task: Task, ports: TaskPorts): Promise<Json> {
  const { accountId = '', region } = parseArn(task.machine.arn) ?? {};
  const { functionName, qualifier } = readFunctionName(named, { accountId, region });
  const result = await ports.invoker.invoke({
    functionName,
    qualifier,
    payload: JSON.stringify(payload),
    timeoutMs: task.timeoutMs,
    traceHeader: makeTrace(ports.random),
    roleArn: task.machine.roleArn,
    assumedBy: STEP_FUNCTIONS,
  });
  if (result.kind === 'returned')
    return isJson(result.payload) ? (parseJson(result.payload) as Json) : result.payload;
  throw failureOf(result, named, ports.random.uuid());
}

/**
 * Returns the failure of a task whose function failed or could not be invoked [obs: stepfunctions,
 * error_handling/test_task_lambda and test_task_service_lambda].
 */
function failureOf(
  result: Exclude<InvocationResult, { kind: 'returned' }>,
  named: string,
  requestId: string,
): StateFailure {
  if (result.kind === 'failed') return new StateFailure(result.errorType, result.payload);
  if (result.kind === 'timed-out') return new StateFailure('States.Timeout');
  if (result.reason === 'role' && result.role.lacks === 'trust') return notAssumed();
  const { reason, message } = result;
  const [status, code, said] =
    reason === 'not-found'
      ? [404, 'ResourceNotFoundException', `Function not found: ${qualified(named)}`]
      : reason === 'throttled'
        ? [429, 'TooManyRequestsException', 'Rate Exceeded.']
        : reason === 'too-large'
          ? [413, 'RequestTooLargeException', message]
          : [403, 'AWSLambdaException', message];
  const error = code === 'AWSLambdaException' ? 'AccessDeniedException' : code;
  return new StateFailure(
    `Lambda.${code}`,
    `${said} (Service: AWSLambda; Status Code: ${status}; Error Code: ${error}; Request ID: ${requestId}; Proxy: null)`,
  );
}

function qualified(named: string): string {
  return readFunctionName(named).qualifier === undefined ? `${named}:$LATEST` : named;
}
