/** Event → the authorizer's answer: which document, who calls, what may they do. */
import type { AuthorizerKind } from '../aws/authorizer-event.ts';
import { sizeOf } from '../aws/authorizer-result.ts';
import type { PolicyDocument, PolicyResult, SimpleResult } from '../aws/authorizer-result.ts';
import type { MethodArn } from '../aws/method-arn.ts';
import type { AuthorizerConfig } from '../config.ts';
import { DomainError, isTokenError } from '../errors.ts';
import type { TokenErrorCode } from '../errors.ts';
import { backendContext } from './backend-context.ts';
import type { CompiledAccess, CompiledDocument, CompiledSource } from './compiled-document.ts';
import { compilePolicy, denyAll, exactPolicy, fitsResourceLimit } from './compile-policy.ts';
import type { Credential } from './credential.ts';
import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import { findDocument } from './find-document.ts';
import { createIdentifier } from './identify.ts';
import type { AuthorizerPorts } from './identify.ts';
import type { Principal } from './principal.ts';

export type Asked = {
  readonly kind: AuthorizerKind;
  readonly arn: MethodArn;
  /** TOKEN events do not tell it. */
  readonly sourceIp: string | undefined;
  /** Takes the credential out of the event. Throws DomainError TOKEN_* where there is none to take. */
  readonly readCredential: (sources: readonly CompiledSource[]) => Credential;
};

export type AuthorizerResult = PolicyResult | SimpleResult;

export type Authorized =
  | {
      readonly kind: 'known';
      readonly decision: Decision;
      readonly result: AuthorizerResult;
      /** Rules that granted nothing because a claim may not stand in a policy. */
      readonly rejectedBindings: readonly string[];
    }
  /** `result` only where the API can be given no 401: HTTP APIs with payload 2.0 turn every error into 500. */
  | {
      readonly kind: 'unknown';
      readonly reason: TokenErrorCode;
      readonly result: AuthorizerResult | undefined;
    };

/** @throws DomainError for failures of ours only: API_UNKNOWN, KEY_SET_UNAVAILABLE, RESULT_TOO_LARGE, POLICY_UNREPRESENTABLE */
export type Authorizer = (asked: Asked) => Promise<Authorized>;

/** Key sets live as long as the authorizer: one per instance of a function. Nothing is fetched before it is needed. */
export function createAuthorizer(
  access: CompiledAccess,
  config: AuthorizerConfig,
  ports: AuthorizerPorts,
): Authorizer {
  const identify = createIdentifier(config, ports);
  return async (asked) => {
    const document = findDocument(access, config.stage, asked.arn, asked.kind);
    try {
      const nowEpochSeconds = ports.clock.nowEpochMs() / 1000;
      const principal = await identify(document, asked.readCredential(document.sources), nowEpochSeconds);
      return answerKnown(document, principal, asked, nowEpochSeconds);
    } catch (error) {
      if (!isTokenError(error)) throw error;
      return { kind: 'unknown', reason: error.code, result: answerUnknown(document, asked) };
    }
  };
}

function answerKnown(
  document: CompiledDocument,
  principal: Principal,
  asked: Asked,
  nowEpochSeconds: number,
): Authorized {
  const { target } = asked.arn;
  const decision = decide(document, principal, { target, sourceIp: asked.sourceIp, nowEpochSeconds });
  const context = backendContext(document, principal);
  if (isSimple(document, asked)) {
    const result = { isAuthorized: decision.kind === 'allow', context };
    if (sizeOf(result) > document.result.maxBytes) throw tooLarge();
    return { kind: 'known', decision, result, rejectedBindings: [] };
  }
  const { principalId } = principal;
  const fits = (policyDocument: PolicyDocument) =>
    fitsResourceLimit(policyDocument) &&
    sizeOf({ principalId, policyDocument, context }) <= document.result.maxBytes;
  const { policy, rejectedBindings } = choosePolicy(document, principal, asked, {
    nowEpochSeconds,
    decision,
    fits,
  });
  return {
    kind: 'known',
    decision,
    result: { principalId, policyDocument: policy, context },
    rejectedBindings,
  };
}

type Choice = {
  readonly nowEpochSeconds: number;
  readonly decision: Decision;
  readonly fits: (policy: PolicyDocument) => boolean;
};

/** The whole API; smaller by naming subtrees; or, where the document says so, this one request. */
function choosePolicy(
  document: CompiledDocument,
  principal: Principal,
  { arn }: Asked,
  { nowEpochSeconds, decision, fits }: Choice,
): { policy: PolicyDocument; rejectedBindings: readonly string[] } {
  let failure = 'RESULT_TOO_LARGE' as 'RESULT_TOO_LARGE' | 'POLICY_UNREPRESENTABLE';
  for (const merge of [false, true]) {
    const outcome = compilePolicy(document, principal, arn, { nowEpochSeconds, merge });
    if (outcome.kind === 'unrepresentable') failure = 'POLICY_UNREPRESENTABLE';
    else if (fits(outcome.policy)) return outcome;
  }
  const exact = exactPolicy(decision.kind === 'allow', arn);
  if (document.result.onOversize === 'exact' && fits(exact)) return { policy: exact, rejectedBindings: [] };
  if (failure === 'RESULT_TOO_LARGE') throw tooLarge();
  throw new DomainError(failure, 'the rules that apply to the caller cannot be said in one IAM policy');
}

function answerUnknown(document: CompiledDocument, asked: Asked): AuthorizerResult | undefined {
  if (asked.kind !== 'http-2.0') return undefined;
  if (isSimple(document, asked)) return { isAuthorized: false, context: {} };
  return { principalId: 'unknown', policyDocument: denyAll(asked.arn), context: {} };
}

/** Payload 1.0 has no simple answers. */
function isSimple({ result }: CompiledDocument, { kind }: Asked): boolean {
  return result.format === 'simple' && kind === 'http-2.0';
}

function tooLarge(): DomainError {
  return new DomainError('RESULT_TOO_LARGE', "the answer for the caller is over the document's maxBytes");
}
