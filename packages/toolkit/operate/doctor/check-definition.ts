/** Finds what would be missing after the first deployment of a template. */
import { orderFix } from '@gatewright/authoring/check/deployment-order';
import { findLateParts, lacksDeployment } from '../../../gateway/control/loading/inspect-apis.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { DefinitionPlane } from '../../../gateway/engine/index.ts';
import { placeText } from './definition-surroundings.ts';
import type { Finding } from './finding.ts';

export function checkDefinition(definition: DefinitionPlane): readonly Finding[] {
  return [...checkOrder(definition), ...checkStages(definition)];
}

/**
 * Checks the order in which resources are created. CloudFormation may use any order that references and DependsOn
 * allow.
 */
function checkOrder({ stacks, stages }: DefinitionPlane): readonly Finding[] {
  const kinds = new Map(stages.map(({ apiId, kind }) => [apiId, kind]));
  return [...kinds].flatMap(([apiId, kind]) =>
    stacks.flatMap(({ resources }) => {
      const late = kind === 'http' ? [] : findLateParts(resources, apiId, kind);
      const deployments = [...new Set(late.map(({ deployment }) => deployment))];
      return deployments.map((deployment): Finding => {
        const parts = late.filter((one) => one.deployment === deployment).map(({ part }) => part);
        return {
          id: 'deployment-order',
          level: 'obstacle',
          what: `${deployment} does not depend on ${parts.slice(0, 5).join(', ')}${parts.length > 5 ? ' …' : ''}`,
          why: `CloudFormation may create the deployment before these resources; the deployment then fails if the API has no ${kind === 'rest' ? 'method' : 'route'} yet, and otherwise does not contain them`,
          where: `${deployment}, ${placeText(resources.get(deployment)?.place() ?? { file: '' })}`,
          fix: orderFix(deployment, kind),
        };
      });
    }),
  );
}

function checkStages({ stacks }: DefinitionPlane): readonly Finding[] {
  return stacks
    .flatMap(({ resources }) => [...resources.values()])
    .filter((resource) => resource.type === 'AWS::ApiGatewayV2::Stage' && lacksDeployment(resource))
    .map((stage) => ({
      id: 'stage-without-deployment',
      level: 'obstacle',
      what: `stage ${textOf(stage.properties, 'StageName')} has no deployment`,
      why: 'a stage without a deployment returns 404 to every request',
      where: `${stage.logicalId}, ${placeText(stage.place())}`,
      fix: 'set AutoDeploy: true or a DeploymentId',
    }));
}
