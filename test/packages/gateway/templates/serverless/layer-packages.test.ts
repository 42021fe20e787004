import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  packagesMissing,
  runsNodeOnly,
} from '../../../../../packages/gateway/templates/serverless/layer-packages.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-layer-'));
after(() => rmSync(root, { recursive: true }));
const folder = join(root, 'services', 'shop');
for (const name of ['node_modules/@aws-sdk/client-s3', 'services/shop/node_modules/aws-jwt-verify'])
  mkdirSync(join(root, name), { recursive: true });

describe('packagesMissing', () => {
  const rows: readonly [
    title: string,
    esbuild: object | undefined,
    missing: readonly string[] | undefined,
  ][] = [
    ['a service that says nothing of bundles', undefined, undefined],
    ['bundles that leave nothing out', { external: [] }, undefined],
    ['packages that lie here and above', { external: ['@aws-sdk/*', 'aws-jwt-verify/*'] }, []],
    ['packages that lie nowhere', { external: ['@middy/core', '@aws-sdk/client-s3'] }, ['@middy/core']],
  ];
  for (const [title, esbuild, missing] of rows)
    it(`recognizes ${title}`, () => {
      assert.deepEqual(packagesMissing(esbuild as Record<string, unknown> | undefined, folder), missing);
    });
});

describe('runsNodeOnly', () => {
  const template = (Runtime: string) => ({
    Resources: {
      T: { Type: 'AWS::SNS::Topic' },
      F: { Type: 'AWS::Lambda::Function', Properties: { Runtime } },
    },
  });

  it('reports a service with a function of another runtime', () => {
    assert.deepEqual(
      [runsNodeOnly(template('nodejs24.x')), runsNodeOnly(template('python3.14'))],
      [true, false],
    );
  });
});
