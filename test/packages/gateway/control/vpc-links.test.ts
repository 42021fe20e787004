import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VpcLinks } from '../../../../packages/gateway/control/vpc-links.ts';
import type { VpcLink } from '../../../../packages/gateway/control/vpc-links.ts';

const aLink = (id: string, kind: VpcLink['kind'], Name = id, createdAtEpochMs = 1): VpcLink =>
  ({ id, logicalId: id, kind, createdAtEpochMs, properties: { Name } }) as unknown as VpcLink;

const idsOf = (links: VpcLinks, kind: VpcLink['kind']) => links.ofKind(kind).map(({ id }) => id);

describe('VpcLinks', () => {
  it('keeps links of REST and HTTP APIs apart', () => {
    const links = new VpcLinks();
    links.put(aLink('a', 'rest'));
    links.put(aLink('b', 'http'));

    assert.deepEqual([idsOf(links, 'rest'), idsOf(links, 'http')], [['a'], ['b']]);
  });

  it('finds a link by its name, once it has one', () => {
    const links = new VpcLinks();
    links.put(aLink('a', 'rest', ''));
    assert.equal(links.nameOf('a'), undefined);

    links.put(aLink('a', 'rest', 'inside'));

    assert.deepEqual([links.nameOf('a'), idsOf(links, 'rest')], ['inside', ['a']]);
    links.delete('a');
    assert.deepEqual([links.nameOf('a'), idsOf(links, 'rest')], [undefined, []]);
  });

  it('follows templates, and keeps what calls have made and when a link was made', () => {
    const links = new VpcLinks();
    links.adopt([aLink('defined', 'http', 'old', 1), aLink('gone', 'http')]);
    links.put(aLink('made', 'http'));

    links.adopt([aLink('defined', 'http', 'new', 2)]);

    assert.deepEqual(idsOf(links, 'http').toSorted(), ['defined', 'made']);
    assert.deepEqual([links.nameOf('defined'), links.find('defined')?.createdAtEpochMs], ['new', 1]);
  });
});
