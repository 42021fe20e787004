/**
 * Adds dependencies that osls omits. osls orders a deployment after the methods and routes that osls creates, but not
 * after the methods and routes in `resources`.
 */
import { orderedDependsOn } from '@gatewright/authoring/check/deployment-order';

/**
 * Makes each deployment of a REST API depend on the gateway responses and methods of its API, and each deployment
 * of a WebSocket API on its routes. It changes the given resources.
 */
export function orderDeployments(resources: Readonly<Record<string, unknown>>): void {
  for (const [logicalId, DependsOn] of orderedDependsOn(resources)) {
    const deployment = resources[logicalId];
    if (typeof deployment === 'object' && deployment !== null) Object.assign(deployment, { DependsOn });
  }
}
