/**
 * Finds versions, aliases, permissions and asynchronous invocations that Lambda refuses because of the function to
 * which they belong, and layers that it refuses.
 */
import { asOneOrMore, asText, membersOf, textOf } from '@gatewright/aws/json-object';
import { parseFunctionName } from '@gatewright/aws/function-name';
import type { JsonObject } from '@gatewright/aws/json-object';
import { formatOf, shortPlace } from '../stack/source-format.ts';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { POLICY_OF_LATEST } from './call-words.ts';
import type { BrokenRelation } from './relation.ts';

function functionOf(
  { properties }: ResolvedResource,
  all: readonly ResolvedResource[],
): ResolvedResource | undefined {
  const name = parseFunctionName(textOf(properties, 'FunctionName')).functionName;
  return all.find(({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === name);
}

/**
 * Refuses more provisioned concurrency than the function reserves (localstack/localstack, test_lambda.snapshot.json,
 * recorded).
 */
export function judgeProvisioned(
  version: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const isOfOsls = formatOf(stack).kind === 'serverless' && version.logicalId.endsWith('ProvConcLambdaAlias');
  const provisioned = Number(
    membersOf(version.properties['ProvisionedConcurrencyConfig'])['ProvisionedConcurrentExecutions'],
  );
  const reserved = Number(functionOf(version, all)?.properties['ReservedConcurrentExecutions'] ?? Number.NaN);
  return provisioned > reserved
    ? {
        resource: version,
        property: 'ProvisionedConcurrencyConfig',
        message:
          'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
        remedy: isOfOsls
          ? `set provisionedConcurrency of the function to at most ${reserved}, or raise its reservedConcurrency`
          : `set ProvisionedConcurrentExecutions to at most ${reserved}, or raise ReservedConcurrentExecutions of the function`,
      }
    : undefined;
}

/**
 * Refuses a function that sends its own results to itself (localstack/localstack, test_lambda_api.snapshot.json,
 * recorded).
 */
export function judgeOwnDestination(
  config: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const called = functionOf(config, all);
  const destinations = membersOf(config.properties['DestinationConfig']);
  for (const name of ['OnSuccess', 'OnFailure']) {
    const arn = textOf(membersOf(destinations[name]), 'Destination');
    if (
      called !== undefined &&
      /:lambda:/.test(arn) &&
      parseFunctionName(arn).functionName === called.physicalId
    )
      return {
        resource: config,
        property: `DestinationConfig.${name}.Destination`,
        message: "You can't specify the function as a destination for itself.",
        remedy: 'name another function, a queue, a topic or an event bus',
      };
  }
  return undefined;
}

/**
 * Refuses a permission for $LATEST of any function. For a function that the stack creates with aliases, it also refuses
 * a permission for any other alias (serverless/serverless#11053), because such an alias cannot exist at the first
 * deployment.
 */
export function judgeAlias(
  permission: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { functionName, qualifier = '' } = parseFunctionName(textOf(permission.properties, 'FunctionName'));
  if (qualifier === '$LATEST')
    return {
      resource: permission,
      property: 'FunctionName',
      message: POLICY_OF_LATEST,
      remedy:
        'remove $LATEST from the name of the function, or name an alias or a version instead of $LATEST',
    };
  const called = functionOf(permission, all);
  if (called === undefined || !/^(?!\d+$)[\w-]+$/.test(qualifier)) return undefined;
  const aliases = all.filter((one) => one.type === 'AWS::Lambda::Alias' && functionOf(one, all) === called);
  const names = aliases.map(({ properties }) => textOf(properties, 'Name'));
  return names.length === 0 || names.includes(qualifier)
    ? undefined
    : {
        resource: permission,
        property: 'FunctionName',
        message: `Cannot find alias arn: the function ${functionName} has no alias ${qualifier}`,
        remedy: `name the alias ${names.join(' or ')} (Ref of the AWS::Lambda::Alias), or the function without an alias`,
      };
}

/** Refuses provisioned concurrency for code that is not published (hashicorp/terraform-provider-aws#12120). */
export function judgeUnpublished(
  alias: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { FunctionVersion: version, ProvisionedConcurrencyConfig: own } = alias.properties;
  if (own === undefined || version !== '$LATEST') return undefined;
  const called = functionOf(alias, all)?.logicalId;
  return {
    resource: alias,
    property: 'FunctionVersion',
    message: `Provisioned Concurrency Configs cannot be applied to unpublished function versions. (ProvisionedConcurrencyConfig at ${shortPlace(alias, 'ProvisionedConcurrencyConfig')}; $LATEST is the unpublished version)`,
    remedy: `add an AWS::Lambda::Version with FunctionName: ${called === undefined ? textOf(alias.properties, 'FunctionName') : `!Ref ${called}`}, and set FunctionVersion to !GetAtt VERSION.Version, where VERSION is its logical id; or remove ProvisionedConcurrencyConfig`,
  };
}

/**
 * Finds versions that are named by a number although the template publishes no version of the function. Somebody may
 * have published them in the account, but a first deployment does not find them.
 */
export function findUnpublished(all: readonly ResolvedResource[]): readonly BrokenRelation[] {
  return all.flatMap((resource) => {
    const named = VERSIONED[resource.type]?.(resource.properties) ?? [];
    const called = functionOf(resource, all);
    if (called === undefined || isPublished(called, all)) return [];
    return named.flatMap(({ property, version }) =>
      /^\d+$/.test(version) && !(resource.unresolved ?? []).includes(property.split('.')[0] ?? '')
        ? [
            {
              resource,
              property,
              message: `no resource of the template publishes version ${version} of ${called.logicalId}. Unless it exists in the account already, Lambda refuses this with "Function not found: …:${called.physicalId}:${version}", for example at the first deployment`,
              remedy: `add an AWS::Lambda::Version with FunctionName: !Ref ${called.logicalId}, and write !GetAtt VERSION.Version in place of ${version}, where VERSION is its logical id`,
            },
          ]
        : [],
    );
  });
}

function isPublished(called: ResolvedResource, all: readonly ResolvedResource[]): boolean {
  return all.some((one) => one.type === 'AWS::Lambda::Version' && functionOf(one, all) === called);
}

type Versioned = { readonly property: string; readonly version: string };

const inName = ({ FunctionName: name }: JsonObject): readonly Versioned[] => [
  { property: 'FunctionName', version: parseFunctionName(asText(name) ?? '').qualifier ?? '' },
];

/** For each type, where it may name a version of a function. */
const VERSIONED: Readonly<Record<string, (properties: JsonObject) => readonly Versioned[]>> = {
  'AWS::Lambda::Alias': ({ FunctionVersion, RoutingConfig }) => [
    { property: 'FunctionVersion', version: asText(FunctionVersion) ?? '' },
    ...asOneOrMore(membersOf(RoutingConfig)['AdditionalVersionWeights'] ?? []).map((one, index) => ({
      property: `RoutingConfig.AdditionalVersionWeights.${index}.FunctionVersion`,
      version: textOf(membersOf(one), 'FunctionVersion'),
    })),
  ],
  'AWS::Lambda::EventInvokeConfig': ({ Qualifier }) => [
    { property: 'Qualifier', version: asText(Qualifier) ?? '' },
  ],
  'AWS::Lambda::EventSourceMapping': inName,
  'AWS::Lambda::Permission': inName,
};

/**
 * Refuses an alias with provisioned concurrency on a version that has its own (localstack/localstack,
 * test_lambda_api.snapshot.json, recorded).
 */
export function judgeProvisionedTwice(
  alias: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { FunctionVersion: number, ProvisionedConcurrencyConfig: own } = alias.properties;
  if (own === undefined || typeof number !== 'string' || (alias.unresolved ?? []).includes('FunctionVersion'))
    return undefined;
  const called = functionOf(alias, all);
  const version = all.find(
    (one) =>
      one.type === 'AWS::Lambda::Version' &&
      called !== undefined &&
      functionOf(one, all) === called &&
      one.physicalId.endsWith(`:${number}`) &&
      one.properties['ProvisionedConcurrencyConfig'] !== undefined,
  );
  return (
    version && {
      resource: alias,
      property: 'ProvisionedConcurrencyConfig',
      message:
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
      remedy: `remove ProvisionedConcurrencyConfig from ${version.logicalId}, or from ${alias.logicalId}`,
    }
  );
}

/** Refuses two versions of one layer (localstack/localstack, test_lambda.snapshot.json, recorded). */
export function judgeLayerVersions(definition: ResolvedResource): BrokenRelation | undefined {
  const layers = asOneOrMore(definition.properties['Layers'] ?? []).map((one) => asText(one) ?? '');
  const layerOf = (arn: string): string => arn.replace(/:\d+$/, '');
  for (const [index, arn] of layers.entries()) {
    const other = layers.slice(0, index).find((one) => one !== '' && layerOf(one) === layerOf(arn));
    if (other !== undefined && other !== arn)
      return {
        resource: definition,
        property: `Layers.${index}`,
        message: `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn}`,
        remedy: `remove ${other} or ${arn}`,
      };
  }
  return undefined;
}
