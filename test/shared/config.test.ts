import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readAccessAdminConfig,
  readAccessTableConfig,
  readAuthorizerConfig,
  readDocumentsConfig,
} from '#shared/config/access-config.ts';
import { readCacheInvalidatorConfig } from '#shared/config/cache-config.ts';
import { readChannelsConfig, readInvokerConfig } from '#shared/config/channels-config.ts';
import { readChargeConfig, readUsageTrackerConfig } from '#shared/config/usage-config.ts';
import { readLogConfig } from '#shared/config/log-config.ts';
import { readWebhookReceiverConfig } from '#shared/config/webhooks-config.ts';

describe('readAuthorizerConfig', () => {
  it('reads the stage, and trusts no local issuer without its address', () => {
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

describe('readAccessTableConfig', () => {
  it('reads the name of the table, which not every function has', () => {
    assert.deepEqual(readAccessTableConfig({ GATEWRIGHT_ACCESS_TABLE: 'gatewright-dev-access' }), {
      tableName: 'gatewright-dev-access',
    });
    assert.deepEqual(readAccessTableConfig({ GATEWRIGHT_ACCESS_TABLE: '' }), { tableName: undefined });
    assert.throws(() => readAccessTableConfig({ GATEWRIGHT_ACCESS_TABLE: 'a b' }), {
      code: 'CONFIG_INVALID',
    });
  });
});

describe('the secret of native usage plans', () => {
  it('may be left out, and is refused if it is too short to be one', () => {
    const read = (secret: string) =>
      readAuthorizerConfig({ GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_USAGE_KEY_SECRET: secret }).usageKeySecret;

    assert.equal(read(''), undefined);
    assert.equal(read('s'.repeat(32)), 's'.repeat(32));
    assert.throws(() => read('s'.repeat(31)), {
      code: 'CONFIG_INVALID',
      message: /GATEWRIGHT_USAGE_KEY_SECRET/,
    });
  });
});

describe('readAccessAdminConfig', () => {
  const WHOLE = {
    GATEWRIGHT_STAGE: 'dev',
    GATEWRIGHT_ACCESS_TABLE: 'gatewright-dev-access',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
  };

  it('reads table, secret, and the name and place for API Gateway', () => {
    const endpoints = { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_API_GATEWAY: 'http://b' };
    assert.deepEqual(readAccessAdminConfig({ ...WHOLE, ...endpoints }), {
      stage: 'dev',
      tableName: 'gatewright-dev-access',
      usageKeySecret: undefined,
      controlPlane: {
        region: 'eu-west-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
        endpoint: 'http://b',
      },
    });
  });

  for (const variable of [
    'GATEWRIGHT_STAGE',
    'GATEWRIGHT_ACCESS_TABLE',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
  ])
    it(`refuses to go without ${variable}`, () => {
      assert.throws(() => readAccessAdminConfig({ ...WHOLE, [variable]: undefined }), {
        code: 'CONFIG_INVALID',
      });
    });
});

describe('readChannelsConfig', () => {
  const ENVIRONMENT = { GATEWRIGHT_CONNECTIONS_TABLE: 'connections', GATEWRIGHT_PUBLISHER: 'ws-publisher' };

  it('reads the table, who delivers, and limits that have usual values', () => {
    assert.deepEqual(readChannelsConfig({ ...ENVIRONMENT, GATEWRIGHT_PING_SECONDS: '2' }), {
      tableName: 'connections',
      publisher: 'ws-publisher',
      keptSeconds: 3_600,
      pingMs: 2_000,
      connectionsPerCaller: 20,
      messagesPerConnection: 1_200,
      messagesPerCaller: 6_000,
      knownApis: new Set(),
    });
  });

  it('includes the given APIs, and none if none is named', () => {
    const known = (text: string) => readChannelsConfig({ ...ENVIRONMENT, GATEWRIGHT_APIS: text }).knownApis;
    assert.deepEqual([...known('a1b2c3,, d4e5f6 ,')], ['a1b2c3', 'd4e5f6']);
    assert.deepEqual([...known('')], []);
  });

  it('makes present members ping once a minute by default', () => {
    assert.equal(readChannelsConfig(ENVIRONMENT).pingMs, 60_000);
  });

  it('takes each limit from its least to its most', () => {
    const read = (kept: string, ping: string, connections: string) => {
      const limits = {
        GATEWRIGHT_KEPT_SECONDS: kept,
        GATEWRIGHT_PING_SECONDS: ping,
        GATEWRIGHT_CONNECTIONS_PER_CALLER: connections,
      };
      const { keptSeconds, pingMs, connectionsPerCaller } = readChannelsConfig({ ...ENVIRONMENT, ...limits });
      return [keptSeconds, pingMs, connectionsPerCaller];
    };

    assert.deepEqual(read('60', '2', '1'), [60, 2_000, 1]);
    assert.deepEqual(read('86400', '240', '200'), [86_400, 240_000, 200]);
  });

  it('uses the function itself for deliveries, if no other is named', () => {
    const own = { GATEWRIGHT_CONNECTIONS_TABLE: 'connections', AWS_LAMBDA_FUNCTION_NAME: 'own' };
    assert.equal(readChannelsConfig(own).publisher, 'own');
  });

  for (const over of [
    { GATEWRIGHT_CONNECTIONS_TABLE: '' },
    { GATEWRIGHT_PUBLISHER: '' },
    { GATEWRIGHT_PUBLISHER: 'a/b' },
    { GATEWRIGHT_KEPT_SECONDS: '59' },
    { GATEWRIGHT_PING_SECONDS: '241' },
    { GATEWRIGHT_CONNECTIONS_PER_CALLER: 'many' },
    { GATEWRIGHT_CONNECTIONS_PER_CALLER: '0' },
    { GATEWRIGHT_CONNECTIONS_PER_CALLER: '201' },
    { GATEWRIGHT_APIS: '*' },
    { GATEWRIGHT_APIS: 'a1b2c3/dev' },
    { GATEWRIGHT_MESSAGES_PER_CONNECTION: '300' },
    { GATEWRIGHT_MESSAGES_PER_CONNECTION: '600001' },
    { GATEWRIGHT_MESSAGES_PER_CALLER: 'none' },
  ])
    it(`refuses ${JSON.stringify(over)}`, () => {
      assert.throws(() => readChannelsConfig({ ...ENVIRONMENT, ...over }), { code: 'CONFIG_INVALID' });
    });
});

describe('readCacheInvalidatorConfig', () => {
  const SIGNER = { region: 'eu-west-1', credentials: { accessKeyId: 'AKID', secretAccessKey: 'canary' } };
  const ENVIRONMENT = {
    GATEWRIGHT_CACHE_TABLE: 'cache',
    AWS_REGION: SIGNER.region,
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'canary',
  };

  it('reads the table, and that there are no streams and no distribution if none is named', () => {
    const empty = {
      GATEWRIGHT_CACHE_STREAMS: '',
      GATEWRIGHT_CACHE_ENDPOINT: '',
      GATEWRIGHT_DISTRIBUTION_ID: '',
    };
    for (const over of [{}, empty])
      assert.deepEqual(readCacheInvalidatorConfig({ ...ENVIRONMENT, ...over }), {
        tableName: 'cache',
        streams: [],
        stageApis: new Set(),
        edge: undefined,
        stageCaches: { ...SIGNER, endpoint: undefined },
      });
  });

  it('reads rules of streams, if APIs and AWS are, and the distribution', () => {
    const rule = { table: 'orders', namespace: 'shop', tags: ['order:{id}'] };
    const config = readCacheInvalidatorConfig({
      ...ENVIRONMENT,
      GATEWRIGHT_CACHE_STREAMS: JSON.stringify([rule]),
      GATEWRIGHT_CACHE_ENDPOINT: 'http://{apiId}.execute-api.localhost:3000',
      GATEWRIGHT_DISTRIBUTION_ID: 'E1A2B3',
      GATEWRIGHT_CACHE_APIS: 'orders/a1b2c3d4e5, shop.v2/b1b2c3d4e5',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4000',
      AWS_ENDPOINT_URL_CLOUDFRONT: 'http://127.0.0.1:4001',
    });
    assert.deepEqual(config.streams, [rule]);
    assert.deepEqual([...config.stageApis], ['orders/a1b2c3d4e5', 'shop.v2/b1b2c3d4e5']);
    const apiEndpoint = 'http://{apiId}.execute-api.localhost:3000';
    assert.deepEqual(config.stageCaches, { ...SIGNER, endpoint: 'http://127.0.0.1:4000', apiEndpoint });
    assert.deepEqual(config.edge, {
      ...SIGNER,
      endpoint: 'http://127.0.0.1:4001',
      distributionId: 'E1A2B3',
    });
  });

  for (const over of [
    { GATEWRIGHT_CACHE_TABLE: '' },
    { GATEWRIGHT_CACHE_STREAMS: '{}' },
    { GATEWRIGHT_CACHE_STREAMS: 'orders' },
    { GATEWRIGHT_CACHE_STREAMS: '[{"table":"orders","namespace":"shop","tags":[]}]' },
    { GATEWRIGHT_CACHE_STREAMS: '[{"table":"orders","tags":["a"]}]' },
    { GATEWRIGHT_CACHE_ENDPOINT: 'localhost 3000' },
    { GATEWRIGHT_CACHE_APIS: 'a1b2c3d4e5' },
    { GATEWRIGHT_CACHE_APIS: 'orders/*' },
    { GATEWRIGHT_CACHE_APIS: 'or ders/a1b2c3d4e5' },
    { GATEWRIGHT_DISTRIBUTION_ID: '*' },
    { GATEWRIGHT_DISTRIBUTION_ID: 'E1/../E2' },
    { AWS_REGION: '' },
  ])
    it(`refuses ${JSON.stringify(over)}`, () => {
      assert.throws(() => readCacheInvalidatorConfig({ ...ENVIRONMENT, ...over }), {
        code: 'CONFIG_INVALID',
      });
    });
});

describe('readWebhookReceiverConfig', () => {
  const ENVIRONMENT = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'canary',
    GATEWRIGHT_STAGE: 'dev',
    GATEWRIGHT_ACCESS_TABLE: 'access',
    GATEWRIGHT_ACCOUNT_ID: '123456789012',
  };

  it('reaches AWS at the endpoints that the SDKs would use', () => {
    const local = 'http://127.0.0.1:4000';
    const { aws } = readWebhookReceiverConfig({
      ...ENVIRONMENT,
      AWS_ENDPOINT_URL: local,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:5000',
    });

    assert.equal(aws.endpointOf('events'), local);
    assert.equal(aws.endpointOf('secretsmanager'), 'http://127.0.0.1:5000');
    assert.equal(readWebhookReceiverConfig(ENVIRONMENT).aws.endpointOf('events'), undefined);
  });

  it('gives a secret of the environment out on this machine only', () => {
    const secretAt = (endpoint: object) =>
      readWebhookReceiverConfig({ ...ENVIRONMENT, HOOK: 'canary', ...endpoint }).localSecret('HOOK');

    assert.equal(secretAt({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4000' }), 'canary');
    assert.equal(secretAt({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4000', HOOK: undefined }), '');
    for (const endpoint of [{}, { AWS_ENDPOINT_URL: 'http://10.0.0.1' }, { AWS_ENDPOINT_URL: '' }])
      assert.throws(() => secretAt(endpoint), { code: 'CONFIG_INVALID', message: /^HOOK / });
  });

  for (const variable of Object.keys(ENVIRONMENT))
    it(`refuses ${variable} if it is missing or of a wrong form, and repeats no value`, () => {
      for (const value of [undefined, '', ' canary canary '])
        assert.throws(
          () => readWebhookReceiverConfig({ ...ENVIRONMENT, [variable]: value }),
          (error: Error) => {
            assert.match(error.message, new RegExp(`^${variable} `));
            assert.doesNotMatch(error.message, /canary/);
            return true;
          },
        );
    });
});

describe('readLogConfig', () => {
  const salt = 'sixteen-letters-';
  const accepted: readonly {
    readonly name: string;
    readonly environment: Record<string, string>;
    readonly expected: object;
  }[] = [
    { name: 'nothing', environment: {}, expected: { stage: 'unknown', principal: { as: 'nothing' } } },
    {
      name: 'a salt alone',
      environment: { GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_LOG_SALT: salt },
      expected: { stage: 'dev', principal: { as: 'hash', salt } },
    },
    {
      name: 'plain, with any salt',
      environment: { GATEWRIGHT_LOG_PRINCIPAL: 'plain', GATEWRIGHT_LOG_SALT: salt },
      expected: { stage: 'unknown', principal: { as: 'plain' } },
    },
  ];
  for (const { name, environment, expected } of accepted)
    it(`takes ${name}`, () => assert.deepEqual(readLogConfig(environment), expected));

  for (const [environment, variable] of [
    [{ GATEWRIGHT_LOG_PRINCIPAL: 'hash' }, 'GATEWRIGHT_LOG_SALT'],
    [{ GATEWRIGHT_LOG_SALT: 'short' }, 'GATEWRIGHT_LOG_SALT'],
    [{ GATEWRIGHT_LOG_PRINCIPAL: 'sha1', GATEWRIGHT_LOG_SALT: salt }, 'GATEWRIGHT_LOG_PRINCIPAL'],
  ] as const)
    it(`refuses ${JSON.stringify(environment)} and names ${variable}`, () => {
      assert.throws(() => readLogConfig(environment), {
        code: 'CONFIG_INVALID',
        message: new RegExp(`^${variable} `),
      });
    });
});

describe('readAccessTableConfig, in a function that has no table', () => {
  it('reports this, whether the variable is empty or missing', () => {
    for (const environment of [{}, { GATEWRIGHT_ACCESS_TABLE: '' }])
      assert.deepEqual(readAccessTableConfig(environment), { tableName: undefined });
  });
});

describe('readInvokerConfig', () => {
  const SIGNER = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'canary' };

  it('reads another address of Lambda, and none if none is given', () => {
    const endpointOf = (more: object) => readInvokerConfig({ ...SIGNER, ...more }).endpoint;
    const [lambda, all] = ['http://127.0.0.1:4001', 'http://127.0.0.1:4002'];

    assert.equal(endpointOf({}), undefined);
    assert.equal(endpointOf({ AWS_ENDPOINT_URL: all }), all);
    assert.equal(endpointOf({ AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_LAMBDA: lambda }), lambda);
  });
});

describe('readChargeConfig', () => {
  const read = (seconds?: string) =>
    readChargeConfig({
      GATEWRIGHT_USAGE_TABLE: 'usage',
      ...(seconds !== undefined && { GATEWRIGHT_CHANGES_WITHIN_SECONDS: seconds }),
    });

  it('has changes of customers in force within 30 s, or sooner', () => {
    const rows = [undefined, '', '30', '2', '1'].map((seconds) => read(seconds).changesWithinMs);
    assert.deepEqual(rows, [30_000, 30_000, 30_000, 2000, 1000]);
  });

  for (const seconds of ['0', '31', '0.5', 'soon'])
    it(`refuses ${seconds} seconds`, () => {
      assert.throws(() => read(seconds), { code: 'CONFIG_INVALID' });
    });
});

describe('readUsageTrackerConfig', () => {
  const fieldsBy = (GATEWRIGHT_USAGE_FIELDS?: string) => {
    const fields = GATEWRIGHT_USAGE_FIELDS === undefined ? {} : { GATEWRIGHT_USAGE_FIELDS };
    return readUsageTrackerConfig({ GATEWRIGHT_USAGE_TABLE: 'usage', ...fields }).fields;
  };

  it('has usual names of fields, of which each can be another', () => {
    const usual = fieldsBy();

    assert.deepEqual(fieldsBy(''), usual);
    assert.deepEqual(fieldsBy('key=sub, route = routeKey'), { ...usual, key: 'sub', route: 'routeKey' });
  });

  for (const text of ['color=red', 'key', '=sub', 'key=sub;route=r'])
    it(`refuses ${text}`, () => {
      assert.throws(() => fieldsBy(text), { code: 'CONFIG_INVALID' });
    });
});

describe('readDocumentsConfig', () => {
  for (const mode of [undefined, '', 'bundled'])
    it(`uses the documents of the bundle for ${String(mode)}`, () => {
      assert.deepEqual(readDocumentsConfig({ GATEWRIGHT_DOCUMENTS: mode }), { follows: false });
    });

  it('follows the documents that are published to the table, which it then needs', () => {
    const published = { GATEWRIGHT_DOCUMENTS: 'published' };

    assert.deepEqual(readDocumentsConfig({ ...published, GATEWRIGHT_ACCESS_TABLE: 'access' }), {
      follows: true,
      tableName: 'access',
    });
    assert.throws(() => readDocumentsConfig(published), /^DomainError: GATEWRIGHT_ACCESS_TABLE /);
  });

  it('refuses any other word', () => {
    assert.throws(
      () => readDocumentsConfig({ GATEWRIGHT_DOCUMENTS: 'Published', GATEWRIGHT_ACCESS_TABLE: 'access' }),
      /^DomainError: GATEWRIGHT_DOCUMENTS is ".*"; expected "bundled" or "published"/,
    );
  });
});
