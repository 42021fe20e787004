import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testsHold } from '../../support/apply-write.ts';
import type { ItemWrite } from '#shared/table/item-write.ts';
import { findNewerLayout, guardLayout, LAYOUT } from '#shared/table/layout.ts';
import { schemaOf } from '../../../packages/toolkit/authoring/files/table-schema.ts';
import { readSource } from '../../architecture/source-files.ts';

const KEY = { pk: 'a', sk: 'b' };
const ADD: ItemWrite = {
  purpose: 'grant',
  key: KEY,
  when: [],
  change: { kind: 'update', add: { n: 1 }, set: { m: 'x' } },
};
const PUT: ItemWrite = { ...ADD, change: { kind: 'put', item: { n: 1 } } };
const CHECK: ItemWrite = { ...ADD, change: { kind: 'check' } };

describe('a write', () => {
  for (const { name, item, layout, holds } of [
    { name: 'no item', item: undefined, layout: 1, holds: true },
    { name: 'an item of the first layout, which says nothing of it', item: { n: 1 }, layout: 1, holds: true },
    { name: 'an item of the same layout', item: { n: 1, layout: 2 }, layout: 2, holds: true },
    { name: 'an item of an older layout', item: { n: 1, layout: 2 }, layout: 3, holds: true },
    { name: 'an item of a newer layout', item: { n: 1, layout: 2 }, layout: 1, holds: false },
    { name: 'an item whose layout is no number', item: { n: 1, layout: 'x' }, layout: 1, holds: false },
  ])
    it(`by layout ${layout} is ${holds ? 'made' : 'not made'} over ${name}`, () => {
      for (const write of [ADD, PUT, CHECK])
        assert.equal(testsHold(guardLayout(write, layout).when, item), holds);
      assert.equal(findNewerLayout([undefined, item], layout) === undefined, holds);
    });

  it('keeps its own conditions', () => {
    const write: ItemWrite = { ...ADD, when: [{ attribute: 'n', is: 'present' }] };

    assert.equal(testsHold(guardLayout(write).when, { m: 1 }), false);
    assert.deepEqual(guardLayout(write).change, write.change);
  });

  it('is refused with a message that says why', () => {
    assert.match(
      findNewerLayout([{ layout: 2 }], 1) ?? '',
      /an item has layout 2, which only a newer version of the stack can read/,
    );
  });
});

describe('the layout that this version supports', () => {
  for (const part of ['access', 'quota'])
    it(`is the one that the table of ${part} is tagged with`, () => {
      const { text } = readSource(`packages/toolkit/stack/${part}/table.yml`);
      const [, value] = /Key: 'gatewright:schema', Value: '(\d+)'/.exec(text) ?? [];

      assert.equal(schemaOf({ Tags: [{ Key: 'gatewright:schema', Value: value }] }), LAYOUT);
    });
});
