/**
 * Finds out why an authorizer needs the `access` table, so that a missing table is reported when the authorizer is
 * created.
 */
import type { CompiledDocument } from './compiled-document.ts';

type TableNeed = 'keys' | 'tickets' | 'revocation';

/** The reasons as predicates: each completes a sentence whose subject is a document. */
export const TABLE_NEEDS: Readonly<Record<TableNeed, string>> = {
  keys: 'accepts API keys',
  tickets: 'accepts tickets',
  revocation: 'has revocation',
};

export function tableNeeds(
  { apis, apiKeys, tickets, issuers }: CompiledDocument,
  deployedStage: string,
): readonly TableNeed[] {
  if (!apis.some((api) => api.for === deployedStage)) return [];
  const hasAny = (list: readonly { readonly only?: readonly string[] }[]) =>
    list.some(({ only }) => only?.includes(deployedStage) ?? true);
  const revocable = issuers.filter(({ revocation }) => revocation !== undefined);
  return [
    ...(hasAny(apiKeys) ? (['keys'] as const) : []),
    ...(hasAny(tickets) ? (['tickets'] as const) : []),
    ...(hasAny(revocable) ? (['revocation'] as const) : []),
  ];
}
