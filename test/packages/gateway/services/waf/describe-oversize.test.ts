import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JudgedAcl, aRule, aWebAcl, judge } from './a-web-acl.ts';
import { describeRefusal } from '../../../../../packages/gateway/services/waf/describe-outcome.ts';

const NONE = [{ Priority: 0, Type: 'NONE' }];

/** https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html */
describe('a part that is larger than what AWS WAF inspects', () => {
  const sized = (FieldToMatch: object): object => ({
    SizeConstraintStatement: {
      FieldToMatch,
      ComparisonOperator: 'GT',
      Size: 1_000_000,
      TextTransformations: NONE,
    },
  });
  const WALL = {
    name: 'wall',
    arn: 'arn:aws:wafv2:us-east-1:1:regional/webacl/wall/a',
    rules: [],
    bodyLimitBytes: 16_384,
  };

  for (const [name, field, parts, because, change] of [
    [
      'a body',
      { Body: { OversizeHandling: 'MATCH' } },
      { body: Buffer.alloc(20_000, 'a') },
      /the body of the request exceeds the first 16384 bytes .* \(this one has 20000 bytes\), so OversizeHandling: MATCH/,
      /DefaultSizeInspectionLimit: KB_32/,
    ],
    [
      'headers',
      { Headers: { MatchPattern: { All: {} }, MatchScope: 'ALL', OversizeHandling: 'MATCH' } },
      { headers: ['Host', 'a', 'X-Long', 'a'.repeat(9_000)] },
      /the headers of the request exceeds the first 8 KB/,
      /^Set OversizeHandling: CONTINUE/,
    ],
  ] as const)
    it(`is why a rule matches ${name}, whatever Size says`, () => {
      const outcome = judge([aRule(sized(field))], parts);
      const refusal = describeRefusal(WALL as never, outcome, 20_000);

      assert.match(refusal.because.join(), because);
      assert.match(refusal.changes.join('\n'), change);
      assert.equal(refusal.screen.isOversize, true);
    });

  const LARGE = { body: Buffer.alloc(20_000, 'a') };
  const onBody = (OversizeHandling: string): object => sized({ Body: { OversizeHandling } });
  const method = (name: string): object => ({
    ByteMatchStatement: {
      FieldToMatch: { Method: {} },
      PositionalConstraint: 'EXACTLY',
      SearchString: name,
      TextTransformations: NONE,
    },
  });
  const both = (...Statements: object[]): object => ({ AndStatement: { Statements } });
  const either = (...Statements: object[]): object => ({ OrStatement: { Statements } });
  const not = (Statement: object): object => ({ NotStatement: { Statement } });
  const rated = (ScopeDownStatement: object): object => ({
    RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP', ScopeDownStatement },
  });

  for (const [name, statement, isReason] of [
    [
      'of an OR after a branch that its size did not make match',
      either(both(onBody('MATCH'), method('PUT')), method('GET')),
      false,
    ],
    [
      'of an OR whose branch it makes match',
      either(method('PUT'), both(onBody('MATCH'), method('GET'))),
      true,
    ],
    ['of an AND that needs it', both(onBody('MATCH'), method('GET')), true],
    ['of a NOT around a statement that its size made not match', not(onBody('NO_MATCH')), true],
    [
      'of a NOT around an AND that another statement made not match',
      not(both(onBody('MATCH'), method('PUT'))),
      false,
    ],
    ['of a NOT around an OR that needs it', not(either(method('PUT'), onBody('NO_MATCH'))), true],
    [
      'of an OR beside a NOT that its size made not match',
      either(not(onBody('MATCH')), method('GET')),
      false,
    ],
  ] as const)
    it(`${isReason ? 'is' : 'is not'} the reason for a match ${name}`, () => {
      const { terminating } = judge([aRule(statement)], LARGE);

      assert.equal(terminating?.oversized?.kind, isReason ? 'body' : undefined);
      assert.ok(terminating !== undefined);
    });

  it('is not the reason for an exceeded rate that it only counts towards', () => {
    const acl = new JudgedAcl(aWebAcl([aRule(rated(onBody('MATCH')))]));
    const outcomes = Array.from({ length: 11 }, () => acl.judge(LARGE));

    assert.equal(outcomes.at(-1)?.terminating?.oversized, undefined);
    assert.ok(outcomes.at(-1)?.terminating?.limited !== undefined);
  });
});
