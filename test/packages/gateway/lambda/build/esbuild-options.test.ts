import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  listRefusedOptions,
  readServiceBuild,
} from '../../../../../packages/gateway/lambda/build/esbuild-options.ts';

// serverless-esbuild and the framework's own builder, their pages of options.
describe('options of packagers', () => {
  for (const [given, refused] of [
    [{ minify: true, sourcemap: true, nativeZip: true, keepOutputDirectory: true }, []],
    [{ bundle: true, platform: 'node', skipBuild: false }, []],
    [{ bundle: false }, ['bundle (only true is supported)']],
    [{ platform: 'browser' }, ['platform (only node is supported)']],
    [{ exclude: '*' }, []],
    [{ exclude: ['a', 'b'] }, []],
    [{ exclude: ['a', 1] }, ['exclude (only "*" or a list of names is supported)']],
    [{ exclude: 'a' }, ['exclude (only "*" or a list of names is supported)']],
    [{ plugins: [] }, []],
    [{ plugins: [{ name: 'mine' }] }, ['plugins "mine" (the gateway does not run build plug-ins)']],
    [{ outputFileExtension: '.mjs' }, []],
    [
      { plugins: ['a', { name: 'mine' }, 7] },
      ['plugins "a", "mine", 7 (the gateway does not run build plug-ins)'],
    ],
    [{ plugins: './mine.js' }, ['plugins "./mine.js" (the gateway does not run build plug-ins)']],
    [{ skipBuild: true }, ['skipBuild (only false is supported)']],
    [{ whatever: 1 }, ['whatever']],
    [{ toString: 1 }, ['toString']],
  ] as const)
    it(`refuse ${refused.join(', ') || 'nothing'} of ${JSON.stringify(given)}`, () => {
      assert.deepEqual(listRefusedOptions(given), refused);
    });

  // A stranger's service with the type module: serverless-esbuild packed CommonJS, and the gateway ran ES modules, in
  // which a package could not require node:http.
  for (const [given, format, external] of [
    [{}, 'cjs', []],
    [{ outputFileExtension: '.mjs' }, 'esm', []],
    [{ outputFileExtension: '.cjs' }, 'cjs', []],
    [{ format: 'cjs', outputFileExtension: '.mjs' }, 'cjs', []],
    [{ external: ['a'], exclude: ['b'] }, 'cjs', ['a', 'b']],
    [{ external: ['a', 1], exclude: ['b', 2] }, 'cjs', []],
  ] as const)
    it(`make ${format} without ${external.join(', ') || 'nothing'} of ${JSON.stringify(given)}`, () => {
      const read = readServiceBuild(given);

      assert.deepEqual([read.format, read.options.external], [format, external]);
    });

  const passedOn =
    'alias banner charset conditions define drop dropLabels footer ignoreAnnotations inject jsx jsxDev jsxFactory jsxFragment jsxImportSource jsxSideEffects keepNames legalComments loader logOverride mainFields mangleCache mangleProps mangleQuoted minify minifyIdentifiers minifySyntax minifyWhitespace nodePaths packages preserveSymlinks pure reserveProps resolveExtensions supported target treeShaking tsconfig tsconfigRaw';
  const withoutEffect =
    'absWorkingDir allowOverwrite assetNames buildConcurrency chunkNames color concurrency disposeContext entryNames entryPoints installExtraArgs keepOutputDirectory lineLimit logLevel logLimit metafile nativeZip outExtension outbase outdir outfile outputBuildFolder outputWorkFolder packagePath packager packagerOptions skipBuildExcludeFns skipRebuild sourceRoot sourcemap sourcesContent splitting stripEntryResolveExtensions watch write zipConcurrency';

  it('reach esbuild if they determine what is built', () => {
    for (const name of passedOn.split(' ')) {
      assert.deepEqual(listRefusedOptions({ [name]: 'value' }), [], name);
      const { options } = readServiceBuild({ [name]: 'value' });
      assert.deepEqual(options, { [name]: 'value', external: [] });
    }
  });

  it('have no effect here if they determine where and how it is packed', () => {
    for (const name of withoutEffect.split(' ')) {
      assert.deepEqual(listRefusedOptions({ [name]: 'value' }), [], name);
      assert.deepEqual(readServiceBuild({ [name]: 'value' }).options, { external: [] });
    }
  });

  it('leave all packages out by a star', () => {
    assert.equal(readServiceBuild({ exclude: '*' }).options.packages, 'external');
    assert.equal(readServiceBuild({ exclude: ['*'] }).options.packages, undefined);
  });
});
