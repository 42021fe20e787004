/**
 * Finds the rules of a web ACL that cannot be evaluated completely for any request. They are already known when the web
 * ACL is read.
 */
import { findManagedGroup, hasExamplesOnly } from '../rules/managed-groups.ts';
import { describeUnknown } from './transform.ts';
import type { ActionKind, Inspection, Rule, RuleSet, Statement, WebAcl } from '../rules/statement.ts';

type UnjudgedRule = {
  readonly rule: string;
  readonly what: string;
  /** The action of the rule; undefined for a managed rule group, and for the statement that limits a group. */
  readonly action?: ActionKind;
};

export function findUnjudged(
  { rules }: Pick<WebAcl, 'rules'>,
  { group, hasCountries }: { group: (arn: string) => RuleSet | undefined; hasCountries: boolean },
): readonly UnjudgedRule[] {
  return rules.flatMap((rule) => ofRule(rule, group, hasCountries));
}

function ofRule(
  rule: Rule,
  group: (arn: string) => RuleSet | undefined,
  hasCountries: boolean,
): readonly UnjudgedRule[] {
  const { does, name } = rule;
  if (does.kind === 'statement')
    return ofStatement(does.statement, hasCountries).map((what) => ({
      rule: name,
      what,
      action: does.action.kind,
    }));
  const scope = does.scopeDown === undefined ? [] : ofStatement(does.scopeDown, hasCountries);
  const inScope = scope.map((what) => ({ rule: name, what }));
  if (does.group.kind === 'own') {
    const own = group(does.group.arn);
    const inner = own === undefined ? [] : findUnjudged(own, { group, hasCountries });
    return [...inScope, ...inner.map((one) => ({ ...one, rule: `${name} / ${one.rule}` }))];
  }
  const known = findManagedGroup(does.group.vendor, does.group.name);
  if (known === undefined || known.rules.length === 0)
    return [...inScope, { rule: name, what: `the managed rule group ${does.group.name}` }];
  const count = known.rules.length;
  const hidden = known.rules.filter(({ statement }) => statement === undefined).length;
  const partial = known.rules.filter(hasExamplesOnly).length;
  return [
    ...inScope,
    ...(partial === 0
      ? []
      : [
          {
            rule: name,
            what: `${partial} of ${count} rules of ${known.name}, for which AWS publishes only example patterns`,
          },
        ]),
    ...(hidden === 0
      ? []
      : [
          {
            rule: name,
            what: `${hidden} of ${count} rules of ${known.name}, whose patterns AWS does not publish`,
          },
        ]),
  ];
}

function ofStatement(statement: Statement, hasCountries: boolean): readonly string[] {
  switch (statement.kind) {
    case 'and':
    case 'or':
      return statement.statements.flatMap((one) => ofStatement(one, hasCountries));
    case 'not':
      return ofStatement(statement.statement, hasCountries);
    case 'unjudged':
      return [statement.what];
    case 'geo':
      return hasCountries ? [] : ['countries of addresses, which only --waf-networks FILE provides'];
    case 'rate':
      return [
        ...(statement.scopeDown === undefined ? [] : ofStatement(statement.scopeDown, hasCountries)),
        ...statement.keys.flatMap((key) =>
          key.kind === 'unseen' ? [key.name] : key.kind === 'field' ? ofInspection(key.inspection) : [],
        ),
      ];
    case 'bytes':
    case 'regex':
    case 'regex-set':
    case 'size':
      return ofInspection(statement.inspection);
    case 'ip-set':
    case 'label':
      return [];
  }
}

function ofInspection({ field, transformations }: Inspection): readonly string[] {
  const unknown = describeUnknown(transformations);
  return [
    ...(field.kind === 'unseen' ? [`the fingerprint of the TLS handshake (${field.name})`] : []),
    ...(unknown === undefined ? [] : [unknown]),
  ];
}
