/** What a caller may do with channels: the document's rules for this principal, with its own claims in their patterns. */
import { CHANNEL_SEGMENT, printChannelGrants } from '../../aws/channel-grants.ts';
import type { ChannelAction, ChannelPatterns } from '../../aws/channel-grants.ts';
import type { ChannelSegment, CompiledChannelRule, CompiledDocument } from '../compiled-document.ts';
import { claimAt } from './claims.ts';
import type { Claims } from './claims.ts';
import { evaluateCondition } from './condition.ts';
import type { Circumstances } from './condition.ts';
import type { Principal } from './principal.ts';

/** A claim that lists more grants nothing: taking the first ones would make a grant depend on their order. */
const VALUES_LIMIT = 20;

/** The text that goes to the backend; undefined where the document has no channels, or the caller none. */
export function tellChannels(
  { channels }: CompiledDocument,
  principal: Principal,
  at: Circumstances,
): string | undefined {
  if (channels === undefined) return undefined;
  const inForce = channels.rules.filter((rule) => applies(rule, principal, at));
  const patternsOf = (effect: CompiledChannelRule['effect']): ChannelPatterns => {
    const patterns: Partial<Record<ChannelAction, string[]>> = {};
    for (const rule of inForce)
      if (rule.effect === effect)
        for (const action of rule.actions)
          patterns[action] = [
            ...new Set([
              ...(patterns[action] ?? []),
              ...rule.patterns.flatMap((pattern) => fillIn(pattern, principal.claims)),
            ]),
          ];
    return patterns;
  };
  return printChannelGrants({
    space: channels.space,
    allow: patternsOf('allow'),
    deny: patternsOf('deny'),
  });
}

/** What cannot be decided opens nothing and closes everything. */
function applies(rule: CompiledChannelRule, principal: Principal, at: Circumstances): boolean {
  if (rule.when === undefined) return true;
  return evaluateCondition(rule.when, principal, rule.effect, at) ?? rule.effect === 'deny';
}

/** One pattern for each value; none where a claim is missing, or could stand for more than itself. */
function fillIn(pattern: readonly ChannelSegment[], claims: Claims): readonly string[] {
  let filled: readonly string[] = [''];
  for (const [index, segment] of pattern.entries()) {
    const values = typeof segment === 'string' ? [segment] : valuesOf(claimAt(claims, segment.claim));
    const before = index === 0 ? '' : '/';
    filled = filled.flatMap((start) => values.map((value) => `${start}${before}${value}`));
    if (filled.length > VALUES_LIMIT) return [];
  }
  return filled;
}

function valuesOf(claim: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  if (values.length > VALUES_LIMIT) return [];
  return values.filter((value) => typeof value === 'string' && CHANNEL_SEGMENT.test(value)) as string[];
}
