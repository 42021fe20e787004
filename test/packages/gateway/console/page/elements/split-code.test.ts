import assert from 'node:assert/strict';
import { it } from 'node:test';
import { splitCode } from '../../../../../../packages/gateway/console/page/elements/split-code.ts';

for (const [text, expected] of [
  ['Run `gatewright env`, and send it again.', ['Run ', '[gatewright env]', ', and send it again.']],
  ['`a` or `b`', ['[a]', ' or ', '[b]']],
  ['a ` that is alone', ['a ` that is alone']],
  ['', []],
] as const)
  it(`shows ${JSON.stringify(text)} without its backticks`, () =>
    assert.deepEqual(
      splitCode(text).map(({ part, isCode }) => (isCode ? `[${part}]` : part)),
      expected,
    ));
