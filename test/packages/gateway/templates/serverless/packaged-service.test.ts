import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePackaged } from '../../../../../packages/gateway/templates/serverless/packaged-service.ts';

describe('parsePackaged', () => {
  it('reads what the driver prints, and fills in what it leaves out', () => {
    const template = { Resources: {} };
    const least = parsePackaged(JSON.stringify({ template }));
    const most = parsePackaged(
      JSON.stringify({
        template,
        stackName: 'shop-dev',
        functions: { F: { name: 'list', artifact: 'list.zip' }, G: {} },
        layers: { L: { name: 'packages', path: '.build/layer' } },
        esbuild: { minify: true },
        builders: ['esbuild', 7],
        webpack: { plugin: 'serverless-webpack', service: {} },
        restStage: { tracing: true, logGroup: '/api' },
      }),
    );

    assert.deepEqual(
      [least.stackName, least.esbuild, least.builders, least.webpack],
      ['', undefined, [], undefined],
    );
    assert.partialDeepStrictEqual(most, {
      stackName: 'shop-dev',
      esbuild: { minify: true },
      builders: ['esbuild'],
      webpack: { plugin: 'serverless-webpack' },
      restStage: { tracing: true, logGroup: '/api' },
    });
    assert.deepEqual(
      [...most.functions],
      [
        ['F', { name: 'list', artifact: 'list.zip' }],
        ['G', { name: 'G', artifact: undefined }],
      ],
    );
    assert.deepEqual(
      [...most.layers],
      [['L', { name: 'packages', path: '.build/layer', artifact: undefined }]],
    );
  });

  it('refuses what has no template', () => {
    assert.throws(() => parsePackaged('{"template":[]}'), {
      message: 'osls did not write a compiled template',
    });
  });
});
