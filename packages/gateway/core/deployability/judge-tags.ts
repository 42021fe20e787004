/**
 * Refuses keys of tags that begin with `aws:`, which are reserved, and, for some types, two tags with the same key.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
 */
import { asOneOrMore, isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/** Matches the keys of tags that only AWS may set. */
export const RESERVED_KEY = /^aws:/i;
/** See aws-quickstart/quickstart-amazon-eks#42 */
const RESERVED_TAG = 'aws: prefixed tag key names are not allowed for external use.';
/**
 * The error messages of types that refuse a second tag with the same key (localstack/localstack, snapshots of test_s3
 * and test_kms, recorded; aws/aws-cdk#26253, serverless/serverless#7885). Other types are not checked, because most of
 * them convert the list to a map, in which a key occurs only once.
 */
const UNIQUE: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'Cannot provide multiple Tags with the same key',
  'AWS::KMS::Key': 'Duplicate tag keys',
  'AWS::IAM::Role': 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
};
/** Types for which `Stage` and `stage` are the same key. */
const ANY_CASE: ReadonlySet<string> = new Set(['AWS::IAM::Role']);

/** Checks `Tags`, and properties such as `UserPoolTags` and `HostedZoneTags`. */
export function judgeTags(resource: ResolvedResource): readonly BrokenRelation[] {
  return Object.entries(resource.properties)
    .filter(([name]) => /^(?:[A-Z]\w*)?Tags$/.test(name))
    .flatMap(([name, tags]) => {
      const keys = keysOf(tags);
      const reserved = keys.find(({ key }) => RESERVED_KEY.test(key));
      if (reserved !== undefined)
        return [
          {
            resource,
            property: `${name}.${reserved.at}`,
            message: RESERVED_TAG,
            remedy: `give the tag ${reserved.key} a key that does not begin with aws:`,
          },
        ];
      const message = UNIQUE[resource.type];
      const keyOf = (key: string): string => (ANY_CASE.has(resource.type) ? key.toLowerCase() : key);
      const again = keys.find(({ key }, index) =>
        keys.slice(0, index).some((one) => keyOf(one.key) === keyOf(key)),
      );
      return message === undefined || again === undefined
        ? []
        : [
            {
              resource,
              property: `${name}.${again.at}`,
              message: message.endsWith('.') ? `${message} (${again.key})` : `${message}: ${again.key}`,
              remedy: `remove one of the tags with the key ${again.key}`,
            },
          ];
    });
}

/** Returns the keys of a map, or of a list of `{ Key, Value }`, each with its path. */
function keysOf(tags: Json): readonly { readonly key: string; readonly at: string }[] {
  if (isJsonObject(tags)) return Object.keys(tags).map((key) => ({ key, at: key }));
  return asOneOrMore(tags).flatMap((tag, index) =>
    isJsonObject(tag) && typeof tag['Key'] === 'string'
      ? [{ key: textOf(tag, 'Key'), at: `${index}.Key` }]
      : [],
  );
}
