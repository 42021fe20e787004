import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkEventPattern,
  compileEventPattern,
} from '../../../../../packages/gateway/kernel/delivery/event-pattern.ts';

const BIT = 'match pattern must be a string';
const EXCEPT = 'Inside anything but list, start|null|boolean is not supported.';
const COMPLEX =
  'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';

// Source: refusals of TestEventPattern that LocalStack recorded (event_pattern_templates, October 2025) and of SNS
// (test_sns_filter_policy, May 2024); the others are the words of aws/event-ruler 2.0.1, asked by
// lab/tools/event-ruler.
const refusals: readonly (readonly [rule: unknown, reason: string])[] = [
  [{ exists: 'yes' }, 'exists match pattern must be either true or false.'],
  [{ exists: true, prefix: 'a' }, 'Only one key allowed in match expression'],
  [{ exactly: 1 }, `exact ${BIT}`],
  [{ prefix: 1 }, `prefix ${BIT}`],
  [{ suffix: ['a'] }, `suffix ${BIT}`],
  [{ prefix: {} }, 'Prefix expression name not found'],
  [{ prefix: { suffix: 'a' } }, 'Unsupported prefix pattern: suffix'],
  [{ suffix: { 'equals-ignore-case': 1 } }, `equals-ignore-case ${BIT}`],
  [{ suffix: { 'equals-ignore-case': 'a', prefix: 'a' } }, 'Only one key allowed in match expression'],
  [{ 'equals-ignore-case': ['a'] }, `equals-ignore-case ${BIT}`],
  [{ cidr: 1 }, `prefix ${BIT}`],
  [{ cidr: 'bad-filter' }, "Malformed CIDR, one '/' required"],
  [{ cidr: 'bad-/64filter' }, 'Malformed CIDR, mask bits must be an integer'],
  [{ cidr: '10.0.0.0/-1' }, 'Malformed CIDR, mask bits must not be negative'],
  [{ cidr: 'xx.11.xx/8' }, 'Nonstandard IP address: xx.11.xx'],
  [{ cidr: 'xxxx:db8:1234:1a00::/64' }, 'Nonstandard IP address: xxxx:db8:1234:1a00::'],
  [{ cidr: '300.1.1.1/8' }, 'Invalid IP address: 300.1.1.1'],
  [{ cidr: '10.0.0.1/32' }, 'IPv4 mask bits must be < 32'],
  [{ cidr: '::1/128' }, 'IPv6 mask bits must be < 128'],
  [{ numeric: 10 }, 'Value of numeric must be an array.'],
  [{ numeric: [] }, 'Invalid member in numeric match: ]'],
  [{ numeric: [1, '<='] }, 'Invalid member in numeric match: 1'],
  [{ numeric: [{}] }, 'Invalid member in numeric match: {'],
  [{ numeric: ['!=', 10] }, 'Unrecognized numeric range operator: !='],
  [{ numeric: ['=', '000'] }, 'Value of equals must be numeric'],
  [{ numeric: ['>='] }, 'Value of >= must be numeric'],
  [{ numeric: ['<', 100, '>', 10] }, 'Too many elements in numeric expression'],
  [{ numeric: ['>=', 1, '>', 2] }, 'Bad numeric range operator: >'],
  [{ numeric: ['>', 0, '<'] }, 'Value of < must be numeric'],
  [{ numeric: ['>', 20, 30] }, 'Bad value in numeric range: 30'],
  [{ numeric: ['>', 20, '<', 30, '<', 50] }, 'Too many terms in numeric range expression'],
  [{ numeric: ['>', 3, '<', 1] }, 'Bottom must be less than top'],
  [{ numeric: ['>=', 1, '<=', 1] }, 'Bottom must be less than top'],
  [{ 'anything-but': null }, 'Value of anything-but must be an array or single string/number value.'],
  [{ 'anything-but': ['a', null] }, EXCEPT],
  [{ 'anything-but': ['a', true] }, EXCEPT],
  [
    { 'anything-but': ['a', 1] },
    'Inside anything but list, either all values are number or string, mixed type is not supported',
  ],
  [
    { 'anything-but': [] },
    'Inside anything but list, either all values are number or string, mixed type is not supported',
  ],
  [{ 'anything-but': {} }, 'Anything-But expression name not found'],
  [{ 'anything-but': { numeric: ['<', 1] } }, 'Unsupported anything-but pattern: numeric'],
  [{ 'anything-but': { prefix: '' } }, 'Null prefix/suffix not allowed'],
  [{ 'anything-but': { suffix: ['.txt', ''] } }, 'Null prefix/suffix not allowed'],
  [{ 'anything-but': { prefix: 123 } }, `prefix/suffix ${BIT}`],
  [
    { 'anything-but': { prefix: { 'equals-ignore-case': 'a' } } },
    'Value of anything-but must be an array or single string/number value.',
  ],
  [
    { 'anything-but': { 'equals-ignore-case': 123 } },
    'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  ],
  [{ 'anything-but': { wildcard: 123 } }, `wildcard ${BIT}`],
  [{ 'anything-but': { wildcard: '**' } }, 'Consecutive wildcard characters at pos 1'],
  [{ wildcard: 123 }, `wildcard ${BIT}`],
  [{ wildcard: 'arn:aws:events:us-east-1:**:event-bus/*' }, 'Consecutive wildcard characters at pos 26'],
  [{ wildcard: 'a\\b' }, 'Invalid escape character at pos 2'],
  [{ wildcard: '*:*:*:*:*:event-bus/*' }, COMPLEX],
];

// Source: aws/event-ruler 2.0.1, asked by lab/tools/event-ruler, and its README
const matches: readonly (readonly [rule: unknown, value: unknown, isMet: boolean])[] = [
  [{ wildcard: '/files/*/dir/dir/dir/dir/dir/doc.txt' }, '/files/x/dir/dir/dir/dir/dir/doc.txt', true],
  [{ wildcard: 'a\\\\b' }, 'a\\b', true],
  [{ wildcard: '\\*' }, '*', true],
  [{ wildcard: 'a*' }, 5, false],
  [{ 'equals-ignore-case': 'äB' }, 'Äb', true],
  [{ 'equals-ignore-case': 'ß' }, 'SS', false],
  [{ prefix: { 'equals-ignore-case': 'IM' } }, 'images', true],
  [{ prefix: { 'equals-ignore-case': 'IM' } }, 'i', false],
  [{ suffix: { 'equals-ignore-case': '.PNG' } }, 'a.png', true],
  ['010.0.0.1', '10.0.0.1', true],
  ['2001:DB8::1', '2001:db8:0::1', true],
  [{ exactly: '010.0.0.1' }, '10.0.0.1', false],
  [{ cidr: '::/16' }, '::1', true],
  [{ cidr: '10.0.0.0/8' }, '::1', false],
  [{ 'anything-but': 'x' }, null, true],
  [{ 'anything-but': 5 }, '5', true],
  [{ 'anything-but': ['x'] }, ['x', 'y'], true],
  [{ 'anything-but': { wildcard: ['*/lib/*', '*.jar'] } }, 'a/lib/b', false],
  [{ 'anything-but': { prefix: 'x' } }, 5, true],
  [{ 'anything-but': { prefix: [] } }, 'x', false],
  [{ numeric: ['=', 0.1] }, 0.1, true],
  [{ numeric: ['>', 0] }, '1', false],
];

describe('the rules of a value', () => {
  for (const [rule, reason] of refusals)
    it(`refuses ${JSON.stringify(rule)}`, () => {
      assert.equal(checkEventPattern({ a: [rule] }), `Event pattern is not valid. Reason: ${reason}`);
    });

  for (const [rule, value, isMet] of matches)
    it(`${isMet ? 'matches' : 'does not match'} ${JSON.stringify(value)} by ${JSON.stringify(rule)}`, () => {
      assert.equal(compileEventPattern({ a: [rule] })({ a: value }), isMet);
    });
});
