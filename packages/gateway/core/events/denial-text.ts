/** AWS's wording of a denial by IAM or a resource policy (docs/aws §1.4). */
import { maskedMethodArn } from './authorizer-event.ts';
import type { RoutedFacts } from './request-facts.ts';

/**
 * Returns AWS's message for a denial. `who` is the ARN of the signer; if it is undefined, the message contains AWS's
 * `anonymous`.
 */
export function describeDenial(facts: RoutedFacts, who: string | undefined, isExplicit: boolean): string {
  const ending = isExplicit ? ' with an explicit deny' : '';
  return `User: ${who ?? 'anonymous'} is not authorized to perform: execute-api:Invoke on resource: ${maskedMethodArn(facts)}${ending}`;
}
