/** Finds routes that AWS deploys, but that fail on every call, because the integration cannot work. */
import { ruleOf } from '../../core/deployability/rules.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import type { ApiState } from '../api-state.ts';

export function findMisconfiguredRoutes(
  apis: readonly ApiState[],
  stacks: readonly ResolvedStack[],
): readonly UnsupportedItem[] {
  const found = new Map<string, UnsupportedItem>();
  for (const { served } of apis)
    for (const { deployment } of served.stages.values())
      for (const { integration, logicalId, routeKey } of deployment.routes.plans) {
        if (integration.kind !== 'misconfigured') continue;
        const stack = stacks.find(({ resources }) => resources.has(logicalId));
        const resource = stack?.resources.get(logicalId);
        const { file, line } = resource?.place() ?? { file: undefined, line: undefined };
        found.set(`${stack?.stackName ?? ''} ${logicalId}`, {
          stackName: stack?.stackName ?? '',
          logicalId,
          type: resource?.type ?? '',
          rule: 'fails-always',
          severity: ruleOf('fails-always').severity,
          message: `every call to ${routeKey} fails: ${integration.reason}`,
          remedy:
            integration.defect.problem === 'verb'
              ? 'set the method of the integration to POST (IntegrationHttpMethod, or IntegrationMethod of API Gateway v2)'
              : 'remove the mapping to this header, which API Gateway sets itself',
          consequence: 'the route responds with 500, as on AWS',
          file,
          line,
        });
      }
  return [...found.values()];
}
