/** Finds resources that refer to a stage only by its name, so that CloudFormation may create them before the stage. */
import { asOneOrMore, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { namesIn } from './names-in.ts';
import type { BrokenRelation } from './relation.ts';

/** Refuses a usage plan that may be created before its stage (serverless/serverless#2831, aws/serverless-application-model#32). */
export function judgePlanStages(
  plan: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  for (const [index, stage] of asOneOrMore(plan.properties['ApiStages']).entries()) {
    const { ApiId: api, Stage: name } = membersOf(stage);
    if (typeof api === 'string' && typeof name === 'string' && isEarly(plan, stack, api, name))
      return {
        resource: plan,
        property: `ApiStages.${index}.Stage`,
        message: `API Stage not found: ${api}:${name}; list the stage, or the deployment that makes it, in DependsOn`,
      };
  }
  return undefined;
}

/**
 * Refuses a base path mapping that may be created before its stage (aws/serverless-application-model#192,
 * serverless/serverless#4029: "Invalid stage identifier specified"). A mapping that waits for a domain of its stack may
 * find the stage, because creating a domain takes longer.
 */
export function judgeMappedStage(
  mapping: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const { RestApiId: api, Stage: name } = mapping.properties;
  return typeof api === 'string' &&
    typeof name === 'string' &&
    isEarly(mapping, stack, api, name) &&
    !waitsForDomain(mapping, stack)
    ? {
        resource: mapping,
        property: 'Stage',
        message: `Invalid stage identifier specified; list the stage ${name}, or the deployment that makes it, in DependsOn`,
      }
    : undefined;
}

/** Returns whether this stack creates the stage, but the resource does not wait for it. */
function isEarly(resource: ResolvedResource, stack: ResolvedStack, api: string, name: string): boolean {
  const makers = [...stack.resources.values()].filter(
    ({ type, properties }) =>
      (type === 'AWS::ApiGateway::Stage' || type === 'AWS::ApiGateway::Deployment') &&
      properties['RestApiId'] === api &&
      properties['StageName'] === name,
  );
  const awaited = awaitedBy(resource.logicalId, stack);
  return makers.length > 0 && !makers.some(({ logicalId }) => awaited.has(logicalId));
}

function waitsForDomain({ logicalId }: ResolvedResource, stack: ResolvedStack): boolean {
  return [...awaitedBy(logicalId, stack)].some(
    (name) => stack.resources.get(name)?.type === 'AWS::ApiGateway::DomainName',
  );
}

/**
 * Returns the resources that CloudFormation creates first: the resources in DependsOn, and the resources that values
 * refer to.
 */
function awaitedBy(from: string, { source }: ResolvedStack): ReadonlySet<string> {
  const resources = mapOf(source?.template ?? {}, 'Resources');
  const found = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { DependsOn, Properties } = mapOf(resources, next);
    for (const name of [...asOneOrMore(DependsOn ?? []), ...namesIn(Properties)])
      if (typeof name === 'string' && !found.has(name)) {
        found.add(name);
        open.push(name);
      }
  }
  return found;
}
