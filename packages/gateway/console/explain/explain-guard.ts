import { compileFullMatch } from '../../core/mapping/full-match.ts';
import { listed, formatDuration, list, sentence, formatLastLine, findNotedLine, toDeploy } from './reason.ts';
import { describeMisread } from './function-error-advice.ts';
import { describeMistake, adviseFix, suggestKey } from './authorizer-advice.ts';
import { explainAccess, explainCommand, flushCommand } from './explain-access.ts';
import { bearer, tokenCommandOf } from './token-advice.ts';
import { describeExpiry, explainToken, renewToken } from './explain-token.ts';
import { explainRole } from './explain-role.ts';
import {
  adviseOnNearest,
  adviseOnDeny,
  conditionsOf,
  describeAge,
  explainNoMatch,
  nameStatement,
  findArnFault,
  findRefusing,
} from './policy-advice.ts';
import { adviseIfByRequest, explainNarrow, nameOtherRequest } from './cached-for-other.ts';
import { explainFunctionUrl } from './explain-function-url.ts';
import { explainSignature } from './explain-signature.ts';
import { explainMissing, missingOf, nameOfPlaces } from './explain-missing-source.ts';
import { explainMissingPermission, findMissingRights } from './missing-right.ts';
import type { Circumstances, GuardCircumstances, GuardPolicy } from './circumstances.ts';
import { adviseKey, describeRefusedCredential, NEW_TICKET, ticketDefect } from './refused-credential.ts';
import { hasSentKey } from './refused-key.ts';
import type { Reason } from './reason.ts';

export function explainGuard(about: Circumstances): Reason {
  const { guard, phase, code, failure, defect } = about;
  if (defect?.kind === 'function-url')
    return explainFunctionUrl(defect, failure ?? '', about.functionReference);
  if (defect?.kind === 'screen') return { because: [...defect.because], changes: [...defect.changes] };
  const missing = guard === undefined ? undefined : missingOf(guard);
  const refusing = findRefusing(about);
  if (phase === 'screen' && refusing !== undefined) return explainPolicy(about, refusing);
  if (guard === undefined || phase === 'screen')
    return { because: [sentence(failure ?? code ?? '')], changes: [] };
  if (phase === 'authorize') {
    if (guard.decided !== undefined && refusing?.of !== 'resource')
      return explainAccess(about, guard, guard.decided);
    if (guard.simpleAnswer === false) return explainNo(about, guard);
    return refusing === undefined
      ? { because: [sentence(failure ?? '')], changes: [] }
      : explainPolicy(about, refusing);
  }
  switch (guard.kind) {
    case 'token':
      return missing === undefined ? explainToken(about, guard) : explainMissing(about, guard, missing);
    case 'lambda':
      return explainFunction(about, guard, missing);
    case 'iam':
    case 'none':
      return explainSignature(about);
  }
}

/** A JWT has characters that an expression for other tokens often lacks. */
function adviseExpression({ identityExpression = '', scheme }: GuardCircumstances): string {
  if (scheme === 'refused')
    return 'Send the token without “Bearer ”. Or, if callers should send it with “Bearer ”, begin the expression with ^Bearer and a space, and deploy the API again; the function then gets the value with “Bearer ”.';
  const prefix = scheme !== undefined || identityExpression.startsWith('^Bearer ') ? 'Bearer ' : '';
  // The expression is a Java regular expression, which JavaScript may not be able to parse.
  return compileFullMatch(identityExpression)?.(`${prefix}a-b.c_d.e0F`) === true
    ? 'Send a token that the expression matches, or change the expression.'
    : `Send a token that the expression matches, or change the expression. For a JWT, which has dots and may have - and _, write it as ^${prefix}[-0-9A-Za-z._]+$.`;
}

function explainFunction(
  about: Circumstances,
  guard: GuardCircumstances,
  missing: string | undefined,
): Reason {
  const { defect } = about;
  if (missing !== undefined && guard.from === undefined) return explainMissing(about, guard, missing);
  const said = formatLastLine(guard.lines);
  if (defect?.kind === 'authorizer' && defect.code === 'identity-mismatch')
    return {
      because: [
        `The token does not match the IdentityValidationExpression of authorizer ${guard.name}${guard.identityExpression === undefined ? '' : `, ${guard.identityExpression}`}: the function was not called. The expression must match the whole value of ${nameOfPlaces(guard.places)}${guard.scheme === undefined ? '' : ', which begins with “Bearer ” in this request'}.`,
      ],
      changes: [adviseExpression(guard)],
    };
  if (about.code === 'UNAUTHORIZED') {
    const why = describeRefusedCredential(about, guard);
    return {
      because: [
        `${sentence(about.failure ?? '')} The function ${guard.functionName ?? ''} was called and threw “Unauthorized”.`,
        ...why,
        ...describePlaces(guard),
        ...describeToken(guard),
        // After the function's own lines, Lambda's runtime prints the error, which the explanation already contains.
        ...(why.length === 0 ? said : []),
      ],
      changes: [
        ...renewal(about, guard),
        ...(adviseKey(about, guard) ?? [
          ticketDefect(guard.lines) === undefined
            ? `Send a credential that the authorizer’s function accepts${suggestToken(about, guard)}.`
            : NEW_TICKET,
        ]),
      ],
    };
  }
  if (defect?.kind === 'permission')
    return explainMissingPermission(
      about,
      defect.invoked ?? guard.functionName,
      `${about.apiId}/authorizers/*`,
    );
  if (defect?.kind === 'role') return explainRole(about, defect, `authorizer ${guard.name}`);
  const rights = findMissingRights([about.failure ?? '', ...guard.lines], about.statements);
  return {
    because: [
      sentence(`The authorizer failed, so the request is denied: ${about.failure ?? ''}`),
      ...describeMistake(about),
      ...describeMisread(guard.misread),
      ...said,
      ...rights.because,
    ],
    changes: [...rights.changes, adviseFix(about, guard)],
  };
}

function describePlaces({ name, places }: GuardCircumstances): string[] {
  if (places.length === 0) return [];
  return [`Authorizer ${name} read the credential from ${nameOfPlaces(places)}.`];
}

function suggestToken({ isDeployed }: Circumstances, guard: GuardCircumstances): string {
  const command = tokenCommandOf({ ...guard, isDeployed });
  const key = suggestKey({ isDeployed }, guard);
  if (command === undefined || (hasSentKey(guard) && guard.newKey !== undefined)) return key;
  // If the request has no token, its client may be meant to send an API key.
  const other = guard.token === undefined ? key.replace(', for example ', ', or ') : '';
  return `, for example ${bearer(guard)}a token from ${command}${other}`;
}

function describeToken({ token }: GuardCircumstances): string[] {
  if (token === undefined) return [];
  const roles =
    token.roles.length === 0
      ? 'no roles'
      : `the ${token.roles.length === 1 ? 'role' : 'roles'} ${list(token.roles)}`;
  return [
    `The token has ${token.subject === undefined ? 'no subject' : `the subject ${token.subject}`}, ${roles} and ${token.audience.length === 0 ? 'no audience' : `the audience ${list(token.audience)}`}.`,
    ...describeExpiry(token),
  ];
}

function renewal({ isDeployed }: Circumstances, { token }: GuardCircumstances): string[] {
  return token?.overForMs === undefined ? [] : [renewToken(isDeployed)];
}

function explainNo(about: Circumstances, guard: GuardCircumstances): Reason {
  const other = nameOtherRequest(about);
  const aged =
    guard.from === 'cache'
      ? `${other === undefined ? '' : ` for ${other}`}, ${formatDuration(guard.ageMs ?? 0)} before this request; the result is cached for ${guard.ttlSeconds} s${other === undefined ? '' : ', and applies to every request with this credential'}`
      : '';
  return {
    because: [
      `Authorizer ${guard.name} returned isAuthorized: false${aged}.`,
      ...describeToken(guard),
      ...printed(guard),
    ],
    changes: [
      ...renewal(about, guard),
      ...inOrder(about, [
        `Use a caller that ${guard.name} allows on ${about.routeKey ?? 'this route'}, or add a rule that allows this caller.`,
      ]),
      ...flush(about),
    ],
  };
}

/** Advice that follows from the code of the function comes before advice about the function's decision. */
function inOrder(about: Circumstances, changes: readonly string[]): readonly string[] {
  const byRequest = adviseIfByRequest(about);
  return about.guard?.routeReadAt === undefined ? [...changes, ...byRequest] : [...byRequest, ...changes];
}

function printed({ lines }: GuardCircumstances): string[] {
  return formatLastLine(lines);
}

function explainPolicy(about: Circumstances, policy: GuardPolicy): Reason {
  const { guard } = about;
  const whose = {
    authorizer: `the policy of authorizer ${guard?.name ?? ''}`,
    resource: 'the API’s resource policy',
    identity: `the identity-based policy of ${guard?.principal ?? 'the caller'}`,
  }[policy.of];
  const asked = `${policy.action} on ${policy.resource}`;
  if (policy.decision === 'explicit-deny') {
    const statement = policy.statements[policy.decidedBy ?? -1];
    return {
      because: [
        `${upper(whose)} denies ${asked}: ${nameStatement(policy, statement)} has Effect Deny${conditionsOf(statement)}${statement === undefined || statement.resources.length === 0 ? '' : `, on ${list(statement.resources)}`}${policy.statements.some(({ effect }) => effect === 'Allow') ? '; a Deny overrides every Allow' : ''}.`,
        ...describeAge(about, policy, nameOtherRequest(about)),
        ...describeCaller(about, policy),
      ],
      changes: [
        ...(policy.of === 'authorizer'
          ? inOrder(about, changesAtAuthorizer(about, policy))
          : (adviseOnDeny(about, policy, whose) ?? [
              `Change ${nameStatement(policy, statement)} in ${whose} so that it does not deny ${asked}; a Deny overrides every Allow.${policy.of === 'resource' ? toDeploy(about.protocol) : ''}`,
            ])),
        ...(policy.of === 'authorizer' ? flush(about) : []),
      ],
    };
  }
  const narrow = explainNarrow(about, policy);
  if (narrow !== undefined)
    return {
      because: [...narrow.because, ...(guard === undefined ? [] : describeToken(guard))],
      changes: narrow.changes,
    };
  return {
    because: [
      `${upper(whose)} does not allow ${asked}: ${explainNoMatch(about, policy)}.`,
      ...describeAge(about, policy, nameOtherRequest(about)),
      ...describeCaller(about, policy),
    ],
    changes: [
      ...(policy.of === 'authorizer'
        ? changesAtAuthorizer(about, policy)
        : (adviseOnNearest(about, policy, whose) ?? [
            `Add a statement with Effect Allow${policy.of === 'resource' ? `, Principal ${policy.caller ?? '"*"'}` : ''}, Action ${policy.action} and Resource ${resourceIn(policy)} to ${whose}.${policy.of === 'resource' ? toDeploy(about.protocol) : ''}`,
          ])),
      ...(policy.of === 'authorizer' ? flush(about) : []),
    ],
  };
}

/**
 * Shortens the ARN for a resource policy. The short form does not contain the id of the API, which differs on
 * AWS.
 * @see
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
 */
function resourceIn({ of, resource }: GuardPolicy): string {
  return of === 'resource' ? resource.replace(/^arn:[^/]*/, 'execute-api:') : resource;
}

function describeCaller({ guard }: Circumstances, policy: GuardPolicy): string[] {
  return guard === undefined || policy.of === 'resource' ? [] : [...describeToken(guard), ...printed(guard)];
}

/**
 * Suggests changes to roles, or to the rules or the function from which the policy is generated. The policy itself
 * cannot be changed, because it is generated for each caller.
 */
function changesAtAuthorizer(about: Circumstances, policy: GuardPolicy): string[] {
  const { guard, routeKey = 'this route' } = about;
  if (guard === undefined) return [];
  const { token, principal, functionName, name, lines } = guard;
  const lacks = findNotedLine(lines, 'lacks');
  if (lacks !== undefined)
    return [
      `Use a token with the claims ${lacks}. If the service does not need them, list them in result.claims.optional of the access document.`,
    ];
  // The toolkit's authorizers write the document's name to the log.
  const document = findNotedLine(lines, 'document');
  const reason = findNotedLine(lines, 'reason') ?? 'insufficient_scope';
  const lookUp = explainCommand(about, document ?? '');
  // oxlint-disable-next-line gatewright/no-recognition-by-text -- a log line has only the text
  if (document !== undefined && reason !== 'insufficient_scope')
    return [
      ...renewal(about, guard),
      `Run ${lookUp}: it names the rule, plan or limit that refuses the request.`,
    ];
  const caller = principal ?? 'the caller';
  const answering = functionName === undefined ? `authorizer ${name}` : `the function ${functionName}`;
  if (document === undefined)
    return [...renewal(about, guard), ...changesAtFunction(answering, caller, { policy, routeKey, token })];
  return [
    ...renewal(about, guard),
    token === undefined
      ? `Give ${caller} a role that is allowed to call ${routeKey}.`
      : `Use a token with a role that is allowed to call ${routeKey}; the roles of this token: ${list(token.roles)}.`,
    `Or, in the access document ${document} (${document}.yml), add a rule that allows ${routeKey}; ${lookUp} shows the document's roles and rules.`,
  ];
}

/** A user's own function decides by rules that the explanation does not know. */
function changesAtFunction(
  answering: string,
  caller: string,
  {
    policy,
    routeKey,
    token,
  }: Pick<GuardCircumstances, 'token'> & { readonly policy: GuardPolicy; readonly routeKey: string },
): string[] {
  const roles =
    token === undefined || token.roles.length === 0 ? '' : ` (the roles of this token: ${list(token.roles)})`;
  const fault = findArnFault(policy);
  if (fault !== undefined)
    return [
      `Build the Resource in ${answering} from the ARN in its event (methodArn; routeArn in payload format 2.0), which is ${policy.resource}. The Resource that the function returned has the ${listed(fault.differs)}.`,
    ];
  return [
    `Send a credential to which ${answering} gives access to ${routeKey}${roles}.`,
    policy.decision === 'explicit-deny'
      ? `Or, if ${caller} should have access, make ${answering} return a policy without that Deny and with an Allow for ${policy.action} on ${policy.resource}.`
      : `Or, if ${caller} should have access, make ${answering} allow ${policy.action} on ${policy.resource}.`,
  ];
}

/** A result that was returned for this request is in the cache too, so a change alone does not help its caller. */
function flush(about: Circumstances): string[] {
  const { guard } = about;
  if (guard?.from === 'cache')
    return [`If the rules have changed since then, flush the authorizer’s cache: ${flushCommand(about)}.`];
  return guard?.from === 'function' && guard.ttlSeconds > 0
    ? [
        `After a change of the rules, flush the authorizer’s cache, which keeps this result for ${guard.ttlSeconds} s: ${flushCommand(about)}.`,
      ]
    : [];
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
