import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readChannelsConfig, readInvokerConfig } from '../../../shared/config/channels-config.ts';

const LEAST = { GATEWRIGHT_CONNECTIONS_TABLE: 'connections', AWS_LAMBDA_FUNCTION_NAME: 'ws-message' };

describe('readChannelsConfig', () => {
  it('has the usual limits where nothing else is set', () => {
    assert.deepEqual(readChannelsConfig(LEAST), {
      tableName: 'connections',
      publisher: 'ws-message',
      keptSeconds: 3_600,
      pingMs: 60_000,
      connectionsPerCaller: 20,
      messagesPerConnection: 1_200,
      messagesPerCaller: 6_000,
      knownApis: new Set(),
    });
  });

  const limits: readonly (readonly [
    variable: string,
    name: keyof ReturnType<typeof readChannelsConfig>,
    least: number,
    most: number,
    unit: number,
  ])[] = [
    ['GATEWRIGHT_KEPT_SECONDS', 'keptSeconds', 60, 86_400, 1],
    ['GATEWRIGHT_PING_SECONDS', 'pingMs', 2, 240, 1_000],
    ['GATEWRIGHT_CONNECTIONS_PER_CALLER', 'connectionsPerCaller', 1, 200, 1],
    ['GATEWRIGHT_MESSAGES_PER_CONNECTION', 'messagesPerConnection', 301, 600_000, 1],
    ['GATEWRIGHT_MESSAGES_PER_CALLER', 'messagesPerCaller', 301, 600_000, 1],
  ];
  for (const [variable, name, least, most, unit] of limits)
    it(`takes ${variable} from ${least} to ${most}`, () => {
      const read = (value: number) => readChannelsConfig({ ...LEAST, [variable]: String(value) })[name];

      assert.deepEqual([read(least), read(most)], [least * unit, most * unit]);
      for (const value of [least - 1, most + 1])
        assert.throws(() => read(value), {
          message: `${variable} must be a whole number from ${least} to ${most}`,
        });
    });

  it('believes the callers of the APIs that are listed', () => {
    const read = (GATEWRIGHT_APIS: string) => readChannelsConfig({ ...LEAST, GATEWRIGHT_APIS }).knownApis;

    assert.deepEqual(read('abc123, def456,'), new Set(['abc123', 'def456']));
    assert.throws(() => read('abc123,*'), { code: 'CONFIG_INVALID' });
  });

  it('delivers by another function where one is named', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:deliver';

    assert.equal(readChannelsConfig({ ...LEAST, GATEWRIGHT_PUBLISHER: arn }).publisher, arn);
    assert.throws(() => readChannelsConfig({ ...LEAST, GATEWRIGHT_PUBLISHER: 'a b' }), {
      code: 'CONFIG_INVALID',
    });
  });
});

describe('readInvokerConfig', () => {
  const signer = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'key' };

  it('has no endpoint unless there is one for Lambda or for all services', () => {
    const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const own = { AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:2' };

    assert.equal('endpoint' in readInvokerConfig(signer), false);
    assert.equal(readInvokerConfig({ ...signer, ...all }).endpoint, all.AWS_ENDPOINT_URL);
    assert.equal(readInvokerConfig({ ...signer, ...all, ...own }).endpoint, own.AWS_ENDPOINT_URL_LAMBDA);
  });
});
