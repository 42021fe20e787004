import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aRule, aRuleGroup, aWebAcl, inOrder, JudgedAcl } from '../a-web-acl.ts';
import type { Outcome } from '../../../../../../packages/gateway/services/waf/evaluate/judge-web-acl.ts';
import type { RuleJson } from '../a-web-acl.ts';

const text = fc
  .array(fc.constantFrom('a', 'B', '.', '^', '%41', 'é'), { maxLength: 8 })
  .map((parts) => parts.join(''));
const NONE = [{ Priority: 0, Type: 'NONE' }];
/** Many rules have to inspect the same text. */
const often = <Item>(first: Item, ...others: readonly Item[]): fc.Arbitrary<Item> =>
  fc.constantFrom(...others.map(() => first), ...others);
const inspected = fc.record({
  FieldToMatch: often<object>(
    { Headers: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'MATCH' } },
    { UriPath: {} },
    { QueryString: {} },
    { UriFragment: { FallbackBehavior: 'MATCH' } },
    { JA3Fingerprint: { FallbackBehavior: 'MATCH' } },
  ),
  TextTransformations: often(
    NONE,
    [{ Priority: 0, Type: 'LOWERCASE' }],
    [{ Priority: 0, Type: 'URL_DECODE' }],
  ),
});
const PATTERNS = ['a+B', '^/a', 'B$', '(?i)ab|\\.', '[(^]', '(?P<n>a)', '(?P<n>B)', '\\bB', 'é'];
const statement = fc.oneof(
  fc.record({
    ByteMatchStatement: fc
      .tuple(
        inspected,
        fc.constantFrom('a.', 'BB', '^a', 'é', '%'),
        fc.constantFrom('EXACTLY', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS'),
      )
      .map(([at, SearchString, PositionalConstraint]) => ({ ...at, SearchString, PositionalConstraint })),
  }),
  fc.record({
    RegexMatchStatement: fc
      .tuple(inspected, fc.constantFrom(...PATTERNS))
      .map(([at, RegexString]) => ({ ...at, RegexString })),
  }),
  fc.record({
    RegexPatternSetReferenceStatement: fc
      .tuple(inspected, fc.constantFrom('one', 'two'))
      .map(([at, Arn]) => ({ ...at, Arn })),
  }),
  fc.record({
    SizeConstraintStatement: fc
      .tuple(inspected, fc.constantFrom('EQ', 'NE', 'LE', 'LT', 'GE', 'GT'), fc.nat(4))
      .map(([at, ComparisonOperator, Size]) => ({ ...at, ComparisonOperator, Size })),
  }),
  fc.record({ IPSetReferenceStatement: fc.record({ Arn: fc.constantFrom('near', 'far') }) }),
  fc.constant({ LabelMatchStatement: { Scope: 'LABEL', Key: 'seen' } }),
);
const rule = fc
  .tuple(statement, fc.constantFrom('Count', 'Block', 'Allow'), fc.boolean())
  .map(([Statement, action, isLabelling]) =>
    aRule(Statement, {
      Action: { [action]: {} },
      ...(isLabelling && { RuleLabels: [{ Name: 'seen' }] }),
    }),
  );
const rules = fc.array(rule, { minLength: 1, maxLength: 6 }).map((all) => inOrder(...all));
const request = fc.record({
  path: text.map((rest) => `/${rest}`),
  query: text,
  headers: fc.array(fc.tuple(fc.constantFrom('A', 'b'), text), { maxLength: 3 }).map((all) => all.flat()),
  sourceIp: fc.constantFrom('10.0.0.1', '192.0.2.1', '2001:db8::1', 'unknown'),
});

/** The same rules, of which a prefilter takes none together. */
function apart(all: readonly RuleJson[]): readonly RuleJson[] {
  return all.map((one) => ({
    ...one,
    Statement: { NotStatement: { Statement: { NotStatement: { Statement: one['Statement'] } } } },
  }));
}

const factsOf = ({ action, matches, labels, unjudged, isAverted }: Outcome): unknown => ({
  action: action.kind,
  matches: matches.map((one) => [one.rule.name, one.inner, one.action.kind]),
  labels,
  unjudged,
  isAverted,
});

const around = {
  ipSets: { near: ['10.0.0.0/8'], far: ['2001:db8::/32', '192.0.2.0/24'] },
  // Joined, the quoting of the first one would end in the second one only.
  patternSets: { one: ['a.B', '^/$'], two: ['\\Qa.', '\\QB\\E'] },
};

const ofGroup = aRule(
  { RuleGroupReferenceStatement: { Arn: 'own' } },
  { Action: undefined, OverrideAction: { None: {} } },
);
const LISTS: readonly { name: string; judged: (all: readonly RuleJson[]) => JudgedAcl }[] = [
  { name: 'web ACL', judged: (all) => new JudgedAcl(aWebAcl(all), around) },
  {
    name: 'rule group',
    judged: (all) =>
      new JudgedAcl(aWebAcl([ofGroup]), { ...around, groups: { own: aRuleGroup('own', all) } }),
  },
];

describe('Prefilter', () => {
  for (const { name, judged } of LISTS)
    it(`changes no verdict of a ${name}`, () => {
      fc.assert(
        fc.property(rules, fc.array(request, { minLength: 1, maxLength: 4 }), (all, requests) => {
          const together = judged(all);
          const alone = judged(apart(all));

          for (const one of requests)
            assert.deepEqual(factsOf(together.judge(one)), factsOf(alone.judge(one)));
        }),
        { numRuns: 300 },
      );
    });
});
