import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readInspect } from '../../../../packages/gatewright/plugin/inspect-option.ts';

describe('readInspect', () => {
  const ROWS = [
    { given: {}, wanted: {} },
    { given: { 'inspect-port': '9300' }, wanted: {} },
    { given: { inspect: true }, wanted: { inspect: { port: 9229, breaks: false } } },
    { given: { inspect: true, 'inspect-port': '0' }, wanted: { inspect: { port: 0, breaks: false } } },
    { given: { 'inspect-brk': true }, wanted: { inspect: { port: 9229, breaks: true } } },
  ];
  for (const { given, wanted } of ROWS)
    it(`reads ${JSON.stringify(given)}`, () => assert.deepEqual(readInspect(given), wanted));

  it('refuses an invalid port', () => {
    assert.throws(
      () => readInspect({ inspect: true, 'inspect-port': 'x' }),
      /--inspect-port: "x"\. A port is/,
    );
  });
});
