/**
 * Decides what a caller may do with channels, by the document's rules with the caller's claims inserted into their
 * patterns.
 */
import { CHANNEL_SEGMENT, printChannelGrants } from '../../aws/channel-grants.ts';
import type { ChannelAction, ChannelPatterns } from '../../aws/channel-grants.ts';
import type {
  ChannelSegment,
  ClaimPath,
  CompiledChannelRule,
  CompiledDocument,
} from '../compiled-document.ts';
import { claimAt } from './claims.ts';
import { evaluateCondition } from './condition.ts';
import type { Circumstances } from './condition.ts';
import type { Principal } from './principal.ts';

/**
 * Maximum number of values in a claim. A claim with more values is ambiguous: if only the first values were used, a
 * grant would depend on their order.
 */
const VALUES_LIMIT = 20;

/**
 * Returns the caller's rights on channels as text for the backend. Returns undefined if the document has no channels,
 * or the caller may use none.
 */
export function printChannels(
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
              ...rule.patterns.flatMap((pattern) => fillIn(pattern, principal, effect)),
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

/** If a condition cannot be decided, an allow rule does not apply and a deny rule does. */
function applies(rule: CompiledChannelRule, principal: Principal, at: Circumstances): boolean {
  if (rule.when === undefined) return true;
  return evaluateCondition(rule.when, principal, at) ?? rule.effect === 'deny';
}

/**
 * Returns one pattern per value of the claim, or per combination of values if the pattern has several claims. A claim
 * is ambiguous if it is missing, has too many values, or, in a deny rule, has a value that matches more than itself.
 * More than 20 combinations make every claim of the pattern ambiguous. An ambiguous claim grants nothing in an allow
 * rule. In a deny rule it denies every value, because a caller who is barred from 21 rooms must not get into all of
 * them.
 */
function fillIn(
  pattern: readonly ChannelSegment[],
  principal: Principal,
  effect: CompiledChannelRule['effect'],
): readonly string[] {
  const unclear = effect === 'allow' ? [] : ['*'];
  const printWith = (
    print: (values: readonly string[] | undefined) => readonly string[],
  ): readonly string[] =>
    pattern.reduce<readonly string[]>(
      (filled, segment, index) => {
        const values =
          typeof segment === 'string'
            ? [segment]
            : print(valuesOf(valueAt(principal, segment.claim), effect));
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

/** `{sub}` is replaced by the caller and its issuer, because two issuers may have users with the same name. */
function valueAt({ principalId, claims }: Principal, claim: ClaimPath): unknown {
  return claim.length === 1 && claim[0] === 'sub' ? principalId : claimAt(claims, claim);
}

/**
 * Returns the values of a claim, or undefined if the claim is ambiguous. If only some values of a list can be used, an
 * allow rule grants those, but a deny rule must not be limited to them.
 */
function valuesOf(claim: unknown, effect: CompiledChannelRule['effect']): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  if (values.length > VALUES_LIMIT) return undefined;
  const clear = values.filter(
    (value) => typeof value === 'string' && CHANNEL_SEGMENT.test(value),
  ) as string[];
  return clear.length === values.length || effect === 'allow' ? clear : undefined;
}
