/** The limits of the versions that are kept in memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ObjectVersions } from '../../../../../packages/gateway/services/s3/object-versions.ts';

const anObject = (version: string, body = Buffer.alloc(0)) =>
  ({
    kind: 'object',
    version,
    object: { body, etag: '', headers: [], changedMs: 0, storageClass: 'STANDARD', encryption: [], version },
  }) as const;
const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${index}`);

describe('the versions of all objects', () => {
  it('are limited in number, also after versions have been removed', () => {
    const versions = new ObjectVersions();
    for (const one of numbers(600)) {
      versions.add(`gone/${one}`, anObject('v'));
      versions.remove(`gone/${one}`, 'v');
    }
    for (const one of numbers(600)) versions.add(`kept/${one}`, anObject('v'));

    assert.deepEqual(
      numbers(600).filter((one) => versions.find(`kept/${one}`, 'v') !== undefined),
      numbers(600).slice(100),
    );
  });

  it('are limited in bytes', () => {
    const versions = new ObjectVersions();
    const body = Buffer.alloc(100 * 1024 * 1024);
    for (const one of numbers(15)) versions.add('kept/a', anObject(one, body));

    assert.deepEqual(
      numbers(15).filter((one) => versions.find('kept/a', one) !== undefined),
      numbers(15).slice(5),
    );
  });
});
