/** The integration's request and response, for an execution log (docs/aws §10.3). */
import { lambdaUri } from '../events/execution-log.ts';
import type { LoggedCall } from '../events/execution-log.ts';
import type { ApiFacts, StageFacts } from '../events/request-facts.ts';
import type { HttpHead, HttpOutcome, InvocationResult, StreamAnswer } from '../ports.ts';
import type { Outgoing } from './outgoing.ts';

type SentCall = {
  readonly outgoing: Outgoing | undefined;
  readonly payload: string | undefined;
  readonly stage: StageFacts | undefined;
  readonly api: ApiFacts;
};

type Outcome = InvocationResult | HttpOutcome | StreamAnswer<string | HttpHead>;

/** Returns the integration's request and response for the log; undefined if no call was made. */
export function describeCall(
  { outgoing, payload, stage, api }: SentCall,
  outcome: Outcome | undefined,
  latencyMs: number,
): LoggedCall | undefined {
  const received = outcome && describeOutcome(outcome);
  const nowhere = { headers: [], body: undefined };
  if (outgoing === undefined) return undefined;
  switch (outgoing.kind) {
    case 'mock':
      return undefined;
    case 'lambda-stream':
    case 'lambda-proxy': {
      const variables = stage?.variables ?? null;
      const name = outgoing.functionName.render(variables);
      const uri = lambdaUri(api, name, outgoing.qualifier?.render(variables));
      return { uri, sent: { ...nowhere, body: payload }, received, latencyMs };
    }
    case 'function':
      return {
        uri: lambdaUri(api, outgoing.functionName, outgoing.qualifier),
        received,
        latencyMs,
        sent: { ...nowhere, body: outgoing.event },
      };
    case 'http':
    case 'http-stream':
    case 'http-api': {
      const { origin, target } = outgoing.request;
      return { uri: `${origin}${target}`, sent: outgoing.request, received, latencyMs };
    }
    case 'service':
    case 'http-api-service': {
      const { hostName, service, region, path } = outgoing.request;
      const uri = `https://${hostName ?? service}.${region}.amazonaws.com${path}`;
      return { uri, sent: outgoing.request, received, latencyMs };
    }
  }
}

function describeOutcome(outcome: Outcome): LoggedCall['received'] {
  switch (outcome.kind) {
    case 'answered':
      return outcome;
    case 'streams':
      return typeof outcome.head === 'string'
        ? { status: 200, headers: [], body: outcome.head }
        : { ...outcome.head, body: undefined };
    case 'returned':
    case 'failed':
      return { status: 200, headers: [], body: outcome.payload };
    case 'refused':
    case 'timed-out':
    case 'unreachable':
      return undefined;
  }
}
