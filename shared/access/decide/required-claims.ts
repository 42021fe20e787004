/** Claims without which a handler would write for nobody: a caller who lacks one is known, and may do nothing. */
import type { CompiledDocument } from '../compiled-document.ts';
import type { Claims } from './claims.ts';

/** Names of those that the document requires (`result.claims`) and the caller has not, or has empty. */
export function lackedClaims(
  { result }: Pick<CompiledDocument, 'result'>,
  { claims }: { readonly claims: Claims },
): readonly string[] {
  return (result.claims?.required ?? []).filter(
    (name) => !Object.hasOwn(claims, name) || isEmpty(claims[name]),
  );
}

/** What a handler would take for no owner. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** For the line of the request: a policy cannot say why it denies. */
export function describeLacked(names: readonly string[]): string {
  return `the credential has no claim ${names.join(', ')}, which result.claims requires`;
}
