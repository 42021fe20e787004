/**
 * A web ACL on one request: its rules in the order of their priorities, until one ends the evaluation.
 *
 * A rule that cannot be judged is passed over. Where it would have allowed the request, no later block stands:
 * that decision hangs on the rule, so the request passes and the outcome says so.
 */
import { findManagedGroup } from '../rules/managed-groups.ts';
import { judgeStatement } from './judge-statement.ts';
import { Labels } from './labels.ts';
import type { ManagedGroup } from '../rules/managed-groups.ts';
import type {
  ActionKind,
  GroupReference,
  InsertedHeader,
  Rule,
  RuleAction,
  RuleSet,
  WebAcl,
} from '../rules/statement.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { Judgement } from './judgement.ts';
import type { RuleTurn, Surroundings } from './judge-statement.ts';

export type RuleMatch = {
  readonly rule: Rule;
  /** The rule of the group that matched; undefined for a rule of the web ACL itself. */
  readonly inner: string | undefined;
  readonly groupId: string | undefined;
  /** What applied. */
  readonly action: RuleAction;
  /** What the rule of the group does without the override. */
  readonly overridden: ActionKind | undefined;
  readonly isTerminating: boolean;
  readonly limited: { readonly key: string; readonly value: string } | undefined;
};

export type Unjudged = {
  /** `Rule` or `Rule / rule of the group`. */
  readonly rule: string;
  readonly reasons: readonly string[];
  readonly action: ActionKind;
  /** Because the record of the request lacks a part: the request itself could be judged. */
  readonly isLost: boolean;
};

export type Outcome = {
  readonly action: RuleAction;
  /** The rule that ended the evaluation; undefined: the default action applied. */
  readonly terminating: RuleMatch | undefined;
  readonly matches: readonly RuleMatch[];
  readonly labels: readonly string[];
  readonly inserts: readonly InsertedHeader[];
  readonly unjudged: readonly Unjudged[];
  /** A block or challenge that an unjudged rule could have averted: the request passes. */
  readonly isAverted: boolean;
};

type RuleGroups = { readonly group: (arn: string) => RuleSet | undefined };

type GroupRule = {
  readonly name: string;
  readonly does: Extract<Rule['does'], { kind: 'statement' }> | undefined;
  /** Of a rule without a published statement. */
  readonly action: RuleAction;
  readonly labels: readonly string[];
};

class Evaluation {
  readonly labels = new Labels();
  readonly matches: RuleMatch[] = [];
  readonly unjudged: Unjudged[] = [];
  readonly #inserts = new Map<string, InsertedHeader>();
  readonly #request: InspectedRequest;
  readonly #around: Surroundings & RuleGroups;

  constructor(request: InspectedRequest, around: Surroundings & RuleGroups) {
    this.#request = request;
    this.#around = around;
  }

  get inserts(): readonly InsertedHeader[] {
    return [...this.#inserts.values()];
  }

  /** The last header of a name holds. */
  insert(headers: readonly InsertedHeader[]): void {
    for (const header of headers) this.#inserts.set(header.name.toLowerCase(), header);
  }

  run(acl: WebAcl): RuleMatch | undefined {
    for (const rule of acl.rules) {
      const ending =
        rule.does.kind === 'statement'
          ? this.#runRule(rule, rule.does, acl.prefix)
          : this.#runGroup(rule, rule.does, acl.prefix);
      if (ending !== undefined) return ending;
    }
    return undefined;
  }

  #runRule(
    rule: Rule,
    { statement, action, labels }: Extract<Rule['does'], { kind: 'statement' }>,
    prefix: string,
  ): RuleMatch | undefined {
    const turn = this.#turn(rule.name, prefix);
    const judgement = this.#judge(turn, statement, { name: rule.name, action, labels });
    if (judgement !== 'match') return undefined;
    const match = {
      rule,
      inner: undefined,
      groupId: undefined,
      overridden: undefined,
      limited: turn.limited,
    };
    return this.#act({ ...match, action }, rule.name);
  }

  #runGroup(
    rule: Rule,
    does: Extract<Rule['does'], { kind: 'group' }>,
    prefix: string,
  ): RuleMatch | undefined {
    const { group, scopeDown, isCounted, overrides } = does;
    const scope = this.#turn(rule.name, prefix);
    const inScope = scopeDown === undefined ? 'match' : judgeStatement(scopeDown, scope);
    this.#keepGeoLabels(scope);
    if (inScope === 'no-match' || scope.isSkipped) return undefined;
    const set = this.#rulesOf(group);
    if (inScope === 'unjudged' || set === undefined) {
      this.#passOver(rule, does, set, scope);
      return undefined;
    }
    for (const one of set.rules) {
      const name = `${rule.name} / ${one.name}`;
      const turn = this.#turn(name, set.prefix);
      const override = overrides.get(one.name);
      const action = override ?? one.action;
      const judgement = this.#judge(turn, one.does?.statement, { name, action, labels: one.labels });
      if (judgement !== 'match') continue;
      const isEnding = isTerminating(action);
      const ending = this.#act(
        {
          rule,
          inner: one.name,
          groupId: idOfGroup(group),
          action: isCounted && isEnding ? COUNT : action,
          overridden: override === undefined ? undefined : one.action.kind,
          limited: turn.limited,
        },
        name,
      );
      if (ending !== undefined) return ending;
      // Counted as a whole, a group still ends at its first rule that would have ended.
      if (isCounted && isEnding) return undefined;
    }
    for (const more of set.morePrefixes) this.labels.addPossiblePrefix(more);
    return undefined;
  }

  /** Undefined for a managed group of which nothing is published. */
  #rulesOf(group: GroupReference): GroupRules | undefined {
    if (group.kind === 'managed') {
      const managed = findManagedGroup(group.vendor, group.name);
      return managed === undefined || managed.rules.length === 0 ? undefined : fromManaged(managed);
    }
    const own = this.#around.group(group.arn);
    if (own === undefined) return undefined;
    const rules = own.rules.flatMap((rule) =>
      rule.does.kind === 'statement'
        ? [{ name: rule.name, does: rule.does, action: rule.does.action, labels: rule.does.labels }]
        : [],
    );
    return { prefix: own.prefix, rules, morePrefixes: [] };
  }

  /** The group as a whole is unjudged: all of its labels may be there. */
  #passOver(
    rule: Rule,
    { group, overrides }: Extract<Rule['does'], { kind: 'group' }>,
    set: GroupRules | undefined,
    { reasons, isLost }: RuleTurn,
  ): void {
    for (const one of set?.rules ?? []) this.labels.addPossible(one.labels);
    for (const prefix of prefixesOf(group)) this.labels.addPossiblePrefix(prefix);
    const actions = (set?.rules ?? []).map((one) => overrides.get(one.name) ?? one.action);
    const allows = actions.some(({ kind }) => kind === 'ALLOW');
    this.unjudged.push({
      rule: rule.name,
      isLost,
      reasons: reasons.size > 0 ? [...reasons] : [`the managed rule group ${nameOf(group)}`],
      action: allows ? 'ALLOW' : 'BLOCK',
    });
  }

  /** @param statement undefined: not published */
  #judge(
    turn: RuleTurn,
    statement: Parameters<typeof judgeStatement>[0] | undefined,
    rule: { readonly name: string; readonly action: RuleAction; readonly labels: readonly string[] },
  ): Judgement {
    const judged = statement === undefined ? 'unjudged' : judgeStatement(statement, turn);
    this.#keepGeoLabels(turn);
    if (turn.isSkipped) return 'no-match';
    if (judged === 'match') this.labels.add(rule.labels);
    if (judged === 'unjudged') {
      this.labels.addPossible(rule.labels);
      const reasons = turn.reasons.size === 0 ? ['a pattern that AWS does not publish'] : [...turn.reasons];
      this.unjudged.push({ rule: rule.name, reasons, action: rule.action.kind, isLost: turn.isLost });
    }
    return judged;
  }

  #keepGeoLabels({ geoLabels, possibleGeoPrefixes }: RuleTurn): void {
    this.labels.add([...geoLabels]);
    for (const prefix of possibleGeoPrefixes) this.labels.addPossiblePrefix(prefix);
  }

  /** @returns the match if it ends the evaluation */
  #act(match: Omit<RuleMatch, 'isTerminating'>, name: string): RuleMatch | undefined {
    const { action } = match;
    // Nothing here can tell whether a token of AWS is genuine.
    const isTokenUnknown = isPuzzle(action) && hasToken(this.#request);
    if (isTokenUnknown) {
      this.unjudged.push({
        rule: name,
        reasons: ['the token of AWS WAF in the request'],
        action: action.kind,
        isLost: false,
      });
      return undefined;
    }
    const whole = { ...match, isTerminating: isTerminating(action) };
    this.matches.push(whole);
    if ('inserts' in action && !isPuzzle(action)) this.insert(action.inserts);
    return whole.isTerminating ? whole : undefined;
  }

  #turn(rule: string, prefix: string): RuleTurn {
    return {
      rule,
      prefix,
      request: this.#request,
      labels: this.labels,
      around: this.#around,
      isSkipped: false,
      isLost: false,
      reasons: new Set(),
      geoLabels: new Set(),
      possibleGeoPrefixes: new Set(),
      limited: undefined,
    };
  }
}

type GroupRules = {
  readonly prefix: string;
  readonly rules: readonly GroupRule[];
  readonly morePrefixes: readonly string[];
};

const COUNT: RuleAction = { kind: 'COUNT', inserts: [] };
const BLOCK: RuleAction = { kind: 'BLOCK', response: undefined };

export function judgeWebAcl(
  acl: WebAcl,
  request: InspectedRequest,
  around: Surroundings & RuleGroups,
): Outcome {
  const evaluation = new Evaluation(request, around);
  const terminating = evaluation.run(acl);
  const { labels, matches, unjudged } = evaluation;
  const action = terminating?.action ?? acl.defaultAction;
  if (terminating === undefined && 'inserts' in action) evaluation.insert(action.inserts);
  return {
    action,
    terminating,
    matches,
    inserts: evaluation.inserts,
    unjudged,
    labels: labels.all,
    isAverted: action.kind !== 'ALLOW' && unjudged.some((one) => one.action === 'ALLOW'),
  };
}

function isTerminating({ kind }: RuleAction): boolean {
  return kind !== 'COUNT';
}

function isPuzzle({ kind }: RuleAction): boolean {
  return kind === 'CAPTCHA' || kind === 'CHALLENGE';
}

const TOKEN_COOKIE = 'aws-waf-token';

function hasToken(request: InspectedRequest): boolean {
  return (
    request.header('x-aws-waf-token').length > 0 || request.cookies.some(({ name }) => name === TOKEN_COOKIE)
  );
}

const FROM_MANAGED = new WeakMap<ManagedGroup, GroupRules>();

function fromManaged(group: ManagedGroup): GroupRules {
  const known = FROM_MANAGED.get(group);
  if (known !== undefined) return known;
  const rules = group.rules.map(({ name, label, action: kind, statement }): GroupRule => {
    const action = kind === 'COUNT' ? COUNT : BLOCK;
    const labels = label === undefined ? [] : [label];
    return {
      name,
      action,
      labels,
      does: statement === undefined ? undefined : { kind: 'statement', statement, action, labels },
    };
  });
  const made = { prefix: group.prefix, rules, morePrefixes: group.morePrefixes };
  FROM_MANAGED.set(group, made);
  return made;
}

function prefixesOf(group: GroupReference): readonly string[] {
  if (group.kind === 'own') return [];
  const known = findManagedGroup(group.vendor, group.name);
  if (known === undefined) return [`awswaf:managed:${group.vendor.toLowerCase()}:`];
  return [known.prefix, ...known.morePrefixes];
}

function nameOf(group: GroupReference): string {
  return group.kind === 'own' ? (group.arn.split('/').at(-2) ?? group.arn) : group.name;
}

/** As AWS's log writes it: `AWS#AWSManagedRulesCommonRuleSet`, or the ARN. */
export function idOfGroup(group: GroupReference): string {
  return group.kind === 'own' ? group.arn : `${group.vendor}#${group.name}`;
}
