import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  GetStagesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateDeploymentCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../support/a-rest-control.ts';
import { invokeUri } from '../../support/a-stack.ts';
import { API_ID } from '../../support/metered-apis.ts';
import { ok, restApi } from '../../support/rest-apis.ts';
import { makeRootResourceId } from '../../../gateway/definition/physical-ids.ts';
import type { PatchOperation } from '@aws-sdk/client-api-gateway';
import type { TestRestControl } from '../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aRestControl(restApi(), {
    list: ok,
    tell: (event) => {
      const { stageVariables } = event as { readonly stageVariables: unknown };
      return { statusCode: 200, body: JSON.stringify(stageVariables) };
    },
  });
});
after(() => control.close());

const ROOT = makeRootResourceId('test', 'Api');
const restApiId = API_ID;

/** A route `GET /{pathPart}` that calls a function; not deployed. */
async function addRoute(pathPart: string, functionName = 'list'): Promise<string> {
  const { id: resourceId = '' } = await control.sdk.send(
    new CreateResourceCommand({ restApiId, parentId: ROOT, pathPart }),
  );
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  await control.sdk.send(
    new PutIntegrationCommand({
      ...method,
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: invokeUri(functionName),
    }),
  );
  return resourceId;
}

async function deploy(settings: Partial<CreateDeploymentCommand['input']> = {}): Promise<string> {
  const { id = '' } = await control.sdk.send(new CreateDeploymentCommand({ restApiId, ...settings }));
  return id;
}

function patchStage(stageName: string, ...patchOperations: PatchOperation[]): Promise<unknown> {
  return control.sdk.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
}

async function status(target: string): Promise<number> {
  return (await control.send({ target })).status;
}

describe('deployments through the AWS SDK', () => {
  it('put edits live, and only they do (§15.44)', async () => {
    await addRoute('cats');
    assert.equal(await status('/dev/cats'), 403);

    await deploy();
    assert.equal(await status('/dev/cats'), 403);
    await deploy({ stageName: 'dev' });

    assert.equal(await status('/dev/cats'), 200);
    assert.equal(await status('/prod/cats'), 403);
  });

  it('are rolled back by pointing a stage at an older one, and forward again', async () => {
    const older = control.served.find(restApiId)?.stages.get('dev')?.deploymentId ?? '';
    await addRoute('dogs');
    const newer = await deploy({ stageName: 'dev', description: 'with dogs' });
    assert.equal(await status('/dev/dogs'), 200);

    await patchStage('dev', { op: 'replace', path: '/deploymentId', value: older });
    assert.equal(await status('/dev/dogs'), 403);
    await patchStage('dev', { op: 'replace', path: '/deploymentId', value: newer });

    assert.equal(await status('/dev/dogs'), 200);
  });

  it('are listed, shown with their methods, described and deleted once no stage uses them', async () => {
    const deploymentId = await deploy({ description: 'first' });

    const listed = await control.sdk.send(new GetDeploymentsCommand({ restApiId }));
    const shown = await control.sdk.send(
      new GetDeploymentCommand({ restApiId, deploymentId, embed: ['apisummary'] }),
    );
    const described = await control.sdk.send(
      new UpdateDeploymentCommand({
        restApiId,
        deploymentId,
        patchOperations: [{ op: 'replace', path: '/description', value: 'second' }],
      }),
    );

    assert.ok(listed.items?.some(({ id }) => id === deploymentId));
    assert.equal(shown.description, 'first');
    assert.deepEqual(shown.apiSummary?.['/pets'], {
      GET: { authorizationType: 'NONE', apiKeyRequired: false },
    });
    assert.equal(described.description, 'second');
    const inUse = control.served.find(restApiId)?.stages.get('dev')?.deploymentId;
    assert.deepEqual(
      await refusalOf(control.sdk.send(new DeleteDeploymentCommand({ restApiId, deploymentId: inUse }))),
      {
        name: 'BadRequestException',
        message: 'Active stages pointing to this deployment must be moved or deleted',
      },
    );
    await control.sdk.send(new DeleteDeploymentCommand({ restApiId, deploymentId }));
    assert.deepEqual(
      await refusalOf(control.sdk.send(new GetDeploymentCommand({ restApiId, deploymentId }))),
      { name: 'NotFoundException', message: 'Invalid Deployment identifier specified' },
    );
  });

  it('are refused where the API would not be served, and leave everything as it was', async () => {
    const before = control.served.state(restApiId)?.deployments.length;
    const resourceId = await addRoute('broken');
    const api = control.served.state(restApiId);
    assert.ok(api !== undefined);
    const methods = api.resources.methods.filter(({ properties }) => properties['ResourceId'] !== resourceId);
    await control.sdk.send(
      new PutMethodCommand({ restApiId, resourceId, httpMethod: 'POST', authorizationType: 'NONE' }),
    );

    const refusal = await refusalOf(deploy({ stageName: 'dev' }));

    assert.equal(refusal.name, 'BadRequestException');
    assert.equal(control.served.state(restApiId)?.deployments.length, before);
    assert.equal(await status('/dev/broken'), 403);
    api.edit({ ...api.resources, methods });
  });

  const refused: { name: string; settings: Partial<CreateDeploymentCommand['input']>; message: string }[] = [
    {
      name: 'a canary without a stage',
      settings: { canarySettings: { percentTraffic: 50 } },
      message:
        'Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null',
    },
    {
      name: 'a canary on a stage that is not there',
      settings: { canarySettings: { percentTraffic: 50 }, stageName: 'non-existing' },
      message:
        'Invalid deployment content specified.Stage non-existing must already be created before making a canary release deployment',
    },
  ];
  for (const { name, settings, message } of refused)
    it(`refuse ${name} in AWS's words (recorded 2025-05-30)`, async () => {
      assert.deepEqual(await refusalOf(deploy(settings)), { name: 'BadRequestException', message });
    });
});

describe('stages through the AWS SDK', () => {
  it('are made, shown, listed and deleted in the shapes that were recorded at AWS', async () => {
    const deploymentId = await deploy();

    const made = await control.sdk.send(
      new CreateStageCommand({
        ...{ restApiId, deploymentId, stageName: 's1', description: 'my stage' },
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
    assert.equal(await status('/s1/pets'), 200);
    const listed = await control.sdk.send(new GetStagesCommand({ restApiId, deploymentId }));
    assert.deepEqual(
      listed.item?.map(({ stageName }) => stageName),
      ['s1'],
    );
    await control.sdk.send(new DeleteStageCommand({ restApiId, stageName: 's1' }));
    assert.equal(await status('/s1/pets'), 403);
    assert.deepEqual(await refusalOf(control.sdk.send(new GetStageCommand({ restApiId, stageName: 's1' }))), {
      name: 'NotFoundException',
      message: 'Invalid stage identifier specified',
    });
  });

  it('take changed variables at once, without a deployment (§10.2)', async () => {
    await addRoute('told', 'tell');
    await deploy({ stageName: 'vars', variables: { color: 'blue' } });
    const tell = async (): Promise<unknown> =>
      JSON.parse(String((await control.send({ target: '/vars/told' })).body));
    assert.deepEqual(await tell(), { color: 'blue' });

    await patchStage(
      'vars',
      { op: 'replace', path: '/variables/color', value: 'green' },
      { op: 'replace', path: '/variables/size', value: 'xl' },
    );
    assert.deepEqual(await tell(), { color: 'green', size: 'xl' });
    await patchStage('vars', { op: 'remove', path: '/variables/color' });

    assert.deepEqual(await tell(), { size: 'xl' });
  });

  it('take method settings, of all methods and of one, and throttle by them at once', async () => {
    await deploy({ stageName: 'slow' });

    await patchStage(
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
    assert.deepEqual([await status('/slow/pets'), await status('/slow/pets')], [200, 429]);
    assert.deepEqual(
      [await status('/slow/'), await status('/slow/'), await status('/slow/')],
      [200, 200, 429],
    );
    await patchStage('slow', { op: 'remove', path: '/~1pets/GET' }, { op: 'remove', path: '/*/*' });
    assert.deepEqual([await status('/slow/pets'), await status('/slow/pets')], [200, 200]);
  });

  it('take canary settings part by part, as recorded 2025-05-30', async () => {
    const own = await deploy({ stageName: 'canary', variables: { testVar: 'default' } });
    const canaryOf = async (): Promise<unknown> =>
      (await control.sdk.send(new GetStageCommand({ restApiId, stageName: 'canary' }))).canarySettings;

    await patchStage('canary', { op: 'replace', path: '/canarySettings/percentTraffic', value: '50.0' });
    assert.deepEqual(await canaryOf(), { percentTraffic: 50, deploymentId: own, useStageCache: false });
    const next = await deploy({ stageName: 'canary' });
    await patchStage('canary', {
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
    it(`refuse ${name} in AWS's words, and stay as they were`, async () => {
      const before = control.served.state(restApiId)?.stage('dev');

      const refusal = await refusalOf(patchStage('dev', operation));

      assert.equal(refusal.name, 'BadRequestException');
      assert.match(refusal.message, message);
      assert.equal(control.served.state(restApiId)?.stage('dev'), before);
    });
});
