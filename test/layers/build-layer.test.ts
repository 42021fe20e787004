import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { buildLayer } from '../../layers/build-layer.ts';
import { LAYER_PACKAGES, specifierOf } from '../../layers/contents.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('buildLayer', () => {
  let directory = '';
  let layer = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatewright-layer-'));
    layer = join(directory, 'made/by/the/build');
    await buildLayer(ROOT, layer);
  });
  after(() => rm(directory, { recursive: true }));

  it('opens no stream of the process before something is printed', async () => {
    const logger = await readFile(
      join(layer, 'nodejs/node_modules/@aws-lambda-powertools/logger/index.mjs'),
      'utf8',
    );

    assert.doesNotMatch(logger, /["']node:console["']/);
  });

  for (const { name, subpaths } of LAYER_PACKAGES)
    it(`ships ${name} in one file with all that its subpaths export`, async () => {
      const file = join(layer, 'nodejs/node_modules', name, 'index.mjs');
      const shipped = (await import(pathToFileURL(file).href)) as object;

      for (const subpath of subpaths) {
        const original = (await import(specifierOf(name, subpath))) as object;
        // For a CommonJS module, Node shows the whole module under two more names.
        const whole = 'module.exports' in original ? ['module.exports', 'default'] : [];
        const wanted = Object.keys(original).filter((one) => !whole.includes(one));
        assert.deepEqual(
          wanted.filter((one) => !(one in shipped)),
          [],
        );
      }
    });
});

describe('the packages of the layer', () => {
  it('are the optional peers of the handlers', async () => {
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(
      await readFile(join(ROOT, 'shared/package.json'), 'utf8'),
    ) as Readonly<Record<'peerDependencies' | 'peerDependenciesMeta', object>>;
    const names = LAYER_PACKAGES.map(({ name }) => name).toSorted();

    const remedy = 'name the package in both lists of shared/package.json, too (layers/README.md)';
    assert.deepEqual(Object.keys(peerDependencies).toSorted(), names, remedy);
    assert.deepEqual(Object.keys(peerDependenciesMeta).toSorted(), names, remedy);
  });
});
