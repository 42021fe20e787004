/** What an authorizer needs the `access` table for, so that a missing table is noticed at once. */
import type { CompiledDocument } from './compiled-document.ts';

type TableNeed = 'takes API keys' | 'takes tickets' | 'has revocation';

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
