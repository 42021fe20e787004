/**
 * Every operator and function of a query with its edges.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readExpression } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/expression.ts';
import {
  MalformedQuery,
  QueryText,
} from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/query-text.ts';
import { rowOf } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/row.ts';
import type { Value } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/value.ts';

const ROW = rowOf(
  new Map<string, Value>([
    ['word', 'Word'],
    ['padded', '  a b '],
    ['blank', '  '],
    ['empty', ''],
    ['n', 7],
    ['text7', '7'],
    ['low', -1.5],
    ['@timestamp', { epochMs: 90_061_001 }],
  ]),
);

const CASES: readonly (readonly [text: string, expected: Value])[] = [
  ['ispresent(word)', 1],
  ['ispresent(none)', 0],
  ['isempty(empty)', 1],
  ['isempty(none)', 1],
  ['isempty(blank)', 0],
  ['isblank(blank)', 1],
  ['isblank(none)', 1],
  ['isblank(word)', 0],
  ['coalesce(none, word, n)', 'Word'],
  ['coalesce(none)', undefined],
  ['strlen(padded)', 6],
  ['strlen(n)', 1],
  ['strlen(none)', undefined],
  ['tolower(word)', 'word'],
  ['toupper(word)', 'WORD'],
  ['TOUPPER(word)', 'WORD'],
  ['trim(padded)', 'a b'],
  ["concat(word, '-', n, none)", 'Word-7'],
  ['abs(low)', 1.5],
  ['ceil(low)', -1],
  ['floor(low)', -2],
  ['abs(word)', undefined],
  ['abs(none)', undefined],
  ['n + 1', 8],
  ['n - 1 - 1', 5],
  ['n * 2 + 1', 15],
  ['1 + n * 2', 15],
  ['(1 + n) * 2', 16],
  ['n / 2', 3.5],
  ['n / 0', undefined],
  ['n % 4', 3],
  ['2 ^ 3', 8],
  ['2 * 3 ^ 2', 18],
  ['-n', -7],
  ['- word', undefined],
  ['text7 + 1', 8],
  ['word + 1', undefined],
  ['none + 1', undefined],
  ['n = 7', 1],
  ['n = text7', 1],
  ['n != 7', 0],
  ['n != 8', 1],
  ['none = none', 0],
  ['none != none', 1],
  ['n < 7', 0],
  ['n < 8', 1],
  ['n <= 7', 1],
  ['n <= 6', 0],
  ['n > 7', 0],
  ['n > 6', 1],
  ['n >= 7', 1],
  ['n >= 8', 0],
  ['none >= 0', 0],
  ["word > 'W'", 1],
  ["word < 'W'", 0],
  ["word like 'or'", 1],
  ["word like 'OR'", 0],
  ['word like /^W.*d$/', 1],
  ['word =~ /x/', 0],
  ["word not like 'or'", 0],
  ["none like 'or'", 0],
  ["none not like 'or'", 1],
  ["word in ['a', 'Word']", 1],
  ['n in [1, 2]', 0],
  ['n not in [1, 2]', 1],
  ['n = 7 and word = 1', 0],
  ["n = 7 and word = 'Word'", 1],
  ['n = 1 or n = 7', 1],
  ['n = 1 or n = 2', 0],
  ['not n = 7', 0],
  ['not n = 1', 1],
  ['not not n = 7', 1],
  ['n = 7 or n = 7 and n = 1', 1],
  ['(n = 7 or n = 7) and n = 1', 0],
];

const evaluate = (text: string): Value => readExpression(new QueryText(text))(ROW);

describe('an expression', () => {
  for (const [text, expected] of CASES)
    it(`${text} is ${expected === undefined ? 'nothing' : JSON.stringify(expected)}`, () => {
      assert.equal(evaluate(text), expected);
    });

  const MINUTE_MS = 60_000;
  for (const [period, ms] of [
    ['30s', MINUTE_MS / 2],
    ['1m', MINUTE_MS],
    ['5m', 5 * MINUTE_MS],
    ['1h', 60 * MINUTE_MS],
    ['1d', 1440 * MINUTE_MS],
  ] as const)
    it(`bin(${period}) is the beginning of the period of the event`, () => {
      assert.deepEqual(evaluate(`bin(${period})`), { epochMs: Math.floor(90_061_001 / ms) * ms });
    });

  for (const text of [
    'bin(0m)',
    'bin(5x)',
    'bin()',
    'word not',
    'word like 7',
    'n in []',
    'n in 7',
    'nothing(n)',
    'and',
  ])
    it(`${text} is malformed`, () => {
      assert.throws(() => evaluate(text), MalformedQuery);
    });
});
