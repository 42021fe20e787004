/**
 * Finds deployments of REST and WebSocket APIs that CloudFormation may create before the parts that they should
 * contain.
 */
import { DEPLOYED_PARTS } from '@gatewright/aws/deployment-order';
import type { DeployedKind } from '@gatewright/aws/deployment-order';
import { findLateParts } from './inspect-apis.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import { adviseWait } from '../../core/stack/creation-order.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';

type DeploymentOrder = {
  readonly deployment: ResolvedResource;
  readonly rule: RuleId;
  readonly message: string;
  readonly remedy: string;
  /** The URL of CloudFormation's page about the type of the deployment. */
  readonly source: string;
};

/** The maximum number of parts that a message names. */
const SHOWN = 5;

/** The parts that an API needs before it can be deployed, with AWS's error message for an API without them. */
const NEEDED = {
  rest: {
    type: 'AWS::ApiGateway::Method',
    what: 'method',
    words: "The REST API doesn't contain any methods",
  },
  // See aws/serverless-application-model#2512
  websocket: {
    type: 'AWS::ApiGatewayV2::Route',
    what: 'route',
    words: 'At least one route is required before deploying the Api',
  },
} as const satisfies Readonly<Record<DeployedKind, object>>;

function kindOf({ type, properties }: ResolvedResource): DeployedKind | undefined {
  if (type === 'AWS::ApiGateway::RestApi') return 'rest';
  return type === 'AWS::ApiGatewayV2::Api' && properties['ProtocolType'] === 'WEBSOCKET'
    ? 'websocket'
    : undefined;
}

export function findDeploymentOrder(stack: ResolvedStack): readonly DeploymentOrder[] {
  const resources = [...stack.resources.values()];
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  return resources.flatMap((api) => {
    const kind = kindOf(api);
    if (kind === undefined) return [];
    const { type: needed, what, words } = NEEDED[kind];
    const late = findLateParts(byId, api.physicalId, kind);
    const methods = resources.filter(
      ({ type, properties }) => type === needed && properties[DEPLOYED_PARTS[kind].api] === api.physicalId,
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
            ? `${name} does not depend on any ${what} of the API, so CloudFormation may create it before them; the deployment then fails with "${words}"`
            : `${name} does not depend on ${shown}, so CloudFormation may create the deployment without ${names.size === 1 ? 'it' : 'them'}`,
          remedy: adviseWait(name, [...names], stack, `add ${[...names].join(', ')} to DependsOn of ${name}`),
          source: `https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-${kind === 'rest' ? 'apigateway' : 'apigatewayv2'}-deployment.html`,
        } as const,
      ];
    });
  });
}
