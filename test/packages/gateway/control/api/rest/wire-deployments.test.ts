import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CreateDeploymentCommand } from '@aws-sdk/client-api-gateway';
import {
  CreateRestApiCommand,
  DeleteDeploymentCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetResourcesCommand,
  PutMethodCommand,
  UpdateDeploymentCommand,
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
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await anEditedApi();
});
after(() => control.close());

describe('deployments through the AWS SDK', () => {
  it('put edits live, and only they do (docs/aws §10.2)', async () => {
    await addRoute(control, 'cats');
    assert.equal(await status(control, '/dev/cats'), 403);

    assert.deepEqual(
      control.ports.log.lines.filter((line) => line.includes('not deployed')),
      ['pets was edited but not deployed; the edit affects requests only after CreateDeployment'],
    );
    await deploy(control);
    assert.equal(await status(control, '/dev/cats'), 403);
    await deploy(control, { stageName: 'dev' });

    assert.equal(await status(control, '/dev/cats'), 200);
    assert.equal(await status(control, '/prod/cats'), 403);
  });

  it('are not asked for while an API has no stage, because a client is still creating it', async () => {
    const before = control.ports.log.lines.length;
    const { id: created = '' } = await control.sdk.send(new CreateRestApiCommand({ name: 'new' }));
    const { items } = await control.sdk.send(new GetResourcesCommand({ restApiId: created }));
    await control.sdk.send(
      new PutMethodCommand({
        restApiId: created,
        resourceId: items?.[0]?.id,
        httpMethod: 'GET',
        authorizationType: 'NONE',
      }),
    );

    assert.deepEqual(control.ports.log.lines.slice(before), []);
  });

  it('are rolled back by pointing a stage at an older one, and forward again', async () => {
    const older = control.served.find(restApiId)?.stages.get('dev')?.deploymentId ?? '';
    await addRoute(control, 'dogs');
    const newer = await deploy(control, { stageName: 'dev', description: 'with dogs' });
    assert.equal(await status(control, '/dev/dogs'), 200);

    await patchStage(control, 'dev', { op: 'replace', path: '/deploymentId', value: older });
    assert.equal(await status(control, '/dev/dogs'), 403);
    await patchStage(control, 'dev', { op: 'replace', path: '/deploymentId', value: newer });

    assert.equal(await status(control, '/dev/dogs'), 200);
  });

  it('are listed, shown with their methods, described and deleted once no stage uses them', async () => {
    const deploymentId = await deploy(control, { description: 'first' });

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

  it('are refused if the API would not be served, and change nothing', async () => {
    const before = control.served.state(restApiId)?.deployments.length;
    const resourceId = await addRoute(control, 'broken');
    const api = control.served.state(restApiId);
    assert.ok(api !== undefined);
    const methods = api.resources.methods.filter(({ properties }) => properties['ResourceId'] !== resourceId);
    await control.sdk.send(
      new PutMethodCommand({ restApiId, resourceId, httpMethod: 'POST', authorizationType: 'NONE' }),
    );

    const refusal = await refusalOf(deploy(control, { stageName: 'dev' }));

    assert.equal(refusal.name, 'BadRequestException');
    assert.equal(control.served.state(restApiId)?.deployments.length, before);
    assert.equal(await status(control, '/dev/broken'), 403);
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
    it(`refuse ${name} with AWS's message (recorded 2025-05-30)`, async () => {
      assert.deepEqual(await refusalOf(deploy(control, settings)), { name: 'BadRequestException', message });
    });
});
