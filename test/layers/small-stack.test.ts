import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { StackPlugin } from '../../layers/osls-plugin.ts';
import type { Serverless } from '../../layers/osls-plugin.ts';
import { makeSmall, omitLayer, omitLoneApi } from '../../layers/small-stack.ts';
import { READS_TEMPLATE, STANDS_IN } from '../../packages/gateway/templates/serverless/aws-stand-in.ts';
import { aService as aStackFolder } from '../support/a-stack-plugin.ts';

const aService = (extensions: Record<string, unknown> = {}) => ({
  layers: { packages: {}, mine: {} },
  functions: {
    admin: {
      layers: [{ Ref: 'PackagesLambdaLayer' }],
      events: [{ httpApi: {} }, { schedule: 'rate(1 hour)' }],
    },
    authorizer: { layers: [{ Ref: 'PackagesLambdaLayer' }] } as {
      layers?: object;
      events?: readonly object[];
    },
  },
  resources: { Outputs: { LayerArn: {}, AlarmTopicArn: {} }, extensions },
});

describe('a small stack', () => {
  it('has no layer, and nothing that names it', () => {
    const service = aService();
    omitLayer(service);
    assert.deepEqual(Object.keys(service.layers), ['mine']);
    assert.deepEqual(
      Object.values(service.functions).map((definition) => 'layers' in definition),
      [false, false],
    );
    assert.deepEqual(Object.keys(service.resources.Outputs), ['AlarmTopicArn']);
  });

  it('has no routes if no chosen part has an API', () => {
    const service = aService();
    omitLoneApi(service);
    assert.deepEqual(service.functions.admin.events, [{ schedule: 'rate(1 hour)' }]);
  });

  it('of several parts keeps its layer', () => {
    const service = aService();
    makeSmall(service, 'layer');
    assert.deepEqual(Object.keys(service.layers), ['packages', 'mine']);
  });

  it('keeps them if one has', () => {
    const service = aService({ HttpApiStage: {} });
    omitLoneApi(service);
    assert.equal(service.functions.admin.events.length, 2);
  });
});

describe('a stack with only the authorizers', () => {
  const read = (environment: Readonly<Record<string, string>>) => {
    using stack = aStackFolder('version: 1\n');
    rmSync(join(stack.folder, 'access/users.yml'));
    writeFileSync(join(stack.folder, 'gatewright.yml'), 'parts: [authorizers]\n');
    const { functions, layers } = aService();
    const service = {
      functions: { admin: { handler: 'admin.handler', ...functions.admin } },
      layers: { packages: { path: '.build/layer' }, mine: layers.mine },
      provider: { compiledCloudFormationTemplate: { Resources: {} } },
    };
    const serverless: Serverless = {
      serviceDir: stack.folder,
      configurationInput: {
        params: { default: {}, dev: {} },
        custom: { parts: { authorizers: [] } },
        resources: [],
      },
      service,
      classes: { Error },
      getProvider: () => ({ getStage: () => 'dev', naming: { getStackName: () => 'users-dev' } }),
    };
    Object.assign(process.env, environment);
    try {
      void new StackPlugin(serverless).hooks['initialize']?.();
    } finally {
      for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
    }
    return service;
  };

  it('is packaged without the layer and without the API', () => {
    const { layers, functions } = read({ [STANDS_IN]: '1' });
    assert.deepEqual(Object.keys(layers), ['mine']);
    assert.equal(Object.hasOwn(functions.admin, 'layers'), false);
    assert.deepEqual(functions.admin.events, [{ schedule: 'rate(1 hour)' }]);
  });

  // Its functions failed, "Cannot find package", since what is served is not bundled with packages.
  it('is served with both', () => {
    const { layers, functions } = read({ [STANDS_IN]: '1', [READS_TEMPLATE]: '1' });
    assert.deepEqual(Object.keys(layers), ['packages', 'mine']);
    assert.ok(Object.hasOwn(functions.admin, 'layers'));
    assert.equal(functions.admin.events.length, 2);
  });
});
