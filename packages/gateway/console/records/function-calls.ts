import { isMatched } from './describe-guard.ts';
import { requestIdOf } from './function-lines.ts';
import { isEvent } from './recorded-request.ts';
import { describeSent } from './sent.ts';
import type { Recorded, RecordedEvent, RecordedOutcome, RecordedRequest } from './recorded-request.ts';

export type FunctionCallNote = {
  readonly functionName: string;
  readonly tookMs: number;
  readonly failed: boolean;
  /** How long the instance took to start, if one was started for this call, and the call returned. */
  readonly initMs: number | undefined;
  readonly requestId: string | undefined;
  /** The number of calls that this record represents; more than 1 if only some requests were recorded. */
  readonly standsFor: number;
};

const FUNCTION_KINDS: ReadonlySet<string> = new Set(['lambda-proxy', 'lambda-stream', 'function']);

export function callsOf(recorded: Recorded): readonly FunctionCallNote[] {
  const standsFor = isEvent(recorded) ? 1 : recorded.standsFor;
  const calls = isEvent(recorded)
    ? ofEvent(recorded)
    : [...ofAuthorizer(recorded), ...ofIntegration(recorded)];
  return calls.map((call) => ({ ...call, standsFor }));
}

type Call = Omit<FunctionCallNote, 'standsFor'>;

function ofEvent({ route, found, outcome, latencyMs }: RecordedEvent): Call[] {
  if (outcome === undefined || route?.integration.kind !== 'lambda-proxy') return [];
  const functionName = route.integration.functionName.render(found?.stage.variables ?? null);
  return [{ functionName, tookMs: latencyMs, ...factsOf(outcome) }];
}

function ofAuthorizer({
  received,
  authorizerCall,
  enteredMs,
  startedMs,
  latencyMs,
  error,
}: RecordedRequest): Call[] {
  if (authorizerCall === undefined || !isMatched(received) || received.route.authorization.kind !== 'lambda')
    return [];
  const functionName = received.route.authorization.authorizer.functionName.render(received.stage.variables);
  const phaseStartedMs = enteredMs.authenticate ?? startedMs;
  const tookMs = (enteredMs.authorize ?? startedMs + latencyMs) - phaseStartedMs;
  const facts = factsOf(authorizerCall.result);
  // An authorizer throws “Unauthorized” to get the response 401, so this error is expected.
  const failed = facts.failed && error?.code !== 'UNAUTHORIZED';
  return [{ functionName, tookMs, ...facts, failed }];
}

function ofIntegration(recorded: RecordedRequest): Call[] {
  const { received, outcome, enteredMs, startedMs, latencyMs } = recorded;
  const integration = received.route?.integration;
  if (outcome === undefined || integration === undefined) return [];
  if (!FUNCTION_KINDS.has(integration.kind)) return [];
  // A handshake is handled without mapping, so no outgoing request is recorded for it.
  const functionName =
    (recorded.sent ?? describeSent(received))?.target ??
    ('functionName' in integration
      ? integration.functionName.render(received.stage?.variables ?? null)
      : undefined);
  if (functionName === undefined) return [];
  const phaseStartedMs = enteredMs.integrate ?? startedMs;
  const tookMs = (enteredMs['map-response'] ?? startedMs + latencyMs) - phaseStartedMs;
  return [{ functionName, tookMs, ...factsOf(outcome) }];
}

function hasFailed(outcome: RecordedOutcome | undefined): boolean {
  return outcome?.kind === 'failed' || outcome?.kind === 'timed-out' || outcome?.kind === 'refused';
}

function factsOf(outcome: RecordedOutcome | undefined): Omit<Call, 'functionName' | 'tookMs'> {
  return {
    failed: hasFailed(outcome),
    initMs: outcome?.kind === 'returned' ? outcome.initMs : undefined,
    requestId: requestIdOf(outcome),
  };
}
