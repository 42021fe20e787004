import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typeTexts } from '../../../../packages/gatewright/package/type-texts.ts';

describe('a command in the texts of a bundled program', () => {
  for (const [title, program, typed] of [
    ['in double quotes', 'a("gatewright check")', 'a("npx gatewright check")'],
    // esbuild takes these quotes if the text contains double quotes.
    ['in single quotes', `a('gatewright send "x"')`, `a('npx gatewright send "x"')`],
    [
      'in each part of a template',
      'a(`gatewright usage ${b} or gatewright keys ${c}, gatewright data`)',
      'a(`npx gatewright usage ${b} or npx gatewright keys ${c}, npx gatewright data`)',
    ],
    ['inside a template', 'a(`${b("gatewright env")}`)', 'a(`${b("npx gatewright env")}`)'],
    ['outside of texts', 'a(/gatewright check/)', 'a(/gatewright check/)'],
  ] as const)
    it(`is as it has to be typed, and other code stays as it is: ${title}`, () =>
      assert.equal(typeTexts(program), typed));
});
