import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AgedMap } from '../../../../../packages/gateway/control/caches/aged-map.ts';

describe('AgedMap', () => {
  it('gives out its entries from the oldest to the newest', () => {
    const map = new AgedMap<number>();
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    map.renew('a');
    map.set('b', 2);

    assert.deepEqual(
      [...map],
      [
        ['c', 1],
        ['a', 1],
        ['b', 2],
      ],
    );
    assert.deepEqual([map.takeOldest(), map.takeOldest(), map.size], [1, 1, 1]);
  });

  it('is empty after its last entry, and accepts new entries then', () => {
    const map = new AgedMap<number>();
    map.set('a', 1);
    map.delete('a');
    assert.deepEqual([map.takeOldest(), [...map]], [undefined, []]);
    map.set('b', 2);
    map.clear();
    map.set('c', 3);

    assert.deepEqual([...map], [['c', 3]]);
  });

  it('behaves like a map whose entries are deleted and added again', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      value: fc.nat(9),
      does: fc.constantFrom('set', 'renew', 'delete', 'take'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [map, model] = [new AgedMap<number>(), new Map<string, number>()];
        for (const { key, value, does } of steps) {
          const known = does === 'set' ? value : model.get(key);
          const [oldest] = model.keys();
          if (does === 'take') {
            assert.equal(map.takeOldest(), oldest === undefined ? undefined : model.get(oldest));
            if (oldest !== undefined) model.delete(oldest);
            continue;
          }
          model.delete(key);
          if (does === 'delete') map.delete(key);
          else if (known !== undefined) model.set(key, known);
          if (does === 'set') map.set(key, value);
          if (does === 'renew') map.renew(key);
          assert.deepEqual([...map], [...model]);
        }
        assert.equal(map.size, model.size);
      }),
    );
  });
});
