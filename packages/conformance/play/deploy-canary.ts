/** A second deployment, made as a user of AWS makes it: edit the methods by AWS's own API, then CreateDeployment. */
import type { ApiSetup, Json, JsonObject } from '../schema/parity-case.ts';

/** A signed call of AWS's REST API for REST APIs; `path` below `/restapis/{id}`. */
export type CallApi = (method: string, path: string, body?: JsonObject) => Promise<JsonObject>;

/** Puts the integrations of `canaryDeployment` in the place of the methods' own and releases them to the stage's canary. */
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

/** Top-level names as the API spells them: `RequestTemplates` → `requestTemplates`. */
function asWire(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}
