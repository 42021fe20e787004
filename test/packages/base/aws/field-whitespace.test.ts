import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';

/** Source: RFC 9110 §5.6.3, OWS = *( SP / HTAB ). */
const ROWS: readonly (readonly [text: string, trimmed: string])[] = [
  ['', ''],
  [' \t ', ''],
  [' a b\t', 'a b'],
  ['Ã\u00a0', 'Ã\u00a0'],
  ['\u00a0a\u000b', '\u00a0a\u000b'],
  ['\ufeffa\u3000', '\ufeffa\u3000'],
];

describe('whitespace around a value of a header field', () => {
  for (const [text, trimmed] of ROWS)
    it(`is only spaces and tabs: ${JSON.stringify(text)}`, () => {
      assert.equal(trimFieldWhitespace(text), trimmed);
    });
});
