/**
 * Every way a request or a definition can fail, by stable code. Only `phases/fail.ts` turns a
 * `GatewayError` into a reply; nothing else may.
 */

/** AWS's gateway response types that a template may customise (developer guide, "Gateway response types"). */
export type GatewayResponseType =
  | 'ACCESS_DENIED'
  | 'API_CONFIGURATION_ERROR'
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  | 'AUTHORIZER_FAILURE'
  | 'BAD_REQUEST_BODY'
  | 'BAD_REQUEST_PARAMETERS'
  | 'DEFAULT_4XX'
  | 'DEFAULT_5XX'
  | 'EXPIRED_TOKEN'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_API_KEY'
  | 'INVALID_SIGNATURE'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'QUOTA_EXCEEDED'
  | 'REQUEST_TOO_LARGE'
  | 'RESOURCE_NOT_FOUND'
  | 'THROTTLED'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'WAF_FILTERED';

/** Failures that AWS words itself and no template can customise, beside the customisable types. */
export type GatewayErrorCode =
  | GatewayResponseType
  /** The first path segment names no stage of the API. */
  | 'STAGE_NOT_FOUND'
  /** The function failed, ran out of its own time, or answered what a proxy integration may not answer. */
  | 'FUNCTION_FAILED'
  /** Lambda would not take the event because too many run already. */
  | 'FUNCTION_THROTTLED'
  /** URL or headers over AWS's hard limit. */
  | 'URI_TOO_LONG'
  | 'HEADERS_TOO_LARGE'
  /** The bytes of the request do not make sense (bad percent-encoding, body shorter than announced). */
  | 'MALFORMED_REQUEST';

/** Who is to blame: the caller, the thing behind the gateway, or the gateway's own configuration. */
export type ErrorSource = 'client' | 'integration' | 'gateway';

export type GatewayErrorDetail = {
  readonly source: ErrorSource;
  /** What the client reads; absent = the default text of the code. `null` is AWS's literal `{"message":null}`. */
  readonly message?: string | null;
  /** HTTP status where it differs from the code's default. */
  readonly status?: number;
  /** Value of `x-amzn-ErrorType` where it differs from the code's default. */
  readonly errorType?: string;
  /** What the operator reads in the log and the trail; never sent to the client. */
  readonly reason: string;
  /** Header lines that belong to this failure, e.g. `www-authenticate`. Flat name, value list. */
  readonly headers?: readonly string[];
  /** `$context.error.validationErrorString`. */
  readonly validationErrorString?: string;
};

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly detail: GatewayErrorDetail;

  constructor(code: GatewayErrorCode, detail: GatewayErrorDetail) {
    super(detail.reason);
    this.code = code;
    this.detail = detail;
  }
}

/** Makes a `GatewayError` without capturing a stack: refusals are ordinary traffic, and a stack costs 4× (docs/decisions/0002). */
export function gatewayError(code: GatewayErrorCode, detail: GatewayErrorDetail): GatewayError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new GatewayError(code, detail);
  Error.stackTraceLimit = limit;
  return error;
}

/** Where in a definition something is wrong. Lines count from 1. */
export type DefinitionPlace = {
  readonly file: string;
  readonly line?: number | undefined;
  readonly logicalId?: string | undefined;
  readonly property?: string | undefined;
};

/** A definition that AWS would refuse, or that we cannot read. Message says what AWS wants. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly code = 'DEFINITION_INVALID';
  readonly place: DefinitionPlace;

  constructor(place: DefinitionPlace, message: string) {
    super(message);
    this.place = place;
  }

  /** `file:line: LogicalId.Property: message` as the command line prints it. */
  describe(): string {
    const { file, line, logicalId, property } = this.place;
    const where = line === undefined ? file : `${file}:${line}`;
    const what = [logicalId, property].filter((part) => part !== undefined).join('.');
    return what === '' ? `${where}: ${this.message}` : `${where}: ${what}: ${this.message}`;
  }
}

/** The gateway cannot start or go on for a reason the person at the keyboard can mend; one sentence, no stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
