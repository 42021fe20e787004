/** The AWS SDK as the published package contains it, with the packages that it consists of. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';

import type * as Client from '@aws-sdk/client-dynamodb';
import type * as Documents from '@aws-sdk/lib-dynamodb';

import { findRuntimePackage } from '../../packages/gateway/lambda/code/runtime-packages.ts';
import { bundleSdk, CARRIED } from '../../packages/gatewright/package/bundle-sdk.ts';

const ROOT = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
/** Leaves what CommonJS adds, and what is a function of the module system. */
const namesOf = (module: object): string[] =>
  Object.keys(module)
    .filter((name) => !['default', '__esModule', 'module.exports'].includes(name))
    .toSorted();

describe('the AWS SDK in the published package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-sdk-'));
  const fileOf = (name: string): string => {
    const file = findRuntimePackage(name, { folder, anchor: join(folder, 'nothing-is-installed-here.js') });
    assert.ok(file !== undefined && file.startsWith(folder), name);
    return file;
  };

  before(() => bundleSdk(ROOT, folder));
  after(() => rmSync(folder, { recursive: true }));

  for (const name of CARRIED)
    it(`has all that ${name} exports, by require and by import`, async () => {
      const file = fileOf(name);
      const installed = namesOf(require(name) as object);

      const required = require(file) as object;
      const imported = (await import(pathToFileURL(file).href)) as object;

      assert.ok(installed.length > 0);
      assert.deepEqual(namesOf(required), installed);
      assert.deepEqual(namesOf(imported), installed);
    });

  it('shares its classes, so that a document client accepts the client of the other import', async () => {
    const { DynamoDBDocumentClient, GetCommand } = (await import(
      pathToFileURL(fileOf('@aws-sdk/lib-dynamodb')).href
    )) as typeof Documents;
    const { DynamoDBClient, ResourceNotFoundException, DynamoDBServiceException } = (await import(
      pathToFileURL(fileOf('@aws-sdk/client-dynamodb')).href
    )) as typeof Client;
    const sent: string[] = [];
    const client = new DynamoDBClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: {
        handle: ({ body }: { body: Uint8Array }) => {
          sent.push(new TextDecoder().decode(body));
          return Promise.reject(new ResourceNotFoundException({ message: 'no such table', $metadata: {} }));
        },
      },
    });

    const failure: unknown = await DynamoDBDocumentClient.from(client)
      .send(new GetCommand({ TableName: 'orders', Key: { id: 7 } }))
      .catch((error: unknown) => error);

    assert.ok(failure instanceof DynamoDBServiceException);
    assert.deepEqual(JSON.parse(sent[0] ?? ''), { TableName: 'orders', Key: { id: { N: '7' } } });
  });

  it('names the licence of each package that is in it', () => {
    const text = readFileSync(join(folder, 'LICENSES.txt'), 'utf8');

    for (const name of ['@aws-sdk/client-s3', '@smithy/core', 'bowser', 'mnemonist'])
      assert.match(text, new RegExp(`(?:^|, )${name}(?:,|:)`, 'm'));
    assert.match(text, /Apache License/);
  });
});
