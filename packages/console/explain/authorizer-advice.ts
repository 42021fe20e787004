/** Advice about an authorizer that was not called, or failed. */
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
  const own = `with what ${functionName === undefined ? `the authorizer ${name}` : `the function ${functionName}`} takes`;
  return isUsual ? ` ${own}; the authorizers of the toolkit take ${token}` : ` ${own}`;
}

export function mendFunction(
  { defect, protocol }: Circumstances,
  { functionName, name }: GuardCircumstances,
): string {
  const named = functionName ?? name;
  switch (defect?.kind === 'authorizer' ? defect.code : undefined) {
    case 'timed-out':
      return `Mend the function ${named}: it has to answer sooner, or be given more time and memory.`;
    case 'failed':
      return `Mend the function ${named}: it broke off with that error before it had answered.`;
    case 'refused':
      return `Make the function ${named} callable: the call was refused before it ran.`;
    case 'malformed':
    case 'identity-missing':
    case 'identity-mismatch':
    case 'unauthorized':
    case undefined:
      return `Mend the function ${named}: it has to answer with a principalId and a policyDocument${protocol === 'http' ? ' (or isAuthorized)' : ''}.`;
  }
}
