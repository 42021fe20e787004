/**
 * Every `Get*` answer about an API, read by the unmodified AWS SDK, as one text. It does not contain the ids of
 * deployments that a stage makes by itself.
 */
import assert from 'node:assert/strict';
import {
  GetAuthorizersCommand,
  GetDeploymentsCommand,
  GetExportCommand,
  GetGatewayResponsesCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetModelsCommand,
  GetRequestValidatorsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStagesCommand,
} from '@aws-sdk/client-api-gateway';
import {
  ExportApiCommand,
  GetApiCommand,
  GetAuthorizersCommand as GetV2AuthorizersCommand,
  GetDeploymentsCommand as GetV2DeploymentsCommand,
  GetIntegrationsCommand,
  GetModelsCommand as GetV2ModelsCommand,
  GetRoutesCommand,
  GetStagesCommand as GetV2StagesCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { TestRestControl } from './a-rest-control.ts';

function print(answers: readonly object[]): string {
  return JSON.stringify(
    answers.map((answer) => ({ ...answer, $metadata: undefined })),
    (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value),
    1,
  );
}

/** Reads every GET answer about a REST API. */
export async function readRest({ sdk }: TestRestControl, restApiId: string): Promise<string> {
  const resources = await sdk.send(new GetResourcesCommand({ restApiId, embed: ['methods'], limit: 500 }));
  const methods: object[] = [];
  for (const { id: resourceId, resourceMethods = {} } of resources.items ?? [])
    for (const httpMethod of Object.keys(resourceMethods)) {
      methods.push(await sdk.send(new GetMethodCommand({ restApiId, resourceId, httpMethod })));
      methods.push(await sdk.send(new GetIntegrationCommand({ restApiId, resourceId, httpMethod })));
    }
  const exported = { restApiId, stageName: 'prod', parameters: { extensions: 'apigateway' } };
  return print([
    await sdk.send(new GetRestApiCommand({ restApiId })),
    resources,
    ...methods,
    await sdk.send(new GetAuthorizersCommand({ restApiId })),
    await sdk.send(new GetModelsCommand({ restApiId })),
    await sdk.send(new GetRequestValidatorsCommand({ restApiId })),
    await sdk.send(new GetGatewayResponsesCommand({ restApiId })),
    await sdk.send(new GetDeploymentsCommand({ restApiId })),
    await sdk.send(new GetStagesCommand({ restApiId })),
    await sdk.send(new GetExportCommand({ ...exported, exportType: 'oas30' })),
    await sdk.send(new GetExportCommand({ ...exported, exportType: 'swagger' })),
  ]);
}

/** Reads every GET answer about an HTTP or WebSocket API. */
export async function readV2(
  { v2 }: TestRestControl,
  ApiId: string,
  kind: 'http' | 'websocket',
): Promise<string> {
  const all = { ApiId, MaxResults: '500' };
  const stages = await v2.send(new GetV2StagesCommand(all));
  const deployments = await v2.send(new GetV2DeploymentsCommand(all));
  const automatic = stages.Items?.some(({ AutoDeploy }) => AutoDeploy === true) === true;
  const exported = { ApiId, OutputType: 'JSON', Specification: 'OAS30', StageName: 'prod' } as const;
  return print([
    await v2.send(new GetApiCommand({ ApiId })),
    await v2.send(new GetRoutesCommand(all)),
    await v2.send(new GetIntegrationsCommand(all)),
    await v2.send(new GetV2AuthorizersCommand(all)),
    await v2.send(new GetV2ModelsCommand(all)),
    // A stage with automatic deployment makes a deployment for each edit.
    automatic ? {} : deployments,
    {
      Items: stages.Items?.map((one) =>
        automatic ? { ...one, DeploymentId: '', LastDeploymentStatusMessage: undefined } : one,
      ),
    },
    kind === 'http' ? await v2.send(new ExportApiCommand(exported)) : {},
  ]);
}

/** Checks that two texts of thousands of lines are equal; if they are not, reports where they first differ. */
export function assertSame(found: string, wanted: string, about = ''): void {
  if (found === wanted) return;
  const [lines, others] = [found.split('\n'), wanted.split('\n')];
  const at = lines.findIndex((line, index) => line !== others[index]);
  assert.fail(`${about} line ${at + 1}: ${lines[at]?.slice(0, 500)} instead of ${others[at]?.slice(0, 500)}`);
}
