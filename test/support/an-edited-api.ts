/**
 * A REST API that tests edit through AWS's own API. It has `/pets` and `/` on two stages, and functions that change
 * them.
 */
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { aRestControl } from './a-rest-control.ts';
import { invokeUri } from './a-stack.ts';
import { API_ID } from './metered-apis.ts';
import { ok, restApi } from './rest-apis.ts';
import type { PatchOperation } from '@aws-sdk/client-api-gateway';
import type { TestRestControl } from './a-rest-control.ts';

const ROOT = makeRootResourceId('test', 'Api');
export const restApiId = API_ID;

/** The functions: `list` returns 200, and `tell` returns its stage variables. */
export function anEditedApi(): Promise<TestRestControl> {
  return aRestControl(restApi(), {
    list: ok,
    tell: (event) => {
      const { stageVariables } = event as { readonly stageVariables: unknown };
      return { statusCode: 200, body: JSON.stringify(stageVariables) };
    },
  });
}

/** Creates a route `GET /{pathPart}` that calls a function, and does not deploy it. */
export async function addRoute(
  control: TestRestControl,
  pathPart: string,
  functionName = 'list',
): Promise<string> {
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

export async function deploy(
  control: TestRestControl,
  settings: Partial<CreateDeploymentCommand['input']> = {},
): Promise<string> {
  const { id = '' } = await control.sdk.send(new CreateDeploymentCommand({ restApiId, ...settings }));
  return id;
}

export function patchStage(
  control: TestRestControl,
  stageName: string,
  ...patchOperations: PatchOperation[]
): Promise<unknown> {
  return control.sdk.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
}

export async function status(control: TestRestControl, target: string): Promise<number> {
  return (await control.send({ target })).status;
}
