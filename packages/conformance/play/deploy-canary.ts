/**
 * Creates a second deployment as an AWS user would. The methods are changed with AWS's own API, and CreateDeployment is
 * called afterwards.
 */
import type { ApiSetup, Json, JsonObject } from '../schema/parity-case.ts';

/** A signed call to AWS's control plane for REST APIs; `path` is relative to `/restapis/{id}`. */
export type CallApi = (method: string, path: string, body?: JsonObject) => Promise<JsonObject>;

/**
 * Replaces the integrations of the methods with the integrations in `canaryDeployment`, and deploys them to the stage's
 * canary.
 */
export async function deployCanary(setup: ApiSetup, call: CallApi): Promise<void> {
  if (setup.canaryDeployment === undefined) return;
  const resources = (await call('GET', '/resources?limit=500'))['item'] as readonly JsonObject[];
  for (const method of setup.canaryDeployment.methods) {
    const resource = resources.find(({ path }) => path === method['path']);
    const base = `/resources/${resource?.['id'] as string}/methods/${method['HttpMethod'] as string}/integration`;
    const { IntegrationResponses = [], ...integration } = method['Integration'] as JsonObject;
    await call('PUT', base, asWire(integration));
    for (const response of IntegrationResponses as readonly JsonObject[]) {
      const { StatusCode, ...rest } = response;
      await call('PUT', `${base}/responses/${StatusCode as string}`, asWire(rest));
    }
  }
  const canary = { ...(setup.stageProps?.['CanarySetting'] as JsonObject) };
  delete (canary as Record<string, Json>)['DeploymentId'];
  await call('POST', '/deployments', { stageName: setup.stage, canarySettings: asWire(canary) });
}

/** Converts top-level names to the spelling of the API: `RequestTemplates` → `requestTemplates`. */
function asWire(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}
