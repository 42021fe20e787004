import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ResumableWork } from '../../../lab/tools/resumable-work.ts';

describe('ResumableWork', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kept-work-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const open = (state = 'a'): ResumableWork<number> => ResumableWork.in(folder, state);

  it('finds what a run before has kept', () => {
    open().keep('one', 1);

    assert.deepEqual([open().find('one'), open().find('two')], [1, undefined]);
  });

  it('finds nothing of another state of the code', () => {
    open().keep('one', 1);

    assert.equal(open('b').find('one'), undefined);
  });

  it('continues after an incomplete line, which it ignores', () => {
    open().keep('one', 1);
    appendFileSync(join(folder, 'a.jsonl'), '["two",2');

    open().keep('three', 3);

    const again = open();
    assert.deepEqual(
      ['one', 'two', 'three'].map((name) => again.find(name)),
      [1, undefined, 3],
    );
  });

  it('writes nothing if nothing is to be kept', () => {
    const none = ResumableWork.none<number>();
    none.keep('one', 1);

    assert.equal(none.find('one'), 1);
    assert.deepEqual(readdirSync(folder), []);
  });
});
