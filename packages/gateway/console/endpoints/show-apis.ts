import { exampleOf } from './schema-example.ts';
import type { RequestModel, RoutePlan } from '../../core/deployment/model.ts';
import type { ApiRoutes } from '../../control/loading/list-apis.ts';
import type { ServedApi, ServedStage } from '../../core/exchange.ts';
import type { ShownApi, ShownRoute } from './inspect-model.ts';

export function showApis(
  listed: readonly ApiRoutes[],
  findApi: (apiId: string) => ServedApi | undefined,
  nowEpochMs: number,
  isToolkit: (stackName: string) => boolean = () => false,
): readonly ShownApi[] {
  return listed.flatMap(({ id, name, kind, stage: stageName, url, stack, routes }) => {
    const stage = findApi(id)?.stages.get(stageName);
    if (stage === undefined) return [];
    const { deployment } = stage;
    return [
      {
        id,
        name,
        isToolkit: isToolkit(stack),
        kind,
        stage: stageName,
        url,
        stack,
        hasCors: deployment.cors !== undefined,
        hasResourcePolicy: deployment.resourcePolicy !== undefined,
        routes: deployment.routes.plans.map((plan, index) =>
          showRoute(plan, stage, routes[index]?.functionName ?? routes[index]?.target, nowEpochMs),
        ),
      },
    ];
  });
}

function showRoute(
  plan: RoutePlan,
  stage: ServedStage,
  target: string | undefined,
  nowEpochMs: number,
): ShownRoute {
  const { integration, validation, routeKey } = plan;
  const limit = stage.throttle?.bucketOf(routeKey, nowEpochMs)?.limit;
  const caching = stage.cache?.routes.get(plan);
  return {
    method: plan.httpMethod,
    path: plan.resourcePath,
    routeKey,
    apiKeyRequired: plan.apiKeyRequired,
    guard: showGuard(plan),
    target: target ?? '(nothing)',
    timeoutMs: 'timeoutMs' in integration ? integration.timeoutMs : undefined,
    throttle: limit && { ratePerSecond: limit.rateLimit, burst: limit.burstLimit },
    cacheSeconds: caching?.ttlSeconds,
    required: (validation?.parameters ?? []).map(({ where, name }) => `${where} ${name}`),
    checkedBodies: [...(validation?.bodies.keys() ?? [])],
    examples: (plan.requestModels ?? []).flatMap(showExample),
  };
}

/** Maximum length of an example in characters. Longer examples are left out; the schema can be read in the template. */
const MAX_EXAMPLE = 8_000;

function showExample({ mediaType, name, schemaOf }: RequestModel): ShownRoute['examples'][number][] {
  const schema = schemaOf(name);
  // The model `Empty`, which every API has, does not describe a body.
  if (schema === undefined || name === 'Empty') return [];
  const text = JSON.stringify(exampleOf(schema, schemaOf), null, 2);
  return text.length > MAX_EXAMPLE ? [] : [{ mediaType, model: name, text }];
}

function showGuard({ authorization }: RoutePlan): ShownRoute['guard'] {
  const nothing = { sources: [], ttlSeconds: 0, audiences: [], scopes: [] };
  switch (authorization.kind) {
    case 'none':
      return { ...nothing, kind: 'none', name: 'open' };
    case 'iam':
      return { ...nothing, kind: 'iam', name: 'AWS_IAM' };
    case 'lambda': {
      const { name, identitySources, ttlSeconds } = authorization.authorizer;
      const sources = identitySources.map((source) => `${source.kind} ${source.name}`);
      return { ...nothing, kind: 'lambda', name, sources, ttlSeconds };
    }
    case 'token': {
      const { name, identitySource, trust } = authorization.authorizer;
      const audiences = trust.issuers.flatMap(({ audience }) => (audience === 'any' ? [] : audience));
      const sources = [`${identitySource.kind} ${identitySource.name}`];
      return { ...nothing, kind: 'token', name, sources, audiences, scopes: authorization.scopes };
    }
  }
}
