/** osls orders a deployment after the methods that it makes, and not after those in `resources`. */
import { orderedDependsOn } from '@gatewright/authoring/check/deployment-order';

/** Makes deployments of REST APIs wait for their gateway responses and methods. Changes the template. */
export function orderDeployments(resources: Readonly<Record<string, unknown>>): void {
  for (const [logicalId, DependsOn] of orderedDependsOn(resources)) {
    const deployment = resources[logicalId];
    if (typeof deployment === 'object' && deployment !== null) Object.assign(deployment, { DependsOn });
  }
}
