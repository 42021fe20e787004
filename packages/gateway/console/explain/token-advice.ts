/** Says which token to send, with the command that creates it if the local issuer can. */
import { tokenOptions } from '@gatewright/aws/text/token-options';
import { list } from './reason.ts';
import type { Circumstances, GuardCircumstances } from './circumstances.ts';

type Guarded = Pick<GuardCircumstances, 'localToken' | 'trusted' | 'token'> &
  Pick<Circumstances, 'isDeployed'>;

/**
 * Returns `` `gatewright token --audience shop` ``; undefined for a deployed API, and if the local issuer makes no
 * token for this route.
 */
export function tokenCommandOf({ localToken, isDeployed }: Guarded): string | undefined {
  return localToken === undefined || isDeployed
    ? undefined
    : `\`gatewright token${tokenOptions(localToken)}\``;
}

/** Says which token to send to an authorizer that API Gateway itself evaluates (JWT or Cognito). */
export function adviseToken(guarded: Guarded): string {
  const { trusted, isDeployed } = guarded;
  const command = tokenCommandOf(guarded);
  if (command !== undefined) return `Send a token from ${command}.`;
  const issuer = issuerOf(guarded);
  const scopes = trusted?.scopes ?? [];
  const audiences = trusted?.audiences ?? [];
  const wanted = [
    ...(audiences.length === 0 ? [] : [`for the audience ${list(audiences)}`]),
    ...(scopes.length === 0 ? [] : [`with one of the scopes ${list(scopes)}`]),
  ].join(' ');
  const real = `Get a token${wanted === '' ? '' : ` ${wanted}`} from ${issuer}.`;
  if (isDeployed || trusted?.issuers.length === 0) return real;
  const options = tokenOptions({ issuer, audience: audiences[0], scope: scopes[0] });
  return `${real} Or let the gateway stand in for the issuer: \`gatewright start --issuer ${issuer}=local\`, and then \`gatewright token${options}\`.`;
}

/**
 * Returns the trusted issuer that the token names, or else the first trusted issuer, which is the issuer whose keys
 * were fetched.
 */
export function issuerOf({ token, trusted }: Pick<Guarded, 'token' | 'trusted'>): string {
  const issuers = trusted?.issuers ?? [];
  return issuers.find((issuer) => issuer === token?.issuer) ?? issuers[0] ?? 'the issuer of the authorizer';
}

/** A token in Authorization follows the scheme, which is easily forgotten. */
export function bearer({ places }: Pick<GuardCircumstances, 'places'>): string {
  return places.some(({ kind, name }) => kind === 'header' && name.toLowerCase() === 'authorization')
    ? 'Authorization: Bearer followed by '
    : '';
}
