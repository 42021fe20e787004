import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  printTagList,
  readTagList,
  ResourceTags,
} from '../../../../packages/gateway/kernel/resource-tags.ts';

describe('the tags of resources', () => {
  it('are those of the stacks until calls change them, and the changes outlive a load', () => {
    const tags = new ResourceTags();
    const ofStacks = new Map([['a', { team: 'shop' }]]);
    tags.define(ofStacks);
    tags.add('a', { stage: 'dev' });
    tags.remove('a', ['team', 'unknown']);
    tags.define(new Map(ofStacks));

    assert.deepEqual(tags.of('a'), { stage: 'dev' });
    tags.define(new Map([['a', { team: 'office' }]]));
    assert.deepEqual(tags.of('a'), { team: 'office' });
  });

  it('end with their resource, and a reset restores those of the stacks', () => {
    const tags = new ResourceTags();
    tags.define(new Map([['a', { team: 'shop' }]]));
    tags.add('b', { made: 'by call' });
    tags.forget('a');
    assert.deepEqual([tags.of('a'), tags.of('b')], [{}, { made: 'by call' }]);

    tags.reset();

    assert.deepEqual([tags.of('a'), tags.of('b')], [{ team: 'shop' }, {}]);
    tags.define(new Map());
    assert.deepEqual(tags.of('a'), {});
  });

  it('are read from a list and printed as one', () => {
    const Tags = [{ Key: 'a', Value: '1' }];

    assert.deepEqual(printTagList(readTagList({ Tags })), Tags);
    assert.deepEqual(readTagList({}), {});
  });
});
