/** Describes what a caller lacks to satisfy the condition of a rule. */
import type { CompiledCondition, CompiledDocument } from '@gatewright/handlers/access/compiled-document';
import { evaluateCondition } from '@gatewright/handlers/access/decide/condition';
import type { Circumstances } from '@gatewright/handlers/access/decide/condition';
import { circumstancesOf } from '@gatewright/handlers/access/decide/decide';
import type { Principal } from '@gatewright/handlers/access/decide/principal';
import { showControls } from '@gatewright/aws/text/visible-text';
import { toCaller } from './caller-spec.ts';
import type { CallerSpec } from './caller-spec.ts';
import { describeCondition } from './describe-access.ts';

type Lacking = {
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Conditions that no single role or scope satisfies, such as `one of the roles clerk, admin`. */
  readonly others: readonly string[];
};

const NOTHING: Lacking = { roles: [], scopes: [], others: [] };

/**
 * Returns texts such as `the role clerk` and `the scopes labels:print, labels:write`; empty if the condition is met.
 * @throws AccessQueryError if the caller cannot be read
 */
export function findLacking(
  document: CompiledDocument,
  when: CompiledCondition | undefined,
  caller: CallerSpec,
  nowEpochSeconds: number,
): readonly string[] {
  if (when === undefined) return [];
  const principal = toCaller(document, caller, nowEpochSeconds);
  const at = circumstancesOf(document, { sourceIp: caller.ip, nowEpochSeconds });
  const { roles, scopes, others } = lackingOf(when, { document, principal, at });
  return [...named('role', roles), ...named('scope', scopes), ...others].map(showControls);
}

function named(what: string, names: readonly string[]): string[] {
  const each = [...new Set(names)];
  return each.length === 0 ? [] : [`the ${what}${each.length === 1 ? '' : 's'} ${each.join(', ')}`];
}

type Asked = {
  readonly document: CompiledDocument;
  readonly principal: Principal;
  readonly at: Circumstances;
};

function lackingOf(condition: CompiledCondition, asked: Asked): Lacking {
  if (evaluateCondition(condition, asked.principal, asked.at) === true) return NOTHING;
  switch (condition.is) {
    case 'all':
      return condition.of.map((part) => lackingOf(part, asked)).reduce(join, NOTHING);
    case 'any':
      return lackingOfAny(condition.of, asked);
    case 'role':
      return { ...NOTHING, roles: [condition.name] };
    case 'scope':
      return { ...NOTHING, scopes: [condition.name] };
    default:
      return { ...NOTHING, others: [describeCondition(condition, asked.document)] };
  }
}

/**
 * Describes what is missing for a condition with alternatives. If all of them are roles, or all are scopes, lists them.
 * Otherwise, describes the alternative that is closest to being satisfied.
 */
function lackingOfAny(parts: readonly CompiledCondition[], asked: Asked): Lacking {
  for (const what of ['role', 'scope'] as const) {
    const names = parts.flatMap((part) => (part.is === what ? [part.name] : []));
    if (names.length > 1 && names.length === parts.length)
      return { ...NOTHING, others: [`one of the ${what}s ${names.join(', ')}`] };
  }
  const [least = NOTHING] = parts
    .map((part) => lackingOf(part, asked))
    .toSorted((a, b) => sizeOf(a) - sizeOf(b));
  return least;
}

function join(a: Lacking, b: Lacking): Lacking {
  return {
    roles: [...a.roles, ...b.roles],
    scopes: [...a.scopes, ...b.scopes],
    others: [...a.others, ...b.others],
  };
}

function sizeOf({ roles, scopes, others }: Lacking): number {
  return roles.length + scopes.length + others.length;
}
