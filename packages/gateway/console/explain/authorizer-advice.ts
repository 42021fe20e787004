import type { Circumstances, GuardCircumstances } from './circumstances.ts';

/**
 * A user's function defines its own credential; the toolkit's and stand-ins of issuers accept local tokens.
 */
export function describeCredential(
  { isDeployed }: Circumstances,
  { kind, functionName, name }: GuardCircumstances,
  missing: string,
): string {
  const isUsual = missing === 'header Authorization' && !isDeployed;
  const token = 'Bearer followed by a token of `gatewright token`';
  if (kind !== 'lambda') {
    if (isDeployed) return '';
    return isUsual ? `: ${token}` : `, a token of \`gatewright token\``;
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
      return `Fix the function ${named}: it must answer sooner, or needs more time and memory.`;
    case 'failed':
      return `Fix the function ${named}: it failed with that error before it answered.`;
    case 'refused':
      return `Make the function ${named} callable: the call was refused before it ran.`;
    case 'malformed':
    case 'identity-missing':
    case 'identity-mismatch':
    case 'unauthorized':
    case undefined:
      return `Fix the function ${named}: it must return a principalId and a policyDocument${protocol === 'http' ? ' (or isAuthorized)' : ''}.`;
  }
}
