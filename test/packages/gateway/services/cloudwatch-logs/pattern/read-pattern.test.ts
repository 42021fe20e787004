import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvalidPattern } from '../../../../../../packages/gateway/services/cloudwatch-logs/pattern/pattern-text.ts';
import { readLinePattern } from '../../../../../../packages/gateway/services/cloudwatch-logs/pattern/read-pattern.ts';

/**
 * CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter log events, and
 * Live Tail".
 */
const PAGE = 'FilterAndPatternSyntax.html';

const JSON_LINE = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeOtherObject: null,
  ThisFlag: true,
  bandwidth: 75,
  'dotted.name': 'x',
  'user-agent': 'curl',
});
const ACCESS_LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

const CASES: readonly (readonly [name: string, pattern: string, line: string, matches: boolean])[] = [
  ['no pattern matches every line', '', 'anything', true],
  ['a term is a part of the line', 'ERROR', '[ERROR 400] BAD REQUEST', true],
  ['a space in quotes matches every line', '" "', 'abc', true],
  ['a term with other characters is in quotes', '"foo.bar"', 'x foo.bar', true],
  ['terms are case-sensitive', 'error', '[ERROR 400] BAD REQUEST', false],
  ['all terms must be there', 'ERROR ARGUMENTS', '[ERROR 419] MISSING ARGUMENTS', true],
  ['all terms must be there', 'ERROR ARGUMENTS', '[ERROR 400] BAD REQUEST', false],
  ['terms stand in any order', 'ARGUMENTS ERROR', '[ERROR 419] MISSING ARGUMENTS', true],
  ['a phrase stands in quotes', '"INTERNAL SERVER ERROR"', '[ERROR 500] INTERNAL SERVER ERROR', true],
  ['a phrase stands in quotes', '"SERVER INTERNAL"', '[ERROR 500] INTERNAL SERVER ERROR', false],
  ['one of the optional terms suffices', '?ERROR ?ARGUMENTS', 'MISSING ARGUMENTS', true],
  ['one of the optional terms suffices', '?ERROR ?ARGUMENTS', 'all is well', false],
  ['optional terms together with others are ignored', '?ERROR REQUEST', 'INFO REQUEST FAILED', true],
  ['an excluded term is not there', 'ERROR -ARGUMENTS', '[ERROR 400] BAD REQUEST', true],
  ['an excluded term is not there', 'ERROR -ARGUMENTS', '[ERROR 419] MISSING ARGUMENTS', false],
  ['a regex stands between %', '%[0-9]{3}. BAD%', '[ERROR 400] BAD REQUEST', true],
  ['a regex stands between %', '%^BAD%', '[ERROR 400] BAD REQUEST', false],
  // Each operator below, at and above the number, and at what is no number or is not there.
  ...Object.entries({
    '=': [false, true, false, false],
    '!=': [true, false, true, true],
    '<': [true, false, false, false],
    '<=': [true, true, false, false],
    '>': [false, false, true, false],
    '>=': [false, true, true, false],
  }).flatMap(([operator, matches]) =>
    ['74', '75', '76', '"many"'].map(
      (value, index) =>
        [
          `JSON: ${value} ${operator} 75`,
          `{ $.bandwidth ${operator} 75 }`,
          `{"bandwidth":${value}}`,
          matches[index] === true,
        ] as const,
    ),
  ),
  ...['=', '!=', '<', '<=', '>', '>='].map(
    (operator) => [`JSON: nothing ${operator} 75`, `{ $.none ${operator} 75 }`, JSON_LINE, false] as const,
  ),
  ['JSON: a text', '{ $.eventType = "UpdateTrail" }', JSON_LINE, true],
  ['JSON: a text without quotes', '{ $.eventType = UpdateTrail }', JSON_LINE, true],
  ['JSON: another text', '{ $.eventType != "UpdateTrail" }', JSON_LINE, false],
  ['JSON: a wildcard', '{ $.sourceIPAddress != 123.123.* }', JSON_LINE, true],
  ['JSON: a wildcard', '{ $.sourceIPAddress = 111.111.* }', JSON_LINE, true],
  ['JSON: an element of a list', '{ $.arrayKey[0] = "value" }', JSON_LINE, true],
  ['JSON: an element of a list', '{ $.arrayKey[1] = "value" }', JSON_LINE, false],
  ['JSON: an object in a list', '{ $.objectList[1].id = 2 }', JSON_LINE, true],
  ['JSON: every element of a list', '{ $.objectList[*].id = 2 }', JSON_LINE, true],
  ['JSON: IS NULL', '{ $.SomeOtherObject IS NULL }', JSON_LINE, true],
  ['JSON: IS NULL is not NOT EXISTS', '{ $.SomeOtherObject NOT EXISTS }', JSON_LINE, false],
  ['JSON: NOT EXISTS', '{ $.SomeField NOT EXISTS }', JSON_LINE, true],
  ['JSON: IS TRUE', '{ $.ThisFlag IS TRUE }', JSON_LINE, true],
  ['JSON: IS FALSE', '{ $.ThisFlag IS FALSE }', JSON_LINE, false],
  ['JSON: a number', '{ $.bandwidth > 74.5 }', JSON_LINE, true],
  ['JSON: a number with an exponent', '{ $.bandwidth <= 7.5e1 }', JSON_LINE, true],
  ['JSON: a number', '{ $.bandwidth != 75 }', JSON_LINE, false],
  ['JSON: both', '{ $.bandwidth = 75 && $.eventType = "Update*" }', JSON_LINE, true],
  ['JSON: either', '{ $.bandwidth = 1 || $.eventType = "Update*" }', JSON_LINE, true],
  [
    'JSON: && binds before ||',
    '{ $.ThisFlag IS TRUE || $.bandwidth = 1 && $.bandwidth = 2 }',
    JSON_LINE,
    true,
  ],
  ['JSON: parentheses', '{ ($.ThisFlag IS TRUE || $.bandwidth = 1) && $.bandwidth = 2 }', JSON_LINE, false],
  ['JSON: a name with a dot', "{ $.['dotted.name'] = x }", JSON_LINE, true],
  ['JSON: a name with a hyphen', '{ $.user-agent = curl }', JSON_LINE, true],
  ['JSON: a regex', '{ $.eventType = %^Update% }', JSON_LINE, true],
  ['JSON: a property that is not there matches neither', '{ $.none != "x" }', JSON_LINE, false],
  ['JSON: other lines do not match', '{ $.eventType NOT EXISTS }', 'plain text', false],
  ['words: names alone count the words', '[ip, dash, user, time, request, status, bytes]', ACCESS_LINE, true],
  ['words: names alone count the words', '[ip, dash, user]', ACCESS_LINE, false],
  ['words: an ellipsis stands for any', '[ip, ..., bytes]', ACCESS_LINE, true],
  ['words: a number', '[..., status = 404, bytes > 1000]', ACCESS_LINE, true],
  ['words: a number', '[..., status = 404, bytes > 2000]', ACCESS_LINE, false],
  ['words: a wildcard', '[ip, dash, user, time, request = *html*, status = 4*, bytes]', ACCESS_LINE, true],
  ['words: conditions of one column', '[..., status = 404 || status = 410, bytes]', ACCESS_LINE, true],
  ['words: conditions of one column', '[..., status >= 400 && status != 404, bytes]', ACCESS_LINE, false],
  ['words: a regex', '[..., status = %4[0-9]{2}%, bytes]', ACCESS_LINE, true],
];

const REFUSED: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['{ $.a = ', /a value is missing/],
  ['{ $.a = 1', /"}" is expected/],
  ['{ a = 1 }', /"\$" is expected/],
  ['{ $.a IS MAYBE }', /IS must be followed by/],
  ['{ $.a < "x" }', /compares numbers/],
  ['{ $.a = 1 } tail', /there is text/],
  ['[a, ..., b, ...]', /only one ellipsis/],
  ['[a = 1 || b = 2]', /must name this column/],
  ['foo.bar', /Invalid character\(s\) in term 'foo.bar'/],
  ['ERROR -my-term', /Invalid character\(s\) in term 'my-term'/],
  ['?ERROR: ?x', /Invalid character\(s\) in term 'ERROR:'/],
  // awsdocs/amazon-cloudwatch-logs-user-guide#21
  ['[ip, status_code = 4* && bytes > 1000]', /must name this column/],
  ['"open', /quote is not closed/],
  ['%open', /% is not closed/],
  ['%(group)%', /not allowed in the regex/],
  ['%a!%', /not allowed in the regex/],
  ['x'.repeat(1025), /longer than 1024/],
];

describe('readLinePattern', () => {
  for (const [name, pattern, line, matches] of CASES)
    it(`${name}: ${pattern} ${matches ? 'matches' : 'does not match'} (${PAGE})`, () => {
      assert.equal(readLinePattern(pattern)(line), matches);
    });

  for (const [pattern, why] of REFUSED)
    it(`refuses ${pattern.slice(0, 40)}`, () => {
      assert.throws(
        () => readLinePattern(pattern),
        (error) => error instanceof InvalidPattern && why.test(error.message),
      );
    });

  // aws/aws-cdk#16278, dougmoscrop/serverless-plugin-log-subscription#47
  it('reports what PutMetricFilter answers to a bare special character', () => {
    assert.throws(() => readLinePattern('a ERROR:'), { message: "Invalid character(s) in term 'ERROR:'" });
  });

  it('never fails in another way, whatever the text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '$.a',
      '[',
      ']',
      '=',
      '!=',
      '"',
      '%',
      ' ',
      '&&',
      '||',
      '*',
      '-',
      '?',
      'x',
      '1',
      ',',
      '...',
      'IS',
      'NOT',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.string(), (pieces, line) => {
        try {
          readLinePattern(pieces.join(''))(line);
        } catch (error) {
          assert.ok(error instanceof InvalidPattern);
        }
      }),
    );
  });
});
