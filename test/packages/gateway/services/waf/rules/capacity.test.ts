import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capacityOf } from '../../../../../../packages/gateway/services/waf/rules/capacity.ts';
import { aRule, aWebAcl } from '../a-web-acl.ts';
import type { RuleJson } from '../a-web-acl.ts';

const NONE = [{ Priority: 0, Type: 'NONE' }];
const LOWER = [{ Priority: 0, Type: 'LOWERCASE' }];
const on = (FieldToMatch: object, TextTransformations: object = NONE): object => ({
  FieldToMatch,
  TextTransformations,
});
const QUERY = { QueryString: {} };
const JSON_BODY = { JsonBody: { MatchPattern: { All: {} }, MatchScope: 'ALL' } };
const bytes = (PositionalConstraint: string, inspection: object): object => ({
  ByteMatchStatement: { SearchString: 'a', PositionalConstraint, ...inspection },
});
const ipSet = (Position?: string): object => ({
  IPSetReferenceStatement: {
    Arn: 'set',
    ...(Position && { IPSetForwardedIPConfig: { HeaderName: 'a', FallbackBehavior: 'MATCH', Position } }),
  },
});
const geo = { GeoMatchStatement: { CountryCodes: ['DE'] } };
const group = (statement: object): RuleJson => ({
  Name: 'group',
  Priority: 0,
  OverrideAction: { None: {} },
  Statement: statement,
});

/** AWS WAF developer guide, "Using match rule statements", and "WCUs" of each statement. */
const CASES: readonly { name: string; rule: RuleJson; units: number }[] = [
  { name: 'an IP set', rule: aRule(ipSet()), units: 1 },
  { name: 'an IP set against any forwarded address', rule: aRule(ipSet('ANY')), units: 5 },
  { name: 'a geo match', rule: aRule(geo), units: 1 },
  { name: 'a label match', rule: aRule({ LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } }), units: 1 },
  { name: 'an exact string', rule: aRule(bytes('EXACTLY', on(QUERY))), units: 2 },
  { name: 'a contained string', rule: aRule(bytes('CONTAINS', on(QUERY))), units: 10 },
  { name: 'a transformation', rule: aRule(bytes('EXACTLY', on(QUERY, LOWER))), units: 12 },
  { name: 'all query arguments', rule: aRule(bytes('EXACTLY', on({ AllQueryArguments: {} }))), units: 12 },
  { name: 'a JSON body', rule: aRule(bytes('CONTAINS', on(JSON_BODY, LOWER))), units: 30 },
  {
    name: 'a regular expression',
    rule: aRule({ RegexMatchStatement: { RegexString: 'a', ...on(QUERY) } }),
    units: 3,
  },
  {
    name: 'a pattern set',
    rule: aRule({ RegexPatternSetReferenceStatement: { Arn: 'a', ...on(QUERY) } }),
    units: 25,
  },
  {
    name: 'a size',
    rule: aRule({ SizeConstraintStatement: { ComparisonOperator: 'GT', Size: 1, ...on(QUERY) } }),
    units: 1,
  },
  { name: 'SQL injection', rule: aRule({ SqliMatchStatement: on(QUERY) }), units: 20 },
  {
    name: 'SQL injection, high',
    rule: aRule({ SqliMatchStatement: { SensitivityLevel: 'HIGH', ...on(QUERY) } }),
    units: 30,
  },
  { name: 'cross-site scripting', rule: aRule({ XssMatchStatement: on(QUERY) }), units: 40 },
  {
    name: 'nested statements',
    rule: aRule({ AndStatement: { Statements: [geo, { NotStatement: { Statement: geo } }] } }),
    units: 2,
  },
  {
    name: 'a rate with a scope',
    rule: aRule({ RateBasedStatement: { Limit: 100, ScopeDownStatement: geo } }),
    units: 3,
  },
  {
    name: 'a rate with two keys',
    rule: aRule({
      RateBasedStatement: {
        Limit: 100,
        AggregateKeyType: 'CUSTOM_KEYS',
        CustomKeys: [{ IP: {} }, { HTTPMethod: {} }],
      },
    }),
    units: 62,
  },
  {
    name: 'six labels',
    rule: aRule(geo, { RuleLabels: ['a', 'b', 'c', 'd', 'e', 'f'].map((Name) => ({ Name })) }),
    units: 3,
  },
  {
    name: 'a managed group',
    rule: group({ ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' } }),
    units: 700,
  },
  { name: 'an own group', rule: group({ RuleGroupReferenceStatement: { Arn: 'group' } }), units: 77 },
];

describe('capacityOf', () => {
  // Developer guide, "AWS WAF web ACL capacity units (WCUs)": one for every five labels.
  for (const [labels, units] of [
    [0, 1],
    [1, 2],
    [5, 2],
    [6, 3],
  ] as const)
    it(`counts ${units} for a geo match with ${labels} labels`, () => {
      const RuleLabels = Array.from({ length: labels }, (_, index) => ({ Name: `l${index}` }));

      assert.equal(
        capacityOf(aWebAcl([aRule(geo, { RuleLabels })]).rules, () => 77),
        units,
      );
    });

  for (const { name, rule, units } of CASES)
    it(`counts ${units} for ${name}`, () => {
      assert.equal(
        capacityOf(aWebAcl([rule]).rules, () => 77),
        units,
      );
    });
});
