/**
 * All failures of requests, definitions and startup, by stable code. Their wordings are in
 * deployment/wordings/error-wordings.ts (by stage or API) and deployment/wordings/refusal-wordings.ts (frames, and
 * failures without an API). `[passes]` means that the same request may succeed later. `[us]` means a bug of the
 * gateway. The caller can fix all other 4xx failures, and the owner of the API can fix all other 5xx failures.
 * docs/errors.md is written from these comments and from deployment/wordings/error-wordings.ts.
 */

import { UserError } from '@gatewright/aws/usage-error';
import type { Defect } from './defect.ts';
import type { RuleId } from './deployability/rules.ts';

/** AWS's gateway response types that a template may customise (developer guide, "Gateway response types"). */
export type GatewayResponseType =
  /** The authorizer's policy, a resource policy or IAM denies the request. */
  | 'ACCESS_DENIED'
  /** The route is misconfigured: the function or host is missing, a template fails, or no response matches. */
  | 'API_CONFIGURATION_ERROR'
  /** The authorizer returned a result that API Gateway does not accept. */
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  /** The authorizer threw, timed out or could not be invoked. */
  | 'AUTHORIZER_FAILURE'
  /** The body does not match its model. */
  | 'BAD_REQUEST_BODY'
  /** A required parameter is missing. */
  | 'BAD_REQUEST_PARAMETERS'
  /** Any other client error, such as an invalid JSON body when a mapping reads a value from it. */
  | 'DEFAULT_4XX'
  /** Any other error, which is a bug of the gateway. Its stack is in the log. [us] */
  | 'DEFAULT_5XX'
  /** Temporary credentials have expired. */
  | 'EXPIRED_TOKEN'
  /** The integration cannot be reached, or it refuses the call. [passes] */
  | 'INTEGRATION_FAILURE'
  /** The integration does not respond within its timeout. [passes] */
  | 'INTEGRATION_TIMEOUT'
  /** The API key is missing, unknown, disabled or not in any plan of this stage. */
  | 'INVALID_API_KEY'
  /** The AWS signature is wrong, or `Authorization` does not contain the required signature. */
  | 'INVALID_SIGNATURE'
  /** No such route or method exists (404 on HTTP APIs), or a required signature is missing. */
  | 'MISSING_AUTHENTICATION_TOKEN'
  /** The usage plan's quota is used up. [passes] */
  | 'QUOTA_EXCEEDED'
  /** The body exceeds 10 MB, compressed or decompressed, or Lambda's limit of 6 MB. */
  | 'REQUEST_TOO_LARGE'
  /** The resource was removed after authentication, or the path of a WebSocket API continues after the stage. */
  | 'RESOURCE_NOT_FOUND'
  /** The rate of the plan, method, stage or account is exceeded, or too many connections are open. [passes] */
  | 'THROTTLED'
  /** The credential is missing, the token is invalid, or the authorizer threw `Unauthorized`. */
  | 'UNAUTHORIZED'
  /** No template matches the content type and passthrough is disabled, or the body does not match its `Content-Encoding`. */
  | 'UNSUPPORTED_MEDIA_TYPE'
  /** The web ACL blocked the request. */
  | 'WAF_FILTERED';

/** The failures whose wording is fixed by AWS. Templates cannot customise them. */
type FixedErrorCode =
  /** The first path segment is not a stage of the API, or the default endpoint of the API is disabled. */
  | 'STAGE_NOT_FOUND'
  /** The function threw, timed out, or returned an invalid proxy result. */
  | 'FUNCTION_FAILED'
  /** The function already runs at its concurrency limit. [passes] */
  | 'FUNCTION_THROTTLED'
  /** The URL exceeds 10,240 bytes (8,192 on edge-optimized and private REST APIs, 4,096 on WebSocket APIs), or the method ARN of a protected REST method exceeds 1,600 bytes. */
  | 'URI_TOO_LONG'
  /** The headers, on HTTP APIs together with the request line, exceed 10,240 bytes (8,000 on private REST APIs). */
  | 'HEADERS_TOO_LARGE'
  /** The request is not valid HTTP: invalid percent-encoding, an unescaped `#`, a body shorter than announced, or several `Host` headers. */
  | 'MALFORMED_REQUEST';

export type GatewayErrorCode = GatewayResponseType | FixedErrorCode;

/** The cause of the failure: the caller, the integration, or the gateway or its configuration. */
type ErrorSource = 'client' | 'integration' | 'gateway';

export type GatewayErrorDetail = {
  readonly source: ErrorSource;
  /**
   * The message for the client; absent means the default message of the code. `null` results in AWS's literal
   * `{"message":null}`.
   */
  readonly message?: string | null;
  /** The HTTP status, if it differs from the code's default. */
  readonly status?: number;
  /** The value of `x-amzn-ErrorType`, if it differs from the code's default. */
  readonly errorType?: string;
  /** The reason for the operator, which is written to the log and the trail. It is never sent to the client. */
  readonly reason: string;
  /** The text that access logs contain instead of the reason, if AWS's wording is known. */
  readonly logged?: string | undefined;
  /** The check that refused the request, if it is more precise than the code. */
  readonly defect?: Defect;
  /** The header lines of this failure, e.g. `www-authenticate`, as a flat list of names and values. */
  readonly headers?: readonly string[];
  /** The screen's own reply for WAF_FILTERED, which is not changed by gateway responses. */
  readonly reply?: ScreenReply;
  /** The name that Lambda gives to the exceeded limit, for FUNCTION_THROTTLED. */
  readonly throttledBy?: string;
  /** The value of `$context.error.validationErrorString`. */
  readonly validationErrorString?: string;
};

export type ScreenReply = {
  readonly status: number;
  /** A flat list of names and values. */
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

/**
 * Creates a `GatewayError` without a stack. Refused requests are ordinary traffic, and capturing a stack makes the
 * error four times as expensive.
 */
export function gatewayError(code: GatewayErrorCode, detail: GatewayErrorDetail): GatewayError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new GatewayError(code, detail);
  Error.stackTraceLimit = limit;
  return error;
}

/** The place of a fault in a definition. Lines are counted from 1. */
export type DefinitionPlace = {
  readonly file: string;
  readonly line?: number | undefined;
  readonly logicalId?: string | undefined;
  readonly property?: string | undefined;
};

/**
 * Returns the place of a property. Its line is looked up only when it is needed, because the lookup parses a JSON
 * template a second time.
 */
export function propertyAt(place: DefinitionPlace, property: string): DefinitionPlace {
  const descriptors = Object.getOwnPropertyDescriptors(place);
  return Object.defineProperties(
    { file: place.file },
    { ...descriptors, property: { value: property, enumerable: true } },
  );
}

/**
 * A definition that AWS would refuse, or that the gateway cannot read. The message says what AWS requires.
 */
export class DefinitionError extends UserError {
  override readonly name = 'DefinitionError';
  readonly code = 'DEFINITION_INVALID';
  readonly place: DefinitionPlace;
  /** The missing files. Adding any of them may fix the fault. */
  readonly awaited: readonly string[];
  /**
   * The rule of deployability/rules.ts, which says what the fault means for a deployment. Absent means that AWS refuses
   * the value, or the template.
   */
  readonly rule: RuleId | undefined;
  /** The remedy, if the code that found the fault knows more than the message contains. */
  readonly remedy: string | undefined;

  constructor(
    place: DefinitionPlace,
    message: string,
    awaited: readonly string[] = [],
    rule?: RuleId,
    remedy?: string,
  ) {
    super(message);
    this.place = place;
    this.awaited = awaited;
    this.rule = rule;
    this.remedy = remedy;
  }

  /** Returns `file:line: LogicalId.Property: message`, without the parts that are unknown, for the command line. */
  override describe(): string {
    const { file, line, logicalId, property } = this.place;
    const where = line === undefined ? file : `${file}:${line}`;
    const what = [logicalId, property].filter((part) => part !== undefined).join('.');
    return what === '' ? `${where}: ${this.message}` : `${where}: ${what}: ${this.message}`;
  }
}

/**
 * Creates a fault of the gateway's own settings, files and state, which AWS does not know. It does not count as a
 * refusal by AWS.
 */
export function ownFault(place: DefinitionPlace, message: string): DefinitionError {
  return new DefinitionError(place, message, [], 'served-otherwise');
}

/** Creates a refusal by AWS with a remedy. */
export function refusalWithRemedy(place: DefinitionPlace, message: string, remedy: string): DefinitionError {
  return new DefinitionError(place, message, [], undefined, remedy);
}

/** Reasons why the gateway does not start. */
type StartErrorCode =
  /** Only one of `GATEWRIGHT_ACCESS_KEY_ID` and `GATEWRIGHT_SECRET_ACCESS_KEY` is set, or one of them is malformed. */
  | 'ADMIN_KEY_INVALID'
  /** The gateway's credentials file cannot be written or read. */
  | 'CREDENTIALS_FILE'
  /** The `--data` folder cannot be used. */
  | 'DATA_DIRECTORY'
  /** The embedded DynamoDB does not start, because its port or folder is in use or the machine is overloaded. */
  | 'DYNAMODB_NOT_STARTED'
  /** A table did not become active in time. */
  | 'DYNAMODB_NOT_READY'
  /** DynamoDB at `--dynamodb` refused an operation. */
  | 'DYNAMODB_REFUSED'
  /** Nothing responds at the `--dynamodb` address. */
  | 'DYNAMODB_UNREACHABLE'
  /** The `--faults` file cannot be read, or `--host` would expose others on the network to the injected faults. */
  | 'FAULTS'
  /** The `--host` address does not belong to this machine. */
  | 'HOST_UNKNOWN'
  /** The keys of the local issuer cannot be written or read. */
  | 'ISSUER_KEYS'
  /** The saved users in the `--data` folder cannot be read. */
  | 'KEPT_USERS'
  /** The local CA in `.gatewright/tls` cannot be read or written, or its key and certificate do not match. */
  | 'LOCAL_CA'
  /** A gateway with the same `--name` is already running. */
  | 'NAME_IN_USE'
  /** The service has a serverless.yml, but osls is not installed there. */
  | 'OSLS_MISSING'
  /** `.gatewright`, or a folder in it, is a symbolic link or cannot be created. */
  | 'OWN_FOLDER'
  /** With `serverless offline`, two APIs on one port claim the same path. */
  | 'PORT_AMBIGUOUS'
  /** This user has no permission to listen on the port. */
  | 'PORT_FORBIDDEN'
  /** Another process already listens on the port. */
  | 'PORT_IN_USE'
  /** `~/.gatewright/running` is a symbolic link, or not a folder. */
  | 'RUNNING_FOLDER'
  /** A `--seed` file cannot be read. */
  | 'SEED'
  /** `--strict` is set, and parts of a template cannot be enforced. The message lists the logical ids of these parts. */
  | 'UNSUPPORTED'
  /** The `--values` file, or gatewright.values.yml, cannot be read. */
  | 'VALUES'
  /** The `--waf-networks` file cannot be read, or a line in it is not of the form "network,country". */
  | 'WAF_NETWORKS';

/**
 * The gateway cannot start or continue for a reason that the user can fix. The message is one sentence, and no stack is
 * shown.
 */
export class StartError extends UserError {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The console, a command or a test asked a running gateway for something that it cannot do. The message contains the
 * reason.
 */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/** A refusal by an AWS service that the gateway emulates, with the error name and wording of the service. */
export class ServiceRefusal extends Error {
  override readonly name = 'ServiceRefusal';
  readonly code: string;
  readonly status: number;
  /** The part of the call that the service refused, if AWS's message does not name it. */
  readonly subject: string | undefined;
  /** The members that AWS's error has in addition to its message. */
  readonly members: object | undefined;

  constructor(code: string, message: string, status = 400, subject?: string, members?: object) {
    super(message);
    this.code = code;
    this.status = status;
    this.subject = subject;
    this.members = members;
  }
}

/** Makes a fault with its own rule, which determines what the fault means for a deployment. */
export function ruledFault(rule: RuleId, place: DefinitionPlace, message: string): DefinitionError {
  return new DefinitionError(place, message, [], rule);
}

/** Several faults of a definition, reported together. The first fault gives the message and the place. */
export class DefinitionFaults extends DefinitionError {
  readonly all: readonly DefinitionError[];

  constructor(first: DefinitionError, others: readonly DefinitionError[]) {
    const all = [first, ...others].flatMap((error) =>
      error instanceof DefinitionFaults ? error.all : [error],
    );
    super(
      first.place,
      first.message,
      all.flatMap(({ awaited }) => awaited),
      first.rule,
    );
    this.all = all;
  }

  override describe(): string {
    return this.all.map((error) => (error === this.all[0] ? super.describe() : error.describe())).join('\n');
  }
}

/** Collects refusals and continues, so that all faults of a part are reported. */
export class Refusals {
  readonly #errors: DefinitionError[] = [];

  /**
   * Returns the result of `make`. A refusal is collected.
   * @param instead the value used until `end` refuses the part
   */
  read<T>(make: () => T, instead: T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      this.#errors.push(...(error instanceof DefinitionFaults ? error.all : [error]));
      return instead;
    }
  }

  /**
   * Ends the part.
   * @throws DefinitionError for one refusal; DefinitionFaults for more
   */
  end(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    throw others.length === 0 ? first : new DefinitionFaults(first, others);
  }
}

/**
 * Determines how an invalid part of a definition is treated. If the fault is tolerated, it is reported, and routes that
 * depend on the part respond with 500.
 */
export interface Tolerance {
  /** Whether routes are served even if their authorizer cannot be enforced: `--allow-unguarded`. */
  readonly allowsUnguarded: boolean;
  /**
   * Returns the result of `make`; after a DefinitionError, the result of `instead`.
   * @param consequence a clause that states what requests will lack after such an error
   * @throws DefinitionError if no fault is tolerated
   */
  attempt<T>(consequence: string, make: () => T, instead: (error: DefinitionError) => T): T;
  /**
   * Reports the error and continues without the faulty part.
   * @throws the error if no fault is tolerated
   */
  note(error: DefinitionError, consequence: string): void;
}

/**
 * Throws at the first fault that AWS would refuse. It is used for AWS's own API, and whenever a definition is checked.
 * Because every fault is thrown, no route is closed instead.
 */
export const REFUSING: Tolerance = {
  allowsUnguarded: true,
  attempt: (_consequence, make) => make(),
  note(error) {
    throw error;
  },
};

/** The consequence for parts that no request depends on, such as the certificate of a distribution. */
export const NO_CONSEQUENCE = 'requests are not affected';

/** The tolerance for checking routes and their guards. Faults without effect on requests are skipped, and all other faults are refused. */
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

/** One part that is invalid, and the consequence for requests. */
export type Fault = { readonly error: DefinitionError; readonly consequences: readonly string[] };

/** Collects faults, so that all other parts are served and all faults are reported. */
export class Faults implements Tolerance {
  readonly allowsUnguarded: boolean;
  /** The faults by place and message, because several deployments of one API may have the same fault. */
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
    return [...this.#faults.values()].map(({ error, consequences }) => {
      const affecting = [...consequences].filter((one) => one !== NO_CONSEQUENCE);
      return { error, consequences: affecting.length === 0 ? [...consequences] : affecting };
    });
  }
}

/** Describes a fault for the log. An error is described with its stack. */
export function describeFault(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
