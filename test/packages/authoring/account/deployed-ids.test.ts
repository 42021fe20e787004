import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDeployedIds, withDeployedId } from '@gatewright/authoring/account/deployed-ids';

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

  it('makes no call and needs no credentials where the document has the id', async () => {
    using folder = aFolder();
    assert.equal((await readDeployedIds(folder.path, 'test', {})).size, 0);
  });
});

describe('withDeployedId', () => {
  it('takes the place of ids that were found elsewhere, in that stage alone', () => {
    const text = JSON.stringify({ kind: 'rest', routes: [], apiIds: { dev: ['local'], prod: ['old'] } });
    const { apiIds } = JSON.parse(withDeployedId(text, 'prod', 'new')) as { apiIds: unknown };
    assert.deepEqual(apiIds, { dev: ['local'], prod: ['new'] });
  });

  it('needs routes that have been read', () => {
    assert.throws(() => withDeployedId(undefined, 'prod', 'new'), { message: /gatewright access sync/ });
  });
});
