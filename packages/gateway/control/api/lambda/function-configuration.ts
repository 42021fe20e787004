/**
 * Formats the configuration of a function as GetFunction, ListFunctions and UpdateFunctionCode show it [obs: lambda].
 */
import { createHash } from 'node:crypto';
import { partitionOf } from '@gatewright/aws/arn';
import { isJsonObject, listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject, UnknownMembers } from '@gatewright/aws/json-object';
import type { FunctionCodes } from './code-facts.ts';
import { LATEST } from './lambda-target.ts';
import { revisionOf } from './revision.ts';
import type { FoundFunction } from './lambda-target.ts';

/** Members that Lambda shows as they were given, and leaves out if they were not given. */
const AS_GIVEN = ['DeadLetterConfig', 'FileSystemConfigs', 'DurableConfig'] as const;

/** @param status members that differ while an update is in progress */
export function printConfiguration(
  found: FoundFunction,
  codes: FunctionCodes,
  status: object = {},
): { readonly RevisionId: string } {
  const { definition } = found;
  const properties = propertiesOf(found);
  const { environment, layers, name } = definition;
  const isImage = properties['PackageType'] === 'Image';
  const configuration = {
    FunctionName: name,
    FunctionArn: definition.arn,
    ...(isImage ? {} : { Runtime: definition.runtime, Handler: definition.handler }),
    Role: properties['Role'],
    ...codes.of(definition),
    Description: properties['Description'] ?? '',
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memorySizeMb,
    Version: LATEST,
    ...printVpc(membersOf(properties['VpcConfig'])),
    ...Object.fromEntries(
      AS_GIVEN.filter((given) => given in properties).map((given) => [given, properties[given]]),
    ),
    ...('KmsKeyArn' in properties && { KMSKeyArn: properties['KmsKeyArn'] }),
    // Lambda leaves out the environment and the layers of a function that has none.
    ...(Object.keys(environment).length > 0 && { Environment: { Variables: environment } }),
    TracingConfig: properties['TracingConfig'] ?? { Mode: 'PassThrough' },
    ...(layers.length > 0 && {
      Layers: layers.map((layer) => ({ Arn: layer.arn, CodeSize: codes.sizeOfLayer(layer) })),
    }),
    Architectures: properties['Architectures'] ?? ['x86_64'],
    EphemeralStorage: properties['EphemeralStorage'] ?? { Size: 512 },
    LoggingConfig: printLogging(name, membersOf(properties['LoggingConfig'])),
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off', ...membersOf(properties['SnapStart']) },
    ...(isImage ? printImage(properties) : { PackageType: 'Zip', ...printRuntime(definition) }),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    ...status,
  };
  return { ...configuration, RevisionId: revisionOf(JSON.stringify(configuration)) };
}

/** Returns where the code is. @param Location the address of the archive; undefined if it cannot be downloaded */
export function printCode(found: FoundFunction, Location: string | undefined): object {
  const ImageUri = textOf(membersOf(propertiesOf(found)['Code']), 'ImageUri');
  if (ImageUri === '') return { RepositoryType: 'S3', Location };
  return { RepositoryType: 'ECR', ImageUri };
}

function propertiesOf({ definition, stack }: FoundFunction): JsonObject {
  return stack.resources.get(definition.logicalId)?.properties ?? {};
}

/** The version of a runtime is a hash, which is not published. */
function printRuntime({ region, runtime }: FoundFunction['definition']): object {
  const version = createHash('sha256').update(runtime).digest('hex');
  return {
    RuntimeVersionConfig: {
      RuntimeVersionArn: `arn:${partitionOf(region)}:lambda:${region}::runtime:${version}`,
    },
  };
}

function printImage(properties: JsonObject): object {
  const given = properties['ImageConfig'];
  return {
    PackageType: 'Image',
    ...(isJsonObject(given) && { ImageConfigResponse: { ImageConfig: given } }),
  };
}

function printVpc(given: UnknownMembers): object {
  const SubnetIds = listOf(given, 'SubnetIds');
  if (SubnetIds.length === 0) return {};
  const Ipv6AllowedForDualStack = given['Ipv6AllowedForDualStack'] ?? false;
  const SecurityGroupIds = listOf(given, 'SecurityGroupIds');
  // The gateway does not know the VPC of the subnets.
  return { VpcConfig: { SubnetIds, SecurityGroupIds, VpcId: '', Ipv6AllowedForDualStack } };
}

/** Logs in JSON have levels, which are INFO unless the template sets them [obs]. */
function printLogging(name: string, given: UnknownMembers): object {
  const levels = { ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' };
  return {
    LogFormat: 'Text',
    ...(given['LogFormat'] === 'JSON' && levels),
    LogGroup: `/aws/lambda/${name}`,
    ...given,
  };
}
