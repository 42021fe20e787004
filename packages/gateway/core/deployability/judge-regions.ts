/** Refuses resources of WAF's scope CLOUDFRONT outside of us-east-1, and functions with layers of other regions. */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, asText } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/** aws-samples/aws-genai-llm-chatbot#585, aws-solutions/aws-waf-security-automations#300 */
export function judgeScope(
  resource: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const region = regionOf(resource, stack);
  return resource.properties['Scope'] === 'CLOUDFRONT' && region !== '' && region !== 'us-east-1'
    ? {
        resource,
        property: 'Scope',
        message:
          'Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT (resources of this scope are created in us-east-1)',
        remedy:
          'deploy the stack of the web ACL to us-east-1, or use Scope: REGIONAL if it protects no distribution',
      }
    : undefined;
}

/** TotalTechGeek/elysia-lambda#2 */
export function judgeLayerRegion(
  definition: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  // A template contains no region, so the region in which it will be deployed may differ.
  if (stack.source?.regionOf === undefined && !/serverless\.\w+$/.test(stack.file)) return undefined;
  const region = regionOf(definition, stack);
  const layers = asOneOrMore(definition.properties['Layers'] ?? []).map((one) => parseArn(asText(one) ?? ''));
  if (region === '') return undefined;
  const other = layers.findIndex(
    (arn) => arn?.service === 'lambda' && arn.region !== '' && arn.region !== region,
  );
  return other === -1
    ? undefined
    : {
        resource: definition,
        property: `Layers.${other}`,
        message: `Layers are not in the same region as the function. Layers are expected to be in region ${region}.`,
        remedy: `use the ARN of the layer in ${region}`,
      };
}

/** Returns the region of a resource; empty if it is not known. */
function regionOf({ logicalId }: ResolvedResource, { region, source }: ResolvedStack): string {
  return source?.regionOf?.(logicalId) ?? region;
}
