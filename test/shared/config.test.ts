import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAuthorizerConfig, readConnectionsConfig } from '#shared/config.ts';

const ISSUERS = JSON.stringify([{ issuer: 'https://issuer.example/', audience: ['api'] }]);

describe('readAuthorizerConfig', () => {
  it('fills in what most issuers have', () => {
    const config = readAuthorizerConfig({
      GATEWRIGHT_ISSUERS: ISSUERS,
      GATEWRIGHT_ALLOWED_ROLES: 'admin, support',
    });

    assert.deepEqual(config, {
      issuers: [
        {
          issuer: 'https://issuer.example/',
          audience: ['api'],
          jwksUri: 'https://issuer.example/.well-known/jwks.json',
          algorithms: ['RS256'],
          rolesClaim: ['roles'],
        },
      ],
      allowedRoles: ['admin', 'support'],
      httpResponseFormat: 'policy',
    });
  });

  it('takes a claim name, or a path to a nested claim, for the roles', () => {
    for (const [rolesClaim, expected] of [
      ['cognito:groups', ['cognito:groups']],
      [
        ['realm_access', 'roles'],
        ['realm_access', 'roles'],
      ],
    ] as const) {
      const issuers = JSON.stringify([{ issuer: 'https://i.example', audience: ['api'], rolesClaim }]);
      const config = readAuthorizerConfig({ GATEWRIGHT_ISSUERS: issuers, GATEWRIGHT_ALLOWED_ROLES: 'a' });
      assert.deepEqual(config.issuers[0]?.rolesClaim, expected);
    }
  });

  it('trusts the local issuer when its address is of this machine', () => {
    const config = readAuthorizerConfig({
      GATEWRIGHT_ISSUER_URL: 'http://127.0.0.1:4000',
      GATEWRIGHT_ALLOWED_ROLES: 'admin',
    });

    assert.deepEqual(config.issuers, [
      {
        issuer: 'https://local.gatewright.invalid/',
        audience: ['gatewright'],
        jwksUri: 'http://127.0.0.1:4000/.well-known/jwks.json',
        algorithms: ['RS256'],
        rolesClaim: ['roles'],
      },
    ]);
  });

  const issuer = (over: object) => ({
    GATEWRIGHT_ISSUERS: JSON.stringify([{ issuer: 'https://i.example', audience: ['api'], ...over }]),
  });
  const refusals: readonly { name: string; environment: Record<string, string>; variable: string }[] = [
    { name: 'no issuer at all', environment: {}, variable: 'GATEWRIGHT_ISSUERS' },
    {
      name: 'text that is no JSON',
      environment: { GATEWRIGHT_ISSUERS: 'x' },
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'JSON that is no array',
      environment: { GATEWRIGHT_ISSUERS: '{}' },
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'an entry that is no object',
      environment: { GATEWRIGHT_ISSUERS: '[1]' },
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'an issuer over plain http',
      environment: issuer({ issuer: 'http://i.example' }),
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'keys over plain http',
      environment: issuer({ jwksUri: 'http://127.0.0.1/k' }),
      variable: 'GATEWRIGHT_ISSUERS',
    },
    { name: 'no audience', environment: issuer({ audience: [] }), variable: 'GATEWRIGHT_ISSUERS' },
    {
      name: 'an audience that is no list',
      environment: issuer({ audience: 'api' }),
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'a symmetric algorithm',
      environment: issuer({ algorithms: ['HS256'] }),
      variable: 'GATEWRIGHT_ISSUERS',
    },
    { name: 'a misspelt field', environment: issuer({ audiences: ['api'] }), variable: 'GATEWRIGHT_ISSUERS' },
    {
      name: 'the local issuer by name',
      environment: issuer({ issuer: 'https://local.gatewright.invalid/' }),
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'one issuer twice',
      environment: { GATEWRIGHT_ISSUERS: `[${ISSUERS.slice(1, -1)},${ISSUERS.slice(1, -1)}]` },
      variable: 'GATEWRIGHT_ISSUERS',
    },
    {
      name: 'a local issuer on another machine',
      environment: { GATEWRIGHT_ISSUER_URL: 'http://10.0.0.1:4000' },
      variable: 'GATEWRIGHT_ISSUER_URL',
    },
    { name: 'no role', environment: { GATEWRIGHT_ISSUERS: ISSUERS }, variable: 'GATEWRIGHT_ALLOWED_ROLES' },
    {
      name: 'a wildcard role',
      environment: { GATEWRIGHT_ISSUERS: ISSUERS, GATEWRIGHT_ALLOWED_ROLES: '*' },
      variable: 'GATEWRIGHT_ALLOWED_ROLES',
    },
    {
      name: 'an unknown response format',
      environment: {
        GATEWRIGHT_ISSUERS: ISSUERS,
        GATEWRIGHT_ALLOWED_ROLES: 'a',
        GATEWRIGHT_HTTP_RESPONSE: 'x',
      },
      variable: 'GATEWRIGHT_HTTP_RESPONSE',
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
