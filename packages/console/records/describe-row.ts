import { principalOf } from './describe-guard.ts';
import { isEvent } from './kept-request.ts';
import type { Kept, KeptEvent, KeptOutcome, KeptRequest } from './kept-request.ts';
import type { RequestRow } from './model.ts';
import type { Redactor } from './redact.ts';

export function describeRow(sequence: number, kept: Kept, redactor: Redactor): RequestRow {
  return isEvent(kept) ? rowOfEvent(sequence, kept, redactor) : rowOfRequest(sequence, kept, redactor);
}

function rowOfRequest(sequence: number, kept: KeptRequest, redactor: Redactor): RequestRow {
  const { received, cache, sizes } = kept;
  const { api, rawQuery } = received;
  return {
    id: received.requestId,
    sequence,
    standsFor: kept.standsFor,
    atEpochMs: received.receivedAtEpochMs,
    kind: kept.kind,
    protocol: api.protocol,
    apiId: api.apiId,
    apiName: api.name,
    stage: received.stage?.name,
    method: received.method,
    target: `${redactor.repeated(received.rawPath)}${rawQuery === '' ? '' : `?${redactor.query(rawQuery)}`}`,
    routeKey: received.route?.routeKey,
    status: kept.status,
    tookMs: kept.latencyMs,
    phase: kept.phase,
    code: kept.error?.code,
    failure: kept.failure === undefined ? undefined : redactor.text(firstLine(kept.failure)),
    caller: mask(principalOf(kept.caller), redactor),
    cache: cache && (cache.isHit ? 'hit' : 'miss'),
    isColdStart: isCold(kept.outcome) || isCold(kept.asked?.result),
    connectionId: kept.connectionId,
    requestBytes: sizes.request,
    responseBytes: sizes.reply,
  };
}

function rowOfEvent(sequence: number, kept: KeptEvent, redactor: Redactor): RequestRow {
  const { found, sizes, closure } = kept;
  return {
    id: kept.requestId,
    sequence,
    standsFor: 1,
    atEpochMs: kept.atEpochMs,
    kind: kept.kind === 'MESSAGE' ? 'message' : kept.kind === 'POST' ? 'post' : 'disconnect',
    protocol: 'websocket',
    apiId: kept.apiId,
    apiName: found?.api.name ?? kept.apiId,
    stage: kept.stageName,
    method: kept.kind,
    target: kept.route?.routeKey ?? (kept.kind === 'POST' ? '@connections' : '-'),
    routeKey: kept.route?.routeKey,
    status: kept.kind === 'DISCONNECT' ? (closure?.code ?? kept.status) : kept.status,
    tookMs: kept.latencyMs,
    phase: kept.phase,
    code: kept.error?.code,
    failure: kept.failure === undefined ? undefined : redactor.text(firstLine(kept.failure)),
    caller: mask(principalOf(kept.caller), redactor),
    cache: undefined,
    isColdStart: isCold(kept.outcome),
    connectionId: kept.connectionId,
    requestBytes: sizes.request,
    responseBytes: sizes.reply,
  };
}

/** An authorizer may name its caller by the token. */
function mask(name: string | undefined, redactor: Redactor): string | undefined {
  return name === undefined ? undefined : redactor.repeated(name);
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/, 1)[0] ?? '';
}

/** Whether an instance was started for it. */
function isCold(outcome: KeptOutcome | undefined): boolean {
  return outcome?.kind === 'returned' && outcome.initMs !== undefined;
}
