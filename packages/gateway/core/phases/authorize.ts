/**
 * Decides whether the caller is allowed. A cached policy is evaluated for the ARN of each request. As on AWS, a caller
 * whose policy allows only one route is therefore refused on all other routes.
 * reads: caller, grant, resource policy · adds: nothing · may answer: no · fails with: ACCESS_DENIED
 * @see docs/aws §1.2, §1.4, §4.2, §4.4
 */
import { gatewayError } from '../errors.ts';
import { describeRefusal } from '../events/quota-refusal.ts';
import { methodArn } from '../events/authorizer-event.ts';
import { describeDenial } from '../events/denial-text.ts';
import { requestConditions } from '../events/request-conditions.ts';
import { decideAcrossAccounts, decideWithinAccount } from '../policy/resource-policy.ts';
import type { ConditionFacts } from '../events/request-conditions.ts';
import type { FunctionUrlFacts } from '../events/request-facts.ts';
import type { Authenticated, AuthorizerGrant, Caller, Matched } from '../exchange.ts';
import type { PolicyDecision, PolicyPrincipal, PolicyQuestion } from '../policy/model.ts';

export function authorize(matched: Matched, caller: Caller): Authenticated {
  if (matched.api.functionUrl !== undefined) {
    admitToUrl(matched, matched.api.functionUrl, caller);
    return matched.authenticated(caller);
  }
  switch (caller.kind) {
    case 'anonymous':
      break;
    case 'lambda': {
      // Gateway responses and access logs of a refused request have the authorizer's context (docs/aws §4.3).
      const authenticated = matched.authenticated(caller);
      admitGrant(authenticated, caller.grant);
      return authenticated;
    }
    case 'jwt':
      admitToken(matched);
      break;
    case 'iam':
      admitSigner(matched, caller);
      break;
  }
  return matched.authenticated(caller);
}

/**
 * Checks the policies of the caller and of the function, which Lambda uses for function URLs (Lambda developer guide,
 * "Control access to Lambda function URLs"). For a caller of another account, both must allow the call.
 */
function admitToUrl(matched: Matched, url: FunctionUrlFacts, caller: Caller): void {
  const signer = caller.kind === 'iam' ? caller : undefined;
  const principal = signer === undefined ? {} : { principal: principalOf(signer) };
  const isOfOwnAccount = signer?.accountId === matched.api.accountId;
  const decide = (action: string): PolicyDecision => {
    const conditions = requestConditions(matched, principal);
    const question = { action, resource: url.functionArn, conditions, isOfOwnAccount, ...principal };
    const ofFunction = url.policy()?.decide(question) ?? 'implicit-deny';
    return signer === undefined
      ? ofFunction
      : combinationFor(matched, signer)(signer.permissions.decide(question), ofFunction);
  };
  const missing = url.actions.filter((action) => decide(action) !== 'allow');
  if (missing.length === 0) return;
  const denied = missing.filter((action) => decide(action) === 'explicit-deny');
  const isDenied = denied.length > 0;
  const refused = isDenied ? denied : missing;
  const who = signer === undefined ? 'everybody' : signer.userArn;
  throw gatewayError('ACCESS_DENIED', {
    source: 'client',
    reason: `${isDenied ? 'a policy denies' : 'no policy allows'} ${refused.join(' and ')} on ${url.functionArn} for ${who}`,
    defect: {
      kind: 'function-url',
      actions: refused,
      functionArn: url.functionArn,
      authType: url.authType,
      signer: signer?.userArn,
      isDenied,
    },
  });
}

function principalOf({
  accountId,
  userArn,
  roleArn,
  userId,
  organizationId,
  tags,
}: Signer): NonNullable<ConditionFacts['principal']> {
  return { arn: userArn, roleArn, accountId, userId, organizationId, tags };
}

/**
 * Table A of docs/aws §1.2 applies to identities of the API's own account, and table B to identities of other accounts.
 */
function combinationFor(matched: Matched, { accountId }: Signer): typeof decideWithinAccount {
  return accountId === matched.api.accountId ? decideWithinAccount : decideAcrossAccounts;
}

function admitGrant(matched: Matched, grant: AuthorizerGrant): void {
  const { verdict } = grant;
  if (verdict.kind === 'simple') {
    if (!verdict.isAuthorized)
      throw denied(`the authorizer returned isAuthorized: false${describeRefusal(grant)}`);
    return;
  }
  const question = askAbout(matched, {});
  const decision = decideWithinAccount(
    verdict.policy.decide(question),
    askResourcePolicy(matched, question) ?? 'implicit-deny',
  );
  if (decision === 'explicit-deny')
    throw denied(
      `the authorizer's policy denies the request${describeCaller(grant)}${describeRefusal(grant)}`,
      'User is not authorized to access this resource with an explicit deny',
    );
  if (decision === 'implicit-deny')
    throw denied(
      `the authorizer's policy does not allow the request${describeCaller(grant)}${describeRefusal(grant)}`,
    );
}

/**
 * Names the principal in the log line, because a refused caller is often identified as a different principal than
 * expected.
 */
function describeCaller({ principalId }: AuthorizerGrant): string {
  return principalId === undefined ? '' : ` of ${principalId}`;
}

/**
 * Refuses a caller with a token if the API has a resource policy that does not allow the call. A token identifies the
 * caller but grants no permissions.
 */
function admitToken(matched: Matched): void {
  const { resourcePolicy } = matched.stage.deployment;
  if (resourcePolicy === undefined) return;
  const decision = askResourcePolicy(matched, askAbout(matched, {}));
  if (decision !== 'allow') throw refusedByIam(matched, decision, undefined);
}

type Signer = Extract<Caller, { kind: 'iam' }>;

function admitSigner(matched: Matched, caller: Signer): void {
  const { userArn, permissions } = caller;
  const isOfOwnAccount = caller.accountId === matched.api.accountId;
  const question = { ...askAbout(matched, { principal: principalOf(caller) }), isOfOwnAccount };
  const decision = combinationFor(matched, caller)(
    permissions.decide(question),
    askResourcePolicy(matched, question) ?? 'implicit-deny',
  );
  if (decision !== 'allow') throw refusedByIam(matched, decision, userArn);
}

function askAbout(
  matched: Matched,
  more: { readonly principal?: NonNullable<ConditionFacts['principal']> },
): PolicyQuestion & { readonly principal?: PolicyPrincipal } {
  const { resourcePolicy } = matched.stage.deployment;
  const vpcEndpoints = resourcePolicy?.kind === 'policy' ? resourcePolicy.vpcEndpoints : undefined;
  return {
    action: 'execute-api:Invoke',
    resource: methodArn(matched),
    conditions: requestConditions(matched, { ...more, vpcEndpoints }),
    ...more,
  };
}

/** Returns the decision of the API's resource policy; undefined if the API has no policy. */
function askResourcePolicy(matched: Matched, question: PolicyQuestion): PolicyDecision | undefined {
  const { resourcePolicy } = matched.stage.deployment;
  return resourcePolicy?.kind === 'policy' ? resourcePolicy.policy.decide(question) : undefined;
}

function refusedByIam(
  matched: Matched,
  decision: PolicyDecision | undefined,
  who: string | undefined,
): Error {
  const message = describeDenial(matched, who, decision === 'explicit-deny');
  return gatewayError('ACCESS_DENIED', { source: 'client', reason: message, message });
}

function denied(reason: string, message?: string): Error {
  return gatewayError('ACCESS_DENIED', {
    source: 'client',
    reason,
    ...(message === undefined ? {} : { message }),
  });
}
