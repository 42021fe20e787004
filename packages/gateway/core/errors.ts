/**
 * All failures of requests, definitions and starts, by stable code. Wordings are in
 * deployment/wordings/error-wordings.ts (by stage or API) and deployment/wordings/refusal-wordings.ts (frames, and without an
 * API). `[passes]`: the same request may succeed later; `[us]`: a bug of the gateway. The caller can fix
 * other 4xx, the owner of the API other 5xx. docs/errors.md is written from these comments and from
 * deployment/wordings/error-wordings.ts.
 */

import { UserError } from '@gatewright/aws/usage-error';
import type { Defect } from './defect.ts';

/** AWS's gateway response types that a template may customise (developer guide, "Gateway response types"). */
export type GatewayResponseType =
  /** The authorizer's policy, a resource policy or IAM denies the request. */
  | 'ACCESS_DENIED'
  /** The route is misconfigured: missing function or host, failing template, or no matching response. */
  | 'API_CONFIGURATION_ERROR'
  /** The authorizer returned a result that API Gateway does not accept. */
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  /** The authorizer threw, timed out or could not be invoked. */
  | 'AUTHORIZER_FAILURE'
  /** The body does not match its model. */
  | 'BAD_REQUEST_BODY'
  /** A required parameter is missing. */
  | 'BAD_REQUEST_PARAMETERS'
  /** Any other client error, such as an invalid JSON body where a value of it is mapped. */
  | 'DEFAULT_4XX'
  /** Any other error: a bug of the gateway, with its stack in the log. [us] */
  | 'DEFAULT_5XX'
  /** Temporary credentials have expired. */
  | 'EXPIRED_TOKEN'
  /** The integration cannot be reached, or refuses the call. [passes] */
  | 'INTEGRATION_FAILURE'
  /** No answer within the integration timeout. [passes] */
  | 'INTEGRATION_TIMEOUT'
  /** The API key is missing, unknown, disabled or in no plan of this stage. */
  | 'INVALID_API_KEY'
  /** The AWS signature is wrong, or `Authorization` holds no signature where one is required. */
  | 'INVALID_SIGNATURE'
  /** No such route or method (404 on HTTP APIs), or a required signature is missing. */
  | 'MISSING_AUTHENTICATION_TOKEN'
  /** The usage plan's quota is used up. [passes] */
  | 'QUOTA_EXCEEDED'
  /** The body is over 10 MB, packed or unpacked, or over Lambda's 6 MB. */
  | 'REQUEST_TOO_LARGE'
  /** The resource was removed after authentication. */
  | 'RESOURCE_NOT_FOUND'
  /** Over the rate of plan, method, stage or account, or too many open connections. [passes] */
  | 'THROTTLED'
  /** The credential is missing, the token is invalid, or the authorizer answered `Unauthorized`. */
  | 'UNAUTHORIZED'
  /** No template for the content type without passthrough, or a body that contradicts its `Content-Encoding`. */
  | 'UNSUPPORTED_MEDIA_TYPE'
  /** The web ACL blocked the request. */
  | 'WAF_FILTERED';

/** Failures that AWS words itself; templates cannot customise them. */
type FixedErrorCode =
  /** The first path segment is not a stage of the API. */
  | 'STAGE_NOT_FOUND'
  /** The function threw, timed out, or returned an invalid proxy result. */
  | 'FUNCTION_FAILED'
  /** The function already runs at its concurrency limit. [passes] */
  | 'FUNCTION_THROTTLED'
  /** Path and query over 10,240 bytes (edge-optimized and private REST APIs: 8,192), or the method ARN of a protected REST method over 1,600. */
  | 'URI_TOO_LONG'
  /** Headers over 10,240 bytes (8,000 on private REST APIs). */
  | 'HEADERS_TOO_LARGE'
  /** Invalid HTTP: bad percent-encoding, a body shorter than announced, or several `Host` headers. */
  | 'MALFORMED_REQUEST';

export type GatewayErrorCode = GatewayResponseType | FixedErrorCode;

/** Whose fault it is: the caller's, the integration's, or the gateway configuration's. */
type ErrorSource = 'client' | 'integration' | 'gateway';

export type GatewayErrorDetail = {
  readonly source: ErrorSource;
  /**
   * The client's message; absent = the default text of the code. `null` is AWS's literal `{"message":null}`.
   */
  readonly message?: string | null;
  /** HTTP status, if different from the code's default. */
  readonly status?: number;
  /** Value of `x-amzn-ErrorType`, if different from the code's default. */
  readonly errorType?: string;
  /** For the operator, in the log and the trail; never sent to the client. */
  readonly reason: string;
  /** Text of access logs in its place, where AWS's words are known. */
  readonly logged?: string | undefined;
  /** The check that refused, where it is more precise than the code. */
  readonly defect?: Defect;
  /** Header lines of this failure, e.g. `www-authenticate`. Flat name, value list. */
  readonly headers?: readonly string[];
  /** WAF_FILTERED: the screen's own reply, which no gateway response changes. */
  readonly reply?: ScreenReply;
  /** FUNCTION_THROTTLED: Lambda's name of the limit. */
  readonly throttledBy?: string;
  /** `$context.error.validationErrorString`. */
  readonly validationErrorString?: string;
};

export type ScreenReply = {
  readonly status: number;
  /** Flat name, value list. */
  readonly headers: readonly string[];
  readonly body: string;
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

/** Makes a `GatewayError` without a stack: refusals are ordinary traffic, and capturing a stack costs 4×. */
export function gatewayError(code: GatewayErrorCode, detail: GatewayErrorDetail): GatewayError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new GatewayError(code, detail);
  Error.stackTraceLimit = limit;
  return error;
}

/** The place of a fault in a definition. Lines count from 1. */
export type DefinitionPlace = {
  readonly file: string;
  readonly line?: number | undefined;
  readonly logicalId?: string | undefined;
  readonly property?: string | undefined;
};

/** A property at a place. Copying the place would read its line, for which a template of JSON is parsed once more. */
export function propertyAt(place: DefinitionPlace, property: string): DefinitionPlace {
  const descriptors = Object.getOwnPropertyDescriptors(place);
  return Object.defineProperties(
    { file: place.file },
    { ...descriptors, property: { value: property, enumerable: true } },
  );
}

/** A definition that AWS would refuse, or that we cannot read. The message says what AWS requires. */
export class DefinitionError extends UserError {
  override readonly name = 'DefinitionError';
  readonly code = 'DEFINITION_INVALID';
  readonly place: DefinitionPlace;
  /** Files that are missing; any of them may mend it. */
  readonly awaited: readonly string[];

  constructor(place: DefinitionPlace, message: string, awaited: readonly string[] = []) {
    super(message);
    this.place = place;
    this.awaited = awaited;
  }

  /** `file:line: LogicalId.Property: message`, for the command line. */
  override describe(): string {
    const { file, line, logicalId, property } = this.place;
    const where = line === undefined ? file : `${file}:${line}`;
    const what = [logicalId, property].filter((part) => part !== undefined).join('.');
    return what === '' ? `${where}: ${this.message}` : `${where}: ${what}: ${this.message}`;
  }
}

/** Reasons why a start ends. */
type StartErrorCode =
  /** Only one of `GATEWRIGHT_ACCESS_KEY_ID` and `GATEWRIGHT_SECRET_ACCESS_KEY` is set, or one is malformed. */
  | 'ADMIN_KEY_INVALID'
  /** The credentials file of this start cannot be written or read. */
  | 'CREDENTIALS_FILE'
  /** The folder of `--data` cannot be used. */
  | 'DATA_DIRECTORY'
  /** The embedded DynamoDB does not start: its port or folder is in use, or the machine is too busy. */
  | 'DYNAMODB_NOT_STARTED'
  /** A table did not become active in time. */
  | 'DYNAMODB_NOT_READY'
  /** DynamoDB at `--dynamodb` refused an operation. */
  | 'DYNAMODB_REFUSED'
  /** Nothing answers at the address of `--dynamodb`. */
  | 'DYNAMODB_UNREACHABLE'
  /** The file of `--faults` cannot be read, or `--host` lets others on the network meet the faults. */
  | 'FAULTS'
  /** The address of `--host` does not belong to this machine. */
  | 'HOST_UNKNOWN'
  /** The keys of the local issuer cannot be written or read. */
  | 'ISSUER_KEYS'
  /** The saved users in the folder of `--data` cannot be read. */
  | 'KEPT_USERS'
  /** The local CA in `.gatewright/tls` cannot be read or written, or key and certificate do not match. */
  | 'LOCAL_CA'
  /** A gateway with the same `--name` is already running. */
  | 'NAME_IN_USE'
  /** The service has a serverless.yml, but osls is not installed there. */
  | 'OSLS_MISSING'
  /** `.gatewright`, or a folder in it, is a link or cannot be created. */
  | 'OWN_FOLDER'
  /** With `serverless offline`, two APIs on one port claim the same path. */
  | 'PORT_AMBIGUOUS'
  /** This user may not listen on the port. */
  | 'PORT_FORBIDDEN'
  /** Another process listens on the port. */
  | 'PORT_IN_USE'
  /** `~/.gatewright/running` is a link, or not a folder. */
  | 'RUNNING_FOLDER'
  /** A file of `--seed` cannot be read. */
  | 'SEED'
  /** With `--strict`: parts of a template cannot be enforced; the message names their logical ids. */
  | 'UNSUPPORTED'
  /** The file of `--values`, or gatewright.values.yml, cannot be read. */
  | 'VALUES'
  /** The file of `--waf-networks` cannot be read, or a line of it is no network and its country. */
  | 'WAF_NETWORKS';

/** The gateway cannot start or go on for a reason the user can fix; one sentence, no stack. */
export class StartError extends UserError {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A request to a running gateway, by the console, a command or a test, that cannot be fulfilled; the message
 * says why.
 */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/** A refusal by an AWS service that the gateway emulates, with the service's own name and words for it. */
export class ServiceRefusal extends Error {
  override readonly name = 'ServiceRefusal';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Several faults of a definition, reported together; takes the place of the first. */
export class DefinitionFaults extends DefinitionError {
  readonly all: readonly DefinitionError[];

  constructor(first: DefinitionError, others: readonly DefinitionError[]) {
    const all = [first, ...others];
    super(
      first.place,
      first.message,
      all.flatMap(({ awaited }) => awaited),
    );
    this.all = all;
  }

  override describe(): string {
    return this.all.map((error) => (error === this.all[0] ? super.describe() : error.describe())).join('\n');
  }
}

/** Reads on after a refusal, so that all faults of a part are reported. */
export class Refusals {
  readonly #errors: DefinitionError[] = [];

  /** @param instead value used until `end` refuses the part */
  read<T>(make: () => T, instead: T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      this.#errors.push(...(error instanceof DefinitionFaults ? error.all : [error]));
      return instead;
    }
  }

  /** @throws DefinitionError for one refusal; DefinitionFaults for more */
  end(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    throw others.length === 0 ? first : new DefinitionFaults(first, others);
  }
}

/**
 * Handling of a part of a definition that cannot be taken: it is reported, and routes that depend on it
 * answer 500.
 */
export interface Tolerance {
  /** Whether routes answer although a guard of theirs cannot be enforced: `--allow-unguarded`. */
  readonly allowsUnguarded: boolean;
  /**
   * The result of `make`; after a DefinitionError, the result of `instead`.
   * @param consequence what requests will miss then, as half a sentence
   * @throws DefinitionError where nothing is tolerated
   */
  attempt<T>(consequence: string, make: () => T, instead: (error: DefinitionError) => T): T;
  /** Goes on without the faulty part. @throws the error where nothing is tolerated */
  note(error: DefinitionError, consequence: string): void;
}

/**
 * The first fault that AWS would refuse throws: for AWS's own API, and wherever a definition is judged.
 * Routes stay as written, whatever guards them elsewhere.
 */
export const REFUSING: Tolerance = {
  allowsUnguarded: true,
  attempt: (_consequence, make) => make(),
  note(error) {
    throw error;
  },
};

/** For parts that no request meets, such as the certificate of a distribution. */
export const NO_CONSEQUENCE = 'changes nothing for a request';

/**
 * For judging routes and their guards: faults without effect on requests are skipped, others are refused.
 */
export const REFUSING_EFFECTIVE_FAULTS: Tolerance = {
  allowsUnguarded: true,
  attempt(consequence, make, instead) {
    try {
      return make();
    } catch (error) {
      if (consequence !== NO_CONSEQUENCE || !(error instanceof DefinitionError)) throw error;
      return instead(error);
    }
  },
  note(error, consequence) {
    if (consequence !== NO_CONSEQUENCE) throw error;
  },
};

/** One part that could not be taken, and its consequence for requests. */
export type Fault = { readonly error: DefinitionError; readonly consequences: readonly string[] };

/** Collects faults, so that the rest is served and all faults are reported. */
export class Faults implements Tolerance {
  readonly allowsUnguarded: boolean;
  /** Keyed by place and message: deployments of one API meet the same fault again. */
  readonly #faults = new Map<
    string,
    { readonly error: DefinitionError; readonly consequences: Set<string> }
  >();

  constructor(allowsUnguarded: boolean) {
    this.allowsUnguarded = allowsUnguarded;
  }

  attempt<T>(consequence: string, make: () => T, instead: (error: DefinitionError) => T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      this.note(error, consequence);
      return instead(error);
    }
  }

  note(error: DefinitionError, consequence: string): void {
    for (const one of error instanceof DefinitionFaults ? error.all : [error]) {
      const key = one.describe();
      const known = this.#faults.get(key) ?? { error: one, consequences: new Set<string>() };
      this.#faults.set(key, known);
      known.consequences.add(consequence);
    }
  }

  get all(): readonly Fault[] {
    return [...this.#faults.values()].map(({ error, consequences }) => ({
      error,
      consequences: [...consequences],
    }));
  }
}

/** An unexpected error with its stack, for the log. */
export function describeFault(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
