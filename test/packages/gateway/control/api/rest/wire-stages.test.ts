import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateStageCommand,
  DeleteStageCommand,
  GetStageCommand,
  GetStagesCommand,
} from '@aws-sdk/client-api-gateway';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import {
  addRoute,
  anEditedApi,
  deploy,
  patchStage,
  restApiId,
  status,
} from '../../../../../support/an-edited-api.ts';
import type { PatchOperation } from '@aws-sdk/client-api-gateway';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await anEditedApi();
});
after(() => control.close());

describe('stages through the AWS SDK', () => {
  // Seen on AWS: the size of a cache that names none.
  it('show the smallest cache if a call names no size', async () => {
    const deploymentId = await deploy(control);
    const stage = { restApiId, deploymentId, stageName: 'cached', cacheClusterEnabled: true };

    const { cacheClusterSize, cacheClusterStatus } = await control.sdk.send(new CreateStageCommand(stage));
    await control.sdk.send(new DeleteStageCommand({ restApiId, stageName: 'cached' }));

    assert.deepEqual([cacheClusterSize, cacheClusterStatus], ['0.5', 'AVAILABLE']);
  });

  it('are created, shown, listed and deleted in the forms that were recorded on AWS', async () => {
    const deploymentId = await deploy(control);

    const made = await control.sdk.send(
      new CreateStageCommand({
        restApiId,
        deploymentId,
        stageName: 's1',
        description: 'my stage',
        variables: { color: 'blue' },
      }),
    );

    const { $metadata, createdDate, lastUpdatedDate, ...shown } = made;
    assert.equal($metadata.httpStatusCode, 201);
    assert.ok(createdDate instanceof Date && lastUpdatedDate instanceof Date);
    assert.deepEqual(shown, {
      deploymentId,
      stageName: 's1',
      description: 'my stage',
      cacheClusterEnabled: false,
      cacheClusterStatus: 'NOT_AVAILABLE',
      methodSettings: {},
      tracingEnabled: false,
      variables: { color: 'blue' },
    });
    assert.equal(await status(control, '/s1/pets'), 200);
    const listed = await control.sdk.send(new GetStagesCommand({ restApiId, deploymentId }));
    assert.deepEqual(
      listed.item?.map(({ stageName }) => stageName),
      ['s1'],
    );
    await control.sdk.send(new DeleteStageCommand({ restApiId, stageName: 's1' }));
    assert.equal(await status(control, '/s1/pets'), 403);
    assert.deepEqual(await refusalOf(control.sdk.send(new GetStageCommand({ restApiId, stageName: 's1' }))), {
      name: 'NotFoundException',
      message: 'Invalid stage identifier specified',
    });
  });

  it('use changed variables at once, without a deployment (docs/aws §10.2)', async () => {
    await addRoute(control, 'told', 'tell');
    await deploy(control, { stageName: 'vars', variables: { color: 'blue' } });
    const readInfo = async (): Promise<unknown> =>
      JSON.parse(String((await control.send({ target: '/vars/told' })).body));
    assert.deepEqual(await readInfo(), { color: 'blue' });

    await patchStage(
      control,
      'vars',
      { op: 'replace', path: '/variables/color', value: 'green' },
      { op: 'replace', path: '/variables/size', value: 'xl' },
    );
    assert.deepEqual(await readInfo(), { color: 'green', size: 'xl' });
    await patchStage(control, 'vars', { op: 'remove', path: '/variables/color' });

    assert.deepEqual(await readInfo(), { size: 'xl' });
  });

  it('accept method settings for all methods and for one, and throttle accordingly at once', async () => {
    await deploy(control, { stageName: 'slow' });

    await patchStage(
      control,
      'slow',
      { op: 'replace', path: '/*/*/throttling/burstLimit', value: '2' },
      { op: 'replace', path: '/*/*/throttling/rateLimit', value: '1' },
      { op: 'replace', path: '/~1pets/GET/throttling/burstLimit', value: '1' },
    );

    const { methodSettings } = await control.sdk.send(new GetStageCommand({ restApiId, stageName: 'slow' }));
    assert.deepEqual(Object.keys(methodSettings ?? {}), ['*/*', '~1pets/GET']);
    assert.deepEqual(methodSettings?.['*/*'], {
      cacheDataEncrypted: false,
      cacheTtlInSeconds: 300,
      cachingEnabled: false,
      dataTraceEnabled: false,
      metricsEnabled: false,
      requireAuthorizationForCacheControl: true,
      throttlingBurstLimit: 2,
      throttlingRateLimit: 1,
      unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
    });
    // A new setting of a method begins with the values of all methods (test_create_update_stages of localstack).
    assert.equal(methodSettings['~1pets/GET']?.throttlingRateLimit, 1);
    assert.deepEqual([await status(control, '/slow/pets'), await status(control, '/slow/pets')], [200, 429]);
    assert.deepEqual(
      [await status(control, '/slow/'), await status(control, '/slow/'), await status(control, '/slow/')],
      [200, 200, 429],
    );
    await patchStage(control, 'slow', { op: 'remove', path: '/~1pets/GET' }, { op: 'remove', path: '/*/*' });
    assert.deepEqual([await status(control, '/slow/pets'), await status(control, '/slow/pets')], [200, 200]);
  });

  it('take canary settings part by part, as recorded 2025-05-30', async () => {
    const own = await deploy(control, { stageName: 'canary', variables: { testVar: 'default' } });
    const canaryOf = async (): Promise<unknown> =>
      (await control.sdk.send(new GetStageCommand({ restApiId, stageName: 'canary' }))).canarySettings;

    await patchStage(control, 'canary', {
      op: 'replace',
      path: '/canarySettings/percentTraffic',
      value: '50.0',
    });
    assert.deepEqual(await canaryOf(), { percentTraffic: 50, deploymentId: own, useStageCache: false });
    const next = await deploy(control, { stageName: 'canary' });
    await patchStage(control, 'canary', {
      op: 'replace',
      path: '/canarySettings/stageVariableOverrides/testVar',
      value: 'canary',
    });
    assert.deepEqual(await canaryOf(), {
      percentTraffic: 50,
      deploymentId: next,
      useStageCache: false,
      stageVariableOverrides: { testVar: 'canary' },
    });
    assert.equal(control.served.find(restApiId)?.stages.get('canary')?.deploymentId, own);

    await patchStage(
      control,
      'canary',
      { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
      { op: 'copy', path: '/variables', from: '/canarySettings/stageVariableOverrides' },
      { op: 'remove', path: '/canarySettings' },
    );

    const promoted = await control.sdk.send(new GetStageCommand({ restApiId, stageName: 'canary' }));
    assert.deepEqual(
      [promoted.deploymentId, promoted.variables, promoted.canarySettings],
      [next, { testVar: 'canary' }, undefined],
    );
  });

  const refused: { name: string; operation: PatchOperation; message: RegExp }[] = [
    // LocalStack's snapshot of test_update_stage_with_copy_ops, recorded 2025-05-30
    {
      name: 'a copy to the canary',
      operation: { op: 'copy', path: '/canarySettings/stageVariableOverrides', from: '/variables' },
      message:
        /^Invalid copy operation with path: \/canarySettings\/stageVariableOverrides and from \/variables\. Valid copy:path are \[\/deploymentId, \/variables\] and valid copy:from are \[\/canarySettings\/deploymentId, \/canarySettings\/stageVariableOverrides\]$/,
    },
    {
      name: 'a promotion without a canary',
      operation: { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
      message: /^Promotion not available\. Canary does not exist\.$/,
    },
    {
      name: 'a copy of another member',
      operation: { op: 'copy', path: '/variables', from: '/canarySettings/deploymentId' },
      message: /^Invalid copy operation with path: \/variables and from \/canarySettings\/deploymentId\. /,
    },
    {
      name: 'an unknown path',
      operation: { op: 'replace', path: '/documentation_version', value: 'x' },
      message:
        /^Invalid method setting path: \/documentation_version\. Must be one of: \[\/deploymentId, .*\/\*\/\*\/throttling\/burstLimit \/\*\/\*\/throttling\/rateLimit .*\/tracingEnabled\]$/,
    },
    {
      name: 'a method setting that is not there',
      operation: { op: 'remove', path: '/canarySettings/badPath' },
      message:
        /^Cannot remove method setting canarySettings\/badPath because there is no method setting for this method $/,
    },
    {
      name: 'an added canary deployment',
      operation: { op: 'add', path: '/canarySettings/deploymentId', value: 'x' },
      message: /^Invalid add operation with path: \/canarySettings\/deploymentId$/,
    },
    {
      name: 'a deployment that is not there',
      operation: { op: 'replace', path: '/deploymentId', value: 'nobody' },
      message: /^Deployment id does not exist$/,
    },
    {
      name: 'a variable with a value that AWS does not take',
      operation: { op: 'replace', path: '/variables/x', value: 'a b' },
      message: /^Invalid stage variable value: a b/,
    },
  ];
  for (const { name, operation, message } of refused)
    it(`refuse ${name} with AWS's message, and do not change`, async () => {
      const before = control.served.state(restApiId)?.stage('dev');

      const refusal = await refusalOf(patchStage(control, 'dev', operation));

      assert.equal(refusal.name, 'BadRequestException');
      assert.match(refusal.message, message);
      assert.equal(control.served.state(restApiId)?.stage('dev'), before);
    });
});
