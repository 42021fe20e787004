/** Prints the stack as a SAM application. `sam deploy` uploads the archives that the template names. */
import { stringify } from 'yaml';
import { asText, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listPacked } from './portable-template.ts';
import type { PortableTemplate } from './portable-template.ts';

/**
 * Prints `template.yaml`.
 * @param pathOf returns the path of an archive, relative to the template
 */
export function printSamTemplate(template: PortableTemplate, pathOf: (archive: string) => string): string {
  const { AWSTemplateFormatVersion: version, Resources, ...others } = template;
  const packed = new Map(listPacked(template).map((one) => [one.logicalId, one]));
  const resources = Object.entries(Resources).map(([logicalId, resource]) => {
    const found = packed.get(logicalId);
    if (found === undefined) return [logicalId, resource] as const;
    const path = pathOf(found.archive);
    const make = found.member === 'Code' ? samFunction : samLayer;
    return [logicalId, { ...resource, ...make(resource.Properties ?? {}, path) }] as const;
  });
  const sam = {
    AWSTemplateFormatVersion: version,
    Transform: 'AWS::Serverless-2016-10-31',
    ...others,
    Resources: Object.fromEntries(resources),
  };
  return stringify(sam, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Converts the properties of a function. SAM writes three of them differently: the code, the tracing and the tags
 * (developer guide, AWS::Serverless::Function).
 */
function samFunction(properties: UnknownMembers, path: string) {
  const { TracingConfig: tracing, Tags: tags } = properties;
  return {
    Type: 'AWS::Serverless::Function',
    Properties: {
      CodeUri: path,
      ...without(properties, ['Code', 'TracingConfig', 'Tags']),
      ...(tracing !== undefined && { Tracing: membersOf(tracing)['Mode'] }),
      ...(Array.isArray(tags) && { Tags: Object.fromEntries(tags.map(toPair)) }),
    },
  };
}

/**
 * Converts the properties of a layer, and adds a policy without which SAM keeps each version that a deployment
 * replaces.
 */
function samLayer(properties: UnknownMembers, path: string) {
  return {
    Type: 'AWS::Serverless::LayerVersion',
    Properties: { ContentUri: path, ...without(properties, ['Content']), RetentionPolicy: 'Delete' },
  };
}

function without(properties: UnknownMembers, names: readonly string[]): UnknownMembers {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function toPair(tag: unknown): readonly [string, unknown] {
  const { Key: key, Value: value } = membersOf(tag);
  return [asText(key) ?? '', value];
}

/** Prints `samconfig.toml`, so that `sam deploy` asks no questions. */
export function printSamConfig(stackName: string): string {
  return `version = 0.1
[default.deploy.parameters]
stack_name = "${stackName}"
capabilities = "CAPABILITY_IAM"
resolve_s3 = true
`;
}
