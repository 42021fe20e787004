import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { aFolder } from '../../lambda/start-runtime.ts';

type Sdk3Config = (options?: object) => unknown;
type Provider = { getAwsSdkV3Config?: Sdk3Config; cachedCredentials?: unknown };
type OlderSdk = { readonly config: { update(options: object): void } };

const { findOlderSdk, useLocalCredentials } = createRequire(import.meta.url)(
  '../../../../../packages/gateway/templates/serverless/local-credentials.cjs',
) as {
  readonly findOlderSdk: (folder: string) => unknown;
  readonly useLocalCredentials: (
    provider: Provider,
    olderSdk: OlderSdk | undefined,
    environment: object,
  ) => void;
};

const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'AKIALOCAL',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
};
const credentials = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' };

function anOlderSdk() {
  const updates: object[] = [];
  return { sdk: { config: { update: (options: object) => void updates.push(options) } }, updates };
}

const OLDER = { credentials, endpoint: 'http://127.0.0.1:9', s3ForcePathStyle: true };

describe('useLocalCredentials', () => {
  it('points the SDK of osls 4 at the stand-in, with any settings of the service', () => {
    const provider: Provider = { getAwsSdkV3Config: (options) => ({ profile: 'mine', ...options }) };

    useLocalCredentials(provider, undefined, ENVIRONMENT);

    assert.deepEqual(provider.getAwsSdkV3Config?.({ region: 'eu-west-1' }), {
      profile: 'mine',
      region: 'eu-west-1',
      credentials,
    });
  });

  it('points the SDK of Serverless 3 there', () => {
    const provider: Provider = {};
    const { sdk, updates } = anOlderSdk();

    useLocalCredentials(provider, sdk, ENVIRONMENT);

    assert.deepEqual([provider.cachedCredentials, updates], [{ credentials }, [OLDER]]);
  });

  it('points both SDKs of osls 3 there', () => {
    const provider: Provider = { getAwsSdkV3Config: (options) => options };
    const { sdk, updates } = anOlderSdk();

    useLocalCredentials(provider, sdk, ENVIRONMENT);

    assert.deepEqual(provider.getAwsSdkV3Config?.(), { credentials });
    assert.deepEqual([provider.cachedCredentials, updates], [{ credentials }, [OLDER]]);
  });
});

// Sources: lib/aws of serverless 3.22.0 and 3.40.0, and of osls 3 and 4, as published on npm.
describe('version 2 of the AWS SDK', () => {
  const rows = [
    { of: 'a file that exports it', files: { 'lib/aws/sdk-v2.js': 'module.exports = "own";' }, found: 'own' },
    {
      of: 'the dependency',
      files: { 'node_modules/aws-sdk/index.js': 'module.exports = "dependency";' },
      dependencies: { 'aws-sdk': '^2.1219.0' },
      found: 'dependency',
    },
    {
      of: 'a package that happens to be installed',
      files: { 'node_modules/aws-sdk/index.js': 'module.exports = "other";' },
      found: undefined,
    },
  ];
  for (const { of, files, dependencies, found } of rows)
    it(`is${found === undefined ? ' not' : ''} ${of}`, () => {
      const manifest = { name: 'serverless', dependencies };
      assert.equal(findOlderSdk(aFolder({ ...files, 'package.json': JSON.stringify(manifest) })), found);
    });
});
