/** Derives the facts that the explanation of a recorded request needs, when the record is read. */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { HeaderList } from '../../core/events/header-list.ts';
import type { FunctionLines } from './function-lines.ts';
import type { LocalIssuers } from '../../control/loading/inspect-apis.ts';
import type { AccessBook } from '../endpoints/show-access.ts';
import { describeAgentCall } from './describe-agent-call.ts';
import { describeGuard, tracePolicies } from './describe-guard.ts';
import { findMessageRead } from './handler-misread.ts';
import { findHidden, findRouteOfOtherApi } from './route-of-other-api.ts';
import { describeAddress, describeDomain } from './describe-address.ts';
import { describeIntegration, describeOutcome } from './describe-integration.ts';
import type { IntegrationWith } from './describe-integration.ts';
import { describeMeter } from './describe-meter.ts';
import { readDecision } from './read-decision.ts';
import { readQuotaOfMessage } from './read-quota-refusal.ts';
import { findJsonFault } from './json-fault.ts';
import { findModelFaults, findNulls } from './model-faults.ts';
import { isEvent, kindOfEvent } from './recorded-request.ts';
import { findDefinition } from '../surprises/template-text.ts';
import { describeEdge } from './describe-edge.ts';
import { adviseByStacks } from './advise-by-stacks.ts';
import { findLocalNames } from './local-names.ts';
import { findApiPlaces } from './find-api-places.ts';
import type { ReadLines } from './template-lines.ts';
import { placesOfLinks } from './find-links.ts';
import type { Circumstances, JsonFault, NamedPlace, Problem, Misplaced } from '../explain/circumstances.ts';
import type { Defect, MappingDefect } from '../../core/defect.ts';
import type { GatewayError } from '../../core/errors.ts';
import { findElsewhere } from './found-elsewhere.ts';
import type { Recorded, RecordedEvent, RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';
import { DEFAULT_ASSUMPTIONS } from '../../core/deployment/assumptions.ts';
import { responseTypeOf, wordRest } from '../../core/deployment/wordings/error-wordings.ts';
import type { Received } from '../../core/exchange.ts';
import type { RequiredParameter } from '../../core/deployment/model.ts';

export type DescribeWith = IntegrationWith & {
  readonly readLines: ReadLines;
  readonly access: AccessBook | undefined;
  readonly issuers: LocalIssuers | undefined;
  /** Finds the handshake with which a connection was opened. */
  readonly handshakeOf?: (connectionId: string) => RecordedRequest | undefined;
};

export function describeCircumstances(recorded: Recorded, at: DescribeWith): Circumstances {
  const about = isEvent(recorded) ? describeEvent(recorded, at) : describeRequest(recorded, at);
  // A request may be let through although the resource policy does not allow it.
  const policy = about.policies.find(({ of, decision }) => of === 'resource' && decision !== 'allow');
  const meant = about.servedBy ?? about.selection?.near;
  const nearest =
    meant !== undefined ? [{ route: meant }] : about.otherApi === undefined ? about.nearMisses : [];
  return {
    ...about,
    places: [
      ...findApiPlaces(recorded, { ...at, nearest, policy }),
      ...placesOfLinks(recorded, at),
      ...placesOfCharge(about, at),
    ],
    localNames: findLocalNames(at.stacks),
    ...(!isEvent(recorded) && findRestatus(recorded)),
    ...(!isEvent(recorded) &&
      about.code === 'BAD_REQUEST_PARAMETERS' && {
        misspelt: findMisspelt(about.validation ?? '', recorded.received),
        blank: findBlank(recorded.received),
        misplaced: findMisplaced(about.validation ?? '', recorded.received),
        unknownVariables: findUnknownVariables(recorded.received),
      }),
    ...adviseByStacks(about, at.stacks),
  };
}

/** Returns the place of the limit of the customer plan that refused the request. */
function placesOfCharge({ guard }: Circumstances, { access }: DescribeWith): readonly NamedPlace[] {
  const { document = '', plan, limit, left = [] } = guard?.decided ?? {};
  if (plan === undefined || limit === undefined) return [];
  const of = left.find((one) => one.limit === limit)?.of;
  const place = access?.placeOfLimit?.({ document, plan, limit, of });
  return place === undefined ? [] : [{ what: `limit ${limit} of the plan ${plan}`, place }];
}

function authorizerLinesOf(
  { received: { route, stage }, authorizerCall }: RecordedRequest,
  lines: FunctionLines,
): ReturnType<FunctionLines['ofOutcome']> {
  const { authorizer } =
    route !== undefined && 'authorizer' in route.authorization ? route.authorization : {};
  return lines.ofOutcome(
    authorizerCall?.result,
    authorizer !== undefined && 'functionName' in authorizer
      ? authorizer.functionName.render(stage?.variables ?? null)
      : undefined,
  );
}

function describeRequest(recorded: RecordedRequest, at: DescribeWith): Circumstances {
  const { lines, redactor } = at;
  const { received, error, metered, cache } = recorded;
  const { api, stage, route } = received;
  const agentCall = describeAgentCall(recorded, redactor);
  const messages = authorizerLinesOf(recorded, lines).map(({ message }) => message);
  return {
    kind: recorded.kind,
    protocol: api.protocol,
    endpointType: api.endpointType,
    method: received.method,
    path: received.path,
    sourceIp: received.sourceIp,
    status: recorded.status,
    tookMs: recorded.latencyMs,
    apiId: api.apiId,
    apiName: api.name,
    stageName: stage?.name,
    ...releaseOf(stage),
    stages: [...api.stages.keys()],
    ...describeAddress(recorded),
    otherApi: findRouteOfOtherApi(recorded, at.stacks),
    hidden: findHidden(recorded, at.stacks),
    ...(stage?.deployment.cors !== undefined && { hasCors: true }),
    routeKey: route?.routeKey,
    phase: recorded.phase,
    code: error?.code,
    failure: recorded.failure === undefined ? undefined : redactor.text(recorded.failure),
    defect: redactDefect(error?.detail.defect, redactor),
    isDeployed: false,
    definition: findDefinition(at.stacks, api),
    // See
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
    ...describeEdge(received, at.stacks),
    isFromTopic: received.headers.last('x-amz-sns-message-type') !== undefined,
    needsKey: route?.apiKeyRequired,
    screened: (recorded.screened?.() ?? []).map((sentence) => redactor.text(sentence)),
    injected: recorded.injected.map((note) => redactor.text(note)),
    guard: describeGuard(recorded, messages, agentCall, at),
    policies: tracePolicies(recorded),
    meter: metered && describeMeter(recorded, metered, { redactor, stacks: at.stacks }),
    bodyFault:
      error === undefined ? undefined : findBodyFault(recorded.received.body, recorded.sizes.request, error),
    modelFaults: findModelFaults(recorded).members.map((text) => redactor.text(text)),
    nulls: findNulls(recorded, at.stacks),
    agentCall,
    validation:
      error?.detail.validationErrorString ??
      (error?.code === 'BAD_REQUEST_PARAMETERS' ? error.message : undefined),
    cache: cache && {
      isHit: cache.isHit,
      ttlSeconds: cache.ttlSeconds,
      ageMs:
        cache.storedAtEpochMs === undefined ? undefined : received.receivedAtEpochMs - cache.storedAtEpochMs,
    },
    integration: describeIntegration(recorded, at),
  };
}

function releaseOf(stage: Received['stage']): Pick<Circumstances, 'release'> {
  const { isCanary, deploymentId } = stage ?? {};
  return isCanary === undefined ? {} : { release: { isCanary, deploymentId } };
}

/**
 * Finds what is wrong with a body that was read as JSON.
 * @param size of the body in bytes, of which only the beginning may be recorded
 */
function findBodyFault(
  body: Buffer | string | undefined,
  size: number,
  { code, detail }: GatewayError,
): JsonFault | undefined {
  const { defect } = detail;
  const isRead =
    code === 'BAD_REQUEST_BODY' ||
    ((defect?.kind === 'template' || (defect?.kind === 'mapping' && defect.problem === 'body')) &&
      defect.side === 'request');
  if (!isRead || body === undefined || size > Buffer.byteLength(body)) return undefined;
  const text = body.toString();
  // A template may read a body that is not meant to be JSON.
  return /^\s*[{["]/.test(text) || code === 'BAD_REQUEST_BODY' ? findJsonFault(text) : undefined;
}

function redactDefect(defect: Defect | undefined, redactor: Redactor): Defect | undefined {
  if (defect?.kind === 'screen')
    return {
      ...defect,
      because: defect.because.map((sentence) => redactor.text(sentence)),
      changes: defect.changes.map((sentence) => redactor.text(sentence)),
    };
  if (defect?.kind === 'mapping') return redactMapping(defect, redactor);
  return defect !== undefined && 'problem' in defect
    ? { ...defect, problem: redactor.text(defect.problem) }
    : defect;
}

/** A longer key is no name that a template could have. It is cut after masking, because half a secret is not found. */
const MAX_KEY = 128;

function redactMapping(defect: MappingDefect, redactor: Redactor): MappingDefect {
  switch (defect.problem) {
    case 'no-response':
      return { ...defect, selectBy: redactor.text(defect.selectBy) };
    case 'no-template':
      return {
        ...defect,
        contentType: redactor.text(defect.contentType),
        key: defect.key && redactor.text(defect.key).slice(0, MAX_KEY),
      };
    default:
      return defect;
  }
}

/** A client that asked for a subprotocol and got none ends the connection itself. */
export function isUnconfirmed(handshake: RecordedRequest | undefined): boolean {
  const name = 'sec-websocket-protocol';
  return (
    handshake !== undefined &&
    handshake.received.headers.last(name) !== undefined &&
    new HeaderList(handshake.replyHeaders).last(name) === undefined
  );
}

function describeEvent(
  recorded: RecordedEvent,
  { lines, redactor, handshakeOf, stacks, readHandler }: DescribeWith,
): Circumstances {
  const { found, route, error } = recorded;
  return {
    kind: kindOfEvent(recorded),
    protocol: 'websocket',
    method: recorded.kind,
    path: '',
    status: recorded.status,
    tookMs: recorded.latencyMs,
    apiId: recorded.apiId,
    apiName: found?.api.name ?? recorded.apiId,
    stageName: recorded.stageName,
    stages: [...(found?.api.stages.keys() ?? [])],
    ...(found !== undefined && describeDomain(found.api)),
    definition: found && findDefinition(stacks, found.api),
    routeKey: route?.routeKey,
    phase: recorded.phase,
    code: error?.code,
    failure: recorded.failure === undefined ? undefined : redactor.text(recorded.failure),
    defect: redactDefect(error?.detail.defect, redactor),
    bodyFault: error === undefined ? undefined : findBodyFault(recorded.body, recorded.sizes.request, error),
    modelFaults: findModelFaults(recorded).members.map((text) => redactor.text(text)),
    nulls: findNulls(recorded, stacks),
    isDeployed: false,
    closure: recorded.closure,
    ...(recorded.kind === 'DISCONNECT' && {
      isUnconfirmed: isUnconfirmed(handshakeOf?.(recorded.connectionId)),
    }),
    ...(isReplyDropped(recorded) && { isReplyDropped: true }),
    selection: describeSelection(recorded, redactor),
    nearMisses: routesOf(recorded).map((name) => ({
      route: name,
      because: 'the route selection expression did not yield the name of this route',
    })),
    screened: [],
    injected: [],
    guard: undefined,
    sender: senderOf(recorded),
    policies: [],
    meter: undefined,
    isThrottleOwn: found?.stage.throttle?.hasOwnLimit?.(route?.routeKey ?? ''),
    cache: undefined,
    validation: error?.detail.validationErrorString,
    integration: describeIntegrationOfEvent(recorded, { lines, redactor, readHandler }),
  };
}

function describeIntegrationOfEvent(
  recorded: RecordedEvent,
  { lines, redactor, readHandler }: Pick<DescribeWith, 'lines' | 'redactor' | 'readHandler'>,
): Circumstances['integration'] {
  const { found, route: { integration } = {} } = recorded;
  if (integration === undefined || integration.kind === 'none') return undefined;
  const target =
    'functionName' in integration
      ? integration.functionName.render(found?.stage.variables ?? null)
      : undefined;
  return {
    kind: integration.kind,
    ...('payload' in integration && { payload: integration.payload }),
    target,
    timeoutMs: 'timeoutMs' in integration ? integration.timeoutMs : undefined,
    ...describeOutcome(recorded, lines.ofOutcome(recorded.outcome, target), redactor),
    misread: findMessageRead(recorded, target, { lines, readHandler }),
    problem: readErrorFrame(recorded, redactor),
    ...readErrorStatus(recorded),
    quotaRefusal: readQuotaOfMessage(recorded),
    tookMs: recorded.latencyMs,
  };
}

/** A message has no status: the statusCode that its function returns is not sent to the client (docs/aws §11.3). */
function readErrorStatus({ kind, outcome }: RecordedEvent): { readonly errorStatus?: number } {
  if (kind !== 'MESSAGE' || outcome?.kind !== 'returned') return {};
  const { statusCode } = parseJsonObject(outcome.payload) ?? {};
  return typeof statusCode === 'number' && statusCode >= 400 ? { errorStatus: statusCode } : {};
}

/** Returns the customer that the toolkit's authorizer recorded in the context of the connection. */
function senderOf({ caller }: RecordedEvent): Circumstances['sender'] {
  if (caller.kind !== 'lambda') return undefined;
  const { customer, key } = readDecision(caller.context) ?? {};
  if (customer === undefined) return undefined;
  return { customer, ...(key !== undefined && { key }) };
}

/** Reads a frame in which a function of the toolkit refuses a message: `{type: "error", code, message}`. */
function readErrorFrame({ reply }: RecordedEvent, redactor: Redactor): Problem | undefined {
  const { type, code, message } = parseJsonObject(reply ?? '') ?? {};
  if (type !== 'error' || typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { title: redactor.text(message), detail: undefined, code };
}

/** Returns whether the integration of a message responded with a body that no route response sends to the client. */
function isReplyDropped({ kind, route, outcome, failure }: RecordedEvent): boolean {
  if (kind !== 'MESSAGE' || failure !== undefined || route === undefined) return false;
  if (!('repliesToClient' in route) || route.repliesToClient === true) return false;
  if (outcome?.kind === 'answered') return outcome.body.length > 0;
  if (outcome?.kind !== 'returned') return false;
  const body = parseJsonObject(outcome.payload)?.['body'];
  return typeof body === 'string' && body !== '';
}

/** Evaluates the route selection expression again for a message that no route except $default matched. */
function describeSelection(
  { kind, route, found, body, sizes }: RecordedEvent,
  redactor: Redactor,
): Circumstances['selection'] {
  const routing = found?.stage.deployment.messageRouting;
  const isWhole = body === undefined || sizes.request <= Buffer.byteLength(body);
  if (kind !== 'MESSAGE' || routing === undefined || !isWhole) return undefined;
  if (route !== undefined && route.routeKey !== '$default') return undefined;
  const text = body?.toString() ?? '';
  const selected = routing.select(text);
  const near = [...routing.routes.keys()].find((key) => key.toLowerCase() === selected?.toLowerCase());
  return {
    expression: routing.expression,
    selected: selected === undefined ? undefined : redactor.text(selected),
    ...(near !== undefined && { near }),
    keyIn: Object.entries(parseJsonObject(text) ?? {}).find(
      ([, value]) => typeof value === 'string' && routing.routes.has(value),
    )?.[0],
    bodyFault: findJsonFault(text),
  };
}

/** Returns the routes for which a message without a matching route may have been intended. */
function routesOf({ kind, route, found }: RecordedEvent): readonly string[] {
  if (kind !== 'MESSAGE' || route !== undefined) return [];
  const names = [...(found?.stage.deployment.messageRouting?.routes.keys() ?? [])];
  return names.filter((name) => !['$connect', '$disconnect'].includes(name));
}

/** Finds the gateway response of a REST API that changed the status of an error. */
function findRestatus({ received, status, error }: RecordedRequest): Pick<Circumstances, 'restatus'> {
  // `--assume` decides whether throttling by Lambda is a 500, 502 or 429. No gateway response changes it.
  if (error === undefined || error.code === 'FUNCTION_THROTTLED') return {};
  const type = responseTypeOf(error.code);
  if (received.api.protocol !== 'rest' || received.stage === undefined || type === undefined) return {};
  const usual = wordRest(error.code, error.detail, DEFAULT_ASSUMPTIONS['access-denied-key']).status;
  const word = received.stage.deployment.errors.worderOf?.(error.code) ?? type;
  return usual === status ? {} : { restatus: { type: word, of: type, usual } };
}

/** Returns the missing parameters that the message names. */
function missingIn(message: string): readonly string[] {
  return (/\[(.*)\]/.exec(message)?.[1] ?? '').split(',').map((name) => name.trim());
}

/**
 * Finds query parameters that were sent in a spelling that nearly matches a missing parameter (docs/aws §6). Only names
 * of query parameters are case-sensitive.
 */
function findMisspelt(message: string, { rawQuery }: Received): readonly string[] {
  const missing = missingIn(message);
  return [...new Set(new URLSearchParams(rawQuery).keys())].filter(
    (sent) => !missing.includes(sent) && missing.some((name) => name.toLowerCase() === sent.toLowerCase()),
  );
}

/** Finds the required parameters that were sent without a value, which counts as missing (docs/aws §6). */
function findBlank({ rawQuery, headers, route }: Received): readonly string[] {
  const query = new URLSearchParams(rawQuery);
  return requiredBy(route).flatMap(({ where, name }) => {
    const value = where === 'querystring' ? query.getAll(name).at(-1) : headers.last(name.toLowerCase());
    return where !== 'path' && value?.trim() === '' ? [name] : [];
  });
}

/** Finds missing parameters that the request has by the same name in another place. */
function findMisplaced(message: string, received: Received): readonly Misplaced[] {
  const missing = missingIn(message);
  return requiredBy(received.route).flatMap(({ where, name }) => {
    if (where === 'path' || !missing.includes(name)) return [];
    const at = findElsewhere(where, name, received);
    return at === undefined ? [] : [{ name, readFrom: where === 'header' ? 'header' : 'query', at }];
  });
}

/** Finds the required path parameters for which the path of the route has no variable, so that no request has them. */
function findUnknownVariables({ route, pathParameters }: Received): readonly string[] {
  return requiredBy(route).flatMap(({ where, name }) =>
    where === 'path' && !Object.hasOwn(pathParameters ?? {}, name) ? [name] : [],
  );
}

function requiredBy(route: Received['route']): readonly RequiredParameter[] {
  return route?.validation?.parameters ?? [];
}
