import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readStack } from '../../../../../packages/toolkit/operate/doctor/read-stack.ts';
import { UsageError } from '../../../../../packages/base/terminal/output.ts';
import { RESOURCES } from '../../../../support/a-packaged-stack.ts';

const STATE = {
  service: { service: 'menu', provider: { region: 'eu-west-1' }, custom: { localStages: ['dev'] } },
};
const DOCUMENT = `version: 1
api: { prod: { stack: menu-prod, logicalId: Socket, stage: prod } }
routes: ..
issuers:
  - { id: local, type: local, only: [prod] }
  - { id: ours, type: oidc, issuer: https://login.menu.com/, audience: [menu], only: [prod] }
  - { id: test, type: oidc, issuer: https://test.menu.com/, audience: [menu], only: [test] }
sources: [{ in: header, name: authorization, issuers: [local, ours, test] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/users] }]
`;

function aPackage(state: object = STATE) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-packaged-'));
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  write('cloudformation-template-update-stack.json', JSON.stringify({ Resources: RESOURCES }, undefined, 2));
  write('serverless-state.json', JSON.stringify(state));
  write('orders.zip', 'x'.repeat(300));
  write('layer.zip', 'x'.repeat(200));
  mkdirSync(join(folder, 'service/access'), { recursive: true });
  write('service/access/menu.yml', DOCUMENT);
  return {
    folder,
    service: join(folder, 'service'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

describe('readStack', () => {
  it('reads what osls has packaged', async () => {
    using packaged = aPackage();

    const { template, ...view } = await readStack(packaged.folder, packaged.service, 'prod');

    assert.deepEqual(Object.keys(template.Resources), Object.keys(RESOURCES));
    assert.deepEqual(view, {
      stage: 'prod',
      stackName: 'menu-prod',
      region: 'eu-west-1',
      localStages: ['dev'],
      templateBytes: JSON.stringify({ Resources: RESOURCES }).length,
      codeBytes: 500,
      documents: ['menu'],
      issuers: [{ document: 'menu', url: 'https://login.menu.com/' }],
    });
  });

  it('reads a stack that has its own name', async () => {
    const provider = { ...STATE.service.provider, stackName: 'menu-prod-of-ours' };
    using packaged = aPackage({ service: { ...STATE.service, provider } });

    await assert.rejects(readStack(packaged.folder, packaged.service, 'prod'), /a stage other than/);
  });

  it('takes no folder of another stage', async () => {
    using packaged = aPackage();

    await assert.rejects(
      readStack(packaged.folder, packaged.service, 'test'),
      (error) => error instanceof UsageError && /a stage other than test/.test(error.message),
    );
  });

  it('says what to do if nothing is packaged', async () => {
    await assert.rejects(readStack('/nowhere', '/nowhere', 'prod'), /run gatewright package first/);
  });
});
