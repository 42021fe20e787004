import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRule, judge } from './a-web-acl.ts';
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
  const acl = {
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
      /the body of the request exceeds the first 16384 bytes .* \(this one has 20000 bytes\), and OversizeHandling: MATCH/,
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
      const refusal = describeRefusal(acl as never, outcome, 20_000);

      assert.match(refusal.because.join(), because);
      assert.match(refusal.changes.join('\n'), change);
      assert.equal(refusal.screen.isOversize, true);
    });
});
