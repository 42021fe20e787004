import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bundledFolders, nameOf, neededFolders, printSbom } from '../../layers/sbom.ts';
import type { Lock } from '../../layers/sbom.ts';

const LOCK: Lock = {
  '': { version: '1.0.0', dependencies: { a: '1', '@gatewright/aws': '0' } },
  'packages/base/aws': { version: '0.1.0', dependencies: { b: '2' } },
  'node_modules/@gatewright/aws': { link: true, resolved: 'packages/base/aws' },
  'node_modules/a': {
    version: '1.0.0',
    license: 'MIT',
    integrity: 'sha512-AAE=',
    dependencies: { b: '1', '@s/c': '1' },
  },
  'node_modules/a/node_modules/b': { version: '1.5.0', license: 'ISC' },
  'node_modules/b': { version: '2.0.0', license: '(MIT OR Apache-2.0)' },
  'node_modules/@s/c': { version: '3.0.0', license: 'MIT', optionalDependencies: { missing: '1' } },
  'node_modules/unused': { version: '9.0.0', license: 'MIT' },
};

describe('neededFolders', () => {
  it('finds what a package needs if Node finds it, its own version first', () => {
    assert.deepEqual(neededFolders(LOCK, ['a']), [
      'node_modules/@s/c',
      'node_modules/a',
      'node_modules/a/node_modules/b',
    ]);
  });

  it('follows workspaces to what they need', () => {
    assert.deepEqual(neededFolders(LOCK, ['@gatewright/aws']), ['node_modules/b', 'packages/base/aws']);
  });
});

describe('bundledFolders', () => {
  it('reads the packages of a bundle from the paths of its inputs', () => {
    const inputs = ['shared/x.ts', 'node_modules/@s/c/index.js', 'node_modules/a/node_modules/b/lib/b.js'];
    assert.deepEqual(bundledFolders(LOCK, inputs), ['node_modules/@s/c', 'node_modules/a/node_modules/b']);
  });
});

describe('printSbom', () => {
  it('lists each package with address, licence and checksum, and nothing of the time', () => {
    const text = printSbom({ name: 'f', version: '1.0.0', type: 'application' }, LOCK, [
      'node_modules/@s/c',
      'node_modules/a',
      'node_modules/b',
      'packages/base/aws',
    ]);
    const { components, ...head } = JSON.parse(text) as { components: readonly Record<string, unknown>[] };
    assert.deepEqual(head, {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { component: { type: 'application', name: 'f', version: '1.0.0', 'bom-ref': 'f@1.0.0' } },
    });
    assert.deepEqual(
      components.map(({ purl, licenses, hashes }) => [purl, licenses, hashes]),
      [
        ['pkg:npm/%40s/c@3.0.0', [{ license: { id: 'MIT' } }], undefined],
        ['pkg:npm/a@1.0.0', [{ license: { id: 'MIT' } }], [{ alg: 'SHA-512', content: '0001' }]],
        ['pkg:npm/b@2.0.0', [{ expression: '(MIT OR Apache-2.0)' }], undefined],
        ['pkg:npm/%40gatewright/aws@0.1.0', [{ license: { id: 'MIT' } }], undefined],
      ],
    );
  });

  it('refuses a package with an unknown licence', () => {
    const lock = { 'node_modules/x': { version: '1.0.0' } };
    assert.throws(
      () => printSbom({ name: 'f', version: '1', type: 'library' }, lock, ['node_modules/x']),
      /licence/,
    );
  });
});

describe('nameOf', () => {
  it('is what an import statement says', () => {
    assert.equal(nameOf('node_modules/a/node_modules/@s/c', LOCK), '@s/c');
    assert.equal(nameOf('packages/base/aws', LOCK), '@gatewright/aws');
  });
});
