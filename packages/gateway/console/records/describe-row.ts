import type { AccessOutcome, ChargeOutcome } from '@gatewright/aws/access-decision';
import type { Defect } from '../../core/defect.ts';
import type { TokenDefectCode } from '../../core/policy/bearer-token.ts';
import type { CallerFacts } from '../../core/events/request-facts.ts';
import type { QuotaRefusal } from '../explain/circumstances.ts';
import { readDecision } from './read-decision.ts';
import { readQuotaOfMessage, readQuotaRefusal } from './read-quota-refusal.ts';
import { nameOfCaller } from './describe-guard.ts';
import { isEvent, kindOfEvent } from './recorded-request.ts';
import { NO_LABELS } from './api-labels.ts';
import { notesOf } from './row-notes.ts';
import { showData } from './shown.ts';
import { findMarks } from '../surprises/find-surprises.ts';
import type { ApiLabels } from './api-labels.ts';
import type { Recorded, RecordedEvent, RecordedOutcome, RecordedRequest } from './recorded-request.ts';
import { describeAgentCall } from './describe-agent-call.ts';
import type { RequestRow } from './model.ts';
import type { Redactor } from './redact.ts';

export function describeRow(
  sequence: number,
  recorded: Recorded,
  redactor: Redactor,
  labels: ApiLabels = NO_LABELS,
): RequestRow {
  const facts = isEvent(recorded)
    ? rowOfEvent(sequence, recorded, redactor, labels)
    : rowOfRequest(sequence, recorded, redactor, labels);
  return { ...facts, notes: notesOf(facts, findMarks(recorded)) };
}

type Facts = Omit<RequestRow, 'notes'>;

function labelOf(apiId: string, name: string, labels: ApiLabels): Pick<RequestRow, 'api' | 'isToolkit'> {
  const { label, isToolkit } = labels.of(apiId, name);
  return { api: label, ...(isToolkit && { isToolkit }) };
}

function rowOfRequest(
  sequence: number,
  recorded: RecordedRequest,
  redactor: Redactor,
  labels: ApiLabels,
): Facts {
  const { received, cache, sizes } = recorded;
  const { api, rawQuery } = received;
  return {
    id: received.requestId,
    sequence,
    standsFor: recorded.standsFor,
    atEpochMs: received.receivedAtEpochMs,
    kind: recorded.kind,
    protocol: api.protocol,
    apiId: api.apiId,
    apiName: api.name,
    ...labelOf(api.apiId, api.name, labels),
    stage: received.stage?.name,
    method: received.method,
    target: `${redactor.repeated(received.rawPath)}${rawQuery === '' ? '' : `?${redactor.query(rawQuery)}`}`,
    routeKey: received.route?.routeKey,
    status: recorded.status,
    tookMs: recorded.latencyMs,
    phase: recorded.phase,
    code: recorded.error?.code,
    reason: reasonOf(recorded),
    failure: recorded.failure === undefined ? undefined : redactor.text(firstLine(recorded.failure)),
    caller: mask(nameOfCaller(recorded.caller) ?? nameOfKey(recorded), redactor),
    customer: mask(customerOf(recorded.caller), redactor),
    cache: cache && (cache.isHit ? 'hit' : 'miss'),
    isColdStart: isCold(recorded.outcome) || isCold(recorded.authorizerCall?.result),
    connectionId: recorded.connectionId,
    ...textOfAgent(recorded, redactor),
    requestBytes: sizes.request,
    responseBytes: sizes.reply,
  };
}

const TEXT_LIMIT = 120;

/** Shows what a message to an MCP server asks for, because all messages of a server have one route. */
function textOfAgent(recorded: RecordedRequest, redactor: Redactor): Pick<RequestRow, 'text' | 'tool'> {
  const call = describeAgentCall(recorded, redactor);
  if (call === undefined) return {};
  const { method, name } = call;
  const text = name === undefined ? method : `${method} ${name}`;
  return {
    text: text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}…` : text,
    ...(method === 'tools/call' && { tool: name }),
  };
}

/**
 * Returns the actual kind of error, if AWS uses the code of another kind of error for it, or if the quota of a handler
 * refused the request, because such a refusal has no code.
 */
function reasonOf(recorded: RecordedRequest): string | undefined {
  const { error, received, caller } = recorded;
  if (error === undefined) {
    const refusal = customerOf(caller) === undefined ? undefined : readQuotaRefusal(recorded);
    if (refusal !== undefined) return OF_HANDLERS[refusal.outcome];
    if (recorded.kind !== 'handshake' || recorded.status < 400) return undefined;
    return recorded.outcome?.kind === 'returned' ? 'refused by function' : 'refused by integration';
  }
  // AWS answers its health check itself, without looking for a stage.
  if (recorded.status < 400 && error.detail.defect?.kind === 'screen') return 'health check';
  if (recorded.phase === 'match' && received.route === undefined && received.stage !== undefined)
    return 'no route';
  if (caller?.kind !== 'lambda' || !['INVALID_API_KEY', 'ACCESS_DENIED'].includes(error.code))
    return reasonOfCredential(error.detail.defect);
  const { outcome } = readDecision(caller.context) ?? {};
  return outcome === undefined ? undefined : CHARGES[outcome];
}

/** Returns what is wrong with the credential, because one code stands for all of its defects. */
function reasonOfCredential(defect: Defect | undefined): string | undefined {
  if (defect?.kind === 'token') return TOKENS[defect.code];
  return defect?.kind === 'authorizer' ? CREDENTIALS[defect.code] : undefined;
}

const TOKENS: Readonly<Record<TokenDefectCode, string>> = {
  missing: 'no token',
  malformed: 'malformed token',
  algorithm: 'token algorithm refused',
  key: 'unknown signing key',
  'issuer-unreachable': 'issuer unreachable',
  signature: 'invalid token signature',
  issuer: 'wrong token issuer',
  audience: 'wrong token audience',
  'audience-form': 'wrong token audience',
  expired: 'token expired',
  'not-yet-valid': 'token not yet valid',
  claim: 'invalid token claim',
  'token-use': 'wrong kind of token',
  scope: 'scope missing',
};

/** Only the defects that are the caller's: the other codes are errors of the authorizer and have words of their own. */
const CREDENTIALS: Readonly<Partial<Record<string, string>>> = {
  'identity-missing': 'no credential',
  'identity-mismatch': 'credential does not match',
  unauthorized: 'refused by authorizer',
};

/** Returns how the quota of a handler refused a message, which has no status and no code. */
function reasonOfMessage(recorded: RecordedEvent): string | undefined {
  const refusal = customerOf(recorded.caller) === undefined ? undefined : readQuotaOfMessage(recorded);
  return refusal && OF_HANDLERS[refusal.outcome];
}

/** Returns the API key as the name of a caller that nothing else identifies. */
function nameOfKey({ metered, received }: RecordedRequest): string | undefined {
  const key = metered?.holder?.apiKey ?? received.apiKey;
  return key === undefined ? undefined : `API key ${key.name ?? key.id}`;
}

/** Returns the customer that the toolkit's authorizer recorded in its context; undefined if it recorded none. */
function customerOf(caller: CallerFacts | undefined): string | undefined {
  if (caller?.kind !== 'lambda') return undefined;
  return readDecision(caller.context)?.customer;
}

/** Outcomes that mean that the toolkit's quota refused the request. */
const CHARGES: Readonly<Partial<Record<AccessOutcome, string>>> = {
  'over-quota': 'over quota',
  'period-closed': 'period closed',
  'over-rate': 'over rate limit',
  suspended: 'suspended',
  'no-subject': 'nobody to charge',
  'not-charged': 'cannot be charged',
} satisfies Record<ChargeOutcome, string>;

/** The same texts for refusals by the quota of a handler. */
const OF_HANDLERS: Readonly<Record<QuotaRefusal['outcome'], string>> = {
  'over-quota': 'over quota',
  'period-closed': 'period closed',
  'over-limit': 'over limit',
  'over-concurrency': 'over limit',
  suspended: 'suspended',
  unavailable: 'quota unavailable',
};

function rowOfEvent(sequence: number, recorded: RecordedEvent, redactor: Redactor, labels: ApiLabels): Facts {
  const { found, sizes, closure } = recorded;
  return {
    id: recorded.requestId,
    sequence,
    standsFor: 1,
    atEpochMs: recorded.atEpochMs,
    kind: kindOfEvent(recorded),
    protocol: 'websocket',
    apiId: recorded.apiId,
    apiName: found?.api.name ?? recorded.apiId,
    ...labelOf(recorded.apiId, found?.api.name ?? recorded.apiId, labels),
    stage: recorded.stageName,
    method: recorded.kind,
    target: recorded.route?.routeKey ?? (kindOfEvent(recorded) === 'post' ? '@connections' : '-'),
    routeKey: recorded.route?.routeKey,
    status: recorded.kind === 'DISCONNECT' ? (closure?.code ?? recorded.status) : recorded.status,
    tookMs: recorded.latencyMs,
    phase: recorded.phase,
    code: recorded.error?.code,
    failure: recorded.failure === undefined ? undefined : redactor.text(firstLine(recorded.failure)),
    reason: reasonOfMessage(recorded),
    caller: mask(nameOfCaller(recorded.caller), redactor),
    customer: mask(customerOf(recorded.caller), redactor),
    cache: undefined,
    isColdStart: isCold(recorded.outcome),
    connectionId: recorded.connectionId === '' ? undefined : recorded.connectionId,
    ...previewOf(recorded, redactor),
    requestBytes: sizes.request,
    responseBytes: sizes.reply,
  };
}

/** The number of characters of a message that one row of a list can show. */
const SHOWN_TEXT = 160;

/**
 * Returns the beginning of a message's text. Secrets are removed before the text is truncated, because a truncated
 * secret would not be recognized.
 */
function previewOf({ kind, body, reply }: RecordedEvent, redactor: Redactor): { readonly text?: string } {
  const data = kind === 'MESSAGE' ? body : (body ?? reply);
  const shown = showData('', data, redactor);
  if (shown === undefined) return {};
  if (shown.form === 'binary') return { text: `${data?.length ?? 0} bytes` };
  const line = shown.text
    .replaceAll(shown.form === 'json' ? /\n\s*/g : /\s+/g, shown.form === 'json' ? '' : ' ')
    .trim();
  return { text: line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line };
}

/** Masks the name of the caller, because an authorizer may use the token as the name. */
function mask(name: string | undefined, redactor: Redactor): string | undefined {
  return name === undefined ? undefined : redactor.repeated(name);
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/, 1)[0] ?? '';
}

/** Returns whether an instance was started for this request. */
function isCold(outcome: RecordedOutcome | undefined): boolean {
  return outcome?.kind === 'returned' && outcome.initMs !== undefined;
}
