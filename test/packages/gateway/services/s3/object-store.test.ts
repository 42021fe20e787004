/** Versions that the store has dropped, because it keeps 500 of them. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ObjectStore } from '../../../../../packages/gateway/services/s3/object-store.ts';

const MORE_THAN_KEPT = 501;
const place = (key: string) => ({ id: `kept/${key}`, bucket: 'kept', key });

describe('a version of an object that is deleted by its id', () => {
  let store: ObjectStore;
  let changes: string[];
  const put = (key: string): string => {
    const version = store.makeVersion('kept');
    const body = Buffer.alloc(0);
    const stored = { body, etag: '', headers: [], changedMs: 0, storageClass: 'STANDARD', encryption: [] };
    store.store(place(key), { ...stored, version }, 'put');
    return version ?? '';
  };
  beforeEach(() => {
    let made = 0;
    const hex = (length: number): string => `${(made += 1)}`.padStart(length, '0');
    store = new ObjectStore({
      random: { hex } as never,
      written: {
        hasBucket: () => false,
        keysOf: () => ['written'],
        object: (id: string) =>
          id === 'kept/written' ? { bytes: Buffer.alloc(0), contentType: 'text/plain' } : undefined,
      },
      startedAt: 0,
      accountId: '111122223333',
    });
    store.buckets = [{ name: 'kept', region: 'eu-west-1', isVersioned: true, hasObjectLock: false }];
    changes = [];
    store.onChange = ({ kind, key }) => changes.push(`${kind} ${key}`);
  });

  it('is deleted if it is the current one, although newer versions of other objects displaced it', () => {
    const version = put('a');
    for (let count = 0; count < MORE_THAN_KEPT; count += 1) store.remove(place('b'));
    store.removeVersion(place('a'), version);

    assert.equal(store.find('kept/a'), undefined);
    assert.equal(changes.at(-1), 'delete a');
  });

  it('brings its object back if it is a delete marker, although 500 other objects have one', () => {
    for (let count = 0; count < MORE_THAN_KEPT; count += 1) store.remove(place(`${count}`));
    const version = put('a');
    const isMarker = store.removeVersion(place('a'), store.remove(place('a')) ?? '');

    assert.ok(isMarker);
    assert.equal(store.find('kept/a')?.version, version);
  });

  it('is reported if it is a delete marker that newer versions displaced', () => {
    put('a');
    const marker = store.remove(place('a')) ?? '';
    for (let count = 0; count < MORE_THAN_KEPT; count += 1) store.remove(place('b'));

    assert.ok(store.removeVersion(place('a'), marker));
    assert.equal(store.markerOf('kept/a'), undefined);
    assert.equal(changes.at(-1), 'delete a');
  });

  it('is reported if it is the object of the values file', () => {
    store.removeVersion(place('written'), 'null');

    assert.equal(store.find('kept/written'), undefined);
    assert.deepEqual(changes, ['delete written']);
  });

  it('is not reported if the object does not exist', () => {
    store.removeVersion(place('none'), 'null');

    assert.deepEqual(changes, []);
  });
});
