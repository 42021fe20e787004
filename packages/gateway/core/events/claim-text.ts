/**
 * Formats a token's claims in the form in which functions receive them. The printed values are always strings
 * (docs/aws §4.5, §4.6).
 */
import { printClaim } from '@gatewright/aws/text/claim-text';
import type { ClaimForm } from '@gatewright/aws/text/claim-text';
import { putEntry } from '../routing/text-map.ts';
import type { TextMap } from '../routing/text-map.ts';
import type { Claims } from '../policy/bearer-token.ts';

/**
 * Formats claims for HTTP APIs. Claims that are null are left out (captured on AWS in August 2026, floci pull request
 * 2011).
 */
export function printHttpClaims(claims: Claims): TextMap {
  return printClaims(claims, 'jwt');
}

/** Formats claims in the form that Cognito authorizers of REST APIs use. */
export function printCognitoClaims(claims: Claims): TextMap {
  return printClaims(claims, 'cognito');
}

function printClaims(claims: Claims, form: ClaimForm): TextMap {
  const texts: TextMap = {};
  for (const [name, value] of Object.entries(claims))
    if (value !== null) putEntry(texts, name, printClaim(form, name, value));
  return texts;
}
