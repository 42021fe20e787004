import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateStageCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { ApiState } from '../../../../../packages/gateway/control/api-state.ts';
import { createDeployment } from '../../../../../packages/gateway/control/edits/edit-stages.ts';
import { refusalOf } from '../../../../support/a-rest-control.ts';
import { aV2Control, makeApi, makeRoute } from '../../../../support/a-v2-control.ts';
import { anEditedApi, restApiId } from '../../../../support/an-edited-api.ts';
import type { TestRestControl } from '../../../../support/a-rest-control.ts';

const MOST = 300;

/** Adds deployments that no stage uses, until the next one needs the place of the oldest. */
function fill(api: ApiState): readonly string[] {
  const [{ compiled }] = api.deployments as [ApiState['deployments'][number]];
  for (let at = api.deployments.length; at < MOST; at += 1)
    api.addDeployment({ ...compiled, id: `unused-${at}` });
  return idsOf(api);
}

const idsOf = (api: ApiState): readonly string[] => api.deployments.map(({ compiled: { id } }) => id);

describe('a deployment that is refused because of its stage', () => {
  let rest: TestRestControl;
  let v2: TestRestControl;
  before(async () => {
    [rest, v2] = [await anEditedApi(), await aV2Control()];
  });
  after(async () => {
    await rest.close();
    await v2.close();
  });

  it('removes no other deployment of a REST API, and leaves its edits undeployed', () => {
    const api = rest.served.state(restApiId);
    assert.ok(api !== undefined);
    const ids = fill(api);
    const { resources } = api;
    const properties = { ...resources.api.properties, DisableExecuteApiEndpoint: true };
    api.edit({ ...resources, api: Object.assign(Object.create(resources.api), { properties }) });
    const options = { description: '', stageName: 'new', canary: undefined };

    assert.throws(
      () => createDeployment(api, { ...options, id: 'refused', stage: { ClientCertificateId: 'none' } }),
      /Invalid client certificate identifier specified/,
    );
    assert.deepEqual([idsOf(api), api.isEdited], [ids, true]);
    assert.equal(api.served.disableExecuteApiEndpoint, false);

    createDeployment(api, { ...options, id: 'accepted', stage: {} });
    assert.deepEqual([idsOf(api).length, idsOf(api).at(-1), api.isEdited], [MOST, 'accepted', false]);
    assert.equal(api.served.disableExecuteApiEndpoint, true);
  });

  it('does not exist, and removes no other deployment of an HTTP API', async () => {
    const ApiId = await makeApi(v2);
    const { routeId: RouteId } = await makeRoute(v2, ApiId, 'GET /a');
    const RouteSettings = { 'GET /a': { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 1 } };
    await v2.v2.send(new CreateStageCommand({ ApiId, StageName: 'dev', RouteSettings }));
    await v2.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'GET /b' }));
    const api = v2.served.state(ApiId);
    assert.ok(api !== undefined);
    const ids = fill(api);

    const refusal = await refusalOf(v2.v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' })));

    assert.match(refusal.message, /GET \/a/);
    assert.deepEqual(idsOf(api), ids);
  });
});
