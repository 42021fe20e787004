/** Facts about one request. Its explanation is written from them. Plain data without secrets. */
import type { TokenText } from '@gatewright/aws/text/token-options';
import type { AccessDecision } from '@gatewright/aws/access-decision';
import type { Defect } from '../../core/defect.ts';
import type { NullBy } from '../../core/ports.ts';
import type { EdgeAnswer } from '../../kernel/edge-record.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { Closure } from '../../core/websocket/limits.ts';
import type { PermissionAdvice } from '../../core/stack/permission-advice.ts';
import type { TrustAdvice } from '../../core/stack/statement-advice.ts';
import type { PolicyTrace } from '../../core/policy/trace-policy.ts';
import type { Definition } from '../surprises/template-text.ts';
import type { Misread } from '../records/misread-event.ts';
import type { UnloadedSave } from '../records/reload-model.ts';
import type { AccessVerdict, NewKey } from '../endpoints/access-model.ts';

export type NearMiss = {
  readonly route: string;
  readonly because: string;
  /** The route's method, set only if it differs from the request's method. */
  readonly otherMethod?: string | undefined;
  /** Whether the path has the segments of the route, so that only the method, the letter case or the slashes differ. */
  readonly isSameRoute?: true | undefined;
  /** The advice for a route that cannot be called as it is written. */
  readonly advice?: string | undefined;
  /** Whether the path is /, and the route is only a greedy variable, which needs at least one segment. */
  readonly lacksRoot?: true | undefined;
  /** Whether the path differs so much that the client probably meant another route. */
  readonly isFar?: true | undefined;
};

/** A path with the name of a stage, at which a route serves the request. */
type StagedPath = {
  readonly path: string;
  /** The first segment of the request's path, if the stage replaces this segment instead of preceding it. */
  readonly instead?: string | undefined;
};

/** An identity source, and whether the request contained a value for it. */
type IdentityPlace = {
  readonly kind: 'header' | 'querystring' | 'stageVariable' | 'context';
  readonly name: string;
  readonly isFound: boolean;
  /** Whether the request has the header, but without a value. */
  readonly isEmpty?: true | undefined;
};

export type TokenCircumstances = {
  /** The subject in the token's unverified claims. */
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: readonly string[];
  /** The audiences as the template of the stack refers to them, such as `!Ref Client`, by their values. */
  readonly audienceNames?: Readonly<Record<string, string>> | undefined;
  /** The client_id of a token that also has aud. API Gateway compares only aud of such a token with the audiences. */
  readonly unreadClientId?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Whether the token is an ID token of a Cognito user pool (`token_use`), which has no scopes. */
  readonly isIdToken?: true | undefined;
  /** Whether the token was sent in a header without the scheme `Bearer`. */
  readonly isBare?: true | undefined;
  readonly expiresAtEpochMs: number | undefined;
  /** The later of `nbf` and `iat` of the token's unverified claims. */
  readonly validFromEpochMs?: number | undefined;
  /**
   * The time from the token's unverified `exp` to the request, in milliseconds; undefined if the token had not expired.
   */
  readonly overForMs: number | undefined;
};

export type DecidedAccess = AccessDecision & {
  /** Key of the route for whose request the authorizer decided. A cached result also serves other routes. */
  readonly routeKey: string | undefined;
  /** What the rules say about this request; undefined if the document is not available. */
  readonly verdict: AccessVerdict | undefined;
  /** The time from the decision until the limit that refuses has units again; undefined if no limit refuses. */
  readonly retryAfterSeconds?: number | undefined;
  /** What was left of the limits of the customer plan after the charge; empty if the authorizer charged nothing. */
  readonly left?: readonly LeftUnits[];
};

/** What RateLimit and RateLimit-Policy say about one limit. */
export type LeftUnits = {
  readonly limit: string;
  readonly left: number;
  readonly of: number | undefined;
};

export type GuardCircumstances = {
  readonly kind: 'none' | 'lambda' | 'token' | 'iam';
  readonly name: string;
  readonly functionName: string | undefined;
  readonly places: readonly IdentityPlace[];
  /** The query parameters of the request that the code of the authorizer reads. */
  readonly readSources?: readonly string[] | undefined;
  /** Where the request has a token that the authorizer does not read, such as `header X-Id-Token`. */
  readonly strayToken?: string | undefined;
  /**
   * Where the request has the value of a missing identity source under the same name, such as `query parameter Auth`.
   */
  readonly strayValue?: string | undefined;
  /** TTL of the authorizer's results; 0 means that they are not cached. */
  readonly ttlSeconds: number;
  /** Whether the result came from the cache or the function; undefined if there is no result. */
  readonly from: 'cache' | 'function' | undefined;
  readonly ageMs: number | undefined;
  /** Key of the route for whose request the result was made; undefined if that is unknown. */
  readonly givenFor?: string | undefined;
  /** The request for which a cached result was made, such as `GET /books/1`; undefined if it was an equal request. */
  readonly madeFor?: { readonly request: string; readonly arn: string } | undefined;
  /** Where the function reads the route or path, such as `auth.py:8`, if its result was made for another request. */
  readonly routeReadAt?: string | undefined;
  readonly principal: string | undefined;
  /** Whether the function responds with `isAuthorized` instead of a policy; undefined if that is unknown. */
  readonly simpleResponses?: boolean | undefined;
  /** Whether the function gets payload format 2.0. */
  readonly isPayload2?: boolean | undefined;
  /** The IdentityValidationExpression of a TOKEN authorizer; undefined if it has none. */
  readonly identityExpression?: string | undefined;
  /**
   * Set if the value of the header that a TOKEN authorizer reads begins with `Bearer `. With `refused`, the rest of the
   * value matches the expression.
   */
  readonly scheme?: 'sent' | 'refused';
  /** Whether the authorizer is a TOKEN authorizer, whose results are cached by the token alone. */
  readonly isTokenType?: true | undefined;
  /**
   * The member that the code of the authorizer's failed function reads, although its event does not have this
   * member.
   */
  readonly misread?: Misread | undefined;
  /** The value of `isAuthorized` in a simple response. */
  readonly simpleAnswer: boolean | undefined;
  /** What one of the toolkit's authorizers decided; undefined for other authorizers. */
  readonly decided?: DecidedAccess | undefined;
  /** The lines that the authorizer function logged during its decision. */
  readonly lines: readonly string[];
  readonly token: TokenCircumstances | undefined;
  /**
   * The claims with which a token of the local issuer is accepted by the authorizer; undefined if the local
   * issuer stands in for none of the authorizer's issuers.
   */
  readonly localToken?: TokenText | undefined;
  /** How to create a key that the document admits; undefined if the document admits none. */
  readonly newKey?: NewKey | undefined;
  /** The issuers, audiences and scopes that the authorizer accepts; undefined if a function decides. */
  readonly trusted:
    | {
        readonly issuers: readonly string[];
        readonly audiences: readonly string[];
        readonly scopes: readonly string[];
      }
    | undefined;
};

export type GuardPolicy = PolicyTrace & { readonly of: 'authorizer' | 'resource' | 'identity' };

export type LimitCircumstances = {
  /**
   * Whether the limit is written for this route alone instead of for all routes; undefined if that is
   * unknown.
   */
  readonly isOwn?: boolean | undefined;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly level: number;
};

/** A value that was sent, and where the gateway reads it. */
export type Misplaced = { readonly name: string; readonly readFrom: 'header' | 'query'; readonly at: string };

export type MeterCircumstances = {
  /** The stages of the usage plan, if it has several: a key has one quota for all of them. */
  readonly planStages?: readonly string[] | undefined;
  readonly keyRequired: boolean;
  readonly keySource: 'HEADER' | 'AUTHORIZER';
  readonly hasApiKey: boolean;
  /** Where the request has an API key that is not read, such as `query parameter x-api-key`. */
  readonly keyAt?: string | undefined;
  /**
   * Why the authorizer returned no API key, such as `: over quota: limit monthly of plan free`; empty if it gives no reason.
   */
  readonly refusal?: string;
  readonly keyId: string | undefined;
  readonly keyFault: 'unknown' | 'disabled' | 'no-plan' | 'other-stages' | undefined;
  /**
   * `{apiId}/{stage}` of each stage in the API key's usage plans, if none of them includes this stage; otherwise empty.
   */
  readonly opens: readonly string[];
  /** The names of the key's usage plans, if none of them includes the stage. */
  readonly plans?: readonly string[] | undefined;
  /** The names of keys that the stage accepts; undefined if they are unknown. */
  readonly acceptedKeys?: readonly string[] | undefined;
  /**
   * A usage plan of the stage, if the request has no key or a key that the stage does not accept; undefined if the
   * stage has no usage plan.
   */
  readonly stagePlan?:
    | { readonly id: string; readonly name: string; readonly logicalId: string | undefined }
    | undefined;
  /** The logical id of the key that was sent, if a template has it. */
  readonly keyLogicalId?: string | undefined;
  /** Whether the value that was sent is the name of a key that the stage accepts. */
  readonly isNameSent?: true | undefined;
  readonly planId: string | undefined;
  /** The names that the owner gave to the key and the usage plan. */
  readonly keyName?: string | undefined;
  readonly planName?: string | undefined;
  readonly quota: { readonly limit: number; readonly period: string; readonly left: number } | undefined;
  readonly planLimit: LimitCircumstances | undefined;
  readonly routeLimit: LimitCircumstances | undefined;
};

export type IntegrationCircumstances = {
  /** Kind of integration: `lambda-proxy`, `http`, `mock`, `service` … */
  readonly kind: string;
  /** The payload format of a Lambda proxy, such as `rest-1.0` or `http-2.0`; undefined if it is unknown. */
  readonly payload?: string | undefined;
  readonly target: string | undefined;
  /** The operation of an AWS service that the integration calls; undefined if the integration calls a path instead. */
  readonly operation?: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly outcome: 'answered' | 'failed' | 'timed-out' | 'refused' | 'unreachable' | 'not called';
  /** Why the call was not accepted, or why the backend was not reached; undefined otherwise. */
  readonly refusal?:
    | 'not-found'
    | 'throttled'
    | 'too-large'
    | 'address'
    | 'network'
    | 'request'
    | 'unserved'
    | 'role'
    | undefined;
  /** Whether the function is defined, but cannot run as it is defined. */
  readonly isUnrunnable?: true | undefined;
  /** Whether a server responded, but TLS was not established. */
  readonly isTls?: true | undefined;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  readonly lines: readonly string[];
  readonly tookMs: number | undefined;
  /**
   * The reply in which an AWS service denied a call, because the role does not allow the call. The call was made by the
   * integration, or by a function that returned the message of the service.
   */
  readonly denial?: string | undefined;
  /** The statusCode of an error that the function of a WebSocket message returned. */
  readonly errorStatus?: number | undefined;
  /** The problem document (RFC 9457) in the reply; undefined if the reply does not contain one. */
  readonly problem?: Problem | undefined;
  /** The refusal by the quota of a handler; undefined for any other reply. */
  readonly quotaRefusal?: QuotaRefusal | undefined;
  /**
   * The units that are left according to the headers of the reply, if a function admitted the request by a
   * quota.
   */
  readonly left?: readonly LeftUnits[];
  /**
   * Whether the event still waited for an instance, or was the first event of its instance; undefined if that is
   * unknown.
   */
  readonly isColdStart?: boolean | undefined;
  /** How long a new instance took to start; undefined if it had not started, or if that is unknown. */
  readonly startMs?: number | undefined;
  /** Why Lambda responded with null instead of a result; undefined if it did not. */
  readonly nullBy?: NullBy | undefined;
  /**
   * The response of Lambda itself, without a result of the function: Lambda accepted an asynchronous call, or
   * the event was not JSON.
   */
  readonly lambdaReply?: 'accepted' | 'not-json' | undefined;
  /** The types for which a MOCK integration has request templates, if it has none for the type of the request. */
  readonly missedTemplates?:
    | { readonly contentType: string; readonly templates: readonly string[] }
    | undefined;
  /** Whether an AWS service got the body of the request as it is, because the integration has no request template. */
  readonly isBodyUnmapped?: true | undefined;
  /** The parameters of the call that RequestParameters map, if the integration has no request template. */
  readonly mappedQuery?: readonly string[] | undefined;
  /**
   * The key of the DynamoDB table that the call names, as `{"id": {"S": "…"}}`; undefined if no loaded stack has it.
   */
  readonly tableKey?: string | undefined;
  /** The body that the function of $connect returned with an error status, or its beginning. */
  readonly connectBody?: string | undefined;
  /** The logical id and the place of the state machine that the call names; undefined if no loaded stack has it. */
  readonly machine?: string | undefined;
  /** The author's name of StateMachineType. */
  readonly machineType?: string | undefined;
  /**
   * The integration's own status, if integration responses can change it; `success` for a function's result.
   */
  readonly own?: number | 'success' | undefined;
  /** Sentences about members that the event of a failed function lacks. */
  readonly eventGaps?: readonly string[] | undefined;
  /** The member that the code of a failed function reads from the body of the request, and that the body lacks. */
  readonly bodyGap?: BodyGap | undefined;
  /** The value that the code of a failed function decoded, although the event already contains the decoded value. */
  readonly decodedTwice?: DecodedTwice | undefined;
  /** The name of an object that S3's event has URL-encoded, if the function did not find the object. */
  readonly encodedKey?: EncodedKey | undefined;
  /** The member that the code of a failed function reads, although its event does not have this member. */
  readonly misread?: Misread | undefined;
  /**
   * The call that keeps the event loop of a handler with a callback busy, such as `setInterval at main.js:2`,
   * if the handler timed out.
   */
  readonly keptBusyBy?: string | undefined;
  /** The place at which a handler that returned nothing calls its callback, if the call came too late or not at all. */
  readonly uncalledBack?: { readonly place: string; readonly isAsync: boolean } | undefined;
  /** The names that the module of a function exports, if it does not export the handler. */
  readonly exported?: readonly string[] | undefined;
  /** Why the event of a function is not JSON; undefined if it is JSON. */
  readonly eventFault?: EventFault | undefined;
  /** The published version that an alias or version chose, although $LATEST of the function was changed in this run. */
  readonly pinned?: { readonly qualifier: string; readonly version: string } | undefined;
  /** The stage variables from which the name of the function comes. */
  readonly nameVariables?: readonly string[] | undefined;
  /** Whether the name of the function has a stage variable without a value. */
  readonly isNameIncomplete?: true | undefined;
};

/** A member that the JSON in the body of a request lacks, and the names of its other members. */
export type BodyGap = { readonly member: string; readonly others: readonly string[] };

/** An event that is not JSON. */
export type EventFault = {
  /** The place of the fault in the event; undefined if it is not known. */
  readonly place: JsonFault | undefined;
  /** The text before and after the place. */
  readonly near: string;
  /** Whether a request template printed the event. Otherwise, the event is the body of the request. */
  readonly isOfTemplate: boolean;
  /** Whether the fault is \', which `$util.escapeJavaScript` prints for '. */
  readonly isApostrophe: boolean;
  /** What a value that the template prints between quotes contains, such as `a line break`; absent for other faults. */
  readonly unescaped?: string | undefined;
  /** The reference that the template has between quotes, such as `$input.path('$.text')`, if it has only one. */
  readonly quoted?: string | undefined;
};

export type Problem = {
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly code: string | undefined;
};

/** A member of an event that the code decodes, although the gateway has decoded it. */
export type DecodedTwice = { readonly member: string; readonly decode: string };

export type EncodedKey = { readonly inEvent: string; readonly ofObject: string };

/** The facts in a reply with which the quota of a handler refuses a request. */
export type QuotaRefusal = {
  /** `over-limit`: a rate, or a quota with a short period, refused the request. */
  readonly outcome:
    | 'over-quota'
    | 'period-closed'
    | 'over-limit'
    | 'over-concurrency'
    | 'suspended'
    | 'unavailable';
  /** Id of the limit that refuses the request. */
  readonly limit?: string;
  readonly retryAfterSeconds?: number;
};

/** The place of the first character that JSON does not allow; line and column are counted from 1. */
export type JsonFault = { readonly offset: number; readonly line: number; readonly column: number };

/** A member of a body that is null, and the types that its model allows instead. */
export type NullMember = {
  readonly member: string;
  readonly types: readonly string[];
  readonly isRequired: boolean;
};

/** A message to an MCP server. */
export type AgentCall = {
  readonly method: string;
  /** The tool, prompt or URI that the message names. */
  readonly name?: string;
  readonly error?:
    | {
        readonly code: number;
        readonly message: string;
        /** Why the quota refused the call, such as `suspended`. */
        readonly reason?: string | undefined;
        /** Id of the customer plan. */
        readonly plan?: string | undefined;
        /** Id of the limit that refused the call. */
        readonly limit?: string | undefined;
        readonly retryAfterSeconds?: number;
      }
    | undefined;
};

type MessageSelection = {
  readonly expression: string;
  /** What the expression selected; undefined if the message has no such value. */
  readonly selected: string | undefined;
  /** The route key that differs from the selected value only in letter case. */
  readonly near?: string | undefined;
  /** The first member of the message whose value is a route key. */
  readonly keyIn?: string | undefined;
  readonly bodyFault: JsonFault | undefined;
};

/** A step of an event, with facts about it from the stacks and from the function's output. */
export type ToldStep = {
  readonly step: StampedStep;
  /**
   * The place of the property that caused this step, such as `template.yaml:12`; absent if no loaded stack
   * has the property.
   */
  readonly place?: string | undefined;
  /** The place of the queue, function or mapping that lacks a property. */
  readonly owner?: string | undefined;
  /** For a failed function. */
  readonly failure?: IntegrationCircumstances | undefined;
  /** The text to add to a template for each statement that the function's role lacks, by the key of the denial. */
  readonly statements?: Readonly<Record<string, string>>;
  /** The function and the sender of a refused delivery, as the template of the function refers to them. */
  readonly references?: { readonly target: string; readonly sender: string } | undefined;
  /** The author's names of properties, by the names of CloudFormation; only names that differ. */
  readonly spelling?: Readonly<Record<string, string>>;
  readonly queue?: QueueFacts | undefined;
  /** The key of the table that a refused call names, as in `IntegrationCircumstances`. */
  readonly tableKey?: string | undefined;
  readonly missingBus?: MissingBus | undefined;
  /** The disabled event source mappings of the source, each with the name of its function. */
  readonly disabled?: readonly NamedPlace[] | undefined;
  readonly mapping?: { readonly reportsItems: boolean; readonly place: string } | undefined;
  /** Whether the step belongs to an earlier event, for which this event waits. */
  readonly isBlock?: true;
  /** Sentences about surprising effects of a step that succeeded, each with the change that avoids the effect. */
  readonly notes?: readonly DeliveryNote[] | undefined;
};

/** For example `the integration of GET /orders` at `template.yaml:12`. */
export type NamedPlace = { readonly what: string; readonly place: string };

export type DeliveryNote = {
  readonly because: string;
  readonly change: string;
  /**
   * Whether this note says why the function failed. If so, its `change` is more exact than the advice about the error.
   */
  readonly isCause?: true;
};

/** A bus that no loaded stack has, the bus whose name is most similar, and the place that names the missing bus. */
export type MissingBus = {
  readonly name: string;
  readonly nearest: NamedPlace | undefined;
  readonly written: string | undefined;
};

export type QueueFacts = {
  readonly place: string;
  /** Names of functions that read the queue. */
  readonly readers: readonly string[];
  /** Names of the queues that use this queue as their dead-letter queue. */
  readonly deadOf: readonly string[];
};

/** The cache behavior through which CloudFront forwarded a request. */
export type BehaviorCircumstances = {
  /** The PathPattern; undefined for the default behavior. */
  readonly pattern: string | undefined;
  /**
   * The place of the behavior's ForwardedValues or policy; if it has neither, the place of the behavior
   * itself.
   */
  readonly place: string | undefined;
  /** Whether the behavior has ForwardedValues instead of policies. */
  readonly isLegacy: boolean;
  /** The id of the behavior's origin request policy. */
  readonly policyId: string | undefined;
  /** The OriginPath that CloudFront writes before the path of the viewer, and the place of the PathPattern. */
  readonly path?: { readonly origin: string; readonly place: string | undefined };
  /** The managed cache policy of the behavior, if it caches responses. */
  readonly cachedBy?: string;
  /** The id of the cache policy, if no loaded stack has it and AWS does not manage it. */
  readonly unknownPolicy?: string | undefined;
  /** The cache policy of the stack by which the behavior caches responses: its logical id, and its place. */
  readonly ownPolicy?: { readonly logicalId: string; readonly place: string | undefined };
  /** The values of each part that reach the origin; a part is absent if it is not known. */
  readonly forwards?: Partial<Readonly<Record<ForwardedPart, Forwarding>>>;
};

export type ForwardedPart = 'header' | 'querystring' | 'cookie';

/** The names that a cache behavior forwards: all, only the listed names, or all except the listed names. */
export type Forwarding = {
  readonly kind: 'all' | 'only' | 'except';
  readonly names: readonly string[];
  /** The place of the setting that decides what is forwarded. */
  readonly place: string | undefined;
  /** The setting and its value, such as `QueryStringBehavior is none`. */
  readonly setting: string;
};

export type EdgeCircumstances = {
  readonly answer: EdgeAnswer;
  readonly domainName: string;
  readonly protocol: 'http' | 'https';
  readonly pattern: string | undefined;
  /** The place of the distribution's property that caused the response. */
  readonly place: string | undefined;
};

type Release = { readonly isCanary: boolean; readonly deploymentId: string | undefined };

export type Circumstances = {
  /**
   * `event`: an event that no request caused. `edge`: a response that a server in front of an API made
   * itself.
   */
  readonly kind: 'request' | 'handshake' | 'message' | 'disconnect' | 'post' | 'event' | 'edge';
  /** The deliveries of the events that this request or event caused, in the order of time. */
  readonly deliveries?: readonly ToldStep[];
  /** The response that CloudFront made itself; only for `edge`. */
  readonly edge?: EdgeCircumstances;
  readonly protocol: 'rest' | 'http' | 'websocket';
  /** REGIONAL, EDGE or PRIVATE; absent if it is unknown. */
  readonly endpointType?: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly sourceIp?: string | undefined;
  readonly status: number;
  readonly tookMs: number;
  readonly apiId: string;
  readonly apiName: string;
  readonly stageName: string | undefined;
  /** The deployment that answered: the canary of the stage or the stage itself; undefined if it has no canary. */
  readonly release?: Release | undefined;
  readonly stages: readonly string[];
  /** The part of the URL's path before `path`: the stage, or the base path of a custom domain. */
  readonly stagePath?: string | undefined;
  /** The custom domain to which the request was sent, and its base path, which is empty for a mapping without one. */
  readonly domain?: { readonly name: string; readonly basePath: string } | undefined;
  /** The path without the stage at its beginning, if a route serves this shorter path. */
  readonly doubledStage?: string | undefined;
  /** The path without its first segment, if the stage is $default and a route serves this shorter path. */
  readonly behindSegment?: string | undefined;
  /** Where a path without the name of a stage would be served. */
  readonly staged?: StagedPath | undefined;
  /** Whether no stage of the API has a route. */
  readonly isWithoutRoutes?: true | undefined;
  /** The key of the route that would serve the request at `doubledStage`, `behindSegment` or `staged`. */
  readonly servedBy?: string | undefined;
  /** The API of the same stack that has a route for the request, if the API of the request has none. */
  readonly otherApi?:
    | {
        readonly logicalId: string;
        readonly stageName: string | undefined;
        readonly route: string;
        readonly place: string | undefined;
        /** Whether SAM created the API, for events that name no API. */
        readonly isAddedBySam?: true;
      }
    | undefined;
  /** The API that has a route for the request at the same custom domain, but under a shorter mapping key. */
  readonly hidden?:
    | {
        readonly logicalId: string;
        readonly route: string;
        /** The key of its mapping, and the longer key that API Gateway chose, with the place of the latter. */
        readonly key: string;
        readonly ownKey: string;
        readonly place: string | undefined;
      }
    | undefined;
  /** Whether an HTTP API has CORS settings, with which it answers the preflights that no route matches. */
  readonly hasCors?: true | undefined;
  /** True if the API's own endpoint is disabled, so that no stage is served at that endpoint. */
  readonly isEndpointDisabled?: boolean;
  readonly routeKey: string | undefined;
  /** Whether the request is a browser's preflight, whose method is always OPTIONS and which has no credentials. */
  readonly isPreflight?: true | undefined;
  /** What was saved before the request and could not be loaded, so that earlier code or stacks answered it. */
  readonly unloaded?: readonly UnloadedSave[];
  /** Whether the request is the handshake of a WebSocket client, although the API is not a WebSocket API. */
  readonly isHandshake?: true | undefined;
  /** How the connection ended, for the end of a connection. */
  readonly closure?: Closure | undefined;
  /** Whether the client of an ended connection asked for a subprotocol, and its handshake confirmed none. */
  readonly isUnconfirmed?: boolean;
  /** Whether the integration of a message responded, but the route has no route response, so that nothing was sent. */
  readonly isReplyDropped?: true | undefined;
  /** The phase that produced the response or failed. */
  readonly phase: string;
  /**
   * The code of the gateway error; undefined if the request succeeded or failed because of a bug in
   * Gatewright.
   */
  readonly code: string | undefined;
  /** A message for the operator. */
  readonly failure: string | undefined;
  /** The gateway response that gave the error another status; absent if none did. */
  readonly restatus?:
    | { readonly type: string; readonly usual: number; /** The type of the error. */ readonly of: string }
    | undefined;
  /** The check that refused the request, if the code alone does not identify it. */
  readonly defect: Defect | undefined;
  /**
   * True if the request belongs to a deployed API and was read from its log. Advice for the local gateway does not
   * apply.
   */
  readonly isDeployed: boolean;
  /** How the gateway looked for a route for a message that matched none but $default; undefined for everything else. */
  readonly selection?: MessageSelection | undefined;
  readonly nearMisses: readonly NearMiss[];
  /** Reports of filters in front of the stage (such as AWS WAF) about a request that they let through. */
  readonly screened: readonly string[];
  /** Faults that were injected on purpose, each as a clause with its file and rule. */
  readonly injected: readonly string[];
  /** Where and in which format the API is defined; absent if API calls created it. */
  readonly definition?: Definition | undefined;
  /**
   * The resources that caused the response (the route, its integration, authorizer or function), each with
   * its place if that is known.
   */
  readonly places?: readonly NamedPlace[];
  /** Whether the route requires an API key. */
  readonly needsKey?: boolean | undefined;
  /** The permission to invoke the function, which the call lacks; absent if no loaded stack has the function. */
  readonly permission?: PermissionAdvice | undefined;
  /** What the author’s templates call an API, a user pool or an app client, by its id on this machine. */
  readonly localNames?: Readonly<Record<string, string>> | undefined;
  /** If a message to a closed connection was refused: the WebSocket APIs that have no route $disconnect. */
  readonly untold?: readonly NamedPlace[] | undefined;
  /** The custom domains that are mapped to an API whose own endpoint is disabled. */
  readonly domains?: readonly string[];
  /** The stage that the request names, if the template has this stage, but without a deployment. */
  readonly undeployed?: { readonly name: string; readonly place: string } | undefined;
  /** Whether each change of the API deploys the stage by itself (AutoDeploy). */
  readonly isAutoDeployed?: true | undefined;
  /** Why API Gateway cannot assume the role of the call, and the remedy; absent if no loaded stack has the role. */
  readonly trust?: TrustAdvice | undefined;
  readonly guard: GuardCircumstances | undefined;
  /** The customer who sent a message, as the toolkit's authorizer recorded it when the connection was made. */
  readonly sender?: { readonly customer: string; readonly key?: string } | undefined;
  readonly policies: readonly GuardPolicy[];
  readonly meter: MeterCircumstances | undefined;
  /** Whether the throttle of a message is written for its route alone; undefined if that is unknown. */
  readonly isThrottleOwn?: boolean | undefined;
  /** The message to an MCP server; undefined if the request has none. */
  readonly agentCall?: AgentCall | undefined;
  /** Where the request's body stops being valid JSON; undefined if it is valid, or is not meant to be JSON. */
  readonly bodyFault?: JsonFault | undefined;
  /** The ARN of the function of a function URL as its template writes it; undefined if no loaded stack has it. */
  readonly functionReference?: string | undefined;
  /** Names of query parameters in the request that differ from a missing parameter only in letter case. */
  readonly misspelt?: readonly string[] | undefined;
  /** Whether CloudFront forwarded the request. */
  readonly isBehindEdge?: boolean;
  /** The cache behavior that forwarded the request; undefined if no loaded stack has the distribution. */
  readonly behavior?: BehaviorCircumstances | undefined;
  /** Whether a topic of SNS sent the request. */
  readonly isFromTopic?: boolean;
  /** The members of the body that do not match its model, each with its value. */
  readonly modelFaults?: readonly string[] | undefined;
  /** The members of the body that are null, although their model does not allow that. */
  readonly nulls?: readonly NullMember[] | undefined;
  /** Names of missing parameters that the request has without a value. */
  readonly blank?: readonly string[] | undefined;
  /** Missing parameters that the request has in another place. */
  readonly misplaced?: readonly Misplaced[] | undefined;
  /** Names of required path parameters for which the path of the route has no variable. */
  readonly unknownVariables?: readonly string[] | undefined;
  /** The model or required parameter that the request violates. */
  readonly validation: string | undefined;
  readonly cache:
    | { readonly isHit: boolean; readonly ageMs: number | undefined; readonly ttlSeconds: number }
    | undefined;
  readonly integration: IntegrationCircumstances | undefined;
  /**
   * The text to add to a template for each statement that a role lacks. The key is the denial; absent if no stacks are
   * loaded.
   */
  readonly statements?: Readonly<Record<string, string>>;
};
