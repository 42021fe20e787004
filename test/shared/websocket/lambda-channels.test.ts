import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLambdaChannelPorts } from '#shared/websocket/lambda-channels.ts';

describe('channels in a function of the stack', () => {
  it('are configured by its environment, and go by the clock of its machine', (t) => {
    const environment = {
      GATEWRIGHT_CONNECTIONS_TABLE: 'connections',
      GATEWRIGHT_PUBLISHER: 'publisher',
      GATEWRIGHT_KEPT_SECONDS: '120',
    };
    const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
    t.after(() => {
      for (const [name, value] of before)
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
    });
    Object.assign(process.env, environment);
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });

    const { clock, limits } = createLambdaChannelPorts();

    assert.equal(clock.nowEpochMs(), 1_700_000_000_000);
    assert.equal(limits.keptSeconds, 120);
  });
});
