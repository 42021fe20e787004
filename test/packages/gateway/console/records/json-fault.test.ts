import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findJsonFault } from '../../../../../packages/gateway/console/records/json-fault.ts';

describe('findJsonFault', () => {
  const rows = [
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ["{'a':1}", 1],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['{"a":tru}', 5],
    ['{"a":1', 6],
    ['"abc', 4],
    ['"a\\qb"', 2],
    ['{}x', 2],
    ['{"a":01}', 6],
    ['', undefined],
    ['{"a":[1,{"b":null}]}', undefined],
  ] as const;
  for (const [text, offset] of rows)
    it(`finds the first wrong character of ${JSON.stringify(text)}`, () => {
      assert.equal(findJsonFault(text)?.offset, offset);
    });

  it('counts lines and columns from 1', () => {
    assert.deepEqual(findJsonFault('{\n  "a": 1\n  "b": 2\n}'), { offset: 13, line: 3, column: 3 });
  });

  it('agrees with the parser about what is JSON, and never points behind the text', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', '\\', 'x', ' ', '\n'),
        (json, at, sign) => {
          const place = json.length === 0 ? 0 : at % (json.length + 1);
          const text = `${json.slice(0, place)}${sign}${json.slice(place)}`;
          const fault = findJsonFault(text);
          let isValid = true;
          try {
            JSON.parse(text);
          } catch {
            isValid = false;
          }

          assert.equal(fault === undefined, isValid);
          assert.ok(fault === undefined || fault.offset <= text.length);
          // What comes before the fault is the beginning of valid JSON, so the parser finds nothing wrong earlier.
          if (fault !== undefined && fault.offset < text.length)
            assert.ok((findJsonFault(text.slice(0, fault.offset))?.offset ?? fault.offset) === fault.offset);
        },
      ),
    );
  });
});
