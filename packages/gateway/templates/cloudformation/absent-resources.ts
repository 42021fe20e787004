/** Determines why the expanded template has no resource with an id to which it refers. */
import { textOf, mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { RawStack } from '../raw-stack.ts';

/** The resources that SAM generates once for all functions with a DeploymentPreference. */
const OF_DEPLOYMENTS: ReadonlySet<string> = new Set([
  'ServerlessDeploymentApplication',
  'CodeDeployServiceRole',
]);

/**
 * Types of SAM, or types that they are converted to, for which the gateway does not generate the additional resources.
 */
const NOT_EXPANDED = /^AWS::(?:Serverless::|AppSync::GraphQLApi$)/;

/**
 * Throws the transform's error about the resource, or about the resource from which the transform would have generated
 * it. An error with the same message and place is reported only once, so a reference to the resource does not add a
 * finding.
 */
export function checkOmitted(logicalId: string, { omitted }: Pick<RawStack, 'omitted'>): void {
  const id = [...(omitted?.keys() ?? [])].findLast((one) => logicalId.startsWith(one));
  const error = omitted?.get(logicalId) ?? omitted?.get(id ?? '');
  if (error !== undefined) throw error;
}

/**
 * Whether a resource with this id may come from a part that the gateway does not expand: a type of SAM (such as a
 * GraphQL API), the gradual deployment of a function, or a module, whose resources are named `{module}{id}` or
 * `{module}.{id}`.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/module-ref-resources.html
 */
export function isMadeElsewhere(
  logicalId: string,
  { made }: Pick<RawStack, 'made'>,
  resources: JsonObject,
): boolean {
  const typeOf = (name: string): string => textOf(mapOf(resources, name), 'Type');
  const isOfModule = Object.keys(resources).some(
    (name) => typeOf(name).endsWith('::MODULE') && logicalId.startsWith(name),
  );
  if (made === undefined) return isOfModule;
  return (
    isOfModule ||
    OF_DEPLOYMENTS.has(logicalId) ||
    [...made].some(
      (name) =>
        logicalId === `${name}DeploymentGroup` ||
        (NOT_EXPANDED.test(typeOf(name)) && logicalId.startsWith(name)),
    )
  );
}
