import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  DeleteDeploymentCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
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

    assert.deepEqual(
      control.ports.log.lines.filter((line) => line.includes('not deployed')),
      ['pets is edited but not deployed; requests see it after CreateDeployment'],
    );
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
