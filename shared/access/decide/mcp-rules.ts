/** Decides what a caller may do with an MCP server, by the document's rules under `mcp`. */
import type { McpGrants, McpPatterns } from '../../mcp/grants.ts';
import { MCP_GRANTS, printMcpGrants } from '../../mcp/grants.ts';
import { MCP_SUBJECTS, methodRule } from '../../mcp/methods.ts';
import { matchesSubject } from '../../mcp/patterns.ts';
import type { McpSubject } from '../../mcp/methods.ts';
import type { CompiledCondition, CompiledDocument, CompiledMcpRule } from '../compiled-document.ts';
import { chargedAs } from '../charge-quota.ts';
import { isChargedCaller } from '../charged-routes.ts';
import { evaluateCondition } from './condition.ts';
import type { Circumstances } from './condition.ts';
import type { Principal } from './principal.ts';
import { findMissingClaims } from './required-claims.ts';

/** Formats the caller's grants by the name of the context member that carries them. */
export function printMcpRules(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
  limitCharacters: number,
): Readonly<Record<string, string>> {
  const grants = mcpGrantsOf(document, principal, at);
  return grants === undefined ? {} : { [MCP_GRANTS]: printMcpGrants(grants, limitCharacters) };
}

/** Returns the caller's grants. The result is undefined only if the document has no rules under `mcp`. */
export function mcpGrantsOf(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
): McpGrants | undefined {
  const { mcp, name } = document;
  if (mcp === undefined) return undefined;
  const nothing = { document: name, allow: {}, deny: {}, withScopes: [] };
  if (findMissingClaims(document, principal).length > 0) return nothing;
  const allowing = mcp.rules.filter(({ effect }) => effect === 'allow');
  const denying = mcp.rules.filter(({ effect }) => effect === 'deny');
  // If a condition cannot be decided, an allow rule does not apply and a deny rule does.
  const isTrue = (rule: CompiledMcpRule, unclear: boolean): boolean =>
    rule.when === undefined || (evaluateCondition(rule.when, principal, at) ?? unclear);
  return {
    ...nothing,
    ...chargeOf(document, principal),
    allow: collect(allowing.filter((rule) => isTrue(rule, false))),
    deny: collect(denying.filter((rule) => isTrue(rule, true))),
    withScopes: allowing
      .filter((rule) => !isTrue(rule, false))
      .flatMap((rule) => {
        const scopes = rule.when && missingScopes(rule.when, principal, at);
        return scopes === undefined ? [] : [{ scopes: [...new Set(scopes)], allow: collect([rule]) }];
      }),
  };
}

/**
 * Returns the rules that name the tool, prompt, resource or method of a message, whether or not they apply to the
 * caller.
 */
export function rulesNaming(
  { mcp }: CompiledDocument,
  { method, name = '' }: { readonly method: string; readonly name?: string | undefined },
): readonly CompiledMcpRule[] {
  const rule = methodRule(method);
  const [subject, text] =
    rule?.kind === 'named' ? ([rule.of, name] as const) : (['methods', method] as const);
  return (mcp?.rules ?? []).filter((each) => matchesSubject(subject, each[subject] ?? [], text, each.effect));
}

function chargeOf({ mcp, quota }: CompiledDocument, principal: Principal): Pick<McpGrants, 'charge'> {
  if (mcp?.charge !== true || quota === undefined || !isChargedCaller(quota, principal)) return {};
  return { charge: chargedAs(quota, principal) };
}

function collect(rules: readonly CompiledMcpRule[]): McpPatterns {
  const patterns: Partial<Record<McpSubject, readonly string[]>> = {};
  for (const subject of MCP_SUBJECTS) {
    const named = [...new Set(rules.flatMap((rule) => rule[subject] ?? []))];
    if (named.length > 0) patterns[subject] = named;
  }
  return patterns;
}

/**
 * Returns the scopes that would make the condition true if the caller's token also had them; of several such sets, the
 * smallest. Returns undefined if scopes alone cannot make it true.
 */
function missingScopes(
  condition: CompiledCondition,
  principal: Principal,
  at: Circumstances,
): readonly string[] | undefined {
  switch (condition.is) {
    case 'all': {
      const parts = condition.of.map((part) => missingScopes(part, principal, at));
      return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
    }
    case 'any':
      return condition.of
        .flatMap((part) => [missingScopes(part, principal, at)])
        .filter((part) => part !== undefined)
        .toSorted((a, b) => a.length - b.length)[0];
    case 'scope':
      return principal.scopes.has(condition.name) ? [] : [condition.name];
    default:
      return evaluateCondition(condition, principal, at) === true ? [] : undefined;
  }
}
