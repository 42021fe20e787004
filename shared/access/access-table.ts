/** For what an authorizer reads the `access` table: without it, each of these would fail request by request. */
import type { CompiledDocument } from './compiled-document.ts';

type TableNeed = 'takes API keys' | 'takes tickets' | 'has revocation';

/** What of a document needs the table where it is deployed. */
export function tableNeeds(
  { apis, apiKeys, tickets, issuers }: CompiledDocument,
  deployedStage: string,
): readonly TableNeed[] {
  if (!apis.some((api) => api.for === deployedStage)) return [];
  const hasAny = (list: readonly { readonly only?: readonly string[] }[]) =>
    list.some(({ only }) => only?.includes(deployedStage) ?? true);
  const revocable = issuers.filter(({ revocation }) => revocation !== undefined);
  return [
    ...(hasAny(apiKeys) ? (['takes API keys'] as const) : []),
    ...(hasAny(tickets) ? (['takes tickets'] as const) : []),
    ...(hasAny(revocable) ? (['has revocation'] as const) : []),
  ];
}
