/** Finds deployments of REST APIs that CloudFormation may create before the parts that they should contain. */
import { findLateParts } from './inspect-apis.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';

type DeploymentOrder = {
  readonly deployment: ResolvedResource;
  readonly rule: RuleId;
  readonly message: string;
};

/** The maximum number of parts that a message names. */
const SHOWN = 5;

/** @param resources the resources of one stack, because `DependsOn` is the order within a stack */
export function findDeploymentOrder(resources: readonly ResolvedResource[]): readonly DeploymentOrder[] {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const apis = resources.filter(({ type }) => type === 'AWS::ApiGateway::RestApi');
  return apis.flatMap((api) => {
    const late = findLateParts(byId, api.physicalId);
    const methods = resources.filter(
      ({ type, properties }) =>
        type === 'AWS::ApiGateway::Method' && properties['RestApiId'] === api.physicalId,
    );
    return [...Map.groupBy(late, ({ deployment }) => deployment)].flatMap(([name, parts]) => {
      const deployment = byId.get(name);
      if (deployment === undefined) return [];
      const names = new Set(parts.map(({ part }) => part));
      const isEmpty = methods.length > 0 && methods.every(({ logicalId }) => names.has(logicalId));
      const shown = `${[...names].slice(0, SHOWN).join(', ')}${names.size > SHOWN ? ' …' : ''}`;
      return [
        {
          deployment,
          rule: isEmpty ? 'deployment-without-methods' : 'deployment-order',
          message: isEmpty
            ? `${name} depends on no method, so CloudFormation may create it first; it then fails with "The REST API doesn't contain any methods"`
            : `${name} does not depend on ${shown}, so it may be created without them`,
        } as const,
      ];
    });
  });
}
