import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAuthorizerConfig, readConnectionsConfig } from '#shared/config.ts';

describe('readAuthorizerConfig', () => {
  it('reads the stage, and trusts no local issuer unless it is told where it is', () => {
    assert.deepEqual(readAuthorizerConfig({ GATEWRIGHT_STAGE: 'prod' }), {
      stage: 'prod',
      localIssuerUrl: undefined,
    });
    assert.deepEqual(readAuthorizerConfig({ GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_ISSUER_URL: '' }), {
      stage: 'dev',
      localIssuerUrl: undefined,
    });
    assert.deepEqual(
      readAuthorizerConfig({ GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_ISSUER_URL: 'http://127.0.0.1:4000' }),
      { stage: 'dev', localIssuerUrl: 'http://127.0.0.1:4000' },
    );
  });

  const refusals: readonly { name: string; environment: Record<string, string>; variable: string }[] = [
    { name: 'no stage', environment: {}, variable: 'GATEWRIGHT_STAGE' },
    { name: 'a wildcard stage', environment: { GATEWRIGHT_STAGE: '*' }, variable: 'GATEWRIGHT_STAGE' },
    {
      name: 'a local issuer on another machine',
      environment: { GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_ISSUER_URL: 'http://10.0.0.1:4000' },
      variable: 'GATEWRIGHT_ISSUER_URL',
    },
  ];
  for (const { name, environment, variable } of refusals)
    it(`refuses ${name} and names the variable`, () => {
      assert.throws(
        () => readAuthorizerConfig(environment),
        (error: Error & { code: string }) =>
          error.code === 'CONFIG_INVALID' && error.message.startsWith(variable),
      );
    });
});

describe('readConnectionsConfig', () => {
  it('reads the name of the table and refuses its absence', () => {
    assert.deepEqual(readConnectionsConfig({ GATEWRIGHT_CONNECTIONS_TABLE: 'gatewright-dev-connections' }), {
      tableName: 'gatewright-dev-connections',
    });
    assert.throws(() => readConnectionsConfig({}), { code: 'CONFIG_INVALID' });
  });
});
