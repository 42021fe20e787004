import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readAccessAdminConfig,
  readAccessTableConfig,
  readAuthorizerConfig,
  readDocumentsConfig,
  readTicketDeskConfig,
} from '../../../shared/config/access-config.ts';
import type { Environment } from '../../../shared/config/environment.ts';

const refusal = (variable: string) => ({ code: 'CONFIG_INVALID', message: new RegExp(`^${variable} `) });
const SECRET = 's'.repeat(32);
const SIGNER = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'key' };

describe('readAuthorizerConfig', () => {
  it('has no local issuer and no secret unless they are set', () => {
    for (const more of [{}, { GATEWRIGHT_ISSUER_URL: '', GATEWRIGHT_USAGE_KEY_SECRET: '' }])
      assert.deepEqual(readAuthorizerConfig({ GATEWRIGHT_STAGE: 'dev', ...more }), {
        stage: 'dev',
        localIssuerUrl: undefined,
      });
  });

  it('takes an issuer of this machine, and a secret of 32 characters', () => {
    const set = { GATEWRIGHT_ISSUER_URL: 'http://127.0.0.1:4001', GATEWRIGHT_USAGE_KEY_SECRET: SECRET };

    assert.deepEqual(readAuthorizerConfig({ GATEWRIGHT_STAGE: 'dev', ...set }), {
      stage: 'dev',
      localIssuerUrl: 'http://127.0.0.1:4001',
      usageKeySecret: SECRET,
    });
  });

  for (const [variable, value] of [
    ['GATEWRIGHT_STAGE', undefined],
    ['GATEWRIGHT_STAGE', 'd e v'],
    ['GATEWRIGHT_ISSUER_URL', 'https://issuer.example'],
    ['GATEWRIGHT_USAGE_KEY_SECRET', SECRET.slice(1)],
  ] as const)
    it(`refuses ${variable}=${String(value)}`, () => {
      assert.throws(
        () => readAuthorizerConfig({ GATEWRIGHT_STAGE: 'dev', [variable]: value }),
        refusal(variable),
      );
    });
});

describe('readAccessTableConfig', () => {
  it('has no table where the variable is empty or absent', () => {
    for (const environment of [{}, { GATEWRIGHT_ACCESS_TABLE: '' }])
      assert.deepEqual(readAccessTableConfig(environment), { tableName: undefined });
  });

  it('has the table of the variable, if that may be the name of one', () => {
    assert.deepEqual(readAccessTableConfig({ GATEWRIGHT_ACCESS_TABLE: 'access' }), { tableName: 'access' });
    assert.throws(
      () => readAccessTableConfig({ GATEWRIGHT_ACCESS_TABLE: 'a b c' }),
      refusal('GATEWRIGHT_ACCESS_TABLE'),
    );
  });
});

describe('readDocumentsConfig', () => {
  for (const mode of [undefined, '', 'bundled'])
    it(`uses the documents of the bundle for ${String(mode)}`, () => {
      assert.deepEqual(readDocumentsConfig({ GATEWRIGHT_DOCUMENTS: mode }), { follows: false });
    });

  it('follows published documents of a table', () => {
    const published = { GATEWRIGHT_DOCUMENTS: 'published' };

    assert.deepEqual(readDocumentsConfig({ ...published, GATEWRIGHT_ACCESS_TABLE: 'access' }), {
      follows: true,
      tableName: 'access',
    });
    assert.throws(() => readDocumentsConfig(published), refusal('GATEWRIGHT_ACCESS_TABLE'));
  });

  it('refuses any other mode', () => {
    assert.throws(
      () => readDocumentsConfig({ GATEWRIGHT_DOCUMENTS: 'Published', GATEWRIGHT_ACCESS_TABLE: 'access' }),
      refusal('GATEWRIGHT_DOCUMENTS'),
    );
  });
});

describe('readTicketDeskConfig', () => {
  it('has a stage and a table, and fails without either', () => {
    const set = { GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_ACCESS_TABLE: 'access' };

    assert.deepEqual(readTicketDeskConfig(set), { stage: 'dev', tableName: 'access' });
    for (const missing of Object.keys(set))
      assert.throws(() => readTicketDeskConfig({ ...set, [missing]: undefined }), refusal(missing));
  });
});

describe('readAccessAdminConfig', () => {
  const set = { GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_ACCESS_TABLE: 'access', ...SIGNER };
  const endpointOf = (more: Environment): string | undefined =>
    readAccessAdminConfig({ ...set, ...more }).controlPlane.endpoint;

  it('calls API Gateway at its own endpoint first, then at that of all services', () => {
    const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const own = { AWS_ENDPOINT_URL_API_GATEWAY: 'http://127.0.0.1:2' };

    assert.deepEqual(
      [endpointOf({}), endpointOf(all), endpointOf({ ...all, ...own })],
      [undefined, all.AWS_ENDPOINT_URL, own.AWS_ENDPOINT_URL_API_GATEWAY],
    );
  });

  it('signs as the function', () => {
    const { controlPlane } = readAccessAdminConfig({ ...set, AWS_SESSION_TOKEN: 'session' });

    assert.equal(controlPlane.region, 'eu-west-1');
    assert.deepEqual(controlPlane.credentials, {
      accessKeyId: 'AKID',
      secretAccessKey: 'key',
      sessionToken: 'session',
    });
  });
});
