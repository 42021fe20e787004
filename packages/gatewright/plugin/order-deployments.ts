/**
 * Adds dependencies that osls omits. osls orders a deployment after the methods that osls creates, but not after the
 * methods in `resources`.
 */
import { orderedDependsOn } from '@gatewright/authoring/check/deployment-order';

/**
 * Makes each deployment of a REST API depend on the gateway responses and methods of its API. It changes the given
 * resources.
 */
export function orderDeployments(resources: Readonly<Record<string, unknown>>): void {
  for (const [logicalId, DependsOn] of orderedDependsOn(resources)) {
    const deployment = resources[logicalId];
    if (typeof deployment === 'object' && deployment !== null) Object.assign(deployment, { DependsOn });
  }
}
