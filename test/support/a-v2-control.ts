/** HTTP APIs that the unmodified SDK for apigatewayv2 creates, with the calls that many tests need. */
import {
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { aRestControl } from './a-rest-control.ts';
import { ACCOUNT_ID, REGION } from './a-stack.ts';
import { ok } from './rest-apis.ts';
import type { CreateRouteCommandInput } from '@aws-sdk/client-apigatewayv2';
import type { TestResource } from './a-stack.ts';
import type { TestRestControl } from './a-rest-control.ts';

export const functionArn = (name: string): string =>
  `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;

/** The functions: `list` returns 200, `echo` returns its event, and `admit` is an authorizer that allows everybody. */
export function aV2Control(resources: Readonly<Record<string, TestResource>> = {}): Promise<TestRestControl> {
  return aRestControl(resources, {
    list: ok,
    admit: () => ({ isAuthorized: true, context: { who: 'ann' } }),
    echo: (event) => ({ statusCode: 200, body: JSON.stringify(event) }),
  });
}

/** An API with a `$default` stage that deploys automatically, and no routes. */
export async function makeApi({ v2 }: TestRestControl, Name = 'shop'): Promise<string> {
  const { ApiId = '' } = await v2.send(new CreateApiCommand({ Name, ProtocolType: 'HTTP' }));
  await v2.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
  return ApiId;
}

/** Creates an integration, and a route to it. */
export async function makeRoute(
  { v2 }: TestRestControl,
  ApiId: string,
  RouteKey: string,
  { functionName = 'list', ...more }: Partial<CreateRouteCommandInput> & { functionName?: string } = {},
): Promise<{ readonly routeId: string; readonly integrationId: string }> {
  const { IntegrationId = '' } = await v2.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: functionArn(functionName),
      PayloadFormatVersion: '2.0',
    }),
  );
  const { RouteId = '' } = await v2.send(
    new CreateRouteCommand({ ApiId, RouteKey, Target: `integrations/${IntegrationId}`, ...more }),
  );
  return { routeId: RouteId, integrationId: IntegrationId };
}

/** Returns the status of a GET request to the API. */
export async function statusOf(control: TestRestControl, apiId: string, target: string): Promise<number> {
  return (await control.send({ target }, apiId)).status;
}
