/** What a caller may do with channels: the document's rules for this principal, with its own claims in their patterns. */
import { CHANNEL_SEGMENT, printChannelGrants } from '../../aws/channel-grants.ts';
import type { ChannelAction, ChannelPatterns } from '../../aws/channel-grants.ts';
import type { ChannelSegment, CompiledChannelRule, CompiledDocument } from '../compiled-document.ts';
import { claimAt } from './claims.ts';
import type { Claims } from './claims.ts';
import { evaluateCondition } from './condition.ts';
import type { Circumstances } from './condition.ts';
import type { Principal } from './principal.ts';

/** A claim that lists more is not clear: taking the first ones would make a grant depend on their order. */
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
              ...rule.patterns.flatMap((pattern) => fillIn(pattern, principal.claims, effect)),
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

/**
 * One pattern for each value. What a claim does not say clearly, because it is missing, lists too many, or could stand for
 * more than itself, opens nothing and closes everything that could stand there: whoever is kept out of 21 rooms is not to
 * be let into all of them.
 */
function fillIn(
  pattern: readonly ChannelSegment[],
  claims: Claims,
  effect: CompiledChannelRule['effect'],
): readonly string[] {
  const unclear = effect === 'allow' ? [] : ['*'];
  const printWith = (
    print: (values: readonly string[] | undefined) => readonly string[],
  ): readonly string[] =>
    pattern.reduce<readonly string[]>(
      (filled, segment, index) => {
        const values =
          typeof segment === 'string' ? [segment] : print(valuesOf(claimAt(claims, segment.claim), effect));
        const before = index === 0 ? '' : '/';
        return filled
          .flatMap((start) => values.map((value) => `${start}${before}${value}`))
          .slice(0, VALUES_LIMIT + 1);
      },
      [''],
    );
  const filled = printWith((values) => values ?? unclear);
  return filled.length > VALUES_LIMIT ? printWith(() => unclear) : filled;
}

/** Undefined: it does not say clearly what it stands for. Half of a list is enough to open what it names, and not to close. */
function valuesOf(claim: unknown, effect: CompiledChannelRule['effect']): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  if (values.length > VALUES_LIMIT) return undefined;
  const clear = values.filter(
    (value) => typeof value === 'string' && CHANNEL_SEGMENT.test(value),
  ) as string[];
  return clear.length === values.length || effect === 'allow' ? clear : undefined;
}
