/** The `$context.…` variables that only access logs have. They describe the outcome of a request (docs/aws §10.3). */
import { getEntry } from '../routing/text-map.ts';
import { contextReader } from './context-variables.ts';
import type { Overrides } from '../mapping/overrides.ts';
import type { ContextFacts, ContextReader } from './context-variables.ts';

/**
 * The result of one of AWS's checks, such as `authenticate`. An undefined member means that AWS's log has no value for
 * it.
 */
export type LoggedCheck = {
  readonly status: number;
  readonly latencyMs: number | undefined;
  readonly error: string | undefined;
};

export type LoggedFailure = {
  /** The message for the client; `null` if AWS sends no message. */
  readonly message: string | null;
  /** AWS's gateway response type; undefined for failures that have none. */
  readonly responseType: string | undefined;
  readonly validationErrorString: string | undefined;
};

export type LoggedIntegration = {
  /** The status that the function or the backend returned. */
  readonly status: number | undefined;
  /** The status that Lambda's API or the backend returned. */
  readonly endpointStatus: number | undefined;
  readonly latencyMs: number | undefined;
  readonly error: string | undefined;
  /** The request id from an AWS service (Lambda included) or an HTTP backend. */
  readonly requestId: string | undefined;
  /** The second request id of Amazon S3, from `x-amz-id-2`. */
  readonly requestId2?: string | undefined;
  /**
   * For streamed responses, the times until the head and the first content. `latencyMs` then covers the whole response.
   */
  readonly stream?: { readonly headMs: number; readonly firstContentMs: number | undefined };
};

export type LoggedConnection = {
  readonly connectionId: string;
  readonly connectedAtEpochMs: number;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly messageId?: string | undefined;
  readonly disconnectStatusCode?: number | undefined;
  readonly disconnectReason?: string | undefined;
};

export type LogFacts = {
  readonly request: ContextFacts;
  readonly status: number;
  readonly responseBytes: number;
  readonly latencyMs: number;
  /**
   * The result of the check `authenticate`; undefined if the request ended before this check, or if the check is not
   * configured.
   */
  readonly authenticate: LoggedCheck | undefined;
  readonly authorizer: LoggedCheck | undefined;
  readonly authorize: LoggedCheck | undefined;
  readonly integration: LoggedIntegration | undefined;
  readonly failure: LoggedFailure | undefined;
  readonly connection: LoggedConnection | undefined;
  /**
   * Returns the values that mapping templates of a REST API have overridden; undefined if there are none. It is called
   * only if the log format contains such a value.
   */
  readonly overrides?: () => Overrides | undefined;
};

/** The variables that access logs have in addition to the variables of the request. */
export const LOG_READERS: Readonly<Record<string, ContextReader<LogFacts>>> = {
  // The log of a REST API has no value for `$context.routeKey` (docs/aws §10.3).
  routeKey: ({ request: { api, route } }) => (api.protocol === 'rest' ? undefined : route?.routeKey),
  status: (facts) => String(facts.status),
  responseLength: (facts) => String(facts.responseBytes),
  responseLatency: (facts) => milliseconds(facts.latencyMs),
  dataProcessed: (facts) => String(facts.responseBytes + (facts.request.body?.length ?? 0)),
  xrayTraceId: (facts) => /Root=([^;]+)/.exec(facts.request.traceHeader)?.[1],
  ...readersOfCheck('authenticate', (facts) => facts.authenticate),
  ...readersOfCheck('authorizer', (facts) => facts.authorizer),
  ...readersOfCheck('authorize', (facts) => facts.authorize),
  'authorizer.integrationLatency': ({ request: { caller } }) =>
    caller?.kind === 'lambda' ? milliseconds(caller.integrationLatencyMs) : undefined,
  'authorizer.requestId': ({ request: { caller } }) =>
    caller?.kind === 'lambda' ? caller.requestId?.() : undefined,
  'authorizer.integrationStatus': ({ request: { caller } }) =>
    caller?.kind === 'lambda' ? '200' : undefined,
  // The status is 200 for every verdict of the screen, including a block, because the screen itself responded
  // successfully.
  'waf.status': ({ request: { screened } }) => screened && '200',
  'waf.latency': (facts) => milliseconds(facts.request.screened?.latencyMs),
  'waf.error': () => undefined,
  endpointType: (facts) => facts.request.api.endpointType,
  'customDomain.basePathMatched': (facts) => facts.request.api.basePathMatched,
  'customDomain.routingRuleIdMatched': (facts) => facts.request.api.routingRuleId,
  'integration.error': (facts) => facts.integration?.error,
  'integration.integrationStatus': (facts) => facts.integration?.endpointStatus?.toString(),
  'integration.latency': (facts) => milliseconds(facts.integration?.latencyMs),
  'integration.requestId': (facts) => facts.integration?.requestId,
  'integration.responseTransferMode': ({ integration }) =>
    integration && (integration.stream === undefined ? 'BUFFERED' : 'STREAMED'),
  'integration.timeToAllHeaders': (facts) => milliseconds(facts.integration?.stream?.headMs),
  'integration.timeToFirstContent': (facts) => milliseconds(facts.integration?.stream?.firstContentMs),
  'integration.status': (facts) => facts.integration?.status?.toString(),
  integrationErrorMessage: (facts) => facts.integration?.error,
  integrationLatency: (facts) => milliseconds(facts.integration?.latencyMs),
  integrationStatus: (facts) => facts.integration?.endpointStatus?.toString(),
  awsEndpointRequestId: (facts) => facts.integration?.requestId,
  awsEndpointRequestId2: (facts) => facts.integration?.requestId2,
  tlsVersion: (facts) => facts.request.tls?.version,
  cipherSuite: (facts) => facts.request.tls?.cipherSuite,
  'error.message': (facts) => facts.failure?.message ?? undefined,
  'error.messageString': (facts) =>
    facts.failure?.message === undefined ? undefined : JSON.stringify(facts.failure.message),
  'error.responseType': (facts) => facts.failure?.responseType,
  'error.validationErrorString': (facts) => facts.failure?.validationErrorString,
  connectionId: (facts) => facts.connection?.connectionId,
  connectedAt: (facts) => facts.connection?.connectedAtEpochMs.toString(),
  eventType: (facts) => facts.connection?.eventType,
  messageId: (facts) => facts.connection?.messageId,
  messageDirection: (facts) => (facts.connection === undefined ? undefined : 'IN'),
  disconnectStatusCode: (facts) => facts.connection?.disconnectStatusCode?.toString(),
  disconnectReason: (facts) => facts.connection?.disconnectReason,
};

function readersOfCheck(
  name: string,
  check: (facts: LogFacts) => LoggedCheck | undefined,
): Record<string, ContextReader<LogFacts>> {
  return {
    [`${name}.status`]: (facts) => check(facts)?.status.toString(),
    [`${name}.latency`]: (facts) => milliseconds(check(facts)?.latencyMs),
    [`${name}.error`]: (facts) => check(facts)?.error,
  };
}

/** AWS logs whole milliseconds. */
function milliseconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Math.round(value));
}

const OVERRIDE = /^(request|response)Override\.(?:(header|path|querystring)\.(.+)|status)$/;

/**
 * Reads an override, such as `requestOverride.path.id`. Several values are joined, as they are in the header itself.
 */
function readerOfOverride([name = '', side, part, key = '']: RegExpExecArray):
  | ContextReader<LogFacts>
  | undefined {
  if (part === undefined)
    return name === 'responseOverride.status'
      ? ({ overrides }) => overrides?.()?.response.status?.toString()
      : undefined;
  return ({ overrides }) => {
    const made = overrides?.();
    const values =
      side === 'request'
        ? made?.request[part as 'header' | 'path' | 'querystring']
        : part === 'header'
          ? made?.response.header
          : undefined;
    return values === undefined ? undefined : getEntry(values, key)?.join(',');
  };
}

/** Returns the function that reads an access log variable; undefined for a name that AWS does not know. */
export function logReader(name: string): ContextReader<LogFacts> | undefined {
  const override = OVERRIDE.exec(name);
  if (override !== null) return readerOfOverride(override);
  const readRequest = contextReader(name);
  return getEntry(LOG_READERS, name) ?? (readRequest && ((facts) => readRequest(facts.request)));
}
