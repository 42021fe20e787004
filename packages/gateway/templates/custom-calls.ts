/** Describes the call to AWS that an `AwsCustomResource` of CDK makes while its stack is created. */
import { asText, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../core/stack/model.ts';

/**
 * Returns the call of a custom resource, such as `DynamoDB batchWriteItem`; undefined for any other resource, and if
 * the call is not known. CDK writes the call as text into `Create`, or into `Update` if both are equal.
 * Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
 */
export function findCustomCall({ type, properties }: ResolvedResource): string | undefined {
  if (type !== 'Custom::AWS') return undefined;
  const call = parseCall(properties['Create'] ?? properties['Update']);
  if (!isJsonObject(call)) return undefined;
  const names = [asText(call['service']), asText(call['action'])];
  return names.includes(undefined) ? undefined : names.join(' ');
}

function parseCall(text: Json | undefined): Json | undefined {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The text contains a value that the gateway does not know, so it is not valid JSON.
    return undefined;
  }
}
