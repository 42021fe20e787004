/** Reads the rules of a web ACL or rule group, and sorts them by priority. */
import { readAction } from './read-action.ts';
import { readRate, readStatement } from './read-statement.ts';
import { refuseRule, soleMember } from './refused-rule.ts';
import type { ResponseBodies } from './read-action.ts';
import type { GroupReference, Rule, RuleAction } from './statement.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

const MAX_RULES = 1000;
const MAX_LABELS = 100;
const MAX_OVERRIDES = 100;
const LABEL = /^[0-9A-Za-z_-]{1,128}(?::[0-9A-Za-z_-]{1,128}){0,5}$/;
/** Label names that AWS reserves for its own rules. */
const RESERVED = new Set([
  'awswaf',
  'aws',
  'waf',
  'rulegroup',
  'webacl',
  'regexpatternset',
  'ipset',
  'managed',
]);

/**
 * Reads the rules of a web ACL or rule group.
 * @param prefix the prefix of the labels that these rules add
 * @param isGroup whether the rules are in a rule group, which cannot refer to another group
 * @throws InvalidMember if a rule is invalid
 */
export function readRules(
  at: MemberReader,
  { prefix, bodies, isGroup }: { prefix: string; bodies: ResponseBodies; isGroup: boolean },
): readonly Rule[] {
  const rules = at.objects('Rules', MAX_RULES).map((one) => readRule(one, prefix, bodies, isGroup));
  const names = new Set<string>();
  const priorities = new Set<number>();
  for (const [index, { name, priority }] of rules.entries()) {
    if (names.has(name)) at.refuse(`Rules.${index}.Name`, `two rules are called ${name}`);
    if (priorities.has(priority))
      at.refuse(`Rules.${index}.Priority`, `two rules have the priority ${priority}`);
    names.add(name);
    priorities.add(priority);
  }
  return rules.toSorted((a, b) => a.priority - b.priority);
}

function readRule(at: MemberReader, prefix: string, bodies: ResponseBodies, isGroup: boolean): Rule {
  const name = at.text('Name', 128);
  const priority = at.integer('Priority', 0, 2 ** 31 - 1);
  const statement = at.object('Statement');
  const member = soleMember(statement, 'statement');
  const visibility = at.optional('VisibilityConfig');
  const shared = {
    name,
    priority,
    metricName: visibility?.has('MetricName') === true ? visibility.text('MetricName') : name,
    isSampled: visibility?.value('SampledRequestsEnabled') !== false,
  };
  if (member === 'ManagedRuleGroupStatement' || member === 'RuleGroupReferenceStatement') {
    if (isGroup) statement.refuse(member, 'cannot be part of a rule group');
    return { ...shared, does: readGroup(at, statement.object(member), member) };
  }
  if (!at.has('Action')) refuseRule(at, 'Action', 'is missing', 'rule');
  // A rule has either Action or OverrideAction (hashicorp/terraform-provider-aws#29321).
  if (at.has('OverrideAction'))
    refuseRule(
      at,
      'OverrideAction',
      'is only allowed in a rule that uses a rule group: this rule has Action',
      'rule',
    );
  const action = readAction(at.object('Action'), bodies);
  const isRate = member === 'RateBasedStatement';
  if (isRate && action.kind === 'ALLOW') at.refuse('Action', 'of a rate-based rule cannot be Allow');
  return {
    ...shared,
    does: {
      kind: 'statement',
      statement: isRate ? readRate(statement.object(member)) : readStatement(statement),
      action,
      labels: readLabels(at).map((label) => prefix + label),
    },
  };
}

function readGroup(
  rule: MemberReader,
  at: MemberReader,
  member: string,
): Extract<Rule['does'], { kind: 'group' }> {
  if (rule.has('Action'))
    refuseRule(
      rule,
      'Action',
      'is not allowed in a rule that uses a rule group: set OverrideAction instead',
      'rule',
    );
  if (rule.has('RuleLabels')) rule.refuse('RuleLabels', 'is not allowed in a rule that uses a rule group');
  if (!rule.has('OverrideAction'))
    refuseRule(rule, 'OverrideAction', 'is missing in a rule that uses a rule group', 'rule');
  const override = rule.object('OverrideAction').sole();
  if (override !== 'None' && override !== 'Count')
    rule.refuse('OverrideAction', `must be None or Count, not ${override}`);
  const scopeDown = at.optional('ScopeDownStatement');
  const isManaged = member === 'ManagedRuleGroupStatement';
  const group: GroupReference = isManaged
    ? { kind: 'managed', vendor: at.text('VendorName', 128), name: at.text('Name', 128) }
    : { kind: 'own', arn: at.text(at.has('Arn') ? 'Arn' : 'ARN') };
  return {
    kind: 'group',
    group,
    isCounted: override === 'Count',
    scopeDown: isManaged && scopeDown !== undefined ? readStatement(scopeDown) : undefined,
    overrides: readOverrides(at),
  };
}

const COUNT: RuleAction = { kind: 'COUNT', inserts: [] };

function readOverrides(at: MemberReader): ReadonlyMap<string, RuleAction> {
  const excluded = at
    .objects('ExcludedRules', MAX_OVERRIDES)
    .map((one) => [one.text('Name'), COUNT] as const);
  const overridden = at
    .objects('RuleActionOverrides', MAX_OVERRIDES)
    .map((one) => [one.text('Name'), readAction(one.object('ActionToUse'), new Map())] as const);
  return new Map([...excluded, ...overridden]);
}

function readLabels(at: MemberReader): readonly string[] {
  return at.objects('RuleLabels', MAX_LABELS).map((one) => {
    const label = one.text('Name', 1024);
    if (!LABEL.test(label))
      one.refuse(
        'Name',
        `${label} is not a valid label; expected names of letters, digits, _ and -, separated by at most five colons`,
      );
    const reserved = label.split(':').find((part) => RESERVED.has(part));
    if (reserved !== undefined) one.refuse('Name', `${reserved} is reserved for labels of AWS`);
    return label;
  });
}
