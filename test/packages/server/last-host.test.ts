import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { rememberLast } from '../../../packages/server/last-host.ts';

describe('rememberLast', () => {
  it('answers as what it reads by does, whatever came before', () => {
    const isLong = (host: string): boolean => host.length > 3;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('', 'abc', 'ABC', 'abcd', 'localhost:80', 'localhost:8080')),
        (hosts) => {
          const remembered = rememberLast(isLong);
          for (const host of hosts) assert.equal(remembered(host), isLong(host));
        },
      ),
    );
  });

  it('reads a host once for as long as no other comes', () => {
    const read: string[] = [];
    const remembered = rememberLast((host) => read.push(host) > 0);
    for (const host of ['a', 'a', 'a', 'b', 'b', 'a', '', '']) remembered(host);
    assert.deepEqual(read, ['a', 'b', 'a', '']);
  });
});
