import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { examineDefined } from '../../../../../packages/toolkit/operate/doctor/examine-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-doctor-order-'));
after(() => {
  rmSync(folder, { recursive: true });
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-deployment.html
it('the deployment of a WebSocket API must depend on its routes', async () => {
  const ApiId = { Ref: 'Api' };
  const file = join(folder, 'template.json');
  const resources = {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'live',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    Join: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId, RouteKey: 'join' } },
    Deployment: { Type: 'AWS::ApiGatewayV2::Deployment', Properties: { ApiId } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
    },
  };
  writeFileSync(file, JSON.stringify({ Resources: resources }));

  const { findings } = await examineDefined(file, 'prod');
  const order = findings.filter(({ id }) => id === 'deployment-order');

  assert.deepEqual(
    order.map(({ what, fix }) => [what, fix]),
    [['Deployment does not depend on Join', 'add it to DependsOn of Deployment']],
  );
});
