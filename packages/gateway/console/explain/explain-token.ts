import { tokenOptions } from '@gatewright/aws/text/token-options';
import { formatDuration, list, sentence, withStop } from './reason.ts';
import { adviseToken, issuerOf } from './token-advice.ts';
import type { MalformedPart, TokenDefectCode } from '../../core/policy/bearer-token.ts';
import type { Circumstances, GuardCircumstances, TokenCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

type Refused = Pick<GuardCircumstances, 'token' | 'localToken'> & {
  readonly authorizer: string;
  readonly trusted: NonNullable<GuardCircumstances['trusted']>;
  readonly failure: string;
  readonly part: MalformedPart | undefined;
  readonly isDeployed: boolean;
};

export function explainToken(about: Circumstances, guard: GuardCircumstances): Reason {
  const { defect, failure = '', isDeployed } = about;
  const { name: authorizer, token, trusted, localToken } = guard;
  const reason =
    defect?.kind === 'token' && trusted !== undefined
      ? explainDefect(defect.code, {
          authorizer,
          token,
          trusted,
          failure,
          part: defect.part,
          isDeployed,
          localToken,
        })
      : undefined;
  return reason ?? explainUnknown(about, guard);
}

function explainUnknown({ failure = '', isDeployed }: Circumstances, guard: GuardCircumstances): Reason {
  return {
    because: [sentence(failure), ...describeExpectations(guard)],
    changes: [adviseToken({ ...guard, isDeployed })],
  };
}

/** Says what the authorizer requires, if the log line of a deployed API does not say what was wrong. */
function describeExpectations({ name, places, trusted }: GuardCircumstances): string[] {
  const where = places.map(({ kind, name: place }) => `${kind} ${place}`);
  return [
    ...(where.length === 0 ? [] : [`Authorizer ${name} reads the token from ${list(where)}.`]),
    ...(trusted === undefined
      ? []
      : [
          `It accepts tokens of ${list(trusted.issuers)}${trusted.audiences.length === 0 ? '' : ` for the audience ${list(trusted.audiences)}`}${trusted.scopes.length === 0 ? '' : ` with one of the scopes ${list(trusted.scopes)}`}.`,
        ]),
  ];
}

/** Explains why the token was refused. Returns undefined if there was no token, or if facts for it are missing. */
function explainDefect(code: TokenDefectCode, refused: Refused): Reason | undefined {
  const { authorizer, failure } = refused;
  switch (code) {
    case 'missing':
      return undefined;
    case 'malformed':
      return {
        because: [
          withStop(
            `Authorizer ${authorizer} cannot read the credential as a JSON Web Token: ${refused.part === undefined ? failure : MALFORMED[refused.part]}`,
          ),
        ],
        changes: [`A signed token is header, payload and signature, joined by dots. ${adviseToken(refused)}`],
      };
    case 'algorithm':
      return explainAlgorithm(refused);
    case 'key':
      return (
        explainForeign(refused) ?? {
          because: [
            `The issuer ${issuerOf(refused)} has no key with the token's \`kid\`, or the token has no \`kid\`.`,
          ],
          changes: [
            `${adviseToken(refused)} The issuer may have rotated its keys after it signed the refused token.`,
          ],
        }
      );
    case 'issuer-unreachable':
      return explainUnreachable(refused);
    case 'signature':
      return (
        explainForeign(refused) ?? {
          because: [`The signature of the token does not match the key of the issuer ${issuerOf(refused)}.`],
          changes: [
            `Send the token exactly as ${issuerOf(refused)} signed it; a token that was modified or signed by another issuer is refused.`,
            adviseToken(refused),
          ],
        }
      );
    case 'token-use':
      return explainTokenUse(refused);
    case 'audience-form':
      return explainAudienceForm(refused);
    case 'claim':
      return explainMissingClaim(refused);
    case 'issuer':
    case 'audience':
    case 'expired':
    case 'not-yet-valid':
    case 'scope':
      return (
        refused.token &&
        (explainRespelt(code, refused, refused.token) ?? explainClaim(code, refused, refused.token))
      );
  }
}

function explainAlgorithm({ authorizer, failure }: Refused): Reason {
  return {
    because: [withStop(`Authorizer ${authorizer} does not accept the algorithm of the token: ${failure}`)],
    changes: [
      'Make the issuer sign tokens with RS256, the algorithm that every authorizer accepts, and publish its public key (jwks_uri).',
      `Or, if the tokens have to stay as they are, such as tokens that are signed with a shared secret (HS256), replace ${authorizer} with a Lambda authorizer that verifies them.`,
    ],
  };
}

function explainMissingClaim(refused: Refused): Reason {
  return {
    because: [
      withStop(
        `Authorizer ${refused.authorizer} requires a claim that the token does not have: ${refused.failure}`,
      ),
    ],
    changes: [adviseToken(refused)],
  };
}

/**
 * A Cognito authorizer of a REST API reads access tokens for methods with scopes, and ID tokens for others.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
 */
function explainTokenUse(refused: Refused): Reason {
  const { authorizer, trusted } = refused;
  const hasScopes = trusted.scopes.length > 0;
  const method = `the method has ${hasScopes ? `the AuthorizationScopes ${list(trusted.scopes)}` : 'no AuthorizationScopes'}`;
  const [wanted, other] = hasScopes ? ['access', 'ID'] : ['ID', 'access'];
  return {
    because: [
      `Authorizer ${authorizer} accepts only ${wanted} tokens, because ${method}, but the request has another token of the user pool, such as an ${other} token (token_use).`,
    ],
    changes: [
      `Send the ${wanted} token of the same sign-in. ${adviseToken(refused)}`,
      hasScopes
        ? 'Or, to accept ID tokens, remove AuthorizationScopes from the method.'
        : `Or, to accept access tokens in place of ID tokens, add to AuthorizationScopes of the method a scope that access tokens have${ownScopes(refused)}.`,
    ],
  };
}

/**
 * The expression of a Cognito authorizer is compared with `aud`, which access tokens do not have.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
 */
function explainAudienceForm(refused: Refused): Reason {
  const { authorizer, token, trusted } = refused;
  // The record of a token without `aud` has the token's client_id as its audience.
  const audience = token?.isIdToken === true ? token.audience : [];
  const compared = `The IdentityValidationExpression of authorizer ${authorizer} is compared with the aud of the token`;
  if (audience.length > 0)
    return {
      because: [`${compared}, ${list(audience)}, and does not match it.`],
      changes: [
        'Send a token of an app client whose id the expression matches, or change the expression, and deploy the API again.',
      ],
    };
  return {
    because: [
      `${compared}, and the token has no aud: an access token of a user pool has client_id instead. With an expression, every access token is refused, whatever its scopes are.`,
    ],
    changes: [
      `Remove IdentityValidationExpression from authorizer ${authorizer}, and deploy the API again${trusted.scopes.length > 0 ? ': the AuthorizationScopes of the method are still checked' : ''}.`,
    ],
  };
}

function ownScopes({ token }: Refused): string {
  const scopes = token?.scopes ?? [];
  return scopes.length === 0 ? '' : `: this token has ${list(scopes)}`;
}

const USER_POOL = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\//;

const MALFORMED: Readonly<Record<MalformedPart, string>> = {
  segments: 'it does not have three parts, joined by dots',
  header: 'its first part, the header, is not base64url of a JSON object',
  payload: 'its second part, the claims, is not base64url of a JSON object',
  unsigned: 'it is not signed, because its third part, the signature, is empty',
  signature: 'its third part, the signature, is not base64url, or it has padding (=), which is not allowed',
  extension: 'its header has the member crit, and API Gateway supports no critical extensions',
  algorithm: 'its header names no algorithm (alg)',
};

/**
 * Explains that another issuer signed the token. With a single issuer, API Gateway checks the key and the signature
 * before the claim `iss`, so it reports an unknown key or a wrong signature instead of the issuer.
 */
function explainForeign(refused: Refused): Reason | undefined {
  const { authorizer, token, trusted } = refused;
  if (token?.issuer === undefined || trusted.issuers.includes(token.issuer)) return undefined;
  if (findRespelt(token.issuer, trusted.issuers) !== undefined) return undefined;
  return {
    because: [
      `The token names the issuer ${token.issuer}; authorizer ${authorizer} accepts only tokens of ${list(trusted.issuers)}, and this token was signed with another key.`,
    ],
    changes: [adviseToken(refused), ...acceptIssuer(token.issuer, trusted.issuers)],
  };
}

/**
 * An authorizer of the type COGNITO_USER_POOLS accepts only user pools. If all trusted issuers are user pools, another
 * kind of issuer cannot be added.
 */
function acceptIssuer(issuer: string, trusted: readonly string[]): string[] {
  const isOfPools = trusted.length > 0 && trusted.every((one) => USER_POOL.test(one));
  if (isOfPools && !USER_POOL.test(issuer)) return [];
  if (isOfPools)
    return [
      `Or, if tokens from ${issuer} should be accepted: on a REST API, add this user pool to ProviderARNs of the authorizer; on an HTTP API, set Issuer in the JwtConfiguration of the authorizer to ${issuer}, because a JWT authorizer has one issuer.`,
    ];
  return [
    `Or, if tokens from ${issuer} should be accepted instead, set Issuer in the JwtConfiguration of the authorizer to ${issuer}: a JWT authorizer has one issuer.`,
  ];
}

/**
 * Returns the accepted value that differs from the token's value only in final slashes or spaces, in letter case, or in
 * the scheme. Returns undefined if there is none. API Gateway compares both values as strings.
 */
function findRespelt(value: string, accepted: readonly string[]): string | undefined {
  return accepted.find((one) => one !== value && plain(one) === plain(value));
}

function plain(value: string): string {
  return value
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
}

/** Describes how two spellings of a value differ: which one has the slash at its end, or only that they differ. */
function describeRespelling(given: string, accepted: string): string {
  const slashes = given.endsWith('/') !== accepted.endsWith('/');
  if (slashes && given.replace(/\/+$/, '') === accepted.replace(/\/+$/, ''))
    return `the value in the token ends ${given.endsWith('/') ? 'with' : 'without'} a slash, the value in the authorizer ${given.endsWith('/') ? 'without' : 'with'} one`;
  return 'the two spellings differ';
}

function explainRespelt(
  code: string,
  { authorizer, trusted }: Refused,
  token: TokenCircumstances,
): Reason | undefined {
  const isIssuer = code === 'issuer';
  if (!isIssuer && code !== 'audience') return undefined;
  const values = isIssuer ? [token.issuer ?? ''] : token.audience;
  const accepted = isIssuer ? trusted.issuers : trusted.audiences;
  for (const given of values) {
    const respelt = findRespelt(given, accepted);
    if (respelt === undefined) continue;
    const [claim, property] = isIssuer ? ['iss', 'Issuer'] : ['aud', 'Audience'];
    return {
      because: [
        `The ${claim} of the token is ${given}, and ${property} of authorizer ${authorizer} is ${respelt}: ${describeRespelling(given, respelt)}, and API Gateway compares the two strings exactly.`,
      ],
      changes: [
        `Write ${given} instead of ${respelt} in ${property} of the JwtConfiguration of authorizer ${authorizer}, exactly as the token has it.`,
      ],
    };
  }
  return undefined;
}

const POOL_ID = /^[a-z]{2}(?:-[a-z]+)+-\d_\w+$/;

/** Cognito's tokens are for an app client (aud or client_id), and never for the pool. */
function describePools(audiences: readonly string[]): string[] {
  return audiences
    .filter((one) => POOL_ID.test(one))
    .map(
      (one) =>
        `The audience ${one} is the id of a user pool, which is never the audience of a token: the tokens of a user pool are for an app client.`,
    );
}

/**
 * A client_id that matches does not help a token that has aud.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
 */
function describeUnread({ unreadClientId }: TokenCircumstances, audiences: readonly string[]): string[] {
  return unreadClientId === undefined
    ? []
    : [
        `The client_id of the token, ${unreadClientId}, ${audiences.includes(unreadClientId) ? 'is one of them, but' : 'was not compared:'} API Gateway compares client_id with the audiences only if the token has no aud.`,
      ];
}

function adviseAudience(refused: Refused, token: TokenCircumstances): readonly string[] {
  const { trusted, authorizer } = refused;
  const wrong = trusted.audiences.filter((one) => POOL_ID.test(one));
  const names = token.audience.map((one) => token.audienceNames?.[one] ?? one);
  if (wrong.length > 0 && names.length > 0)
    return [
      `Write ${list(names)}${names.join() === token.audience.join() ? '' : ` (${list(token.audience)})`} instead of ${list(wrong)} into the audience of authorizer ${authorizer} (JwtConfiguration).`,
    ];
  return [
    adviseToken(refused),
    ...(names.length === 0 ? [] : [`Or add ${list(names)} to the audiences of the authorizer.`]),
  ];
}

function explainClaim(
  code: 'issuer' | 'audience' | 'expired' | 'not-yet-valid' | 'scope',
  refused: Refused,
  token: TokenCircumstances,
): Reason {
  const { authorizer, failure, isDeployed, trusted } = refused;
  switch (code) {
    case 'issuer':
      return {
        because: [
          `The token ${token.issuer === undefined ? 'has no issuer' : `names the issuer ${token.issuer}`}; authorizer ${authorizer} accepts only ${list(trusted.issuers)}.`,
        ],
        changes: [
          adviseToken(refused),
          ...(token.issuer === undefined ? [] : acceptIssuer(token.issuer, trusted.issuers)),
        ],
      };
    case 'audience':
      return {
        because: [
          ...describePools(trusted.audiences),
          `The token has ${token.audience.length === 0 ? 'no audience' : `the audience ${list(token.audience)}`}; authorizer ${authorizer} accepts ${trusted.audiences.length === 0 ? 'a different one' : `only ${list(trusted.audiences)}`}.`,
          ...describeUnread(token, trusted.audiences),
        ],
        changes: adviseAudience(refused, token),
      };
    case 'expired':
      return {
        because: [
          token.expiresAtEpochMs === undefined
            ? 'The token has no `exp`; tokens that never expire are not accepted.'
            : `The token expired at ${new Date(token.expiresAtEpochMs).toISOString()}.`,
        ],
        changes: [`${renewToken(isDeployed)} ${adviseToken(refused)}`],
      };
    case 'not-yet-valid':
      return {
        because: [
          token.validFromEpochMs === undefined
            ? withStop(`The token is not valid yet: ${failure}`)
            : `The token is not valid before ${new Date(token.validFromEpochMs).toISOString()} (its nbf or iat), which is later than the time of the request.`,
        ],
        changes: [
          `Wait until the token is valid, or correct the clock of its issuer${isDeployed ? '' : '; `gatewright clock` shows the time that the gateway uses'}.`,
        ],
      };
    case 'scope':
      return explainScope(refused, token);
  }
}

function explainScope(refused: Refused, { scopes, isIdToken }: TokenCircumstances): Reason {
  const has = scopes.length === 0 ? 'has no scopes' : `has the scopes ${list(scopes)}`;
  return {
    because: [
      `The token ${isIdToken === true ? 'is an ID token (token_use: id), which has no scopes' : has}; the route requires one of ${list(refused.trusted.scopes)}.`,
    ],
    changes: [
      ...(isIdToken === true
        ? [
            'Send the access token of the same sign-in: only access tokens have scopes. Or, if callers may send ID tokens, remove the scopes from the route.',
          ]
        : []),
      adviseToken(refused),
    ],
  };
}

/** Explains that a token, which may be valid, could not be checked. */
function explainUnreachable(refused: Refused): Reason {
  const issuer = issuerOf(refused);
  const foreign = explainForeign(refused) && refused.token?.issuer;
  return {
    because: [
      `The keys of the issuer ${issuer} could not be read, so authorizer ${refused.authorizer} could not check the token.`,
      ...(foreign === undefined
        ? []
        : [
            `With these keys, it would refuse the token, too, because the token names the issuer ${foreign}.`,
          ]),
    ],
    changes: [
      ...(refused.isDeployed
        ? foreign === undefined
          ? []
          : [adviseToken(refused)]
        : [
            `To work offline, let the gateway stand in for the issuer: \`gatewright start --issuer ${issuer}=local\`, and then \`gatewright token${tokenOptions({ issuer, audience: refused.trusted.audiences[0], scope: refused.trusted.scopes[0] })}\`.`,
          ]),
      `To use the real issuer, make ${issuer.replace(/\/$/, '')}/.well-known/openid-configuration reachable and send the request again.`,
    ],
  };
}

export function renewToken(isDeployed: boolean): string {
  return isDeployed
    ? 'Get a new token.'
    : 'Get a new token; `gatewright clock` shows the time that the gateway uses.';
}

/**
 * Describes an expired token. An authorizer function gives no reason when it refuses a request, but the token often
 * shows the reason. This function does not check the token's signature.
 */
export function describeExpiry({ expiresAtEpochMs, overForMs }: TokenCircumstances): string[] {
  if (expiresAtEpochMs === undefined || overForMs === undefined) return [];
  return [
    `The token's unverified \`exp\` says that it expired at ${new Date(expiresAtEpochMs).toISOString()}, ${formatDuration(overForMs)} before the request.`,
  ];
}
