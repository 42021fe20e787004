import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import {
  listMissingIds,
  readDeployedIds,
  saveMissingIds,
  withDeployedId,
} from '@gatewright/authoring/account/deployed-ids';

const DOCUMENT = `version: 1
api:
  prod: { stack: shop-prod, logicalId: ApiGatewayRestApi, stage: prod }
  test: { stack: shop-test, logicalId: ApiGatewayRestApi, apiId: a1b2c3d4e5, stage: test }
routes: ..
issuers: [{ id: main, type: oidc, issuer: 'https://issuer.example/', audience: [a] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/**] }]
`;
const CREDENTIALS = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' };

function aFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'gatewright-ids-'));
  writeFileSync(join(path, 'shop.yml'), DOCUMENT);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe('readDeployedIds', () => {
  it('asks CloudFormation for the API that a document names by stack and logical id', async (t) => {
    using folder = aFolder();
    const asked: string[] = [];
    t.mock.method(globalThis, 'fetch', (url: URL | string) => {
      asked.push(String(url));
      const detail = { StackResourceDetail: { PhysicalResourceId: 'z9y8x7w6v5' } };
      const result = { DescribeStackResourceResponse: { DescribeStackResourceResult: detail } };
      return Promise.resolve(Response.json(result));
    });
    const ids = await readDeployedIds(folder.path, 'prod', CREDENTIALS);
    assert.deepEqual([...ids], [['shop', 'z9y8x7w6v5']]);
    assert.match(
      asked[0] ?? '',
      /cloudformation\.eu-central-1\..*StackName=shop-prod.*LogicalResourceId=ApiGatewayRestApi/,
    );
  });

  it('makes no call and needs no credentials if the document has the id', async () => {
    using folder = aFolder();
    assert.equal((await readDeployedIds(folder.path, 'test', {})).size, 0);
  });
});

describe('saveMissingIds', () => {
  const ROUTES = { kind: 'rest', routes: [] };
  const isLocalId = (_api: unknown, apiId: string): boolean => apiId === 'local';
  const inventory = (folder: { path: string }, apiIds?: object): void =>
    writeFileSync(join(folder.path, 'shop.routes.json'), JSON.stringify({ ...ROUTES, apiIds: apiIds ?? {} }));
  const answer = (test: TestContext, id: string | undefined): void => {
    const detail = { StackResourceDetail: { PhysicalResourceId: id } };
    const body = { DescribeStackResourceResponse: { DescribeStackResourceResult: detail } };
    test.mock.method(globalThis, 'fetch', () => Promise.resolve(Response.json(body)));
  };

  it('lists documents whose API has no id in a stage, or only the id on this machine', () => {
    using folder = aFolder();
    const missing = () => listMissingIds(folder.path, 'prod', isLocalId);

    assert.deepEqual(missing(), { unknown: ['shop'], local: [], unnamed: [] });
    inventory(folder, { test: ['a1b2c3d4e5'] });
    assert.deepEqual(missing(), { unknown: ['shop'], local: [], unnamed: [] });
    inventory(folder, { prod: ['local'] });
    assert.deepEqual(missing(), { unknown: [], local: ['shop'], unnamed: [] });
    inventory(folder, { prod: ['local', 'z9y8x7w6v5'] });
    assert.deepEqual(missing(), { unknown: [], local: [], unnamed: [] });
    for (const [stage, unnamed] of [
      ['test', []],
      ['other', ['shop']],
    ] as const)
      assert.deepEqual(listMissingIds(folder.path, stage, isLocalId), { unknown: [], local: [], unnamed });
  });

  it('stores what it finds in addition to the id on this machine, and reports it once', async (test) => {
    using folder = aFolder();
    answer(test, 'z9y8x7w6v5');
    inventory(folder, { prod: ['local'] });

    const first = await saveMissingIds(folder.path, 'prod', isLocalId, CREDENTIALS);
    const second = await saveMissingIds(folder.path, 'prod', isLocalId, {});

    assert.deepEqual(first, { found: ['shop: z9y8x7w6v5 in stage prod'], absent: [] });
    assert.deepEqual(second, { found: [], absent: [] });
    const { apiIds } = JSON.parse(readFileSync(join(folder.path, 'shop.routes.json'), 'utf8')) as {
      apiIds: unknown;
    };
    assert.deepEqual(apiIds, { prod: ['local', 'z9y8x7w6v5'] });
  });

  it('says what to do about an API that is not deployed yet, and stops at any other failure', async (test) => {
    using folder = aFolder();
    inventory(folder);
    answer(test, undefined);

    const { found, absent } = await saveMissingIds(folder.path, 'prod', isLocalId, CREDENTIALS);

    assert.deepEqual(found, []);
    assert.match(
      absent[0] ?? '',
      /^shop: CloudFormation has no API .*; deploy the API, then this stack again/,
    );
    test.mock.method(globalThis, 'fetch', () => Promise.resolve(new Response('', { status: 500 })));
    await assert.rejects(
      saveMissingIds(folder.path, 'prod', isLocalId, CREDENTIALS),
      /answered with status 500/,
    );
  });
});

describe('withDeployedId', () => {
  it('replaces ids that were found elsewhere, only in that stage', () => {
    const text = JSON.stringify({ kind: 'rest', routes: [], apiIds: { dev: ['local'], prod: ['old'] } });
    const { apiIds } = JSON.parse(withDeployedId(text, 'prod', 'new')) as { apiIds: unknown };
    assert.deepEqual(apiIds, { dev: ['local'], prod: ['new'] });
  });

  it('needs routes that have been read', () => {
    assert.throws(() => withDeployedId(undefined, 'prod', 'new'), { message: /gatewright access sync/ });
  });
});
