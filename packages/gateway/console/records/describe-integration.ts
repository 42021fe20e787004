/** Derives the facts about the call to an integration, and about what a function or a backend responded. */
import { shortPlace } from '../../core/stack/source-format.ts';
import { findIntegration, placeOf, resourcesOf } from './find-places.ts';
import { variablesIn } from '../../core/deployment/integration/stage-text.ts';
import { isMatched } from './describe-guard.ts';
import { describeEventFault, ownOutcome } from './event-fault.ts';
import { describeEventGaps, findBodyGap, findDecodedTwice } from './event-gaps.ts';
import { findExports, findUncalledBack } from './handler-lines.ts';
import { findFailedCode, findFailedRead, findKeptBusy } from './handler-misread.ts';
import { findJsonFault } from './json-fault.ts';
import { spellingOf } from './spelling.ts';
import { keyOfTable, tableOfInput } from './table-facts.ts';
import { isOfService, readDenial, readProblem, readServiceError } from './read-problem.ts';
import { readQuotaOfReply } from './read-quota-refusal.ts';
import { describeSent, operationOf, requestTemplateOf } from './sent.ts';
import type { Sent } from './sent.ts';
import type { IntegrationCircumstances } from '../explain/circumstances.ts';
import type { ServiceIntegration } from '../../core/mapping/integration.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { Misread } from './misread-event.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { FunctionLines, PrintedLine } from './function-lines.ts';
import type { Recorded, RecordedOutcome, RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';

export type IntegrationWith = {
  readonly lines: FunctionLines;
  readonly redactor: Redactor;
  /** The stacks that are served now, in whose formats advice is written. */
  readonly stacks: readonly ResolvedStack[];
  readonly readHandler: ReadHandler;
  /** Whether a call changed the code or the configuration of the function in this run. */
  readonly isChanged?: (functionName: string) => boolean;
};

const SERVICES: ReadonlySet<string> = new Set(['service', 'http-api-service']);

export function describeIntegration(
  recorded: RecordedRequest,
  { lines, redactor, readHandler, stacks, isChanged }: IntegrationWith,
): IntegrationCircumstances | undefined {
  const { received, enteredMs } = recorded;
  if (!isMatched(received)) return undefined;
  const { integration } = received.route;
  const sent = recorded.sent ?? describeSent(received);
  const startedMs = enteredMs.integrate;
  const { variables } = received.stage;
  // A handshake is handled without mapping, so no outgoing request is recorded for it.
  const functionName =
    sent?.target ?? ('functionName' in integration ? integration.functionName.render(variables) : undefined);
  const nameVariables = 'functionName' in integration ? variablesIn(integration.functionName.source) : [];
  const isNameIncomplete = nameVariables.some((name) => (variables?.[name] ?? '') === '');
  const endMs = enteredMs['map-response'] ?? recorded.startedMs + recorded.latencyMs;
  return {
    kind: integration.kind,
    ...('payload' in integration && { payload: integration.payload }),
    target: sent?.target ?? ('functionName' in integration ? integration.functionName.source : undefined),
    ...(sent !== undefined && SERVICES.has(integration.kind) && { operation: operationOf(sent) }),
    timeoutMs: sent?.timeoutMs ?? ('timeoutMs' in integration ? integration.timeoutMs : undefined),
    ...describeOutcome(recorded, lines.ofOutcome(recorded.outcome, functionName), redactor),
    ...(nameVariables.length > 0 && { nameVariables }),
    ...(isNameIncomplete && { isNameIncomplete }),
    pinned: findPinned(recorded, sent?.target ?? '', isChanged),
    ...(integration.kind === 'function' &&
      recorded.outcome?.kind === 'answered' && {
        lambdaReply: recorded.outcome.status < 300 ? 'accepted' : 'not-json',
      }),
    ...(recorded.kind === 'handshake' && { connectBody: readConnectBody(recorded, redactor) }),
    own: ownOutcome(recorded, integration.kind),
    ...(integration.kind === 'mock' &&
      requestTemplateOf(received) === undefined && {
        missedTemplates: {
          contentType: redactor.text(received.headers.last('content-type') ?? 'application/json'),
          templates: [...integration.request.templates.keys()],
        },
      }),
    ...(integration.kind === 'service' && describeInput(integration)),
    ...describeFailure(recorded, sent, { lines, redactor, readHandler, stacks }),
    uncalledBack: isNull(recorded) ? findUncalledBack(readHandler(sent?.target ?? '')) : undefined,
    ...(isInputUnread(recorded) && {
      eventFault: describeEventFault(received, sent?.body?.toString() ?? '', redactor),
    }),
    ...(isOfService(recorded) && {
      tableKey: keyOfTable(tableOfInput(sent?.body?.toString() ?? ''), stacks),
      ...describeMachine(sent?.body?.toString() ?? '', stacks),
    }),
    problem: readServiceError(recorded, redactor) ?? readProblem(recorded, redactor),
    ...readQuotaOfReply(recorded, 'functionName' in integration),
    denial: readDenial(recorded, redactor),
    tookMs: startedMs === undefined ? undefined : endMs - startedMs,
  };
}

function describeFailure(
  recorded: RecordedRequest,
  sent: Sent | undefined,
  {
    lines,
    redactor,
    readHandler,
    stacks,
  }: Pick<IntegrationWith, 'lines' | 'redactor' | 'readHandler' | 'stacks'>,
): Partial<IntegrationCircumstances> {
  const { outcome } = recorded;
  if (outcome?.kind !== 'failed') return {};
  const target = sent?.target ?? '';
  const body = sent?.body?.toString();
  const code = findFailedCode(recorded, target, { lines, readHandler });
  return {
    misread: withFormatPlace(findFailedRead(recorded, lines, readHandler), recorded, stacks),
    keptBusyBy: findKeptBusy(outcome.errorType, target, readHandler),
    bodyGap: findBodyGap(body, outcome, code),
    eventGaps: describeEventGaps(body, outcome, code.at(-1)).map((text) => redactor.text(text)),
    decodedTwice: findDecodedTwice(body, outcome, code.at(-1)),
    exported: findExports(outcome.errorType, readHandler(target)),
  };
}

/** Adds the place of the payload format, if another format of the integration would also help. */
function withFormatPlace(
  misread: Misread | undefined,
  { received: { api, route } }: RecordedRequest,
  stacks: readonly ResolvedStack[],
): Misread | undefined {
  if (misread?.otherFormat === undefined) return misread;
  const stack = stacks.find(({ stackName }) => stackName === api.stackName);
  const integration = stack && findIntegration(stack, stack.resources.get(route?.logicalId ?? ''));
  return { ...misread, formatPlace: placeOf(integration, 'PayloadFormatVersion') };
}

const MOST_OF_BODY = 600;

/** The client of a refused handshake gets no body, so that only the record has what the function returned. */
function readConnectBody({ outcome }: RecordedRequest, redactor: Redactor): string | undefined {
  if (outcome?.kind !== 'returned') return undefined;
  const { body } = parseJsonObject(outcome.payload) ?? {};
  if (typeof body !== 'string' || body === '') return undefined;
  const text = redactor.text(body);
  return text.length > MOST_OF_BODY ? `${text.slice(0, MOST_OF_BODY)}…` : text;
}

function isNull({ outcome }: RecordedRequest): boolean {
  return outcome?.kind === 'returned' && outcome.payload === 'null';
}

/**
 * Whether Lambda, or another service with inputs in JSON, refused the input that the integration sent,
 * because the input is not valid JSON.
 */
function isInputUnread(recorded: RecordedRequest): boolean {
  const { outcome, received, sent = describeSent(received) } = recorded;
  const kind = received.route?.integration.kind;
  if (outcome?.kind !== 'answered' || outcome.status < 400) return false;
  if (kind === 'function') return true;
  if (kind !== 'service') return false;
  const isRefused = /SerializationException/.test(outcome.body.toString());
  return isRefused && findJsonFault(sent?.body?.toString() ?? '') !== undefined;
}

/** Says where the input of a call to an AWS service comes from: a template, mapped parameters, or the body as it is. */
function describeInput({
  request,
}: ServiceIntegration): Pick<IntegrationCircumstances, 'isBodyUnmapped' | 'mappedQuery'> {
  if (request.templates.size > 0) return {};
  const mappedQuery = request.parameters
    .filter(({ place }) => place === 'querystring')
    .map(({ name }) => name);
  return mappedQuery.length === 0 ? { isBodyUnmapped: true } : { mappedQuery };
}

export function describeOutcome(
  { outcome, error }: Recorded,
  lines: readonly PrintedLine[],
  redactor: Redactor,
): Pick<
  IntegrationCircumstances,
  | 'outcome'
  | 'refusal'
  | 'isUnrunnable'
  | 'errorType'
  | 'errorMessage'
  | 'lines'
  | 'isColdStart'
  | 'startMs'
  | 'isTls'
  | 'nullBy'
> {
  const refusal = outcome?.kind === 'refused' || outcome?.kind === 'unreachable' ? outcome.reason : undefined;
  return {
    outcome: toOutcome(outcome, error?.code),
    // Only the services that send events count invocations, so that no integration is refused as a loop.
    ...(refusal !== undefined && refusal !== 'recursive' && { refusal }),
    ...(outcome?.kind === 'refused' &&
      outcome.reason !== 'role' &&
      outcome.isUnrunnable === true && { isUnrunnable: true }),
    ...(outcome?.kind === 'unreachable' &&
      outcome.reason !== 'role' &&
      outcome.isTls === true && { isTls: true }),
    ...(outcome?.kind === 'returned' && outcome.nullBy !== undefined && { nullBy: outcome.nullBy }),
    ...(outcome?.kind === 'timed-out' && {
      isColdStart: 'isColdStart' in outcome,
      ...('initMs' in outcome && { startMs: outcome.initMs }),
    }),
    errorType: outcome?.kind === 'failed' ? outcome.errorType : undefined,
    errorMessage:
      outcome?.kind === 'failed' ? redactor.text(outcome.errorMessage) : messageOf(outcome, redactor),
    lines: lines.map(({ message }) => redactor.text(message)),
  };
}

function messageOf(outcome: RecordedOutcome | undefined, redactor: Redactor): string | undefined {
  return outcome !== undefined && 'message' in outcome ? redactor.text(outcome.message) : undefined;
}

function toOutcome(
  outcome: RecordedOutcome | undefined,
  code: string | undefined,
): IntegrationCircumstances['outcome'] {
  switch (outcome?.kind) {
    case undefined:
      return code === 'INTEGRATION_TIMEOUT' ? 'timed-out' : 'not called';
    case 'returned':
    case 'answered':
    case 'streams':
      return 'answered';
    case 'failed':
    case 'timed-out':
    case 'refused':
    case 'unreachable':
      return outcome.kind;
  }
}

/**
 * Finds out whether a published version responded, although its function was changed in this run. A version keeps the
 * code and the configuration with which it was published.
 */
function findPinned(
  { outcome, received }: RecordedRequest,
  functionName: string,
  isChanged: ((functionName: string) => boolean) | undefined,
): IntegrationCircumstances['pinned'] {
  const integration = received.route?.integration;
  if (integration === undefined || !('qualifier' in integration) || integration.qualifier === undefined)
    return undefined;
  const version = outcome?.kind === 'returned' ? outcome.executedVersion : undefined;
  if (version === undefined || version === '$LATEST' || isChanged?.(functionName) !== true) return undefined;
  return { qualifier: integration.qualifier.render(received.stage?.variables ?? null), version };
}

/** Describes the state machine that the input names; nothing if no loaded stack has it. */
function describeMachine(
  input: string,
  stacks: readonly ResolvedStack[],
): Pick<IntegrationCircumstances, 'machine' | 'machineType'> {
  const { stateMachineArn: arn } = parseJsonObject(input) ?? {};
  const found = resourcesOf(stacks, 'AWS::StepFunctions::StateMachine').find(
    ({ physicalId }) => physicalId === arn,
  );
  if (found === undefined) return {};
  return {
    machine: `${found.logicalId} (${shortPlace(found, 'StateMachineType')})`,
    machineType: spellingOf(found, ['StateMachineType'], stacks)['StateMachineType'],
  };
}
