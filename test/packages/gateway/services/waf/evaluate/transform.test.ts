import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { MemberReader } from '@gatewright/aws/member-reader';
import { readTransformations } from '../../../../../../packages/gateway/services/waf/rules/read-field.ts';
import {
  transform,
  TRANSFORMATIONS,
} from '../../../../../../packages/gateway/services/waf/evaluate/transform.ts';
import type { TransformationName } from '../../../../../../packages/gateway/services/waf/evaluate/transform.ts';

/** AWS WAF developer guide, "Text transformation options"; API reference, TextTransformation. */
const CASES: readonly (readonly [TransformationName, given: string, expected: string])[] = [
  ['NONE', 'A b', 'A b'],
  ['LOWERCASE', 'ABC xÀ', 'abc xÀ'],
  ['COMPRESS_WHITE_SPACE', 'a \t\f\n\r\v\u00a0 b', 'a b'],
  ['CMD_LINE', 'C"M^D\'  /C,d;e \\x (1)', 'cmd/c d e x(1)'],
  ['HTML_ENTITY_DECODE', '&quot;&lt;b&gt;&#x41;&#66;&nbsp;&#xzz;', '"<b>AB\u00a0&#xzz;'],
  ['URL_DECODE', '%3Cscript%3e+%zz%u0041', '<script> %zz%u0041'],
  ['URL_DECODE_UNI', '%u0041%uff1c%3e+%u20ac', 'A<> \u00ac'],
  ['BASE64_DECODE', 'PHNjcmlwdD4=', '<script>'],
  ['BASE64_DECODE', 'PHNj cmlwdD4=', '<sc'],
  ['BASE64_DECODE_EXT', 'PHNj cmlw!dD4=', '<script>'],
  ['HEX_DECODE', '3c623e', '<b>'],
  ['HEX_DECODE', 'no hex', 'no hex'],
  ['SQL_HEX_DECODE', 'a 0x414243 b', 'a ABC b'],
  ['CSS_DECODE', 'ja\\vascript\\3c b\\00003e', 'javascript<b>'],
  ['JS_DECODE', '\\u003cb\\uff1e\\x41\\101\\n\\q', '<b>AA\nq'],
  ['ESCAPE_SEQ_DECODE', '\\x41\\102\\t\\?\\q', 'AB\t?\\q'],
  ['REPLACE_COMMENTS', 'a/* x */b/* open', 'a b '],
  ['REPLACE_COMMENTS', 'a*/b', 'a*/b'],
  ['REMOVE_NULLS', 'a\0b\0', 'ab'],
  ['REPLACE_NULLS', 'a\0b', 'a b'],
  ['NORMALIZE_PATH', '/a//b/./c/../d', '/a/b/d'],
  ['NORMALIZE_PATH', '../a/../b', '../b'],
  ['NORMALIZE_PATH', '/a/b/', '/a/b/'],
  ['NORMALIZE_PATH_WIN', '\\a\\..\\b', '/b'],
  ['UTF8_TO_UNICODE', 'caf\u00c3\u00a9', 'caf%u00e9'],
  // ModSecurity's reference manual, "Transformation functions"; AWS has only the names (API reference of 2026).
  ['REMOVE_WHITESPACE', ' a \t b\n', 'ab'],
  ['TRIM', ' \t a b \n', 'a b'],
  ['TRIM_LEFT', ' \t a ', 'a '],
  ['TRIM_RIGHT', ' a \t ', ' a'],
  ['REMOVE_COMMENTS_CHAR', 'a/*b*/c--d#e', 'abcde'],
  ['UPPERCASE', 'aBc \u00e0', 'ABC \u00e0'],
  ['SHA256', 'abc', createHash('sha256').update('abc').digest('binary')],
  ['MD5', 'abc', createHash('md5').update('abc').digest('binary')],
];

describe('transform', () => {
  for (const [name, given, expected] of CASES)
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(given)} by ${name}`, () => {
      assert.equal(transform(given, [name]), expected);
    });

  it('applies transformations one after the other', () => {
    assert.equal(transform('%3CSCRIPT%3E', ['URL_DECODE', 'LOWERCASE']), '<script>');
  });

  it('is tested for each name of the table, and each can be written in a rule', () => {
    const names = Object.keys(TRANSFORMATIONS);
    const tested = new Set<string>(CASES.map(([name]) => name));
    const written = names.flatMap((Type) =>
      readTransformations(new MemberReader({ TextTransformations: [{ Priority: 0, Type }] }, '')),
    );

    assert.deepEqual(
      names.filter((name) => !tested.has(name)),
      [],
    );
    assert.deepEqual(['NONE', ...written], names);
  });

  it('takes time that grows only with the text', () => {
    const hostile = `${'/*'.repeat(30_000)}${'\\'.repeat(30_000)}${'%u'.repeat(30_000)}`;
    for (const [name] of CASES) assert.equal(typeof transform(hostile, [name]), 'string');
  });
});
