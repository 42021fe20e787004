/** Selects the routing rule of a custom domain (developer guide, "Routing rules", docs/aws §10.4). */
import { compilePieces } from '@gatewright/aws/glob';
import { findBasePath } from './base-path.ts';

export type RoutingRule = {
  readonly id: string;
  /**
   * The priority of the rule. The rule with the lowest number is evaluated first. Numbers are unique within a domain.
   */
  readonly priority: number;
  /** All conditions must be met; an empty list matches every request. */
  readonly conditions: readonly RuleCondition[];
  readonly apiId: string;
  readonly stage: string;
  /** Whether the matched base path is removed from the API's path. */
  readonly stripsBasePath: boolean;
};

export type RuleCondition =
  /**
   * A condition that is met if one of these headers matches. Header names are case-insensitive. Values must match
   * exactly, except that `*` matches any text.
   */
  | { readonly kind: 'headers'; readonly anyOf: readonly { readonly name: string; readonly glob: string }[] }
  | { readonly kind: 'base-paths'; readonly anyOf: readonly string[] };

/** The rule that matched a request. `basePath` is empty if the rule does not require a base path. */
export type RuleMatch = { readonly rule: RoutingRule; readonly basePath: string };

/**
 * Returns the first rule that matches.
 * @param rules in order of their priority
 * @param rawHeaders a flat list of names and values
 */
export function matchRule(
  rules: readonly RoutingRule[],
  path: string,
  rawHeaders: readonly string[],
): RuleMatch | undefined {
  for (const rule of rules) {
    const basePath = matchConditions(rule.conditions, path, rawHeaders);
    if (basePath !== undefined) return { rule, basePath };
  }
  return undefined;
}

/** Returns the matched base path, or undefined if a condition is not met. */
function matchConditions(
  conditions: readonly RuleCondition[],
  path: string,
  rawHeaders: readonly string[],
): string | undefined {
  let basePath = '';
  for (const condition of conditions) {
    if (condition.kind === 'headers') {
      if (!condition.anyOf.some(({ name, glob }) => hasHeader(rawHeaders, name, glob))) return undefined;
      continue;
    }
    const found = longestBasePath(condition.anyOf, path);
    if (found === undefined) return undefined;
    basePath = found;
  }
  return basePath;
}

function longestBasePath(basePaths: readonly string[], path: string): string | undefined {
  const wanted = new Set(basePaths.filter((basePath) => basePath !== ''));
  const depth = Math.max(0, ...[...wanted].map((basePath) => basePath.split('/').length));
  return findBasePath(path, (candidate) => wanted.has(candidate), depth);
}

function hasHeader(rawHeaders: readonly string[], name: string, glob: string): boolean {
  const matches = compilePieces(glob.split('*'));
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === name.toLowerCase() && matches(rawHeaders[index + 1] ?? ''))
      return true;
  return false;
}
