import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStoredEntries } from '../../../../packages/gateway/kernel/stored-entries.ts';

describe('StoredEntries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-kept-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has after a restart what was put and not deleted, even after a partly written last line', () => {
    const path = join(folder, 'one', 'events.jsonl');
    const first = openStoredEntries(path);
    first.put('a/1', { n: 1 });
    first.put('a/2', { n: 2 });
    first.put('a/1', { n: 3 });
    first.put('b/1', { n: 4 });
    first.delete('a/2');
    first.close();
    appendFileSync(path, '{"key":"a/5","val');
    const second = openStoredEntries(path);
    assert.deepEqual(second.list('a/'), [['a/1', { n: 3 }]]);
    second.put('a/6', { n: 6 });
    second.close();
    const third = openStoredEntries(path);
    assert.deepEqual(third.list(''), [
      ['a/1', { n: 3 }],
      ['b/1', { n: 4 }],
      ['a/6', { n: 6 }],
    ]);
    third.close();
    assert.equal(statSync(path).mode & 0o077, 0);
  });

  it('rewrites the file when most of it is of the past', () => {
    const path = join(folder, 'two', 'events.jsonl');
    const entries = openStoredEntries(path);
    for (let index = 0; index < 15_000; index += 1) {
      entries.put(`k/${index}`, {});
      entries.delete(`k/${index}`);
    }
    entries.close();
    assert.ok(readFileSync(path, 'utf8').split('\n').length < 20_000);
    assert.deepEqual(openStoredEntries(path).list(''), []);
  });

  it('does not change the file while most of it is current', () => {
    const path = join(folder, 'three', 'events.jsonl');
    const entries = openStoredEntries(path);
    for (let index = 0; index < 21_000; index += 1) entries.put(`k/${index}`, {});
    for (let index = 0; index < 20_500; index += 1) entries.put(`k/${index}`, {});
    entries.close();

    assert.equal(readFileSync(path, 'utf8').split('\n').length - 1, 41_500);
  });
});
