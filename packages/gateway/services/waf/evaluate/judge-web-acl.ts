/**
 * Evaluates a web ACL for one request. Its rules are evaluated in the order of their priority until one rule ends the
 * evaluation.
 *
 * A rule that cannot be evaluated is skipped. If such a rule might have allowed the request, a block by a later rule is
 * uncertain. In this case the request passes, and the outcome contains the reason.
 */
import { findManagedGroup } from '../rules/managed-groups.ts';
import { judgeStatement } from './judge-statement.ts';
import { Labels } from './labels.ts';
import { Prefilter } from './prefilter.ts';
import type { ManagedGroup } from '../rules/managed-groups.ts';
import type {
  ActionKind,
  GroupReference,
  InsertedHeader,
  Rule,
  RuleAction,
  RuleSet,
  Statement,
  WebAcl,
  Field,
} from '../rules/statement.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { Judgement } from './judgement.ts';
import type { RuleTurn, Surroundings } from './judge-statement.ts';

export type RuleMatch = {
  readonly rule: Rule;
  /** The rule inside the group that matched; undefined if the rule belongs to the web ACL itself. */
  readonly inner: string | undefined;
  /** The statement of the rule inside the group. */
  readonly innerStatement?: Statement | undefined;
  readonly groupId: string | undefined;
  /** The action that applied. */
  readonly action: RuleAction;
  /** The action that the group's rule itself has; undefined if no override has replaced it. */
  readonly overridden: ActionKind | undefined;
  readonly isTerminating: boolean;
  readonly limited: { readonly key: string; readonly value: string } | undefined;
  /** The part whose size alone decided a statement, because it is larger than what AWS WAF inspects. */
  readonly oversized?: Field | undefined;
};

export type Unjudged = {
  /** The name of the rule: `Rule`, or `Rule / rule of the group`. */
  readonly rule: string;
  readonly reasons: readonly string[];
  readonly action: ActionKind;
  /**
   * Whether the rule is unjudged only because the recorded request lacks a part. The original request could have been
   * evaluated.
   */
  readonly isLost: boolean;
};

export type Outcome = {
  readonly action: RuleAction;
  /** The rule that ended the evaluation; undefined if the default action applied. */
  readonly terminating: RuleMatch | undefined;
  readonly matches: readonly RuleMatch[];
  readonly labels: readonly string[];
  readonly inserts: readonly InsertedHeader[];
  readonly unjudged: readonly Unjudged[];
  /** Whether an unjudged rule might have prevented the block or challenge. If so, the request passes. */
  readonly isAverted: boolean;
};

export type RuleGroups = { readonly group: (arn: string) => RuleSet | undefined };

type GroupUse = Extract<Rule['does'], { kind: 'group' }>;

type SourceRule = {
  readonly name: string;
  /** The statement of the rule; undefined if AWS does not publish it. */
  readonly statement: Statement | undefined;
  readonly action: RuleAction;
  readonly labels: readonly string[];
};

/** A rule of a group, with the settings of one use of the group. */
type GroupRule = SourceRule & {
  readonly fullName: string;
  /** The rule's own action, if an override replaces this action; undefined otherwise. */
  readonly overridden: ActionKind | undefined;
  /** The result of a rule whose statement is not published. It is the same for every request. */
  readonly hidden: Unjudged | undefined;
};

type GroupRules = {
  readonly prefix: string;
  readonly rules: readonly GroupRule[];
  readonly prefilter: Prefilter;
  readonly morePrefixes: readonly string[];
};

type Source = { readonly prefix: string; readonly rules: readonly SourceRule[] };

const HIDDEN = ['a pattern that AWS does not publish'];

/**
 * Prepared rules by use of a group. They never change for the same use, because a reload reads both the use and the
 * rules again.
 */
const PREPARED = new WeakMap<GroupUse, GroupRules>();
const PREFILTERS = new WeakMap<WebAcl, Prefilter>();

class Evaluation {
  readonly labels = new Labels();
  readonly matches: RuleMatch[] = [];
  readonly unjudged: Unjudged[] = [];
  #inserts: InsertedHeader[] = [];
  readonly #request: InspectedRequest;
  readonly #around: Surroundings & RuleGroups;
  readonly #turn: RuleTurn;

  constructor(request: InspectedRequest, around: Surroundings & RuleGroups, nowEpochMs: number) {
    this.#request = request;
    this.#around = around;
    this.#turn = {
      request,
      around,
      nowEpochMs,
      labels: this.labels,
      rule: '',
      prefix: '',
      isSkipped: false,
      isLost: false,
      reasons: undefined,
      geoLabels: undefined,
      possibleGeoPrefixes: undefined,
      limited: undefined,
      oversized: undefined,
    };
  }

  get inserts(): readonly InsertedHeader[] {
    return this.#inserts;
  }

  /** Adds headers to the request. If several headers have the same name, the last one applies. */
  insert(headers: readonly InsertedHeader[]): void {
    if (headers.length === 0) return;
    const names = new Set(headers.map(({ name }) => name.toLowerCase()));
    const others = this.#inserts.filter(({ name }) => !names.has(name.toLowerCase()));
    this.#inserts = [...others, ...headers];
  }

  run(acl: WebAcl): RuleMatch | undefined {
    const prefilter = this.#prefilterOf(acl);
    prefilter.begin();
    let at = -1;
    for (const rule of acl.rules) {
      at += 1;
      if (prefilter.excludes(at, this.#turn)) continue;
      const ending =
        rule.does.kind === 'statement'
          ? this.#runRule(rule, rule.does, acl.prefix)
          : this.#runGroup(rule, rule.does, acl.prefix);
      if (ending !== undefined) return ending;
    }
    return undefined;
  }

  #prefilterOf(acl: WebAcl): Prefilter {
    const known = PREFILTERS.get(acl);
    if (known !== undefined) return known;
    const statements = acl.rules.map(({ does }) => (does.kind === 'statement' ? does.statement : undefined));
    const made = new Prefilter(statements, this.#around);
    PREFILTERS.set(acl, made);
    return made;
  }

  #runRule(
    rule: Rule,
    { statement, action, labels }: Extract<Rule['does'], { kind: 'statement' }>,
    prefix: string,
  ): RuleMatch | undefined {
    const turn = this.#begin(rule.name, prefix);
    const judgement = this.#judge(turn, statement, { action, labels });
    if (judgement !== 'match') return undefined;
    const match = {
      rule,
      inner: undefined,
      groupId: undefined,
      overridden: undefined,
      limited: turn.limited,
      oversized: turn.oversized,
    };
    return this.#act({ ...match, action }, rule.name);
  }

  #runGroup(rule: Rule, does: GroupUse, prefix: string): RuleMatch | undefined {
    const { group, scopeDown, isCounted } = does;
    const scope = this.#begin(rule.name, prefix);
    const inScope = scopeDown === undefined ? 'match' : judgeStatement(scopeDown, scope);
    this.#keepGeoLabels(scope);
    if (inScope === 'no-match' || scope.isSkipped) return undefined;
    const set = this.#rulesOf(rule.name, does);
    if (inScope === 'unjudged' || set === undefined) {
      this.#passOver(rule, does, set, scope);
      return undefined;
    }
    set.prefilter.begin();
    let at = -1;
    for (const one of set.rules) {
      at += 1;
      if (set.prefilter.excludes(at, this.#turn)) continue;
      if (one.hidden !== undefined) {
        this.labels.addPossible(one.labels);
        this.unjudged.push(one.hidden);
        continue;
      }
      const turn = this.#begin(one.fullName, set.prefix);
      const judgement = this.#judge(turn, one.statement, one);
      if (judgement !== 'match') continue;
      const { action, name: inner, overridden, fullName } = one;
      const isEnding = isTerminating(action);
      const applied = isCounted && isEnding ? COUNT : action;
      const match = {
        rule,
        inner,
        innerStatement: one.statement,
        groupId: idOfGroup(group),
        overridden,
        limited: turn.limited,
        oversized: turn.oversized,
      };
      const ending = this.#act({ ...match, action: applied }, fullName);
      if (ending !== undefined) return ending;
      // A group in count mode still stops at its first terminating rule.
      if (isCounted && isEnding) return undefined;
    }
    for (const more of set.morePrefixes) this.labels.addPossiblePrefix(more);
    return undefined;
  }

  /** Returns the rules of a group; undefined for an unknown group and for a managed group without published rules. */
  #rulesOf(use: string, does: GroupUse): GroupRules | undefined {
    const known = PREPARED.get(does);
    if (known !== undefined) return known;
    const made = this.#prepare(use, does);
    if (made !== undefined) PREPARED.set(does, made);
    return made;
  }

  #prepare(use: string, { group, overrides }: GroupUse): GroupRules | undefined {
    const found = group.kind === 'managed' ? findManagedGroup(group.vendor, group.name) : undefined;
    const source =
      group.kind === 'managed' ? found && fromManaged(found) : fromOwn(this.#around.group(group.arn));
    if (source === undefined || (found !== undefined && found.rules.length === 0)) return undefined;
    const rules = source.rules.map((one): GroupRule => {
      const override = overrides.get(one.name);
      const fullName = `${use} / ${one.name}`;
      const action = override ?? one.action;
      const hidden = { rule: fullName, reasons: HIDDEN, action: action.kind, isLost: false };
      return {
        ...one,
        fullName,
        action,
        overridden: override === undefined ? undefined : one.action.kind,
        hidden: one.statement === undefined ? hidden : undefined,
      };
    });
    const prefilter = new Prefilter(
      rules.map(({ statement }) => statement),
      this.#around,
    );
    return { prefix: source.prefix, rules, prefilter, morePrefixes: found?.morePrefixes ?? [] };
  }

  /** Records that the whole group is unjudged. The request may therefore have any of the group's labels. */
  #passOver(
    rule: Rule,
    { group }: GroupUse,
    set: GroupRules | undefined,
    { reasons, isLost }: RuleTurn,
  ): void {
    for (const one of set?.rules ?? []) this.labels.addPossible(one.labels);
    for (const prefix of prefixesOf(group)) this.labels.addPossiblePrefix(prefix);
    const allows = set?.rules.some(({ action }) => action.kind === 'ALLOW') === true;
    this.unjudged.push({
      rule: rule.name,
      isLost,
      reasons: reasons !== undefined ? [...reasons] : [`the managed rule group ${nameOf(group)}`],
      action: allows ? 'ALLOW' : 'BLOCK',
    });
  }

  #judge(
    turn: RuleTurn,
    statement: Statement | undefined,
    { action, labels }: { readonly action: RuleAction; readonly labels: readonly string[] },
  ): Judgement {
    const judged = statement === undefined ? 'unjudged' : judgeStatement(statement, turn);
    this.#keepGeoLabels(turn);
    if (turn.isSkipped) return 'no-match';
    if (judged === 'match') this.labels.add(labels);
    if (judged === 'unjudged') {
      this.labels.addPossible(labels);
      const reasons = [...(turn.reasons ?? [])];
      this.unjudged.push({ rule: turn.rule, reasons, action: action.kind, isLost: turn.isLost });
    }
    return judged;
  }

  #keepGeoLabels({ geoLabels, possibleGeoPrefixes }: RuleTurn): void {
    if (geoLabels !== undefined) this.labels.add(geoLabels);
    for (const prefix of possibleGeoPrefixes ?? []) this.labels.addPossiblePrefix(prefix);
  }

  /**
   * Applies the action of a rule that has matched.
   * @returns the match if it ends the evaluation
   */
  #act(match: Omit<RuleMatch, 'isTerminating'>, name: string): RuleMatch | undefined {
    const { action } = match;
    // The gateway cannot verify whether an AWS WAF token is genuine.
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

  /** One object is reused for all rules, one after the other, because a web ACL has many rules. */
  #begin(rule: string, prefix: string): RuleTurn {
    const turn = this.#turn;
    turn.rule = rule;
    turn.prefix = prefix;
    turn.isSkipped = false;
    turn.isLost = false;
    turn.reasons = undefined;
    turn.geoLabels = undefined;
    turn.possibleGeoPrefixes = undefined;
    turn.limited = undefined;
    turn.oversized = undefined;
    return turn;
  }
}

const COUNT: RuleAction = { kind: 'COUNT', inserts: [] };
const BLOCK: RuleAction = { kind: 'BLOCK', response: undefined };

export function judgeWebAcl(
  acl: WebAcl,
  request: InspectedRequest,
  around: Surroundings & RuleGroups,
  nowEpochMs: number,
): Outcome {
  const evaluation = new Evaluation(request, around, nowEpochMs);
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

function fromManaged({ prefix, rules }: ManagedGroup): Source {
  return {
    prefix,
    rules: rules.map(({ name, label, action, statement }) => ({
      name,
      statement,
      action: action === 'COUNT' ? COUNT : BLOCK,
      labels: label === undefined ? [] : [label],
    })),
  };
}

function fromOwn(group: RuleSet | undefined): Source | undefined {
  if (group === undefined) return undefined;
  const rules = group.rules.flatMap(({ name, does }) =>
    does.kind === 'statement'
      ? [{ name, statement: does.statement, action: does.action, labels: does.labels }]
      : [],
  );
  return { prefix: group.prefix, rules };
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

/**
 * Returns the group's id as in AWS's log. It is `AWS#AWSManagedRulesCommonRuleSet` for a managed group, and the ARN for
 * any other group.
 */
export function idOfGroup(group: GroupReference): string {
  return group.kind === 'own' ? group.arn : `${group.vendor}#${group.name}`;
}
