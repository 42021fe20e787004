/** Which functions a kept request has called, how long each took, and whether it failed. */
import { isMatched } from './describe-guard.ts';
import { requestIdOf } from './describe-circumstances.ts';
import { isEvent } from './kept-request.ts';
import { describeSent } from './sent.ts';
import type { Kept, KeptEvent, KeptOutcome, KeptRequest } from './kept-request.ts';

export type FunctionCallNote = {
  readonly functionName: string;
  readonly tookMs: number;
  readonly failed: boolean;
  /** What the instance took to start, where it was started for this call. */
  readonly initMs: number | undefined;
  readonly requestId: string | undefined;
};

export function callsOf(kept: Kept): readonly FunctionCallNote[] {
  return isEvent(kept) ? ofEvent(kept) : [...ofAuthorizer(kept), ...ofIntegration(kept)];
}

function ofEvent({ route, found, outcome, latencyMs }: KeptEvent): FunctionCallNote[] {
  if (outcome === undefined || route?.integration.kind !== 'lambda-proxy') return [];
  const functionName = route.integration.functionName.render(found?.stage.variables ?? null);
  return [{ functionName, tookMs: latencyMs, ...factsOf(outcome) }];
}

function ofAuthorizer({ received, asked, enteredMs, startedMs, latencyMs }: KeptRequest): FunctionCallNote[] {
  if (asked === undefined || !isMatched(received) || received.route.authorization.kind !== 'lambda')
    return [];
  const functionName = received.route.authorization.authorizer.functionName.render(received.stage.variables);
  const begunMs = enteredMs.authenticate ?? startedMs;
  const tookMs = (enteredMs.authorize ?? startedMs + latencyMs) - begunMs;
  return [{ functionName, tookMs, ...factsOf(asked.result) }];
}

function ofIntegration(kept: KeptRequest): FunctionCallNote[] {
  const { received, outcome, enteredMs, startedMs, latencyMs } = kept;
  const kind = received.route?.integration.kind;
  if (outcome === undefined || (kind !== 'lambda-proxy' && kind !== 'lambda-stream' && kind !== 'function'))
    return [];
  const functionName = (kept.sent ?? describeSent(received))?.target;
  if (functionName === undefined) return [];
  const begunMs = enteredMs.integrate ?? startedMs;
  const tookMs = (enteredMs['map-response'] ?? startedMs + latencyMs) - begunMs;
  return [{ functionName, tookMs, ...factsOf(outcome) }];
}

function hasFailed(outcome: KeptOutcome | undefined): boolean {
  return outcome?.kind === 'failed' || outcome?.kind === 'timed-out' || outcome?.kind === 'refused';
}

function factsOf(outcome: KeptOutcome | undefined): Omit<FunctionCallNote, 'functionName' | 'tookMs'> {
  return {
    failed: hasFailed(outcome),
    initMs: outcome?.kind === 'returned' ? outcome.initMs : undefined,
    requestId: requestIdOf(outcome),
  };
}
