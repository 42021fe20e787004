/** Which API a document names, and what is said if the loaded stacks do not have it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findApi } from '../../../../../../packages/toolkit/stack/access/commands/access-sync.ts';
import type { InspectedApi } from '../../../../../../packages/gateway/engine/index.ts';

const home = mkdtempSync(join(tmpdir(), 'gatewright-access-sync-'));
after(() => rmSync(home, { recursive: true }));

const HTTP = { stack: 'gatewright-dev', logicalId: 'HttpApi', stage: '$default' } as InspectedApi;

/** @param plugin the plug-in of the service above the folder of the documents */
const find = (logicalId: string, plugin: string) => {
  mkdirSync(join(home, 'access'), { recursive: true });
  writeFileSync(join(home, 'serverless.yml'), `service: gatewright\nplugins: [${plugin}]\n`);
  const api = { dev: { stack: 'gatewright-dev', logicalId, stage: 'dev' } };
  return findApi(
    { folder: join(home, 'access'), file: 'access/channels.yml', document: { api, routes: '..' } as never },
    () => Promise.resolve([HTTP]),
    { stage: 'dev', isGiven: false },
  );
};

describe('the API of a document that no loaded stack has', () => {
  it('is said to need the parameter websocketApi if it is the WebSocket API of the stack itself', async () => {
    await assert.rejects(find('WebsocketsApi', 'gatewright/stack'), {
      code: 'USAGE',
      message:
        /^access\/channels\.yml: api\.dev names the WebSocket API of the stack in \S+serverless\.yml, which the stack does not have in the stage dev: write websocketApi: true into params\.dev of this file, and run gatewright access sync again; /,
    });
  });

  for (const [logicalId, plugin] of [
    ['RestApi', 'gatewright/stack'],
    ['WebsocketsApi', 'other'],
  ] as const)
    it(`is to be named otherwise if it is ${logicalId} of a service with the plug-in ${plugin}`, async () => {
      await assert.rejects(
        find(logicalId, plugin),
        /is not among the loaded APIs, which are gatewright-dev HttpApi stage \$default; correct its stack, logicalId and stage, or write routes: live /,
      );
    });
});
