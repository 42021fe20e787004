import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidMember } from '@gatewright/aws/member-reader';
import { aRule, aWebAcl, inOrder } from '../a-web-acl.ts';
import type { RuleJson } from '../a-web-acl.ts';
import {
  compareSize,
  matchesBytes,
} from '../../../../../../packages/gateway/services/waf/evaluate/match-texts.ts';
import { capacityOf } from '../../../../../../packages/gateway/services/waf/rules/capacity.ts';
import {
  ACTIONS,
  COMPARISONS,
  CONSTRAINTS,
} from '../../../../../../packages/gateway/services/waf/rules/statement.ts';
import type {
  Comparison,
  Inspection,
} from '../../../../../../packages/gateway/services/waf/rules/statement.ts';
import { TRANSFORMATIONS } from '../../../../../../packages/gateway/services/waf/evaluate/transform.ts';

const NONE = [{ Priority: 0, Type: 'NONE' }];
const QUERY = { FieldToMatch: { QueryString: {} }, TextTransformations: NONE };
const BYTES = { ...QUERY, SearchString: 'a', PositionalConstraint: 'EXACTLY' };
const bytes = (more: object): RuleJson => aRule({ ByteMatchStatement: { ...BYTES, ...more } });
const GOOD = bytes({});
const rate = (more: object): RuleJson => aRule({ RateBasedStatement: { Limit: 100, ...more } });
const STATEMENT = 'Rules.0.Statement';

describe("AWS WAF's lists", () => {
  const capacityOfRule = (rule: RuleJson): number => capacityOf(aWebAcl([rule]).rules, () => undefined);

  for (const constraint of CONSTRAINTS)
    it(`have ${constraint}, which rules read, weigh and match`, () => {
      assert.ok(capacityOfRule(bytes({ PositionalConstraint: constraint })) > 0);
      assert.equal(matchesBytes('a', 'a', constraint), true);
      assert.equal(matchesBytes('b', 'a', constraint), false);
    });

  const answers: Readonly<Record<Comparison, readonly [boolean, boolean, boolean]>> = {
    EQ: [false, true, false],
    NE: [true, false, true],
    LE: [true, true, false],
    LT: [true, false, false],
    GE: [false, true, true],
    GT: [false, false, true],
  };
  for (const comparison of COMPARISONS)
    it(`have ${comparison}, which rules read and compare`, () => {
      const rule = aRule({ SizeConstraintStatement: { ...QUERY, ComparisonOperator: comparison, Size: 2 } });
      assert.ok(capacityOfRule(rule) > 0);
      assert.deepEqual(
        [1, 2, 3].map((size) => compareSize(size, comparison, 2)),
        answers[comparison],
      );
    });

  for (const [member, kind] of Object.entries(ACTIONS))
    it(`have the action ${member}, which a rule reads as ${kind}`, () => {
      const [rule] = aWebAcl([aRule({ ByteMatchStatement: BYTES }, { Action: { [member]: {} } })]).rules;
      assert.ok(rule?.does.kind === 'statement');
      assert.equal(rule.does.action.kind, kind);
    });
});

/** What AWS refuses, with its path (API reference of each type). */
const REFUSED: readonly {
  name: string;
  rules: readonly RuleJson[];
  more?: RuleJson;
  path: string;
  message: RegExp;
}[] = [
  {
    name: 'an unknown statement',
    rules: [aRule({ MagicStatement: {} })],
    path: STATEMENT,
    message: /unknown statement MagicStatement/,
  },
  {
    name: 'two statements at once',
    rules: [aRule({ GeoMatchStatement: {}, NotStatement: {} })],
    path: STATEMENT,
    message: /exactly one member/,
  },
  {
    name: 'a rate inside another statement',
    rules: [aRule({ NotStatement: { Statement: { RateBasedStatement: { Limit: 100 } } } })],
    path: `${STATEMENT}.NotStatement.Statement`,
    message: /cannot be nested/,
  },
  {
    name: 'a rule group inside another statement',
    rules: [aRule({ NotStatement: { Statement: { RuleGroupReferenceStatement: { ARN: 'a' } } } })],
    path: `${STATEMENT}.NotStatement.Statement`,
    message: /cannot be nested/,
  },
  {
    name: 'an unknown field',
    rules: [bytes({ FieldToMatch: { Trailer: {} } })],
    path: `${STATEMENT}.ByteMatchStatement.FieldToMatch`,
    message: /unknown field to match Trailer/,
  },
  {
    name: 'a name that every object has',
    rules: [bytes({ FieldToMatch: { constructor: {} } })],
    path: `${STATEMENT}.ByteMatchStatement.FieldToMatch`,
    message: /unknown field/,
  },
  {
    name: 'an unknown transformation',
    rules: [bytes({ TextTransformations: [{ Priority: 0, Type: 'ROT13' }] })],
    path: `${STATEMENT}.ByteMatchStatement.TextTransformations.0.Type`,
    message: /must be one of/,
  },
  {
    name: 'transformations of one priority',
    rules: [bytes({ TextTransformations: [...NONE, ...NONE] })],
    path: `${STATEMENT}.ByteMatchStatement.TextTransformations`,
    message: /two items with the same Priority/,
  },
  {
    name: 'a search string over 200 bytes',
    rules: [bytes({ SearchString: 'ä'.repeat(101) })],
    path: `${STATEMENT}.ByteMatchStatement.SearchString`,
    message: /202 bytes/,
  },
  {
    name: 'a word with a blank',
    rules: [bytes({ SearchString: 'a b', PositionalConstraint: 'CONTAINS_WORD' })],
    path: `${STATEMENT}.ByteMatchStatement.SearchString`,
    message: /must consist of letters/,
  },
  {
    name: 'a pattern with look-around',
    rules: [aRule({ RegexMatchStatement: { ...QUERY, RegexString: 'a(?=b)' } })],
    path: `${STATEMENT}.RegexMatchStatement.RegexString`,
    message: /^is not a regular expression that the gateway can evaluate .*: a\(\?=b\)$/,
  },
  {
    name: 'a pattern over 512 characters',
    rules: [aRule({ RegexMatchStatement: { ...QUERY, RegexString: 'a'.repeat(513) } })],
    path: `${STATEMENT}.RegexMatchStatement.RegexString`,
    message: /at most 512/,
  },
  {
    name: 'a country in small letters',
    rules: [aRule({ GeoMatchStatement: { CountryCodes: ['de'] } })],
    path: `${STATEMENT}.GeoMatchStatement.CountryCodes`,
    message: /codes such as DE/,
  },
  {
    name: 'a namespace without its colon',
    rules: [aRule({ LabelMatchStatement: { Scope: 'NAMESPACE', Key: 'ns' } })],
    path: `${STATEMENT}.LabelMatchStatement.Key`,
    message: /colon/,
  },
  {
    name: 'a rate below 10',
    rules: [rate({ Limit: 9 })],
    path: `${STATEMENT}.RateBasedStatement.Limit`,
    message: /from 10/,
  },
  {
    name: 'another window',
    rules: [rate({ EvaluationWindowSec: 90 })],
    path: `${STATEMENT}.RateBasedStatement.EvaluationWindowSec`,
    message: /60, 120, 300, 600/,
  },
  {
    name: 'a rate that allows',
    rules: [{ ...rate({}), Action: { Allow: {} } }],
    path: 'Rules.0.Action',
    message: /cannot be Allow/,
  },
  {
    name: 'counting all without a scope',
    rules: [rate({ AggregateKeyType: 'CONSTANT' })],
    path: `${STATEMENT}.RateBasedStatement.ScopeDownStatement`,
    message: /is required/,
  },
  {
    name: 'six keys',
    rules: [
      rate({
        AggregateKeyType: 'CUSTOM_KEYS',
        CustomKeys: Array.from({ length: 6 }, () => ({ HTTPMethod: {} })),
      }),
    ],
    path: `${STATEMENT}.RateBasedStatement.CustomKeys`,
    message: /at most 5/,
  },
  {
    name: 'an address as the only key',
    rules: [rate({ AggregateKeyType: 'CUSTOM_KEYS', CustomKeys: [{ IP: {} }] })],
    path: `${STATEMENT}.RateBasedStatement.CustomKeys`,
    message: /other than IP or ForwardedIP/,
  },
  {
    name: 'two rules of one name',
    rules: [
      { ...GOOD, Priority: 0 },
      { ...GOOD, Priority: 1 },
    ],
    path: 'Rules.1.Name',
    message: /two rules are called rule/,
  },
  {
    name: 'two rules of one priority',
    rules: [GOOD, { ...GOOD, Name: 'other' }],
    path: 'Rules.1.Priority',
    message: /the priority 0/,
  },
  {
    name: 'a label with a reserved word',
    rules: [{ ...GOOD, RuleLabels: [{ Name: 'aws:one' }] }],
    path: 'Rules.0.RuleLabels.0.Name',
    message: /aws is reserved/,
  },
  {
    // hashicorp/terraform-provider-aws#29321
    name: 'a rule with both kinds of actions',
    rules: [{ ...GOOD, OverrideAction: { Count: {} } }],
    path: 'Rules.0.OverrideAction',
    message: /only allowed in a rule that uses a rule group/,
  },
  ...['AndStatement', 'OrStatement'].map((name) => ({
    // hashicorp/terraform-provider-aws#34320
    name: `a ${name} of one statement`,
    rules: [
      { ...GOOD, Statement: { [name]: { Statements: [{ GeoMatchStatement: { CountryCodes: ['DE'] } }] } } },
    ],
    path: `Rules.0.Statement.${name}.Statements`,
    message: /must have at least 2 statements/,
  })),
  {
    name: 'a rule without an action',
    rules: [{ ...GOOD, Action: undefined }],
    path: 'Rules.0.Action',
    message: /is missing/,
  },
  {
    name: 'a status that AWS WAF does not send',
    rules: [{ ...GOOD, Action: { Block: { CustomResponse: { ResponseCode: 418 } } } }],
    path: 'Rules.0.Action.Block.CustomResponse.ResponseCode',
    message: /418/,
  },
  {
    name: 'a body that is not defined',
    rules: [
      { ...GOOD, Action: { Block: { CustomResponse: { ResponseCode: 403, CustomResponseBodyKey: 'x' } } } },
    ],
    path: 'Rules.0.Action.Block.CustomResponse.CustomResponseBodyKey',
    message: /not a key of CustomResponseBodies/,
  },
  {
    name: 'a body over 4 KB',
    rules: [],
    more: { CustomResponseBodies: { x: { ContentType: 'TEXT_PLAIN', Content: 'x'.repeat(4097) } } },
    path: 'CustomResponseBodies.x.Content',
    message: /4097 bytes/,
  },
  {
    name: 'a header of two lines',
    rules: [
      {
        ...GOOD,
        Action: { Count: { CustomRequestHandling: { InsertHeaders: [{ Name: 'a', Value: 'b\r\nc: d' }] } } },
      },
    ],
    path: 'Rules.0.Action.Count.CustomRequestHandling.InsertHeaders.0.Value',
    message: /one line/,
  },
  {
    name: 'a group with an action',
    rules: [aRule({ ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'x' } })],
    path: 'Rules.0.Action',
    message: /OverrideAction/,
  },
];

/** Developer guide, "Supported status codes for your custom response". */
const STATUSES = [
  200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412,
  413, 414, 415, 416, 421, 429, 500, 501, 502, 503, 504, 505,
];
/** Developer guide, "Request components in AWS WAF". */
const FIELDS = [
  { Method: {} },
  { UriPath: {} },
  { QueryString: {} },
  { AllQueryArguments: {} },
  { SingleHeader: { Name: 'A' } },
  { SingleQueryArgument: { Name: 'A' } },
  { UriFragment: {} },
  { UriFragment: { FallbackBehavior: 'MATCH' } },
  { Body: {} },
  { Body: { OversizeHandling: 'MATCH' } },
  { JsonBody: { MatchPattern: { All: {} }, MatchScope: 'ALL' } },
  { JsonBody: { MatchPattern: { IncludedPaths: ['/a'] }, MatchScope: 'KEY' } },
  { Headers: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } },
  { Headers: { MatchPattern: { IncludedHeaders: ['a'] }, MatchScope: 'ALL', OversizeHandling: 'CONTINUE' } },
  { Headers: { MatchPattern: { ExcludedHeaders: ['a'] }, MatchScope: 'ALL', OversizeHandling: 'CONTINUE' } },
  { Cookies: { MatchPattern: { IncludedCookies: ['a'] }, MatchScope: 'ALL', OversizeHandling: 'NO_MATCH' } },
  { Cookies: { MatchPattern: { IncludedCookies: ['b'] }, MatchScope: 'ALL', OversizeHandling: 'NO_MATCH' } },
  { HeaderOrder: { OversizeHandling: 'MATCH' } },
  { JA3Fingerprint: { FallbackBehavior: 'MATCH' } },
];

describe('readRules', () => {
  it('takes every transformation that AWS lists', () => {
    for (const Type of Object.keys(TRANSFORMATIONS))
      assert.equal(aWebAcl([bytes({ TextTransformations: [{ Priority: 0, Type }] })]).rules.length, 1, Type);
  });

  it('takes every status that AWS lists for custom responses', () => {
    for (const ResponseCode of STATUSES) {
      const action = { Block: { CustomResponse: { ResponseCode } } };
      assert.partialDeepStrictEqual(aWebAcl([{ ...GOOD, Action: action }]).rules[0]?.does, {
        action: { response: { status: ResponseCode } },
      });
    }
  });

  const inspectionOf = (rule: RuleJson): Inspection => {
    const [does] = aWebAcl([rule]).rules.map(({ does: one }) => one);
    assert.ok(does?.kind === 'statement' && does.statement.kind === 'bytes');
    return does.statement.inspection;
  };

  it('inspects one part of a request for all rules that read it, and each other part separately', () => {
    const inspections = [...FIELDS, ...FIELDS].map((FieldToMatch) => inspectionOf(bytes({ FieldToMatch })));

    assert.equal(new Set(inspections).size, FIELDS.length);
    assert.equal(new Set(inspections.map(({ slot }) => slot)).size, FIELDS.length);
  });

  it('orders transformations by their priority', () => {
    const TextTransformations = [
      { Priority: 2, Type: 'LOWERCASE' },
      { Priority: 0, Type: 'URL_DECODE' },
      { Priority: 1, Type: 'NONE' },
      { Priority: 3, Type: 'MD5' },
    ];

    assert.deepEqual(inspectionOf(bytes({ TextTransformations })).transformations, [
      'URL_DECODE',
      'LOWERCASE',
      'MD5',
    ]);
  });

  for (const { name, rules, more, path, message } of REFUSED)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => aWebAcl(rules, more),
        (error) => error instanceof InvalidMember && error.path === path && message.test(error.message),
      );
    });

  it('refuses statements that are nested too deeply', () => {
    let statement: object = { GeoMatchStatement: { CountryCodes: ['DE'] } };
    for (let depth = 0; depth < 30; depth += 1) statement = { NotStatement: { Statement: statement } };

    assert.throws(() => aWebAcl([aRule(statement)]), InvalidMember);
  });

  it('orders rules by priority, which templates may write as a text', () => {
    const rules = [
      { ...GOOD, Name: 'b', Priority: '10' },
      { ...GOOD, Name: 'a', Priority: 2 },
    ];

    assert.deepEqual(
      aWebAcl(rules).rules.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.equal(aWebAcl(inOrder(GOOD, GOOD)).rules.length, 2);
  });
});
