'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

/**
 * Returns version 2 of the AWS SDK, as the file of osls 3 and of later versions of Serverless 3 exports it, or else as
 * earlier versions of Serverless 3 import it; undefined if osls does not depend on it.
 *
 * @param folder the folder of the osls package
 */
function findOlderSdk(folder) {
  const file = path.join(folder, 'lib/aws/sdk-v2.js');
  if (fs.existsSync(file)) return require(file);
  const fromOsls = createRequire(path.join(folder, 'package.json'));
  const { dependencies = {} } = fromOsls('./package.json');
  return dependencies['aws-sdk'] === undefined ? undefined : fromOsls('aws-sdk');
}

/**
 * Makes a service use the keys and the address of the stand-in, whatever profile it names, because a service calls AWS
 * while osls reads it (`${aws:accountId}`, `${cf:…}`, layers).
 *
 * osls 4 uses version 3 of the AWS SDK. Serverless 3 uses version 2, which does not read AWS_ENDPOINT_URL. osls 3 uses
 * both. It uses version 2 for `${aws:accountId}`.
 *
 * @param provider osls's provider for AWS
 * @param olderSdk version 2 of the AWS SDK as osls has configured it; undefined if there is none
 */
function useLocalCredentials(provider, olderSdk, environment) {
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
  };
  const original = provider.getAwsSdkV3Config;
  if (original !== undefined)
    provider.getAwsSdkV3Config = (options = {}) => original.call(provider, { ...options, credentials });
  if (olderSdk === undefined) return;
  provider.cachedCredentials = { credentials };
  olderSdk.config.update({ credentials, endpoint: environment.AWS_ENDPOINT_URL, s3ForcePathStyle: true });
}

module.exports = { findOlderSdk, useLocalCredentials };
