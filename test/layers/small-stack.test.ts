import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { omitLayer, omitLoneApi } from '../../layers/small-stack.ts';

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

  it('has no routes where no chosen part has an API', () => {
    const service = aService();
    omitLoneApi(service);
    assert.deepEqual(service.functions.admin.events, [{ schedule: 'rate(1 hour)' }]);
  });

  it('keeps them where one has', () => {
    const service = aService({ HttpApiStage: {} });
    omitLoneApi(service);
    assert.equal(service.functions.admin.events.length, 2);
  });
});
