/** Executions of state machines that an integration started (docs/aws §8). */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { formatDuration } from '../explain/reason.ts';
import type { RecordedRequest } from '../records/recorded-request.ts';
import type { SurpriseKind } from './surprise.ts';

/** Executions are recorded and get an ARN, but the gateway runs no state. */
const executionRecorded: SurpriseKind = {
  code: 'EXECUTION_NOT_RUN',
  mark: 'execution not run',
  source: 'docs/aws §8',
  find({ integration, recorded }) {
    const { outcome, received, sent } = recorded;
    if (integration?.kind !== 'service' && integration?.kind !== 'http-api-service') return undefined;
    if (outcome?.kind !== 'answered' || outcome.status !== 200) return undefined;
    const outgoing = received.outgoing;
    const isStates =
      sent?.target.startsWith('states in ') === true ||
      ((outgoing?.kind === 'service' || outgoing?.kind === 'http-api-service') &&
        outgoing.request.service === 'states');
    const { executionArn, status } = parseJsonObject(outcome.body.toString()) ?? {};
    // The answer to StartSyncExecution has the status of an execution that AWS has run.
    if (!isStates || typeof executionArn !== 'string' || status !== undefined) return undefined;
    // The response names an earlier execution, which another surprise explains.
    if (startedBeforeMs(recorded) !== undefined) return undefined;
    return {
      values: { executionArn },
      because: [
        'Step Functions accepted the call, and the response has the ARN of the execution. The gateway records executions and does not run their states, so the gateway cannot tell how this execution would end.',
      ],
      changes: [
        'To have executions run, start the gateway with --aws states and the credentials of an account that has the state machine, or set AWS_ENDPOINT_URL_SFN to the address of Step Functions Local.',
      ],
    };
  },
};

/**
 * The status of a synchronous execution that did not succeed is in the body of a reply with status 200.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
 */
const executionFailed: SurpriseKind = {
  code: 'EXECUTION_FAILED',
  mark: 'execution failed',
  source: 'docs/aws §8',
  find({ integration, recorded: { outcome } }) {
    if (integration?.kind !== 'service' && integration?.kind !== 'http-api-service') return undefined;
    if (outcome?.kind !== 'answered' || outcome.status !== 200) return undefined;
    const { executionArn, status, error, cause } = parseJsonObject(outcome.body.toString()) ?? {};
    if (typeof executionArn !== 'string' || !/^(?:FAILED|TIMED_OUT)$/.test(String(status))) return undefined;
    const why = [error, cause].filter((text) => typeof text === 'string' && text !== '').join(': ');
    return {
      values: { status: String(status) },
      because: [
        `The execution ended with the status ${String(status)}${why === '' ? '' : ` (${why})`}. Step Functions responds to StartSyncExecution with 200 even then, and API Gateway chooses the response by that status alone, not by the body.`,
      ],
      changes: [
        integration.kind === 'service'
          ? `Set the status in the response template of the integration response for 200, and deploy the API again: #set($r = $input.path('$'))#if($r.status != 'SUCCEEDED')#set($context.responseOverride.status = 500)#end$input.json('$'). Or have the client read the member status of the body.`
          : 'Have the client read the member status of the body: an HTTP API cannot choose a status by the body of a service. Or call the state machine from a function, which can.',
      ],
    };
  },
};

/**
 * StartExecution with the name and the input of an execution that still runs responds with this execution.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
const executionRepeated: SurpriseKind = {
  code: 'EXECUTION_REPEATED',
  editsApi: true,
  mark: 'no new execution',
  isCause: true,
  source: 'docs/aws §8',
  find({ integration, recorded }) {
    const { outcome } = recorded;
    if (integration?.kind !== 'service' && integration?.kind !== 'http-api-service') return undefined;
    if (outcome?.kind !== 'answered' || outcome.status !== 200) return undefined;
    const { executionArn, status } = parseJsonObject(outcome.body.toString()) ?? {};
    const earlierMs = startedBeforeMs(recorded);
    if (typeof executionArn !== 'string' || earlierMs === undefined || status !== undefined) return undefined;
    const name = executionArn.split(':').at(-1) ?? '';
    return {
      values: { executionArn },
      because: [
        `No new execution was started: the execution in the response began ${formatDuration(earlierMs)} before this request. StartExecution with the name of an execution that still runs (${name}) and the same input responds with 200 and that execution.`,
      ],
      changes: [
        integration.kind === 'service'
          ? 'Give each execution a name of its own: leave name out of the request template, so that Step Functions chooses a name, or set it to $context.extendedRequestId (a client can choose $context.requestId). Without a request template, the name is in the body that the client sends. If the name shall make retries harmless, change nothing.'
          : 'Give each execution a name of its own: in RequestParameters of the integration, map Name from a value that no other request has, such as $context.requestId, or leave Name out, so that Step Functions chooses a name.',
      ],
    };
  },
};

/** Returns how long before the request the execution in the response began; undefined if the request began it. */
function startedBeforeMs({ outcome, received }: RecordedRequest): number | undefined {
  if (outcome?.kind !== 'answered') return undefined;
  const { startDate } = parseJsonObject(outcome.body.toString()) ?? {};
  if (typeof startDate !== 'number') return undefined;
  const earlierMs = received.receivedAtEpochMs - startDate * 1000;
  return earlierMs < FINEST_MS ? undefined : earlierMs;
}

/** Step Functions returns times in seconds with milliseconds. The same clock gives the time of the request. */
const FINEST_MS = 1;

export const EXECUTION_KINDS: readonly SurpriseKind[] = [
  executionRecorded,
  executionFailed,
  executionRepeated,
];
