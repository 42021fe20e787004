/**
 * Reads one stage of an API for the checks. The source is AWS's control plane, or a control plane with the content of a
 * template.
 */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import type { ControlPlane } from '../attach/control-plane.ts';
import { cacheSecondsOf } from '../attach/live-api.ts';
import type { LiveApi } from '../attach/live-api.ts';
import { readLiveApi } from '../attach/read-live-api.ts';
import type {
  ApiView,
  AuthorizerView,
  FunctionFacts,
  Invocation,
  KeyView,
  PlanView,
  RouteView,
} from './api-view.ts';

/** Reads facts that the control plane does not have, such as functions and lines in files. */
export interface Surroundings {
  /** Returns the facts about a function. `functionName` is `FUNCTION` or `FUNCTION:ALIAS`. */
  facts(functionName: string, isAuthorizer: boolean): Promise<FunctionFacts | undefined>;
  /** Whether API Gateway may call the function for this API. `source` is `…/GET/orders` or `…/authorizers/…`. */
  isPermitted(functionName: string, source: string, apiId: string): Promise<boolean | undefined>;
  /** Returns the location of a part. It is a file and a line, or the name of the part on AWS. */
  where(part: string, id: string, more?: string): string;
  webAcls(live: LiveApi): ApiView['webAcls'];
}

/** The maximum number of API keys that are read. An account may have ten times as many. */
const KEYS_LIMIT = 1_000;

export async function readApiView(
  plane: ControlPlane,
  apiId: string,
  stage: string,
  around: Surroundings,
): Promise<ApiView> {
  const live = await readLiveApi(plane, apiId, stage);
  const integrations =
    live.kind === 'rest' ? new Map<string, UnknownMembers>() : await readIntegrations(plane, live);
  const routes: RouteView[] = [];
  for (const route of live.routes) {
    const integration = integrationOf(route.shown, integrations);
    const where = around.where('route', idOfRoute(route.address), route.key);
    const source =
      live.kind === 'websocket' ? route.key : `${route.method === 'ANY' ? '*' : route.method}${route.path}`;
    routes.push({
      ...route,
      integration,
      where,
      calls: await callOf(integration, route.key, where, source, apiId, around),
    });
  }
  const authorizers: AuthorizerView[] = [];
  for (const one of live.authorizers) authorizers.push(await viewAuthorizer(one, live, around));
  const { plans, keys } =
    live.kind === 'rest' ? await readPlans(plane, live, around) : { plans: [], keys: [] };
  const validators =
    live.kind === 'rest' ? await plane.list(`${live.address}/requestvalidators?limit=500`) : [];
  return {
    live,
    routes,
    authorizers,
    plans,
    keys,
    hasValidators: validators.length > 0,
    where: around.where('api', apiId),
    stageWhere: around.where('stage', stage, apiId),
    webAcls: around.webAcls(live),
  };
}

async function readIntegrations(
  plane: ControlPlane,
  { address }: LiveApi,
): Promise<ReadonlyMap<string, UnknownMembers>> {
  const all = await plane.list(`${address}/integrations?maxResults=500`);
  return new Map(all.map((one) => [String(one['integrationId']), one]));
}

function integrationOf(
  shown: UnknownMembers,
  integrations: ReadonlyMap<string, UnknownMembers>,
): UnknownMembers {
  const own = shown['methodIntegration'];
  if (isJsonObject(own)) return own;
  return integrations.get((textAt(shown, 'target') ?? '').replace(/^integrations\//, '')) ?? {};
}

/** Returns the id in the address of a route, such as `abc` in `…/resources/abc/methods/GET` and `…/routes/abc`. */
function idOfRoute(address: string): string {
  return /\/(?:resources|routes)\/([^/]+)/.exec(address)?.[1] ?? '';
}

async function callOf(
  integration: UnknownMembers,
  by: string,
  where: string,
  source: string,
  apiId: string,
  around: Surroundings,
): Promise<Invocation | undefined> {
  const uri = textAt(integration, 'uri') ?? textAt(integration, 'integrationUri') ?? '';
  const hasRole = (textAt(integration, 'credentials') ?? textAt(integration, 'credentialsArn') ?? '') !== '';
  return invocationOf(uri, hasRole, { by, where, source, apiId }, around);
}

async function invocationOf(
  uri: string,
  hasRole: boolean,
  {
    by,
    where,
    source,
    apiId,
  }: { readonly by: string; readonly where: string; readonly source: string; readonly apiId: string },
  around: Surroundings,
): Promise<Invocation | undefined> {
  const functionName = functionIn(uri);
  if (functionName === undefined) return undefined;
  return {
    by,
    where,
    functionName,
    isPermitted: hasRole ? undefined : await around.isPermitted(functionName, source, apiId),
    facts: await around.facts(functionName, source.startsWith('authorizers/')),
  };
}

/**
 * Returns the function, with its alias, from an invocation URI or an ARN; undefined if a stage variable contains the
 * function's name.
 */
export function functionIn(uri: string): string | undefined {
  return /:function:([\w-]+(?::[\w$-]+)?)(?:\/(?:invocations|response-streaming-invocations))?$/.exec(
    uri,
  )?.[1];
}

async function viewAuthorizer(
  shown: UnknownMembers,
  { apiId, kind }: LiveApi,
  around: Surroundings,
): Promise<AuthorizerView> {
  const name = String(shown['name']);
  const id = String(shown['id'] ?? shown['authorizerId']);
  const where = around.where('authorizer', id, name);
  const hasRole =
    (textAt(shown, 'authorizerCredentials') ?? textAt(shown, 'authorizerCredentialsArn') ?? '') !== '';
  const about = { by: `authorizer ${name}`, where, source: `authorizers/${id}`, apiId };
  return {
    name,
    id,
    where,
    ttlSeconds: cacheSecondsOf(shown, kind),
    calls: await invocationOf(textAt(shown, 'authorizerUri') ?? '', hasRole, about, around),
  };
}

/**
 * Reads the usage plans of this stage and the API keys of the account. If no route requires an API key, nothing is
 * read. A key without a usage plan has no effect.
 */
async function readPlans(
  plane: ControlPlane,
  { apiId, stage, routes }: LiveApi,
  around: Surroundings,
): Promise<{ readonly plans: readonly PlanView[]; readonly keys: readonly KeyView[] }> {
  if (!routes.some(({ apiKeyRequired }) => apiKeyRequired)) return { plans: [], keys: [] };
  const all = await plane.list('/usageplans?limit=500');
  const used = new Set<string>();
  const plans: PlanView[] = [];
  for (const plan of all) {
    const id = String(plan['id']);
    for (const key of await plane.list(`/usageplans/${id}/keys?limit=500`)) used.add(String(key['id']));
    const ofStage = listAt(plan, 'apiStages').find(
      (one) => memberAt(one, 'apiId') === apiId && memberAt(one, 'stage') === stage,
    );
    if (ofStage === undefined) continue;
    const name = textAt(plan, 'name') ?? id;
    plans.push({
      name,
      where: around.where('plan', id, name),
      hasQuota: isJsonObject(plan['quota']),
      hasThrottle:
        isJsonObject(plan['throttle']) || Object.keys(membersOf(memberAt(ofStage, 'throttle'))).length > 0,
    });
  }
  const keys = (await plane.list('/apikeys?limit=500')).slice(0, KEYS_LIMIT).map((key) => {
    const id = String(key['id']);
    const name = textAt(key, 'name') ?? id;
    return { name, where: around.where('key', id, name), isInPlan: used.has(id) };
  });
  return { plans, keys };
}
