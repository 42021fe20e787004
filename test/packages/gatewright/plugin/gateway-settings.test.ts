import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { optionNames } from '../../../../packages/gateway/engine/start-settings.ts';
import {
  readGatewaySettings,
  SETTING_NAMES,
} from '../../../../packages/gatewright/plugin/gateway-settings.ts';
import { readSource } from '../../../architecture/source-files.ts';
import { OptionError } from '../../../../packages/gatewright/plugin/option-values.ts';
import { OSLS_OPTIONS } from '../../../../packages/gatewright/plugin/osls-options.ts';

const PAGE = 'docs/guides/run/plugin.md';

/** Options that osls itself has, and options that make sense only on a command line. */
const OF_OSLS = [
  'env-file',
  'env-from-stack',
  'exec',
  'json',
  'open',
  'param',
  'profile',
  'quiet',
  'region',
  'stage',
  'verbose',
];

describe('SETTING_NAMES', () => {
  it(`are all in ${PAGE}`, () => {
    const { text } = readSource(PAGE);

    assert.deepEqual(
      SETTING_NAMES.filter((name) => !new RegExp(`\\b${name}(?:\`|:)`).test(text)),
      [],
      `add them to "Settings" of ${PAGE}`,
    );
  });

  it('are, with the options of the command, all that `gatewright start` has', () => {
    const names = new Set([...SETTING_NAMES, ...Object.keys(OSLS_OPTIONS), ...OF_OSLS]);
    // osls has no options whose value may be left out: `--inspect=9230` is `--inspect --inspect-port 9230`.
    names.delete('inspect-port');

    assert.deepEqual([...names].toSorted(), [...optionNames()].toSorted());
  });
});

describe('readGatewaySettings', () => {
  it('has the defaults of `gatewright start`', () => {
    const settings = readGatewaySettings(undefined, {});

    assert.deepEqual(settings, {
      region: 'us-east-1',
      accountId: '123456789012',
      accountThrottle: false,
      allowUnguarded: false,
      roles: true,
      metrics: false,
      cold: false,
      readOnly: true,
      install: true,
      build: true,
      recordAll: false,
      strictWaf: false,
      allowFaultsOnNetwork: false,
      allowPrivateClients: false,
      usageLagMs: 0,
      accountQuotas: {},
      assumptions: settings.assumptions,
      awsEndpoints: { urls: {}, live: [], credentials: undefined },
      cacheMemoryBytes: 256 * 1024 ** 2,
      maxBodyMemoryBytes: 256 * 1024 ** 2,
      localIssuers: [],
      vpcEndpoints: new Map(),
      vpcLinks: new Map(),
    });
    assert.equal(settings.assumptions?.['week-start'], 'sunday');
  });

  it('reads maps, lists and texts as the command line reads them', () => {
    const settings = readGatewaySettings(
      {
        access: 'access',
        variables: { 'cf:a.B': 'c' },
        account: 210_987_654_321,
        assume: { 'week-start': 'monday', 'cognito-scope-status': 403 },
        'account-quota': ['stages=20', 'resources=400'],
        'account-throttle': 'on',
        aws: 'sns,s3',
        issuer: { 'https://example.eu.auth0.com': 'local' },
        'cache-memory': '2GB',
        'allow-unguarded': true,
        roles: 'off',
        metrics: true,
        'record-all': true,
        'usage-lag': '30s',
        'vpc-endpoint': { 'vpce-01234567': 'vpc-01234567' },
        'vpc-link': { orders: ['http://a:1', 'http://b:2'], users: 'http://c:3' },
      },
      {
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_ENDPOINT_URL_SQS: 'http://localhost:9324',
        AWS_REGION: 'eu-west-3',
      },
    );

    assert.equal(settings.assumptions?.['week-start'], 'monday');
    assert.equal(settings.assumptions['cognito-scope-status'], '403');
    const others = { ...settings };
    delete others.assumptions;
    assert.deepEqual(others, {
      region: 'eu-west-3',
      accountId: '210987654321',
      accountThrottle: true,
      allowUnguarded: true,
      roles: false,
      metrics: true,
      cold: false,
      readOnly: true,
      install: true,
      build: true,
      recordAll: true,
      strictWaf: false,
      allowFaultsOnNetwork: false,
      allowPrivateClients: false,
      usageLagMs: 30_000,
      accountQuotas: { stages: 20, resources: 400 },
      awsEndpoints: {
        urls: { sqs: 'http://localhost:9324' },
        live: ['sns', 's3'],
        credentials: { accessKeyId: 'a', secretAccessKey: 's', sessionToken: undefined },
      },
      cacheMemoryBytes: 2 * 1024 ** 3,
      maxBodyMemoryBytes: 256 * 1024 ** 2,
      localIssuers: ['https://example.eu.auth0.com/'],
      vpcEndpoints: new Map([['vpce-01234567', 'vpc-01234567']]),
      vpcLinks: new Map([
        ['orders', ['http://a:1', 'http://b:2']],
        ['users', ['http://c:3']],
      ]),
    });
  });

  const refused: { name: string; custom: unknown; says: RegExp }[] = [
    {
      name: 'a name that does not exist, with the list of those there are',
      custom: { assumptions: {} },
      says: /^custom\.gatewright\.assumptions is not a setting; known settings: access, check, variables, account, account-quota, .*vpc-link, waf-networks$/,
    },
    { name: 'what every object has', custom: JSON.parse('{"__proto__":1}'), says: /is not a setting/ },
    {
      name: 'an unknown assumption',
      custom: { assume: { 'week-start': 'friday' } },
      says: /^custom\.gatewright\.assume: "week-start=friday"\. .*week-start=sunday\|monday/,
    },
    {
      name: 'a quota that AWS does not raise',
      custom: { 'account-quota': { 'api-keys': 20_000 } },
      says: /AWS raises only these quotas/,
    },
    { name: 'an invalid size', custom: { 'cache-memory': 256 }, says: /64MB or 2GB/ },
    {
      name: 'an invalid flag',
      custom: { metrics: 'yes' },
      says: /metrics must be true or false, not "yes"$/,
    },
    {
      name: 'a map of maps',
      custom: { 'vpc-link': { a: { b: 'c' } } },
      says: /must be a string, or a list of strings/,
    },
    { name: 'a list of settings', custom: ['metrics'], says: /^custom\.gatewright must be a map$/ },
    { name: 'services of AWS without credentials', custom: { aws: ['sns'] }, says: /AWS_ACCESS_KEY_ID/ },
  ];
  for (const { name, custom, says } of refused)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => readGatewaySettings(custom, {}),
        (error) => error instanceof OptionError && says.test(error.message),
      );
    });
});
