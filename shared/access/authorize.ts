/** Turns an event into the authorizer's result. Finds the document, the caller, and the caller's rights. */
import type { AuthorizerKind } from '../aws/authorizer-event.ts';
import { sizeOf } from '../aws/authorizer-result.ts';
import type {
  AuthorizerContext,
  PolicyDocument,
  PolicyResult,
  SimpleResult,
} from '../aws/authorizer-result.ts';
import { loadOnce } from '@gatewright/aws/load-once';
import type { MethodArn } from '../aws/method-arn.ts';
import type { ValuesByName } from '../aws/read-request.ts';
import type { AuthorizerConfig } from '../config/access-config.ts';
import { DomainError, isTokenError } from '../errors.ts';
import type { TokenErrorCode } from '../errors.ts';
import { UNOBSERVED } from '../unobserved.ts';
import { TicketRefused } from './tickets/verify-ticket.ts';
import { KeyRefused } from './keys/key-refused.ts';
import { ACCESS_DECISION, CLAIM_REFUSAL, printAccessDecision } from '@gatewright/aws/access-decision';
import { backendContext, tenantOfKey } from './backend-context.ts';
import type { PrintedGrants } from './backend-context.ts';
import { isCharged, isChargedCaller, withoutCharged } from './charged-routes.ts';
import type { ChargeRecord, LoadQuotas, QuotaVerdict } from './charge-quota.ts';
import type { CompiledAccess, CompiledDocument, CompiledQuota, CompiledSource } from './compiled-document.ts';
import { compilePolicy, denyAll, exactPolicy, fitsResourceLimit } from './decide/compile-policy.ts';
import type { Credential } from './credential.ts';
import { circumstancesOf, decide } from './decide/decide.ts';
import type { RuleDecision } from './decide/decide.ts';
import { documentPlansOf, findDocument } from './find-document.ts';
import { assertServed, createIdentifier } from './identify.ts';
import type { AuthorizerPorts } from './identify.ts';
import type { Principal } from './decide/principal.ts';
import { createPlanSaver } from './plan-saver.ts';
import { describeMissingClaims, findMissingClaims } from './decide/required-claims.ts';

export type AuthorizeRequest = {
  readonly kind: AuthorizerKind;
  readonly arn: MethodArn;
  /** The caller's address. It is undefined for TOKEN events, which do not contain it. */
  readonly sourceIp: string | undefined;
  /**
   * API Gateway's timestamp, which determines the period to which the request is charged. TOKEN events have no
   * timestamp.
   */
  readonly receivedAtEpochMs?: number | undefined;
  /**
   * Returns the remaining run time of the authorizer. Without this function, calls to an issuer are limited only by the
   * timeout in the document.
   */
  readonly remainingMs?: (() => number) | undefined;
  /**
   * All values of each header, by header name in lower case. `headers` is undefined for TOKEN events, which contain one
   * header only.
   */
  readonly headers?: ValuesByName | undefined;
  /**
   * Reads the credential from the event.
   * @throws DomainError TOKEN_* if the event contains no usable credential
   */
  readonly readCredential: (sources: readonly CompiledSource[]) => Credential;
};

export type AuthorizerResult = PolicyResult | SimpleResult;

export type Authorized =
  | {
      readonly kind: 'known';
      readonly decision: RuleDecision;
      readonly result: AuthorizerResult;
      /**
       * Ids of rules that granted nothing, or less than they could, because a claim value is missing or is not safe to
       * write into a policy.
       */
      readonly rejectedBindings: readonly string[];
      readonly refusal?: Exclude<QuotaVerdict['kind'], 'admitted'>;
    }
  /**
   * `result` is set only if the API cannot respond with 401. This is the case for HTTP APIs with payload 2.0, which
   * turn every error into 500.
   */
  | {
      readonly kind: 'unknown';
      readonly reason: TokenErrorCode;
      readonly result: AuthorizerResult | undefined;
    };

/**
 * @throws DomainError only for failures that are not the caller's fault: API_UNKNOWN, CONFIG_INVALID,
 * KEY_SET_UNAVAILABLE, RESULT_TOO_LARGE, POLICY_UNREPRESENTABLE, STORE_UNAVAILABLE, PLAN_UNKNOWN, PLAN_INVALID,
 * LIMIT_UNKNOWN, COST_INVALID
 */
export type Authorizer = (request: AuthorizeRequest) => Promise<Authorized>;

/**
 * Creates an authorizer. Its key sets are fetched on demand, and live as long as the authorizer. An instance of a
 * function creates one for the documents of its bundle, or one for each published version.
 * @throws DomainError CONFIG_INVALID if the documents need a table or a secret that is not configured
 */
export function createAuthorizer(
  access: CompiledAccess,
  config: AuthorizerConfig,
  ports: AuthorizerPorts,
): Authorizer {
  assertServed(access, config, ports);
  const identify = createIdentifier(config, ports);
  const quotas = quotasOf(access, ports);
  const savePlans = createPlanSaver(quotas);
  const { observer = UNOBSERVED } = ports;
  return async (request) => {
    observer.note({ api: `${request.arn.apiId}/${request.arn.stage}` });
    const document = findDocument(access, config.stage, request.arn, request.kind);
    observer.note({ document: document.name });
    try {
      const nowEpochSeconds = ports.clock.nowEpochMs() / 1000;
      const credential = request.readCredential(document.sources);
      const principal = await identify(document, credential, nowEpochSeconds, request.remainingMs);
      assertLasts(document, principal, nowEpochSeconds);
      const { arn, sourceIp } = request;
      const ruled = decide(document, principal, { target: arn.target, sourceIp, nowEpochSeconds });
      const decision = await refuseByHeaders(
        document,
        { principal, request, decision: ruled },
        nowEpochSeconds,
      );
      const lacks = findMissingClaims(document, principal);
      observer.note({ principalId: principal.principalId, rules: decision.rules, lacks });
      const { quota } = document;
      const grants = await printGrantsOf(document, principal, request, nowEpochSeconds);
      const known = { principal, request, decision, grants };
      if (quota === undefined || !isChargedCaller(quota, principal))
        return answerKnown(document, known, nowEpochSeconds);
      await savePlans(document);
      return await answerByQuota(document, quota, { ...known, quotas, nowEpochSeconds });
    } catch (error) {
      if (!isTokenError(error)) throw error;
      const refused = error instanceof KeyRefused ? error.names : undefined;
      const ofKey = refused && {
        defect: refused.defect,
        ...(refused.since !== undefined && { since: refused.since }),
      };
      const defect = error instanceof TicketRefused ? { defect: `ticket-${error.ticketIs}` as const } : ofKey;
      observer.note({ code: error.code, apiKeyId: refused?.key, ...defect });
      return {
        kind: 'unknown',
        reason: error.code,
        result: answerUnknown(document, request, error.code, refused),
      };
    }
  };
}

/**
 * Refuses a credential that expires within `rejectIfExpiresWithinSeconds`, so that API Gateway does not cache the
 * result longer than the credential is valid.
 */
function assertLasts(
  { result: { rejectIfExpiresWithinSeconds: margin } }: CompiledDocument,
  { expiresAtEpochSeconds: end }: Principal,
  nowEpochSeconds: number,
): void {
  if (margin !== undefined && end !== undefined && end - nowEpochSeconds < margin)
    throw new DomainError(
      'TOKEN_EXPIRED',
      `the credential is valid for ${Math.max(0, Math.floor(end - nowEpochSeconds))} s more; result.rejectIfExpiresWithinSeconds of the access document requires ${margin} s or more`,
    );
}

type Known = {
  readonly principal: Principal;
  readonly request: AuthorizeRequest;
  readonly decision: RuleDecision;
  /** The caller's rights on channels and MCP servers, as text for the backend. */
  readonly grants: PrintedGrants;
};

const loadGrants = loadOnce(() => import('./decide/printed-grants.ts'));

/**
 * Returns the caller's rights on channels and MCP servers. The code for this is loaded at the first request for which
 * the document has such rules.
 */
async function printGrantsOf(
  document: CompiledDocument,
  principal: Principal,
  request: AuthorizeRequest,
  nowEpochSeconds: number,
): Promise<PrintedGrants> {
  if (document.channels === undefined && document.mcp === undefined) return {};
  const { printGrants } = await loadGrants();
  return printGrants(document, principal, circumstancesOf(document, { ...request, nowEpochSeconds }));
}

const loadHeaderRules = loadOnce(() => import('./decide/refuse-by-headers.ts'));

/** Only a document whose results are not cached may set `refuseByHeaders`, because headers differ by request. */
async function refuseByHeaders(
  document: CompiledDocument,
  { principal, request, decision }: Omit<Known, 'grants'>,
  nowEpochSeconds: number,
): Promise<RuleDecision> {
  const { mcp } = document;
  if (mcp?.refuseByHeaders !== true || decision.kind === 'deny' || decision.route.path !== mcp.path)
    return decision;
  const at = circumstancesOf(document, { ...request, nowEpochSeconds });
  return (await loadHeaderRules()).refuseByHeaders(document, principal, at, request.headers)
    ? { ...decision, kind: 'deny', reason: 'mcp-headers', rules: [] }
    : decision;
}

function answerKnown(document: CompiledDocument, known: Known, nowEpochSeconds: number): Authorized {
  const { principal, request, decision } = known;
  const context = contextOf(document, known);
  if (isSimple(document, request)) {
    const result = { isAuthorized: decision.kind === 'allow', context };
    if (sizeOf(result) > document.result.maxBytes) throw tooLarge();
    return { kind: 'known', decision, result: withRecord(document, known, result), rejectedBindings: [] };
  }
  const answer = { principalId: principal.principalId, context, ...usageKeyOf(document, principal, request) };
  const fits = (policyDocument: PolicyDocument) =>
    fitsResourceLimit(policyDocument) && sizeOf({ ...answer, policyDocument }) <= document.result.maxBytes;
  const { policy, rejectedBindings } = choosePolicy(document, principal, request, {
    nowEpochSeconds,
    decision,
    fits,
  });
  const result = withRecord(document, known, { ...answer, policyDocument: policy });
  return { kind: 'known', decision, result, rejectedBindings };
}

/** Adds the record of the decision, if it still fits into the result. It explains the result and grants nothing. */
function withRecord<Result extends AuthorizerResult>(
  document: CompiledDocument,
  { principal, decision }: Known,
  result: Result,
  charged?: ChargeRecord,
): Result {
  const customer = charged?.customer ?? tenantOfKey(document, principal);
  const record = printAccessDecision({
    document: document.name,
    version: document.version,
    outcome: decision.kind === 'allow' ? 'allow' : decision.reason,
    issuer: principal.issuerId,
    key: document.apiKeys.some(({ id }) => id === principal.issuerId) ? principal.subject : undefined,
    ...charged,
    customer,
    rules: decision.rules,
    roles: [...principal.roles],
  });
  const whole = { ...result, context: { ...result.context, [ACCESS_DECISION]: record } };
  return record === undefined || sizeOf(whole) > document.result.maxBytes ? result : whole;
}

type ByQuota = Known & {
  readonly quotas: (() => ReturnType<LoadQuotas>) | undefined;
  readonly nowEpochSeconds: number;
};

const loadCharging = loadOnce(() => import('./charge-quota.ts'));

/**
 * Decides by the caller's quota. If the authorizer itself charges the route, or the quota refuses the request, the
 * result is valid for this request only. Any other result may be reused. A reusable result allows the charged routes
 * only if charges come from access logs and units are left.
 */
async function answerByQuota(
  document: CompiledDocument,
  quota: CompiledQuota,
  { quotas, nowEpochSeconds, ...known }: ByQuota,
): Promise<Authorized> {
  const { principal, request, decision } = known;
  const isOfCharged = decision.kind === 'allow' && isCharged(document, decision.route);
  if (!isOfCharged && quota.isTracked !== true)
    return answerKnown(withoutCharged(document), known, nowEpochSeconds);
  const { route } = decision;
  const { receivedAtEpochMs } = request;
  const charging = await loadCharging();
  const verdict: QuotaVerdict =
    quotas === undefined
      ? { kind: 'not-charged' }
      : await charging.chargeQuota(await quotas(), quota, principal, { route, receivedAtEpochMs });
  if (isOfCharged && (quota.isTracked !== true || verdict.kind !== 'admitted'))
    return answerOnce(document, { ...known, quota, charging }, verdict);
  return answerKnown(
    verdict.kind === 'admitted' ? document : withoutCharged(document),
    known,
    nowEpochSeconds,
  );
}

type Charged = Known & {
  readonly quota: CompiledQuota;
  readonly charging: Awaited<ReturnType<typeof loadCharging>>;
};

/** Returns a result for this request only, because the quota has to be checked again for the next request. */
function answerOnce(document: CompiledDocument, charged: Charged, verdict: QuotaVerdict): Authorized {
  const { principal, request, decision, quota, charging } = charged;
  const isAdmitted = verdict.kind === 'admitted';
  // If there is an admission key, an over-quota caller is allowed, but the result does not contain the key. The API
  // itself then refuses the request because the key is missing. Its message differs from the message of a plain denial.
  const isLetOn = isAdmitted || (verdict.kind === 'over-quota' && quota.admissionKey !== undefined);
  const context = {
    ...contextOf(document, charged),
    ...charging.verdictContext(quota, principal, verdict),
  };
  const result = isSimple(document, request)
    ? { isAuthorized: isAdmitted, context }
    : {
        principalId: principal.principalId,
        policyDocument: exactPolicy(isLetOn, request.arn),
        context,
        ...(isAdmitted && usageKeyOf(document, principal, request)),
      };
  if (sizeOf(result) > document.result.maxBytes) throw tooLarge();
  const record = charging.recordOf(quota, principal, decision.route, verdict);
  const known = {
    kind: 'known',
    decision,
    result: withRecord(document, charged, result, record),
    rejectedBindings: [],
  } as const;
  return isAdmitted ? known : { ...known, refusal: verdict.kind };
}

function contextOf(document: CompiledDocument, { principal, grants }: Known): AuthorizerContext {
  const lacked = findMissingClaims(document, principal);
  return {
    ...backendContext(document, principal, grants),
    ...(lacked.length > 0 && { [CLAIM_REFUSAL]: describeMissingClaims(lacked) }),
  };
}

/** A document has either native usage plans or an admission key, never both. The compiler ensures this. */
function usageKeyOf(
  { quota }: CompiledDocument,
  { usageIdentifierKey = quota?.admissionKey }: Principal,
  { arn }: AuthorizeRequest,
): Pick<PolicyResult, 'usageIdentifierKey'> {
  return usageIdentifierKey === undefined
    ? {}
    : { usageIdentifierKey: usageIdentifierKey.replace('${stage}', arn.stage) };
}

function quotasOf(
  access: CompiledAccess,
  { quotas: load }: AuthorizerPorts,
): (() => ReturnType<LoadQuotas>) | undefined {
  if (load === undefined) return undefined;
  return loadOnce(() => load(documentPlansOf(access)));
}

type Choice = {
  readonly nowEpochSeconds: number;
  readonly decision: RuleDecision;
  readonly fits: (policy: PolicyDocument) => boolean;
};

/**
 * Returns a policy for the whole API, or a smaller policy of subtrees, or, if the document allows it, a policy for this
 * request only.
 * @throws DomainError RESULT_TOO_LARGE, POLICY_UNREPRESENTABLE
 */
function choosePolicy(
  document: CompiledDocument,
  principal: Principal,
  { arn }: AuthorizeRequest,
  { nowEpochSeconds, decision, fits }: Choice,
): { policy: PolicyDocument; rejectedBindings: readonly string[] } {
  const exact = exactPolicy(decision.kind === 'allow', arn);
  // A policy for the whole API would also allow the route of the MCP server, so it is not used.
  if (decision.kind === 'deny' && decision.reason === 'mcp-headers')
    return { policy: exact, rejectedBindings: [] };
  let failure = 'RESULT_TOO_LARGE' as 'RESULT_TOO_LARGE' | 'POLICY_UNREPRESENTABLE';
  for (const merge of [false, true]) {
    const outcome = compilePolicy(document, principal, arn, { nowEpochSeconds, merge });
    if (outcome.kind === 'unrepresentable') failure = 'POLICY_UNREPRESENTABLE';
    else if (outcome.kind === 'policy' && fits(outcome.policy)) return outcome;
  }
  if (document.result.onOversize === 'exact' && fits(exact)) return { policy: exact, rejectedBindings: [] };
  if (failure === 'RESULT_TOO_LARGE') throw tooLarge();
  throw new DomainError(failure, 'the rules of the caller do not fit into one IAM policy');
}

function answerUnknown(
  document: CompiledDocument,
  request: AuthorizeRequest,
  outcome: TokenErrorCode,
  refused: KeyRefused['names'] | undefined,
): AuthorizerResult | undefined {
  if (request.kind !== 'http-2.0') return undefined;
  const { name, version } = document;
  const record = printAccessDecision({ document: name, version, outcome, ...refused });
  const context = record === undefined ? {} : { [ACCESS_DECISION]: record };
  if (isSimple(document, request)) return { isAuthorized: false, context };
  return { principalId: 'unknown', policyDocument: denyAll(request.arn), context };
}

/** Payload format 1.0 has no simple responses. */
function isSimple({ result }: CompiledDocument, { kind }: AuthorizeRequest): boolean {
  return result.format === 'simple' && kind === 'http-2.0';
}

function tooLarge(): DomainError {
  return new DomainError('RESULT_TOO_LARGE', "the result is larger than the document's maxBytes");
}
