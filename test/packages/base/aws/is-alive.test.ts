import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAlive } from '@gatewright/aws/is-alive';

describe('isAlive', () => {
  it('recognizes this process, and the one that started it', () => {
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(process.ppid), true);
  });

  it('reports that no process has such a number', () => {
    assert.equal(isAlive(4_194_999), false, 'above the limit of every system');
  });

  for (const pid of [0, -1, 1.5, Number.NaN])
    it(`takes ${pid} for no process: a signal would go to many`, () => assert.equal(isAlive(pid), false));
});
