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
  const named = textOf(properties, 'FunctionName') || textOf(properties, 'TargetFunctionArn');
  const name = parseFunctionName(named).functionName;
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

/** Refuses a permission for $LATEST of any function. */
export function judgeLatest(permission: ResolvedResource): BrokenRelation | undefined {
  const { qualifier } = parseFunctionName(textOf(permission.properties, 'FunctionName'));
  if (qualifier !== '$LATEST') return undefined;
  return {
    resource: permission,
    property: 'FunctionName',
    message: POLICY_OF_LATEST,
    remedy: 'remove $LATEST from the name of the function, or name an alias or a version instead of $LATEST',
  };
}

/**
 * For a function that the stack creates with aliases, refuses every other alias (serverless/serverless#11053), because
 * such an alias cannot exist at the first deployment.
 */
export function judgeAlias(
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const called = functionOf(resource, all);
  const named = NAMED[resource.type]?.(resource.properties).find(({ qualifier }) => ALIAS.test(qualifier));
  if (called === undefined || named === undefined) return undefined;
  const names = aliasesOf(called, all);
  const { property, qualifier } = named;
  return names.length === 0 || names.includes(qualifier)
    ? undefined
    : {
        resource,
        property,
        message:
          resource.type === 'AWS::Lambda::Permission'
            ? `Cannot find alias arn: the function ${called.physicalId} has no alias ${qualifier}`
            : `Function not found: the function ${called.physicalId} has no alias ${qualifier}`,
        remedy: `name the alias ${names.join(' or ')} (Ref of the AWS::Lambda::Alias), or the function without an alias`,
      };
}

const ALIAS = /^(?!\d+$)[\w-]+$/;

function aliasesOf(called: ResolvedResource, all: readonly ResolvedResource[]): readonly string[] {
  return all
    .filter((one) => one.type === 'AWS::Lambda::Alias' && functionOf(one, all) === called)
    .map(({ properties }) => textOf(properties, 'Name'));
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
 * Finds references to versions and aliases of a function for which the template creates no version and no alias.
 * Somebody may have created them in the account, but a first deployment does not find them.
 */
export function findUnpublished(all: readonly ResolvedResource[]): readonly BrokenRelation[] {
  return all.flatMap((resource) => {
    const named = NAMED[resource.type]?.(resource.properties) ?? [];
    const called = functionOf(resource, all);
    if (called === undefined) return [];
    return named.flatMap(({ property, qualifier }) => {
      const isUnresolved = (resource.unresolved ?? []).includes(property.split('.')[0] ?? '');
      const words = isUnresolved ? undefined : wordsAbout(qualifier, called, all);
      return words === undefined ? [] : [{ resource, property, ...words }];
    });
  });
}

function wordsAbout(
  qualifier: string,
  called: ResolvedResource,
  all: readonly ResolvedResource[],
): Pick<BrokenRelation, 'message' | 'remedy'> | undefined {
  const { logicalId } = called;
  const refusal = `Unless ${qualifier} exists in the account already, Lambda refuses the reference with "Function not found: …:${called.physicalId}:${qualifier}", for example at the first deployment`;
  if (/^\d+$/.test(qualifier) && !isPublished(called, all))
    return {
      message: `no resource of the template publishes version ${qualifier} of ${logicalId}. ${refusal}`,
      remedy: `add an AWS::Lambda::Version with FunctionName: !Ref ${logicalId}, and write !GetAtt VERSION.Version in place of ${qualifier}, where VERSION is its logical id`,
    };
  if (ALIAS.test(qualifier) && aliasesOf(called, all).length === 0)
    return {
      message: `no resource of the template creates the alias ${qualifier} of ${logicalId}. ${refusal}`,
      remedy: `add an AWS::Lambda::Alias with FunctionName: !Ref ${logicalId} and Name: ${qualifier}, or name the function without an alias`,
    };
  return undefined;
}

function isPublished(called: ResolvedResource, all: readonly ResolvedResource[]): boolean {
  return all.some((one) => one.type === 'AWS::Lambda::Version' && functionOf(one, all) === called);
}

type Named = { readonly property: string; readonly qualifier: string };

const inName = ({ FunctionName: name }: JsonObject): readonly Named[] => [
  { property: 'FunctionName', qualifier: parseFunctionName(asText(name) ?? '').qualifier ?? '' },
];
const inQualifier = ({ Qualifier: qualifier }: JsonObject): readonly Named[] => [
  { property: 'Qualifier', qualifier: asText(qualifier) ?? '' },
];

/**
 * For each type, the members that may name a version or an alias of a function that must exist when the resource is
 * created.
 */
const NAMED: Readonly<Record<string, (properties: JsonObject) => readonly Named[]>> = {
  'AWS::Lambda::Alias': ({ FunctionVersion, RoutingConfig }) => [
    { property: 'FunctionVersion', qualifier: asText(FunctionVersion) ?? '' },
    ...asOneOrMore(membersOf(RoutingConfig)['AdditionalVersionWeights'] ?? []).map((one, index) => ({
      property: `RoutingConfig.AdditionalVersionWeights.${index}.FunctionVersion`,
      qualifier: textOf(membersOf(one), 'FunctionVersion'),
    })),
  ],
  'AWS::Lambda::EventInvokeConfig': inQualifier,
  'AWS::Lambda::EventSourceMapping': inName,
  'AWS::Lambda::Permission': inName,
  'AWS::Lambda::Url': inQualifier,
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
