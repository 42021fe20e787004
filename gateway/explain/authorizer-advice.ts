/** What to do about an authorizer that was not asked, or broke off. */
import type { Circumstances, GuardCircumstances } from './circumstances.ts';

/** A function of somebody else takes what it takes; the toolkit's and issuers that are stood in for take local tokens. */
export function describeCredential(
  { kind, functionName, name }: GuardCircumstances,
  missing: string,
): string {
  const token = 'Bearer followed by a token of `gatewright token`';
  if (kind !== 'lambda')
    return missing === 'header Authorization' ? `: ${token}` : `, a token of \`gatewright token\``;
  const own = `with what ${functionName === undefined ? `the authorizer ${name}` : `the function ${functionName}`} takes`;
  return missing === 'header Authorization'
    ? ` ${own}; the authorizers of the toolkit take ${token}`
    : ` ${own}`;
}

/** What broke off says itself why; what came through was no answer of an authorizer. */
export function mendFunction(
  { failure = '', protocol }: Circumstances,
  { functionName, name }: GuardCircumstances,
): string {
  const mend = `Mend the function ${functionName ?? name}: `;
  if (/ did not answer in time/.test(failure))
    return `${mend}it has to answer sooner, or be given more time and memory.`;
  if (/ failed with /.test(failure)) return `${mend}it broke off with that error before it had answered.`;
  return `${mend}it has to answer with a principalId and a policyDocument${protocol === 'http' ? ' (or isAuthorized)' : ''}.`;
}
