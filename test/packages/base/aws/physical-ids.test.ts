import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isLocalApiId,
  makeHex,
  makeId,
  makeName,
  makeRootResourceId,
  makeUuid,
} from '@gatewright/aws/physical-ids';

const SEEDS = Array.from({ length: 200 }, (_, n) => `seed ${n}`);

describe('makeId', () => {
  it('begins with a letter, and has digits behind it', () => {
    const ids = SEEDS.map((seed) => makeId(10, seed));

    assert.deepEqual(
      ids.filter((id) => !/^[a-z][a-z0-9]{9}$/.test(id)),
      [],
    );
    assert.ok(ids.some((id) => /^.\d/.test(id)));
  });
});

describe('ids of parts', () => {
  for (const [name, make] of [
    ['makeId', (...seed: string[]) => makeId(10, ...seed)],
    ['makeHex', (...seed: string[]) => makeHex(17, ...seed)],
    ['makeUuid', makeUuid],
    ['makeRootResourceId', (stack: string, api: string) => makeRootResourceId(stack, api)],
  ] as const)
    it(`are the same at every start, and differ if the parts differ: ${name}`, () => {
      assert.equal(make('shop', 'Api'), make('shop', 'Api'));
      assert.notEqual(make('shop', 'Api'), make('shopA', 'pi'));
    });
});

describe('isLocalApiId', () => {
  it('recognizes the id of an API of a stack, and no other', () => {
    const id = makeId(10, 'shop', 'Api');

    assert.equal(isLocalApiId({ stack: 'shop', logicalId: 'Api' }, id), true);
    assert.equal(isLocalApiId({ stack: 'shop', logicalId: 'Other' }, id), false);
    assert.equal(isLocalApiId({ stack: 'shop', logicalId: undefined }, id), false);
    assert.equal(isLocalApiId({ stack: undefined, logicalId: 'Api' }, id), false);
  });
});

describe('makeName', () => {
  it('is stack, logical id and twelve characters', () => {
    assert.match(makeName('shop', 'Orders'), /^shop-Orders-[A-Z0-9]{12}$/);
  });

  it('cuts the front of a name that would be too long, and keeps the end that distinguishes names', () => {
    const name = makeName('s'.repeat(100), 'Orders', 64);

    assert.equal(name.length, 64);
    assert.match(name, /^s{51}-[A-Z0-9]{12}$/);
  });
});

describe('makeUuid', () => {
  it('has the form of RFC 9562, version 4', () => {
    for (const seed of SEEDS)
      assert.match(makeUuid(seed), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
