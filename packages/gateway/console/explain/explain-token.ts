import { formatDuration, list, sentence } from './reason.ts';
import type { TokenDefectCode } from '../../core/policy/bearer-token.ts';
import type { Circumstances, GuardCircumstances, TokenCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

type Refused = {
  readonly authorizer: string;
  /** The facts about the token; undefined if the token could not be read, or if the facts come from a log line. */
  readonly token: TokenCircumstances | undefined;
  readonly trusted: NonNullable<GuardCircumstances['trusted']>;
  readonly failure: string;
  readonly isDeployed: boolean;
};

export function explainToken(about: Circumstances, guard: GuardCircumstances): Reason {
  const { defect, failure = '', isDeployed } = about;
  const { name: authorizer, token, trusted } = guard;
  const reason =
    defect?.kind === 'token' && trusted !== undefined
      ? explainDefect(defect.code, { authorizer, token, trusted, failure, isDeployed })
      : undefined;
  return reason ?? explainUnknown(failure);
}

function explainUnknown(failure: string): Reason {
  return {
    because: [sentence(failure)],
    changes: ['Send a valid token from the authorizer’s issuer.'],
  };
}

/** Returns undefined if the facts that the explanation needs are missing. */
function explainDefect(code: TokenDefectCode, refused: Refused): Reason | undefined {
  const { authorizer, trusted, failure } = refused;
  switch (code) {
    case 'missing':
      return undefined;
    case 'malformed':
      return {
        because: [`Authorizer ${authorizer} cannot read the credential as a JSON Web Token: ${failure}.`],
        changes: [
          `Send a signed token: header, payload and signature, joined by dots${localToken(refused)}.`,
        ],
      };
    case 'algorithm':
      return {
        because: [`Authorizer ${authorizer} does not accept the algorithm of the token: ${failure}.`],
        changes: ['Make the issuer sign tokens with RS256, the algorithm that every authorizer accepts.'],
      };
    case 'key':
      return {
        because: [
          `The issuer ${issuerOf(refused)} has no key with the token's \`kid\`, or the token has no \`kid\`.`,
        ],
        changes: [
          `Get a new token from ${issuerOf(refused)}: the issuer may have rotated its keys after it signed this one.`,
        ],
      };
    case 'issuer-unreachable':
      return explainUnreachable(refused);
    case 'signature':
      return {
        because: [`The signature of the token does not match the key of the issuer ${issuerOf(refused)}.`],
        changes: [
          `Send the token exactly as ${issuerOf(refused)} signed it; a token that was modified or signed by another issuer is refused.`,
        ],
      };
    case 'claim':
      return {
        because: [`Authorizer ${authorizer} requires a claim that the token does not have: ${failure}.`],
        changes: [`Get a token with the claims that authorizer ${authorizer} requires.`],
      };
    case 'issuer':
    case 'audience':
    case 'expired':
    case 'not-yet-valid':
    case 'scope':
      return refused.token && explainClaim(code, refused, refused.token, trusted);
  }
}

function explainClaim(
  code: 'issuer' | 'audience' | 'expired' | 'not-yet-valid' | 'scope',
  { authorizer, failure, isDeployed }: Refused,
  token: TokenCircumstances,
  trusted: Refused['trusted'],
): Reason {
  switch (code) {
    case 'issuer':
      return {
        because: [
          `The token ${token.issuer === undefined ? 'has no issuer' : `names the issuer ${token.issuer}`}; authorizer ${authorizer} accepts only ${list(trusted.issuers)}.`,
        ],
        changes: [
          'Use a token from an issuer that the authorizer accepts, or change the authorizer’s issuer.',
        ],
      };
    case 'audience':
      return explainAudience(authorizer, isDeployed, token, trusted.audiences);
    case 'expired':
      return {
        because: [
          token.expiresAtEpochMs === undefined
            ? 'The token has no `exp`; tokens that never expire are not accepted.'
            : `The token expired at ${new Date(token.expiresAtEpochMs).toISOString()}.`,
        ],
        changes: [renewToken(isDeployed)],
      };
    case 'not-yet-valid':
      return {
        because: [`The token is not valid yet: ${failure}.`],
        changes: [
          `Wait until the token is valid, or correct the clock of its issuer${isDeployed ? '' : '; `gatewright clock` shows the time that the gateway uses'}.`,
        ],
      };
    case 'scope':
      return {
        because: [
          `The token has ${token.scopes.length === 0 ? 'no scopes' : `the scopes ${list(token.scopes)}`}; the route requires one of ${list(trusted.scopes)}.`,
        ],
        changes: [`Request a token with the scope ${trusted.scopes[0] ?? ''}.`],
      };
  }
}

function explainAudience(
  authorizer: string,
  isDeployed: boolean,
  token: TokenCircumstances,
  audiences: readonly string[],
): Reason {
  const [first] = audiences;
  const here = first === undefined || isDeployed ? '' : ` (here: \`gatewright token --audience ${first}\`)`;
  return {
    because: [
      `The token has ${token.audience.length === 0 ? 'no audience' : `the audience ${list(token.audience)}`}; authorizer ${authorizer} accepts only ${list(audiences)}.`,
    ],
    changes: [
      `Request a token for ${list(audiences)} from the issuer${here}${token.audience.length === 0 ? '' : `, or add ${list(token.audience)} to the authorizer’s audiences`}.`,
    ],
  };
}

/** Explains that a token, which may be valid, could not be checked. */
function explainUnreachable(refused: Refused): Reason {
  const issuer = issuerOf(refused);
  return {
    because: [
      `The keys of the issuer ${issuer} could not be read, so authorizer ${refused.authorizer} could not check the token.`,
    ],
    changes: [
      ...(refused.isDeployed
        ? []
        : [
            `To work offline, let the gateway stand in for the issuer: \`gatewright start --issuer ${issuer}=local\`.`,
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

function localToken({ isDeployed }: Refused): string {
  return isDeployed ? '' : '; `gatewright token` creates one';
}

/**
 * Returns the issuer whose keys were fetched. If several issuers are allowed, it is the issuer that the token names.
 */
function issuerOf({ token, trusted: { issuers } }: Refused): string {
  return issuers.find((issuer) => issuer === token?.issuer) ?? issuers[0] ?? 'of the authorizer';
}

/**
 * Describes an expired token. An authorizer function refuses a request without a reason, but the reason is often
 * visible in the token. The token's signature is not checked here.
 */
export function describeExpiry({ expiresAtEpochMs, overForMs }: TokenCircumstances): string[] {
  if (expiresAtEpochMs === undefined || overForMs === undefined) return [];
  return [
    `The token's unverified \`exp\` says it expired at ${new Date(expiresAtEpochMs).toISOString()}, ${formatDuration(overForMs)} before the request.`,
  ];
}
