import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeZip } from '../../../../../packages/base/aws/zip-archive.ts';
import { DefinitionError, Faults } from '../../../../../packages/gateway/core/errors.ts';
import { mountLayers } from '../../../../../packages/gateway/lambda/code/layer-mounts.ts';
import { aFolder, aFolderFunction, anInlineFunction, returned, startRuntime } from '../start-runtime.ts';

describe('mountLayers', () => {
  it('gives functions content below /opt/nodejs: by path, by package, and what that requires itself', async () => {
    const layer = aFolder({
      'dates.js': `exports.today = () => require('clock').now;`,
      'node_modules/clock/index.js': 'exports.now = 7;',
    });
    const code = aFolder({
      'index.js': `const { today } = require('/opt/nodejs/dates'); const { now } = require('clock');
        exports.handler = async () => [today(), now];`,
    });
    const layers = [{ arn: 'Deps', directory: layer, below: 'nodejs' }];
    const definition = aFolderFunction(code, 'index.handler', { layers });
    const { invoke } = await startRuntime([definition]);

    assert.deepEqual(returned(await invoke(definition.name)), [7, 7], 'SAM, "Building Lambda layers"');
  });

  // AWS SAM, AWS::Serverless::LayerVersion: ContentUri may be a path to a zip archive.
  it('gives functions the content of an archive, and says which cannot be used', async () => {
    const folder = aFolder({ 'damaged.zip': 'no archive' });
    const file = join(folder, 'layer.zip');
    const content = { 'nodejs/node_modules/clock/index.js': 'exports.now = 7;' };
    writeFileSync(
      file,
      writeZip(new Map(Object.entries(content).map(([name, text]) => [name, Buffer.from(text)]))),
    );
    const code = aFolder({
      'index.js': `exports.handler = async () => require('clock').now;`,
    });
    const of = (name: string, directory: string) =>
      aFolderFunction(code, 'index.handler', { name, layers: [{ arn: 'Deps', directory }] });
    const { runtime, invoke } = await startRuntime([]);
    const faults = new Faults(false);
    const replace = await runtime.prepare(
      [of('good', file), of('bad', join(folder, 'damaged.zip'))],
      new Map(),
      faults,
    );
    replace();

    assert.equal(returned(await invoke('good')), 7);
    assert.partialDeepStrictEqual(await invoke('bad'), { kind: 'refused' });
    assert.deepEqual(
      faults.all.map(({ error, consequences }) => [error.place.property, consequences]),
      [['Layers', ['invocations of bad fail']]],
    );
  });

  for (const [what, layer] of [
    ['a folder', (folder: string) => ({ arn: 'Deps', directory: folder, below: 'nodejs' })],
    ['an archive', (folder: string) => ({ arn: 'Deps', directory: join(folder, 'layer.zip') })],
  ] as const)
    it(`says at the function that ${what} cannot be placed into the folder of the run`, () => {
      const folder = aFolder({});
      writeFileSync(join(folder, 'layer.zip'), writeZip(new Map([['a.js', Buffer.from('')]])));
      const run = join(aFolder({ run: 'a file' }), 'run');
      const definition = anInlineFunction('f', '', { layers: [layer(folder)] });

      assert.throws(
        () => mountLayers(definition, run),
        (error) =>
          error instanceof DefinitionError &&
          error.place.property === 'Layers' &&
          /cannot be (?:mounted|unpacked): the folder \S+ cannot be written \(ENOTDIR\); check its permissions/.test(
            error.message,
          ),
      );
    });

  it('does not change functions whose layers are /opt already', () => {
    const definition = anInlineFunction('f', '', { layers: [{ arn: 'a', directory: '/layer' }] });

    assert.equal(mountLayers(definition, '/nowhere'), definition);
  });
});
