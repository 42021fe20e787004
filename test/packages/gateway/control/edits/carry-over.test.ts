import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import {
  CreateStageCommand,
  DeleteStageCommand,
  GetResourcesCommand,
  GetStageCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { aStack } from '../../../../support/a-stack.ts';
import {
  addRoute,
  anEditedApi,
  deploy,
  patchStage,
  restApiId,
  status,
} from '../../../../support/an-edited-api.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestRestControl } from '../../../../support/a-rest-control.ts';

/** The template whose stage `prod` says this, too; undefined = it has no such stage. */
function template(stage: JsonObject | undefined): Record<string, TestResource> {
  const { Prod, ...resources } = restApi();
  if (Prod === undefined || stage === undefined) return resources;
  return { ...resources, Prod: { ...Prod, properties: { ...Prod.properties, ...stage } } };
}

function reload({ served }: TestRestControl, resources: Record<string, TestResource>): void {
  served.prepare([aStack(resources)]).serve();
}

const stageName = 'prod';

describe('stages that API calls have edited', () => {
  let control: TestRestControl;
  const controls: TestRestControl[] = [];
  beforeEach(async () => {
    control = await anEditedApi();
    controls.push(control);
  });
  after(() => Promise.all(controls.map((each) => each.close())));

  const shown = (name = stageName) => control.sdk.send(new GetStageCommand({ restApiId, stageName: name }));
  const set = (path: string, value: string): Promise<unknown> =>
    patchStage(control, stageName, { op: 'replace', path, value });

  it('do not change when the template is loaded again', async () => {
    await addRoute(control, 'birds');
    const made = await deploy(control, { stageName });
    await set('/variables/color', 'blue');
    await set('/*/*/throttling/rateLimit', '5');

    reload(control, template({}));

    const stage = await shown();
    assert.deepEqual([stage.deploymentId, stage.variables], [made, { color: 'blue' }]);
    assert.equal(stage.methodSettings?.['*/*']?.throttlingRateLimit, 5);
    assert.equal(await status(control, '/prod/birds'), 200);
  });

  it('take the properties that the template has changed, and only those', async () => {
    await set('/variables/color', 'blue');
    await set('/description', 'by a call');

    reload(control, template({ Variables: { color: 'green' } }));

    const stage = await shown();
    assert.deepEqual([stage.variables, stage.description], [{ color: 'green' }, 'by a call']);
    await set('/variables/color', 'red');
    reload(control, template({ Variables: { color: 'green' } }));
    assert.deepEqual((await shown()).variables, { color: 'red' }, 'the template says nothing new');
  });

  it('move to another deployment of the template, as osls makes one at every load', async () => {
    await deploy(control, { stageName });
    const Later = { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: restApiId } };

    reload(control, { ...template({ DeploymentId: 'Later' }), Later });

    assert.equal((await shown()).deploymentId, 'Later');
  });

  it('stay if a call made them, with what is deployed to them', async () => {
    await addRoute(control, 'birds');
    const deploymentId = await deploy(control);
    await control.sdk.send(new CreateStageCommand({ restApiId, stageName: 'beta', deploymentId }));

    reload(control, template({ Description: 'changed' }));

    assert.equal((await shown('beta')).deploymentId, deploymentId);
    assert.equal(await status(control, '/beta/birds'), 200);
    assert.equal(await status(control, '/prod/birds'), 403);
  });

  it('stay away once deleted, until the template defines them otherwise', async () => {
    await control.sdk.send(new DeleteStageCommand({ restApiId, stageName }));

    reload(control, template({}));
    await assert.rejects(shown(), { name: 'NotFoundException' });
    reload(control, template({ Description: 'again' }));

    assert.equal((await shown()).description, 'again');
  });

  it('go with the template that takes them out', async () => {
    await set('/description', 'by a call');
    reload(control, template(undefined));
    await assert.rejects(shown(), { name: 'NotFoundException' });
  });

  it('are replaced if the additions of the template and the changes by calls are not a valid stage together', async () => {
    await set('/cacheClusterEnabled', 'true');

    reload(control, template({ CacheClusterSize: '7' }));

    const stage = await shown();
    assert.deepEqual([stage.cacheClusterEnabled, stage.cacheClusterSize], [false, '7']);
  });
});

// Sources: API Gateway developer guide, "Deploy REST APIs": a deployment is a snapshot of the API's resources;
// CloudFormation user guide, "Detect unmanaged configuration changes": an update changes what the template changes. A
// walk in which `attach` closed the routes of a service, and the next reload of its serverless.yml opened them again.
describe('resources of a REST API that API calls have edited', () => {
  let control: TestRestControl;
  const controls: TestRestControl[] = [];
  beforeEach(async () => {
    control = await anEditedApi();
    controls.push(control);
  });
  after(() => Promise.all(controls.map((each) => each.close())));

  const Later = { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: restApiId } };
  const close = async (): Promise<void> => {
    const { items = [] } = await control.sdk.send(new GetResourcesCommand({ restApiId }));
    const resourceId = items.find(({ path }) => path === '/pets')?.id;
    await control.sdk.send(
      new UpdateMethodCommand({
        restApiId,
        resourceId,
        httpMethod: 'GET',
        patchOperations: [{ op: 'replace', path: '/authorizationType', value: 'AWS_IAM' }],
      }),
    );
  };

  it('are in the next deployment of the template, and stay in those after it', async () => {
    await close();
    await addRoute(control, 'birds');
    await deploy(control, { stageName });
    assert.equal(await status(control, '/prod/pets'), 403);

    reload(control, { ...template({ DeploymentId: 'Later' }), Later });
    assert.deepEqual([await status(control, '/prod/pets'), await status(control, '/prod/birds')], [403, 200]);

    reload(control, { ...template({ DeploymentId: 'Last' }), Last: Later });
    assert.deepEqual([await status(control, '/prod/pets'), await status(control, '/prod/birds')], [403, 200]);
  });

  it('are not in the deployment that the template had before', async () => {
    await close();
    reload(control, template({ Description: 'changed' }));
    assert.equal(await status(control, '/prod/pets'), 200);

    await deploy(control, { stageName });
    assert.equal(await status(control, '/prod/pets'), 403, 'the edit was not deployed, and was kept');
  });

  it('give way where the template changes the same property', async () => {
    await close();
    await deploy(control, { stageName });
    const { PetsGet } = restApi();
    assert.ok(PetsGet);
    const { AuthorizationType: _none, ...open } = PetsGet.properties;
    const withMethod = (DeploymentId: string, properties: JsonObject): Record<string, TestResource> => ({
      ...template({ DeploymentId }),
      [DeploymentId]: Later,
      PetsGet: { ...PetsGet, properties },
    });

    reload(control, withMethod('Later', { ...PetsGet.properties, OperationName: 'list' }));
    assert.equal(await status(control, '/prod/pets'), 403, 'another property has changed');

    reload(control, withMethod('Last', open));
    assert.equal(await status(control, '/prod/pets'), 200);
  });
});
