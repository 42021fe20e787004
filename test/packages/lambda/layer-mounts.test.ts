import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mountLayers } from '../../../packages/lambda/layer-mounts.ts';
import { aFolder, aFolderFunction, anInlineFunction, returned, startRuntime } from './start-runtime.ts';

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

  it('does not change functions whose layers are /opt already', () => {
    const definition = anInlineFunction('f', '', { layers: [{ arn: 'a', directory: '/layer' }] });

    assert.equal(mountLayers(definition, '/nowhere'), definition);
  });
});
