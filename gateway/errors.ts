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
type ErrorSource = 'client' | 'integration' | 'gateway';

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
  /** What access logs say in its place, where AWS's words are known. */
  readonly logged?: string | undefined;
  /** Header lines that belong to this failure, e.g. `www-authenticate`. Flat name, value list. */
  readonly headers?: readonly string[];
  /** FUNCTION_THROTTLED: Lambda's name of the limit. */
  readonly throttledBy?: string;
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

/** Several things wrong with a definition, told together; in the place of the first. */
export class DefinitionFaults extends DefinitionError {
  readonly all: readonly DefinitionError[];

  constructor(first: DefinitionError, others: readonly DefinitionError[]) {
    super(first.place, first.message);
    this.all = [first, ...others];
  }

  override describe(): string {
    return this.all.map((error) => (error === this.all[0] ? super.describe() : error.describe())).join('\n');
  }
}

/** Reads on after a refusal, so that all of what is wrong with one part is told. */
export class Refusals {
  readonly #errors: DefinitionError[] = [];

  /** @param instead stands for the value until `end` refuses the part */
  read<T>(make: () => T, instead: T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      this.#errors.push(...(error instanceof DefinitionFaults ? error.all : [error]));
      return instead;
    }
  }

  /** @throws DefinitionError where anything was refused; DefinitionFaults where it was more than one thing */
  end(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    throw others.length === 0 ? first : new DefinitionFaults(first, others);
  }
}

/** What becomes of a part of a definition that cannot be taken (docs/decisions/0036). */
export interface Tolerance {
  /** Whether routes answer although a guard in front of them cannot be enforced: `--allow-unguarded`. */
  readonly allowsUnguarded: boolean;
  /**
   * What `make` gives; where a DefinitionError stops it, what `instead` makes of the error.
   * @param consequence what requests will miss then, as half a sentence
   * @throws DefinitionError where nothing is tolerated
   */
  attempt<T>(consequence: string, make: () => T, instead: (error: DefinitionError) => T): T;
  /** Goes on without what the error speaks of. @throws the error where nothing is tolerated */
  note(error: DefinitionError, consequence: string): void;
}

/**
 * The first thing that AWS would refuse ends the work: for AWS's own API, and wherever a definition is judged. Routes
 * stay as they are written, whatever guards them elsewhere.
 */
export const REFUSING: Tolerance = {
  allowsUnguarded: true,
  attempt: (_consequence, make) => make(),
  note(error) {
    throw error;
  },
};

/** Consequence of what no request ever meets, such as the certificate of a distribution. */
export const NO_CONSEQUENCE = 'changes nothing for a request';

/** For those who judge routes and what guards them: what changes nothing for a request is passed over, all else is refused. */
export const REFUSING_WHAT_REQUESTS_MEET: Tolerance = {
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

/** One thing that could not be taken, and what requests miss by it. */
export type Fault = { readonly error: DefinitionError; readonly consequences: readonly string[] };

/** Gathers what cannot be taken, so that the rest is served and all of it is told. */
export class Faults implements Tolerance {
  readonly allowsUnguarded: boolean;
  /** By place and message: deployments of one API meet the same fault again. */
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
