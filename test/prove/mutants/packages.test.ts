import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ROOMS, roomOf } from '../../architecture/layout.ts';
import { readSources } from '../../architecture/source-files.ts';
import { groupByPackage, packageOf, reasonLeftOut, sampleSizeOf } from './packages.ts';

const sources = readSources();
const packages = groupByPackage(sources);

describe('groupByPackage', () => {
  it('has each file of each room, or a reason why it is left out', () => {
    const planted = new Set([...packages.values()].flat().map(({ path }) => path));

    const missed = sources
      .map(({ path }) => path)
      .filter(
        (path) => roomOf(path) !== undefined && planted.has(path) === (reasonLeftOut(path) !== undefined),
      );

    assert.deepEqual(missed, []);
  });

  it('has a file of each room, or a reason that applies to the whole room', () => {
    const rooms = new Set([...packages.values()].flat().map(({ path }) => roomOf(path)?.name));

    const missed = ROOMS.filter(({ name }) => !rooms.has(name)).map(({ name }) => name);

    assert.deepEqual(missed, ['examples', 'lab']);
    for (const room of missed) assert.match(reasonLeftOut(`${room}/any.ts`) ?? '', /\w+ \w+/);
  });

  it('counts all services as one package, and each other room separately', () => {
    const others = ROOMS.map(({ folder }) => folder).filter(
      (folder) => !/^(packages\/gateway\/services|examples|lab)/.test(folder),
    );

    assert.deepEqual([...packages.keys()].sort(), [...others, 'packages/gateway/services'].sort());
    assert.equal(packageOf('packages/gateway/services/sqs/queue.ts'), 'packages/gateway/services');
  });

  it('contains no tests', () => {
    assert.equal(packageOf('test/packages/base/aws/json-object.test.ts'), undefined);
    assert.equal(reasonLeftOut('test/packages/base/aws/json-object.test.ts'), 'of no room');
  });
});

describe('sampleSizeOf', () => {
  it('is 150 or more for each package', () => {
    const small = [...packages.keys()].filter((name) => sampleSizeOf(name) < 150);

    assert.deepEqual(small, []);
  });
});
