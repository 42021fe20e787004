import type { Circumstances, GuardCircumstances } from './circumstances.ts';

/**
 * Describes the credential to send. A user's own function decides which credentials it accepts; the toolkit's
 * authorizers and local stand-ins of issuers accept local tokens.
 */
export function describeCredential(
  { isDeployed }: Circumstances,
  { kind, functionName, name }: GuardCircumstances,
  missing: string,
): string {
  const isUsual = missing === 'header Authorization' && !isDeployed;
  const token = 'Bearer followed by a token from `gatewright token`';
  if (kind !== 'lambda') {
    if (isDeployed) return '';
    return isUsual ? `: ${token}` : `, a token from \`gatewright token\``;
  }
  const own = `with a credential that ${functionName === undefined ? `the authorizer ${name}` : `the function ${functionName}`} accepts`;
  return isUsual ? ` ${own}; the toolkit’s authorizers accept ${token}` : ` ${own}`;
}

export function adviseFix(
  { defect, protocol }: Circumstances,
  { functionName, name }: GuardCircumstances,
): string {
  const named = functionName ?? name;
  switch (defect?.kind === 'authorizer' ? defect.code : undefined) {
    case 'timed-out':
      return `Make the function ${named} respond sooner, or give it more time or memory.`;
    case 'failed':
      return `Fix the function ${named}: it failed with that error before it returned a response.`;
    case 'refused':
      return `Make the function ${named} callable: the call was refused before the function ran.`;
    case 'malformed':
    case 'identity-missing':
    case 'identity-mismatch':
    case 'unauthorized':
    case undefined:
      return `Fix the function ${named}: it must return a principalId and a policyDocument${protocol === 'http' ? ' (or isAuthorized)' : ''}.`;
  }
}
