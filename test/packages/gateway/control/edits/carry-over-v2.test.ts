import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import {
  DeleteRouteCommand,
  DeleteStageCommand,
  GetRoutesCommand,
  UpdateApiCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { aStack, invokeUri } from '../../../../support/a-stack.ts';
import { aV2Control, makeApi, makeRoute, statusOf } from '../../../../support/a-v2-control.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestRestControl } from '../../../../support/a-rest-control.ts';

const ApiId = 'abcdefghij';

/** `GET /pets` and `GET /birds` on `$default`; `more` is put over the properties of resources. */
function template(more: Readonly<Record<string, JsonObject>> = {}): Record<string, TestResource> {
  const part = (name: string, type: string, properties: JsonObject): TestResource => ({
    type: `AWS::ApiGatewayV2::${type}`,
    id: name === 'Api' ? ApiId : name,
    properties: { ...(name === 'Api' ? {} : { ApiId }), ...properties, ...more[name] },
  });
  const target = { Target: 'integrations/List' };
  return {
    Api: part('Api', 'Api', { Name: 'shop', ProtocolType: 'HTTP' }),
    List: part('List', 'Integration', {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invokeUri('list'),
      PayloadFormatVersion: '2.0',
    }),
    Pets: part('Pets', 'Route', { RouteKey: 'GET /pets', ...target }),
    Birds: part('Birds', 'Route', { RouteKey: 'GET /birds', ...target }),
    Stage: part('Stage', 'Stage', { StageName: '$default', AutoDeploy: true }),
  };
}

describe('HTTP APIs of templates that API calls have edited', () => {
  let control: TestRestControl;
  const controls: TestRestControl[] = [];
  beforeEach(async () => {
    control = await aV2Control(template());
    controls.push(control);
  });
  after(() => Promise.all(controls.map((each) => each.close())));

  const reload = (resources: Record<string, TestResource>): void => {
    control.served.prepare([aStack(resources)]).serve();
  };
  const statuses = (...targets: string[]): Promise<number[]> =>
    Promise.all(targets.map((target) => statusOf(control, ApiId, target)));

  it('keep what calls made, changed and deleted when the template is loaded again', async () => {
    await makeRoute(control, ApiId, 'GET /made');
    await control.v2.send(new UpdateRouteCommand({ ApiId, RouteId: 'Pets', RouteKey: 'GET /cats' }));
    await control.v2.send(new DeleteRouteCommand({ ApiId, RouteId: 'Birds' }));

    for (const round of ['first', 'second']) {
      reload(template());
      assert.deepEqual(
        await statuses('/made', '/cats', '/pets', '/birds'),
        [200, 200, 404, 404],
        `${round} reload`,
      );
    }
  });

  it('take what the template has changed, and only that', async () => {
    await control.v2.send(new UpdateRouteCommand({ ApiId, RouteId: 'Pets', OperationName: 'kept' }));
    await control.v2.send(new DeleteRouteCommand({ ApiId, RouteId: 'Birds' }));

    reload(template({ Pets: { RouteKey: 'GET /dogs' }, Birds: { RouteKey: 'GET /eagles' } }));

    assert.deepEqual(await statuses('/pets', '/dogs', '/birds', '/eagles'), [404, 200, 404, 200]);
    const { Items = [] } = await control.v2.send(new GetRoutesCommand({ ApiId }));
    assert.equal(Items.find(({ RouteId }) => RouteId === 'Pets')?.OperationName, 'kept');
  });

  it('follow only the template if the combination of both is not a valid API', async () => {
    const { routeId } = await makeRoute(control, ApiId, 'GET /made');
    await control.v2.send(new UpdateRouteCommand({ ApiId, RouteId: routeId, Target: 'integrations/List' }));
    const elsewhere = { Target: 'integrations/Other' };
    const { List, ...others } = template({ Pets: elsewhere, Birds: elsewhere });
    assert.ok(List);
    reload({ ...others, Other: { ...List, id: 'Other' } });

    assert.deepEqual(await statuses('/pets', '/birds', '/made'), [200, 200, 404]);
  });

  it('keep stages as calls left them, and lose those that calls deleted', async () => {
    await control.v2.send(
      new UpdateStageCommand({ ApiId, StageName: '$default', AutoDeploy: false, Description: 'frozen' }),
    );
    await makeRoute(control, ApiId, 'GET /made');
    reload(template());
    assert.deepEqual(await statuses('/pets', '/made'), [200, 404]);

    await control.v2.send(new UpdateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    assert.deepEqual(await statuses('/pets', '/made'), [200, 200]);
    await control.v2.send(new DeleteStageCommand({ ApiId, StageName: '$default' }));
    reload(template());
    assert.deepEqual(await statuses('/pets'), [404]);
  });

  it('keep APIs that calls have created unchanged', async () => {
    const made = await makeApi(control);
    await makeRoute(control, made, 'GET /a');
    await control.v2.send(new UpdateApiCommand({ ApiId: made, Description: 'mine' }));
    reload(template());
    assert.equal(await statusOf(control, made, '/a'), 200);
  });
});
