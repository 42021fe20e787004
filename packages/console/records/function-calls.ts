import { isMatched } from './describe-guard.ts';
import { requestIdOf } from './describe-circumstances.ts';
import { isEvent } from './kept-request.ts';
import { describeSent } from './sent.ts';
import type { Kept, KeptEvent, KeptOutcome, KeptRequest } from './kept-request.ts';

export type FunctionCallNote = {
  readonly functionName: string;
  readonly tookMs: number;
  readonly failed: boolean;
  /** Start time of the instance, where one was started for this call. */
  readonly initMs: number | undefined;
  readonly requestId: string | undefined;
  /** Number of such calls, where only some of their requests were kept. */
  readonly standsFor: number;
};

const FUNCTION_KINDS: ReadonlySet<string> = new Set(['lambda-proxy', 'lambda-stream', 'function']);

export function callsOf(kept: Kept): readonly FunctionCallNote[] {
  const standsFor = isEvent(kept) ? 1 : kept.standsFor;
  const calls = isEvent(kept) ? ofEvent(kept) : [...ofAuthorizer(kept), ...ofIntegration(kept)];
  return calls.map((call) => ({ ...call, standsFor }));
}

type Call = Omit<FunctionCallNote, 'standsFor'>;

function ofEvent({ route, found, outcome, latencyMs }: KeptEvent): Call[] {
  if (outcome === undefined || route?.integration.kind !== 'lambda-proxy') return [];
  const functionName = route.integration.functionName.render(found?.stage.variables ?? null);
  return [{ functionName, tookMs: latencyMs, ...factsOf(outcome) }];
}

function ofAuthorizer({ received, asked, enteredMs, startedMs, latencyMs }: KeptRequest): Call[] {
  if (asked === undefined || !isMatched(received) || received.route.authorization.kind !== 'lambda')
    return [];
  const functionName = received.route.authorization.authorizer.functionName.render(received.stage.variables);
  const begunMs = enteredMs.authenticate ?? startedMs;
  const tookMs = (enteredMs.authorize ?? startedMs + latencyMs) - begunMs;
  return [{ functionName, tookMs, ...factsOf(asked.result) }];
}

function ofIntegration(kept: KeptRequest): Call[] {
  const { received, outcome, enteredMs, startedMs, latencyMs } = kept;
  const integration = received.route?.integration;
  if (outcome === undefined || integration === undefined) return [];
  if (!FUNCTION_KINDS.has(integration.kind)) return [];
  // The short path of a handshake has no mapping, so nothing records what was sent.
  const functionName =
    (kept.sent ?? describeSent(received))?.target ??
    ('functionName' in integration
      ? integration.functionName.render(received.stage?.variables ?? null)
      : undefined);
  if (functionName === undefined) return [];
  const begunMs = enteredMs.integrate ?? startedMs;
  const tookMs = (enteredMs['map-response'] ?? startedMs + latencyMs) - begunMs;
  return [{ functionName, tookMs, ...factsOf(outcome) }];
}

function hasFailed(outcome: KeptOutcome | undefined): boolean {
  return outcome?.kind === 'failed' || outcome?.kind === 'timed-out' || outcome?.kind === 'refused';
}

function factsOf(outcome: KeptOutcome | undefined): Omit<Call, 'functionName' | 'tookMs'> {
  return {
    failed: hasFailed(outcome),
    initMs: outcome?.kind === 'returned' ? outcome.initMs : undefined,
    requestId: requestIdOf(outcome),
  };
}
