import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteAccessLogSettingsCommand,
  DeleteDeploymentCommand,
  DeleteRouteSettingsCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  GetStagesCommand,
  ResetAuthorizersCacheCommand,
  UpdateDeploymentCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { aV2Control, makeApi, makeRoute, statusOf } from '../../../../../support/a-v2-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aV2Control();
});
after(() => control.close());

describe('stages of HTTP APIs through the AWS SDK', () => {
  it('answer nothing before a deployment, and keep it after any edit', async () => {
    const ApiId = await makeApi(control);
    await makeRoute(control, ApiId, 'GET /a');
    const waiting = await control.v2.send(new CreateStageCommand({ ApiId, StageName: 'dev' }));
    assert.deepEqual([waiting.AutoDeploy, waiting.DeploymentId], [undefined, undefined]);
    assert.equal(await statusOf(control, ApiId, '/dev/a'), 404);

    const made = await control.v2.send(
      new CreateDeploymentCommand({ ApiId, StageName: 'dev', Description: 'first' }),
    );
    await makeRoute(control, ApiId, 'GET /b');

    assert.deepEqual(
      [made.DeploymentStatus, made.AutoDeployed, made.Description],
      ['DEPLOYED', false, 'first'],
    );
    assert.deepEqual(
      [await statusOf(control, ApiId, '/dev/a'), await statusOf(control, ApiId, '/dev/b')],
      [200, 404],
    );
    const stage = await control.v2.send(new GetStageCommand({ ApiId, StageName: 'dev' }));
    assert.equal(stage.DeploymentId, made.DeploymentId);
    const refused = await refusalOf(
      control.v2.send(new DeleteDeploymentCommand({ ApiId, DeploymentId: made.DeploymentId })),
    );
    assert.match(refused.message, /Active stages/);
    await control.v2.send(new DeleteStageCommand({ ApiId, StageName: 'dev' }));
    await control.v2.send(new DeleteDeploymentCommand({ ApiId, DeploymentId: made.DeploymentId }));
    assert.equal(await statusOf(control, ApiId, '/dev/a'), 404);
  });

  it('deploy themselves once auto-deploy is on, and stay if they are when it is off', async () => {
    const ApiId = await makeApi(control);
    await makeRoute(control, ApiId, 'GET /a');
    await control.v2.send(new CreateStageCommand({ ApiId, StageName: 'dev' }));
    const on = await control.v2.send(new UpdateStageCommand({ ApiId, StageName: 'dev', AutoDeploy: true }));
    assert.match(on.LastDeploymentStatusMessage ?? '', new RegExp(`deployment ID '${on.DeploymentId}'`));
    assert.equal(await statusOf(control, ApiId, '/dev/a'), 200);
    const deployed = await control.v2.send(
      new GetDeploymentCommand({ ApiId, DeploymentId: on.DeploymentId }),
    );
    assert.equal(deployed.AutoDeployed, true);
    const refused = await refusalOf(
      control.v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' })),
    );
    assert.equal(refused.name, 'BadRequestException');

    // go-to-k/cdk-real-drift#680
    const { DeploymentId } = await control.v2.send(new GetStageCommand({ ApiId, StageName: 'dev' }));
    assert.deepEqual(
      await refusalOf(control.v2.send(new UpdateStageCommand({ ApiId, StageName: 'dev', DeploymentId }))),
      {
        name: 'BadRequestException',
        message: 'Deployment ID cannot be set on this stage because AutoDeploy is enabled',
      },
    );
    const off = await control.v2.send(new UpdateStageCommand({ ApiId, StageName: 'dev', AutoDeploy: false }));
    await makeRoute(control, ApiId, 'GET /b');
    // AWS CLI reference, get-stages: only a stage that deploys itself has the member
    assert.deepEqual([on.AutoDeploy, off.AutoDeploy], [true, undefined]);
    assert.equal(off.DeploymentId, on.DeploymentId);
    assert.deepEqual(
      [await statusOf(control, ApiId, '/dev/a'), await statusOf(control, ApiId, '/dev/b')],
      [200, 404],
    );
  });

  it('have variables, logs and route settings that calls set and take away', async () => {
    const ApiId = await makeApi(control);
    await makeRoute(control, ApiId, 'GET /a');
    const at = { ApiId, StageName: '$default' };
    const settings = { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 };
    await control.v2.send(
      new UpdateStageCommand({
        ...at,
        StageVariables: { a: '1', b: '2' },
        RouteSettings: { 'GET /a': settings },
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:access',
          Format: '$context.requestId',
        },
      }),
    );
    await control.v2.send(new UpdateStageCommand({ ...at, Description: 'kept' }));
    const emptied = { Description: '', AccessLogSettings: {}, StageVariables: { a: '' } };
    // go-to-k/cdk-real-drift#1031
    await control.v2.send(new UpdateStageCommand({ ...at, ...emptied }));
    assert.equal((await control.v2.send(new GetStageCommand(at))).Description, 'kept');
    const set = await control.v2.send(new GetStageCommand(at));
    assert.deepEqual(
      [set.StageVariables, set.RouteSettings, set.AccessLogSettings?.Format],
      [{ b: '2' }, { 'GET /a': settings }, '$context.requestId'],
    );
    assert.deepEqual(
      [await statusOf(control, ApiId, '/a'), await statusOf(control, ApiId, '/a')],
      [200, 429],
    );

    await control.v2.send(new DeleteAccessLogSettingsCommand(at));
    await control.v2.send(new DeleteRouteSettingsCommand({ ...at, RouteKey: 'GET /a' }));
    const { Items: [bare] = [] } = await control.v2.send(new GetStagesCommand({ ApiId }));
    assert.deepEqual([bare?.AccessLogSettings, bare?.RouteSettings], [undefined, {}]);
    assert.equal(await statusOf(control, ApiId, '/a'), 200);
  });

  it('have no settings of a route that the API does not have', async () => {
    const ApiId = await makeApi(control);
    await makeRoute(control, ApiId, 'GET /a');
    const settings = { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 1 };
    const RouteSettings = { 'GET /a': settings, 'GET /b': settings };
    for (const call of [
      new UpdateStageCommand({ ApiId, StageName: '$default', RouteSettings }),
      new CreateStageCommand({ ApiId, StageName: 'dev', RouteSettings }),
    ]) {
      const { name, message } = await refusalOf(control.v2.send(call));
      assert.deepEqual([name, /GET \/b/.test(message)], ['NotFoundException', true], message);
    }

    const { Items = [] } = await control.v2.send(new GetStagesCommand({ ApiId }));
    assert.deepEqual(
      Items.map((stage) => [stage.StageName, stage.RouteSettings]),
      [['$default', {}]],
    );
  });

  it('have no execution log (hashicorp/terraform-provider-aws#14010)', async () => {
    const ApiId = await makeApi(control);
    const says = 'Execution logs are not supported on protocolType HTTP';
    for (const settings of [
      { DefaultRouteSettings: { LoggingLevel: 'INFO' as const } },
      { RouteSettings: { 'GET /a': { LoggingLevel: 'ERROR' as const } } },
    ]) {
      const refused = await refusalOf(
        control.v2.send(new UpdateStageCommand({ ApiId, StageName: '$default', ...settings })),
      );
      assert.deepEqual(refused, { name: 'BadRequestException', message: says });
    }
    await control.v2.send(
      new UpdateStageCommand({ ApiId, StageName: '$default', DefaultRouteSettings: { LoggingLevel: 'OFF' } }),
    );
  });

  it('list, describe and page their deployments', async () => {
    const ApiId = await makeApi(control);
    await makeRoute(control, ApiId, 'GET /a');
    const { DeploymentId } = await control.v2.send(new CreateDeploymentCommand({ ApiId }));
    await control.v2.send(new UpdateDeploymentCommand({ ApiId, DeploymentId, Description: 'by hand' }));
    const { Items = [], NextToken } = await control.v2.send(
      new GetDeploymentsCommand({ ApiId, MaxResults: '500' }),
    );

    assert.equal(NextToken, undefined);
    assert.deepEqual(
      Items.map(({ AutoDeployed }) => AutoDeployed),
      [true, false],
    );
    assert.equal(Items[1]?.Description, 'by hand');
  });

  it('flush the cached results of authorizers if a call requests it', async () => {
    const ApiId = await makeApi(control);
    await control.v2.send(new ResetAuthorizersCacheCommand({ ApiId, StageName: '$default' }));
    const refused = await refusalOf(
      control.v2.send(new ResetAuthorizersCacheCommand({ ApiId, StageName: 'none' })),
    );
    assert.deepEqual(refused, { name: 'NotFoundException', message: 'Unable to find Stage by name none' });
  });
});
