import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readErrorText } from '../../../../packages/base/aws/thrown-error.ts';

describe('readErrorText', () => {
  const rows: readonly (readonly [name: string, output: string, text: string])[] = [
    [
      'finds the error before its members and the version of Node',
      "/app/a.js:1\nthrow e;\n^\n\nRangeError: no\n    at Object.<anonymous> (/app/a.js:1:7) {\n  code: 'E',\n  seen: [\n    'a'\n  ]\n}\n\nNode.js v24.21.0\n",
      'RangeError: no',
    ],
    [
      'finds the last of two errors',
      'Error: first\nTypeError [ERR_X]: second\nafter\n',
      'TypeError [ERR_X]: second',
    ],
    ['returns the last three lines without an error', 'a\nb\n\nc\nd\n', 'b c d'],
    ['is empty for no output', '\n', ''],
  ];
  for (const [name, output, text] of rows)
    it(name, () => {
      assert.equal(readErrorText(output).text, text);
    });
});
