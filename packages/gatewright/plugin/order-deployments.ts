/** osls has a deployment wait for the methods that it makes itself, and for nothing that a service adds under `resources`. */
import { orderedDependsOn } from '@gatewright/authoring/deployment-order';

/** Has deployments of REST APIs wait for gateway responses and methods of theirs. Changes the template. */
export function orderDeployments(resources: Readonly<Record<string, unknown>>): void {
  for (const [logicalId, DependsOn] of orderedDependsOn(resources)) {
    const deployment = resources[logicalId];
    if (typeof deployment === 'object' && deployment !== null) Object.assign(deployment, { DependsOn });
  }
}
