/** Executions of state machines that an integration started (docs/aws §8). */
import { parseJsonObject } from '@gatewright/aws/json-object';
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
    return {
      values: { executionArn },
      because: [
        'Step Functions accepted the execution, and the response has its ARN. The gateway records executions and does not run their states, so the gateway cannot tell how this execution would end.',
      ],
      changes: [
        'To run it, start the gateway with --aws states and the credentials of an account that has the state machine, or set AWS_ENDPOINT_URL_SFN to the address of Step Functions Local.',
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
          ? `Set the status in the response template of the integration response for 200, and deploy the API again: #set($r = $input.path('$'))#if($r.status != 'SUCCEEDED')#set($context.responseOverride.status = 500)$r.cause#else$r.output#end. Or have the client read the member status of the body.`
          : 'Have the client read the member status of the body: an HTTP API cannot choose a status by the body of a service. Or call the state machine from a function, which can.',
      ],
    };
  },
};

export const EXECUTION_KINDS: readonly SurpriseKind[] = [executionRecorded, executionFailed];
