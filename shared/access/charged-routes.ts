import type { CompiledDocument, CompiledQuota, CompiledRoute } from './compiled-document.ts';
import type { Principal } from './decide/principal.ts';

/** Whether the document's quota charges requests to the route. */
export function isCharged({ quota, routes }: CompiledDocument, route: CompiledRoute): boolean {
  return quota !== undefined && (quota.routes?.includes(routes.indexOf(route)) ?? true);
}

/** Whether the quota charges a caller. For all other callers, only the rules decide. */
export function isChargedCaller(
  { issuers }: Pick<CompiledQuota, 'issuers'>,
  { issuerId }: Pick<Principal, 'issuerId'>,
): boolean {
  return issuers?.includes(issuerId) ?? true;
}

const uncharged = new WeakMap<CompiledDocument, CompiledDocument>();

/**
 * Returns the document with allow rules for the uncharged routes only. A policy for the whole API may allow only these
 * routes, because a request that a cached policy allows is not charged. If an API caches results, the charged routes
 * are thus denied.
 */
export function withoutCharged(document: CompiledDocument): CompiledDocument {
  const { quota } = document;
  if (quota === undefined) return document;
  const known = uncharged.get(document);
  if (known !== undefined) return known;
  const rules = document.rules.map((rule) => {
    if (rule.effect === 'deny') return rule;
    const kept = rule.routes.map((route) => quota.routes !== undefined && !quota.routes.includes(route));
    const keep = <T>(list: readonly T[]): readonly T[] => list.filter((_, place) => kept[place] === true);
    const bind = rule.bind?.map((binding) => ({ ...binding, segments: keep(binding.segments) }));
    return { ...rule, routes: keep(rule.routes), ...(bind !== undefined && { bind }) };
  });
  const open = { ...document, rules };
  uncharged.set(document, open);
  return open;
}
