import { closeDeployment } from '../../core/deployment/closed-routes.ts';
import { NONE, stripBasePath } from '../../core/routing/base-path.ts';
import { splitRestPath } from '../../core/routing/stage-path.ts';
import type { RuleMatch } from '../../core/routing/routing-rules.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { PrivateDomain } from '../../core/events/request-facts.ts';
import type { Mapping } from './domains.ts';

/**
 * Serves the same API under another host name. Paths begin with the base path instead of the stage. Events contain this
 * host name and path, but method ARNs and routes do not. `disableExecuteApiEndpoint` does not apply to custom domains.
 */
export function serveMapped(
  api: ServedApi,
  host: string,
  basePath: string,
  { stage }: Pick<Mapping, 'stage'>,
  privateDomain?: PrivateDomain,
): ServedApi {
  return {
    ...api,
    privateDomain,
    // The trailing dot that DNS allows is removed, because handlers may choose a tenant by the host.
    domainName: host.toLowerCase().replace(/\.?(?::\d+)?$/, ''),
    basePathMatched: basePath === '' ? NONE : basePath,
    disableExecuteApiEndpoint: false,
    locate(rawPath) {
      const path = stripBasePath(rawPath, basePath);
      return stage === '' ? splitRestPath(path) : { stageName: stage, path };
    },
  };
}

/**
 * Serves an API for a routing rule. The rule specifies the stage. The base path stays in the path unless the rule
 * removes it.
 */
export function serveRuled(
  api: ServedApi,
  host: string,
  { rule, basePath }: RuleMatch,
  privateDomain?: PrivateDomain,
): ServedApi {
  const mapped = serveMapped(api, host, basePath, rule, privateDomain);
  return {
    ...mapped,
    routingRuleId: rule.id,
    locate: (rawPath) => ({
      stageName: rule.stage,
      path: stripBasePath(rawPath, rule.stripsBasePath ? basePath : ''),
    }),
  };
}

/** Returns the API with every route closed, including `@connections`. */
export function serveClosed(api: ServedApi, reason: string): ServedApi {
  const stages = [...api.stages].map(([name, stage]) => {
    const deployment = closeDeployment(stage.deployment, reason);
    return [name, { ...stage, deployment, canary: undefined, cache: undefined }] as const;
  });
  return { ...api, stages: new Map(stages), closedBecause: reason };
}
