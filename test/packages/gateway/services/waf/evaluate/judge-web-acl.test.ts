import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCOUNT,
  aRule,
  aRuleGroup,
  aWebAcl,
  inOrder,
  judge,
  JudgedAcl,
  PREFIX,
  shortOf,
} from '../a-web-acl.ts';
import type { RuleJson } from '../a-web-acl.ts';
import { describeRefusal } from '../../../../../../packages/gateway/services/waf/describe-outcome.ts';
import { replyOf } from '../../../../../../packages/gateway/services/waf/reply.ts';

const NONE = [{ Priority: 0, Type: 'NONE' }];
const COUNT = { Action: { Count: {} } };
const ALLOW = { Action: { Allow: {} } };
const labels = (...names: readonly string[]): RuleJson => ({ RuleLabels: names.map((Name) => ({ Name })) });
const labelled = (Scope: string, Key: string): object => ({ LabelMatchStatement: { Scope, Key } });
const contains = (SearchString: string): object => ({
  ByteMatchStatement: {
    FieldToMatch: { QueryString: {} },
    SearchString,
    PositionalConstraint: 'CONTAINS',
    TextTransformations: NONE,
  },
});
const SQLI = { SqliMatchStatement: { FieldToMatch: { QueryString: {} }, TextTransformations: NONE } };
const XSS = { XssMatchStatement: { FieldToMatch: { QueryString: {} }, TextTransformations: NONE } };
const geo = (...CountryCodes: readonly string[]): object => ({ GeoMatchStatement: { CountryCodes } });
const not = (Statement: object): object => ({ NotStatement: { Statement } });
const and = (...Statements: readonly object[]): object => ({ AndStatement: { Statements } });
const or = (...Statements: readonly object[]): object => ({ OrStatement: { Statements } });
const managed = (Name: string, more: object = {}, VendorName = 'AWS'): RuleJson => ({
  Name: 'managed',
  Priority: 0,
  OverrideAction: { None: {} },
  Statement: { ManagedRuleGroupStatement: { VendorName, Name, ...more } },
});
const CRS = 'AWSManagedRulesCommonRuleSet';

describe('a rule that cannot be judged', () => {
  const CASES: readonly { name: string; rules: readonly RuleJson[]; query?: string; gives: string }[] = [
    { name: 'is passed over', rules: [aRule(SQLI)], gives: 'ALLOW (unjudged rule0)' },
    { name: 'stays unjudged if it is negated', rules: [aRule(not(XSS))], gives: 'ALLOW (unjudged rule0)' },
    {
      name: 'decides nothing in AND together with a statement that does not match',
      rules: [aRule(and(SQLI, contains('x')))],
      query: 'a',
      gives: 'ALLOW',
    },
    {
      name: 'is unjudged in AND together with a statement that matches',
      rules: [aRule(and(SQLI, contains('x')))],
      query: 'x',
      gives: 'ALLOW (unjudged rule0)',
    },
    {
      name: 'decides nothing in OR together with a statement that matches',
      rules: [aRule(or(SQLI, contains('x')))],
      query: 'x',
      gives: 'BLOCK rule0',
    },
    {
      name: 'makes a rule unjudged that asks for its label',
      rules: [aRule(SQLI, { ...COUNT, ...labels('sql') }), aRule(labelled('LABEL', 'sql'))],
      gives: 'ALLOW (unjudged rule0, rule1)',
    },
    {
      name: 'makes a rule unjudged that asks for its namespace',
      rules: [aRule(SQLI, { ...COUNT, ...labels('ns:sql') }), aRule(labelled('NAMESPACE', 'ns:'))],
      gives: 'ALLOW (unjudged rule0, rule1)',
    },
    {
      name: 'does not touch rules that ask for other labels',
      rules: [aRule(SQLI, { ...COUNT, ...labels('sql') }), aRule(labelled('LABEL', 'other'))],
      gives: 'ALLOW (unjudged rule0)',
    },
    {
      name: 'makes a rate unjudged whose scope it is',
      rules: [aRule({ RateBasedStatement: { Limit: 10, ScopeDownStatement: SQLI } })],
      gives: 'ALLOW (unjudged rule0)',
    },
    {
      name: 'averts a later block if it would have allowed the request',
      rules: [aRule(geo('DE'), ALLOW), aRule(contains('x'))],
      query: 'x',
      gives: 'averted BLOCK rule1 (unjudged rule0)',
    },
    {
      name: 'lets a later block stand where it would have blocked, too',
      rules: [aRule(geo('DE')), aRule(contains('x'))],
      query: 'x',
      gives: 'BLOCK rule1 (unjudged rule0)',
    },
    {
      name: 'is a rule with a fingerprint of TLS',
      rules: [
        aRule({
          ByteMatchStatement: {
            FieldToMatch: { JA3Fingerprint: { FallbackBehavior: 'MATCH' } },
            SearchString: 'a',
            PositionalConstraint: 'EXACTLY',
            TextTransformations: NONE,
          },
        }),
      ],
      gives: 'ALLOW (unjudged rule0)',
    },
    {
      name: 'is a rule about the network of the caller',
      rules: [aRule({ AsnMatchStatement: { AsnList: [64496] } })],
      gives: 'ALLOW (unjudged rule0)',
    },
  ];
  for (const { name, rules, query = '', gives } of CASES)
    it(name, () => {
      assert.equal(shortOf(judge(inOrder(...rules), { query })), gives);
    });

  it('averts a default block', () => {
    const acl = aWebAcl([aRule(geo('DE'), ALLOW)], { DefaultAction: { Block: {} } });

    assert.equal(shortOf(new JudgedAcl(acl).judge()), 'averted BLOCK (unjudged rule)');
  });

  it('includes a challenge if the request has a token that only AWS can check', () => {
    const rules = [aRule(contains('x'), { Action: { Challenge: {} } })];
    const headers = ['Cookie', 'a=b; aws-waf-token=secret'];

    assert.equal(shortOf(judge(rules, { query: 'x' })), 'CHALLENGE rule');
    assert.equal(shortOf(judge(rules, { query: 'x', headers })), 'ALLOW (unjudged rule)');
  });
});

describe('the answer of AWS WAF itself', () => {
  for (const [action, accept, status, body] of [
    ['Challenge', '*/*', 202, ''],
    ['Challenge', 'text/html', 202, 'page'],
    ['Captcha', '*/*', 405, ''],
    ['Captcha', 'text/html,*/*', 405, 'page'],
  ] as const)
    it(`is ${status} to a ${action} for a client that accepts ${accept}, with ${body === '' ? 'no body' : 'a page'}`, () => {
      const request = { header: () => [accept] } as unknown as Parameters<typeof replyOf>[1];
      const reply = replyOf({ kind: action.toUpperCase() } as Parameters<typeof replyOf>[0], request);

      assert.equal(reply?.status, status);
      assert.deepEqual(reply.headers.slice(0, 2), ['x-amzn-waf-action', action.toLowerCase()]);
      assert.equal(reply.body.includes('<!doctype html>'), body !== '');
      if (body === '') assert.equal(reply.body, '');
    });
});

describe('a geo match', () => {
  const networks = '203.0.113.0/24,DE\n2001:db8::/32,FR\n203.0.113.128/25,AT\n';

  it('is judged by the file of networks, the most exact one first', () => {
    const rules = [aRule(geo('DE'))];

    assert.equal(shortOf(judge(rules, { sourceIp: '203.0.113.7' }, { networks })), 'BLOCK rule');
    assert.equal(shortOf(judge(rules, { sourceIp: '203.0.113.200' }, { networks })), 'ALLOW');
    assert.equal(shortOf(judge(rules, { sourceIp: '198.51.100.1' }, { networks })), 'ALLOW');
  });

  // Developer guide, "Geographic match rule statement": match or no match, the labels are added.
  it('adds the country as a label whether or not it matches', () => {
    const rules = inOrder(
      aRule(geo('US'), COUNT),
      aRule(labelled('LABEL', 'awswaf:clientip:geo:country:DE')),
    );
    const outcome = judge(rules, { sourceIp: '203.0.113.7' }, { networks });

    assert.equal(shortOf(outcome), 'BLOCK rule1');
    assert.deepEqual(outcome.labels, ['awswaf:clientip:geo:country:DE']);
  });

  it('leaves the region open', () => {
    const rules = inOrder(
      aRule(geo('US'), COUNT),
      aRule(labelled('LABEL', 'awswaf:clientip:geo:region:DE-BE')),
    );

    assert.equal(shortOf(judge(rules, { sourceIp: '203.0.113.7' }, { networks })), 'ALLOW (unjudged rule1)');
  });

  it('uses the first forwarded address if it is configured to', () => {
    const forwarded = { ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH' } };
    const rules = [aRule({ GeoMatchStatement: { CountryCodes: ['FR'], ...forwarded } })];
    const from = (value: string): string =>
      shortOf(judge(rules, { headers: ['x-forwarded-for', value] }, { networks }));

    assert.equal(from('2001:db8::1, 203.0.113.7'), 'BLOCK rule');
    assert.equal(from('203.0.113.7, 2001:db8::1'), 'ALLOW');
    assert.equal(from('nonsense'), 'BLOCK rule');
    // API reference, ForwardedIPConfig: "only evaluates the first IP address found in the specified HTTP header".
    assert.equal(from('203.0.113.7, nonsense'), 'ALLOW');
    assert.equal(from(', 203.0.113.7'), 'BLOCK rule');
  });
});

describe('labels', () => {
  it('have the prefix of the web ACL or of the rule group that adds them', () => {
    const group = aRuleGroup('shared', [aRule(contains('x'), { ...COUNT, ...labels('ns:one') })]);
    const reference = {
      Name: 'reference',
      Priority: 0,
      OverrideAction: { None: {} },
      Statement: { RuleGroupReferenceStatement: { Arn: 'group' } },
    };
    const rules = inOrder(reference, aRule(contains('x'), { ...COUNT, ...labels('two') }));
    const { labels: added } = judge(rules, { query: 'x' }, { groups: { group } });

    assert.deepEqual(added, [`awswaf:${ACCOUNT}:rulegroup:shared:ns:one`, `${PREFIX}two`]);
  });

  for (const [key, scope, isMatch] of [
    [`${PREFIX}ns:sub:name`, 'LABEL', true],
    [`${PREFIX}sub:name`, 'LABEL', false],
    ['sub:name', 'LABEL', true],
    ['ns:name', 'LABEL', false],
    [`${PREFIX}ns:`, 'NAMESPACE', true],
    ['ns:sub:', 'NAMESPACE', true],
    ['name:', 'NAMESPACE', false],
    ['wall:', 'NAMESPACE', false],
  ] as const)
    it(`${isMatch ? 'match' : 'do not match'} ${scope} ${key}`, () => {
      const rules = inOrder(
        aRule(contains('x'), { ...COUNT, ...labels('ns:sub:name') }),
        aRule(labelled(scope, key)),
      );

      assert.equal(shortOf(judge(rules, { query: 'x' })), isMatch ? 'BLOCK rule1' : 'ALLOW');
    });
});

describe('a managed rule group', () => {
  it('blocks by the rules that AWS documents exactly, and names those that it does not publish', () => {
    const outcome = judge([managed(CRS)], { headers: ['Host', 'a'] });

    assert.equal(outcome.terminating?.inner, 'NoUserAgent_HEADER');
    const { because, changes } = describeRefusal({ name: 'wall', rules: [] } as never, outcome);
    assert.match(because.join(), /does not have the header user-agent/i);
    assert.match(changes.join(), /^Send the header user-agent: the rule blocks requests without it/i);
    assert.equal(judge([managed(CRS)]).unjudged.length, 17);
  });

  it('leaves rules unjudged that ask for labels of its hidden rules', () => {
    const rules = inOrder(
      managed(CRS),
      aRule(labelled('LABEL', 'awswaf:managed:aws:core-rule-set:GenericLFI_Body')),
      aRule(labelled('LABEL', 'awswaf:managed:aws:core-rule-set:NoUserAgent_Header')),
    );
    const { unjudged, action } = judge(rules);

    assert.equal(action.kind, 'ALLOW');
    assert.deepEqual(
      unjudged.map(({ rule }) => rule).filter((rule) => rule.startsWith('rule')),
      ['rule1'],
    );
  });

  it('of a vendor is unjudged with all its labels', () => {
    const rules = inOrder(
      managed('Any', {}, 'Vendor'),
      aRule(labelled('NAMESPACE', 'awswaf:managed:vendor:any:')),
    );

    assert.equal(shortOf(judge(rules)), 'ALLOW (unjudged managed, rule1)');
  });

  it('with overrides that allow averts later blocks', () => {
    const overrides = { RuleActionOverrides: [{ Name: 'GenericLFI_BODY', ActionToUse: { Allow: {} } }] };
    const rules = inOrder(managed(CRS, overrides), aRule(contains('x')));

    assert.equal(judge(rules, { query: 'x' }).isAverted, true);
  });

  it('of PROPFIND blocks the method', () => {
    const rules = [managed('AWSManagedRulesKnownBadInputsRuleSet')];

    assert.equal(judge(rules, { method: 'PROPFIND' }).terminating?.inner, 'PROPFIND_METHOD');
  });
});

describe('a record that has lost parts of its request', () => {
  it('leaves rules that need them unjudged, and judges the others', () => {
    const missing = new Set(['query'] as const);

    assert.equal(shortOf(judge([aRule(contains('x'))], { missing })), 'ALLOW (unjudged rule)');
    assert.equal(
      shortOf(
        judge(
          [
            aRule({
              SizeConstraintStatement: {
                FieldToMatch: { Method: {} },
                ComparisonOperator: 'GT',
                Size: 1,
                TextTransformations: NONE,
              },
            }),
          ],
          { missing },
        ),
      ),
      'BLOCK rule',
    );
  });
});

describe('a rate-based rule in a group', () => {
  it('counts for each use of the group', () => {
    const group = aRuleGroup('shared', [aRule({ RateBasedStatement: { Limit: 10 } })]);
    const use = (Name: string): RuleJson => ({
      Name,
      OverrideAction: { None: {} },
      Statement: { RuleGroupReferenceStatement: { Arn: 'group' } },
    });
    const acl = new JudgedAcl(aWebAcl(inOrder(use('one'), use('two'))), { groups: { group } });
    const results = Array.from({ length: 11 }, () => shortOf(acl.judge()));

    assert.deepEqual(results.slice(-2), ['ALLOW', 'BLOCK rule']);
  });
});

/** Sends each request once, then 10 times the last one, which is as many as the limit allows. */
function isLimited(
  statement: object,
  earlier: Parameters<JudgedAcl['judge']>[0],
  later: Parameters<JudgedAcl['judge']>[0],
): boolean {
  const acl = new JudgedAcl(aWebAcl([aRule({ RateBasedStatement: { Limit: 10, ...statement } })]));
  acl.judge(earlier);
  const results = Array.from({ length: 10 }, () => shortOf(acl.judge(later)));
  return results.at(-1) === 'BLOCK rule';
}

const forwardedKey = (FallbackBehavior: string, Header = 'X-Forwarded-For'): object => ({
  AggregateKeyType: 'FORWARDED_IP',
  ForwardedIPConfig: { HeaderName: Header, FallbackBehavior },
});
const from = (...values: readonly string[]) => ({
  headers: values.flatMap((value) => ['x-forwarded-for', value]),
});

describe('a rate-based rule', () => {
  for (const [one, other, isSame] of [
    ['2001:db8::1', '2001:DB8:0:0::0001', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['::ffff:cb00:7107', '203.0.113.7', true],
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107', true],
    ['64:ff9b::203.0.113.7', '203.0.113.7', false],
  ] as const)
    it(`counts ${one} and ${other} ${isSame ? 'as one address' : 'separately'}`, () => {
      const custom = { AggregateKeyType: 'CUSTOM_KEYS', CustomKeys: [{ IP: {} }, { HTTPMethod: {} }] };

      assert.equal(isLimited({}, { sourceIp: one }, { sourceIp: other }), isSame);
      assert.equal(isLimited(custom, { sourceIp: one }, { sourceIp: other }), isSame);
      assert.equal(isLimited(forwardedKey('MATCH'), from(one), from(`${other}, 192.0.2.1`)), isSame);
    });

  // Developer guide, "Aggregation options and keys", for the fallback MATCH: "the rate-based rule groups the request
  // together with other requests that have a malformed IP address in the specified header"; for NO_MATCH: "the
  // rate-based rule doesn't count or rate limit the request". API reference: only the first address is evaluated.
  for (const { what, fallback, one, other, isSame } of [
    { what: 'malformed addresses as one', fallback: 'MATCH', one: ['x'], other: ['y'], isSame: true },
    { what: 'an empty value as malformed', fallback: 'MATCH', one: ['x'], other: [''], isSame: true },
    { what: 'no malformed address', fallback: 'NO_MATCH', one: ['x'], other: ['x'], isSame: false },
    {
      what: 'the first address, whatever follows it',
      fallback: 'NO_MATCH',
      one: ['192.0.2.1'],
      other: ['192.0.2.1, x'],
      isSame: true,
    },
    {
      what: 'a malformed first address, whatever follows it',
      fallback: 'MATCH',
      one: ['x, 192.0.2.1'],
      other: ['y, 192.0.2.2'],
      isSame: true,
    },
    {
      what: 'addresses in two header lines as one list',
      fallback: 'MATCH',
      one: ['192.0.2.1', 'x'],
      other: ['192.0.2.1', 'y'],
      isSame: true,
    },
  ])
    it(`counts ${what}`, () => {
      assert.equal(isLimited(forwardedKey(fallback), from(...one), from(...other)), isSame);
    });

  it('lets the first requests with a malformed address pass', () => {
    const rate = { RateBasedStatement: { Limit: 10, ...forwardedKey('MATCH') } };

    assert.equal(shortOf(judge([aRule(rate)], from('x'))), 'ALLOW');
  });
});

describe('an IP set with forwarded addresses', () => {
  // API reference, IPSetForwardedIPConfig: the fallback is for a request that "doesn't have a valid IP address in the
  // specified position".
  for (const { position, value, is } of [
    { position: 'FIRST', value: '192.0.2.1, x', is: 'BLOCK rule' },
    { position: 'FIRST', value: 'x, 192.0.2.1', is: 'ALLOW' },
    { position: 'LAST', value: 'x, 192.0.2.1', is: 'BLOCK rule' },
    { position: 'LAST', value: '192.0.2.1, x', is: 'ALLOW' },
    { position: 'ANY', value: `x${', 192.0.2.1'.repeat(10)}`, is: 'BLOCK rule' },
  ])
    it(`inspects ${position} of ${value}`, () => {
      const config = { HeaderName: 'x-forwarded-for', FallbackBehavior: 'NO_MATCH', Position: position };
      const rule = aRule({ IPSetReferenceStatement: { Arn: 'set', IPSetForwardedIPConfig: config } });

      assert.equal(shortOf(judge([rule], from(value), { ipSets: { set: ['192.0.2.1/32'] } })), is);
    });
});
