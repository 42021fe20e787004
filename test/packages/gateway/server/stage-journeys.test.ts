import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  FlushStageCacheCommand,
  PutIntegrationCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl } from '../../../support/a-rest-control.ts';
import { invokeUri } from '../../../support/a-stack.ts';
import { counter } from '../../../support/cached-apis.ts';
import { API_ID } from '../../../support/metered-apis.ts';
import { restApi } from '../../../support/rest-apis.ts';
import type { PatchOperation } from '@aws-sdk/client-api-gateway';
import type { TestRestControl } from '../../../support/a-rest-control.ts';

const stage = { restApiId: API_ID, stageName: 'dev' };

/** A user of the unmodified AWS SDK runs a stage; every answer comes through the pipeline. */
describe('a stage run through the AWS SDK', () => {
  let control: TestRestControl;
  before(async () => {
    control = await aRestControl(restApi(), {
      list: () => ({ statusCode: 200, body: 'first' }),
      next: () => ({ statusCode: 200, body: 'second' }),
      count: counter(),
    });
  });
  after(() => control.close());

  const patch = (...patchOperations: PatchOperation[]) =>
    control.sdk.send(new UpdateStageCommand({ ...stage, patchOperations }));
  const ask = async (): Promise<string> => (await control.send({ target: '/dev/pets' })).body.toString();
  const deploy = async (functionName: string, canary?: number): Promise<void> => {
    await control.sdk.send(
      new PutIntegrationCommand({
        restApiId: API_ID,
        resourceId: 'Pets',
        httpMethod: 'GET',
        type: 'AWS_PROXY',
        integrationHttpMethod: 'POST',
        uri: invokeUri(functionName),
      }),
    );
    const canarySettings = canary === undefined ? {} : { canarySettings: { percentTraffic: canary } };
    await control.sdk.send(new CreateDeploymentCommand({ ...stage, ...canarySettings }));
  };

  it('shows both versions at a canary of 50 %, the new one once promoted, the old one once rolled back', async () => {
    const before = control.served.state(API_ID)?.stage('dev')?.settings.deploymentId ?? '';
    await deploy('next', 50);

    const seen = new Set<string>();
    for (let count = 0; count < 50; count += 1) seen.add(await ask());
    await patch(
      { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
      { op: 'remove', path: '/canarySettings' },
    );
    const promoted = new Set([await ask(), await ask(), await ask()]);
    await patch({ op: 'replace', path: '/deploymentId', value: before });
    const rolledBack = await ask();

    assert.deepEqual([...seen].sort(), ['first', 'second']);
    assert.deepEqual([...promoted], ['second']);
    assert.equal(rolledBack, 'first');
  });

  it('fills its cache, and asks again once that is flushed or switched off', async () => {
    await deploy('count');
    await patch(
      { op: 'replace', path: '/cacheClusterEnabled', value: 'true' },
      { op: 'replace', path: '/cacheClusterSize', value: '0.5' },
      { op: 'replace', path: '/*/*/caching/enabled', value: 'true' },
    );

    const filled = [await ask(), await ask()];
    await control.sdk.send(new FlushStageCacheCommand(stage));
    const flushed = [await ask(), await ask()];
    await patch({ op: 'replace', path: '/cacheClusterEnabled', value: 'false' });
    const off = [await ask(), await ask()];

    assert.deepEqual(
      [filled, flushed, off],
      [
        ['1', '1'],
        ['2', '2'],
        ['3', '4'],
      ],
    );
  });
});
