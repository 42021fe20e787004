/**
 * Versions and aliases of functions, as the stacks define them. They determine which version handles an event for an
 * alias.
 */
import { readText } from '../../core/deployment/properties.ts';
import { DefinitionError, ownFault } from '../../core/errors.ts';
import { resourcesOf, toControlResource } from '../control-resource.ts';
import { isJsonObject, listOf, mapOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { InvokedVersion } from '../../core/ports.ts';
import type { ControlResource } from '../control-resource.ts';

const ALIAS = 'AWS::Lambda::Alias';
const VERSION = 'AWS::Lambda::Version';

type Weight = { readonly version: string; readonly weight: number };
type Qualifier = { readonly arn: string; readonly usual: string; readonly others: readonly Weight[] };

/**
 * Returns the version that handles an event with this qualifier; undefined if no stack defines the qualifier. An alias
 * with weights chooses a version for each event, as in Lambda.
 * @param draw returns a random number from 0 to less than 1
 */
export function executedVersion(
  stacks: readonly ResolvedStack[],
  functionName: string,
  qualifier: string,
  draw: () => number,
): InvokedVersion | undefined {
  const found = qualifiersOf(stacks).get(`${functionName}:${qualifier}`);
  if (found === undefined) return undefined;
  const { arn, usual, others } = found;
  if (others.length === 0) return { arn, version: usual };
  let drawn = draw();
  for (const { version, weight } of others) {
    drawn -= weight;
    if (drawn < 0) return { arn, version };
  }
  return { arn, version: usual };
}

/**
 * Caches the qualifiers of each list of stacks, because they are needed for each event of an alias. A list of stacks
 * never changes, so it is read only once.
 */
const READ = new WeakMap<readonly ResolvedStack[], ReadonlyMap<string, Qualifier>>();

function qualifiersOf(stacks: readonly ResolvedStack[]): ReadonlyMap<string, Qualifier> {
  const known = READ.get(stacks);
  if (known !== undefined) return known;
  const read = new Map<string, Qualifier>();
  for (const resource of resourcesOf(stacks, [ALIAS, VERSION])) {
    const { physicalId: arn, type, properties } = resource;
    const [, name = '', version = ''] = /:function:([^:]+):([^:]+)$/.exec(arn) ?? [];
    const qualifier =
      type === VERSION
        ? { arn, usual: version, others: [] }
        : {
            arn,
            usual: textOf(properties, 'FunctionVersion'),
            others: weightsOf(toControlResource(resource)),
          };
    if (!read.has(`${name}:${version}`)) read.set(`${name}:${version}`, qualifier);
  }
  READ.set(stacks, read);
  return read;
}

function weightsOf({ properties }: ControlResource): readonly Weight[] {
  return listOf(mapOf(properties, 'RoutingConfig'), 'AdditionalVersionWeights').flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    return [{ version: textOf(entry, 'FunctionVersion'), weight: Number(entry['FunctionWeight']) }];
  });
}

/**
 * Reports aliases that Lambda would refuse, and weights of versions that belong to an earlier deployment. The gateway
 * does not have the code of a published version, so every version runs the function's current code.
 */
export function noteAliases(stacks: readonly ResolvedStack[], tolerance: Tolerance): void {
  const versions = new Set(resourcesOf(stacks, [VERSION]).map(({ physicalId }) => physicalId));
  for (const resource of resourcesOf(stacks, [ALIAS])) {
    const alias = toControlResource(resource);
    tolerance.attempt(
      'Lambda would refuse the alias, but the gateway still invokes the function through it',
      () => checkAlias(alias),
      () => undefined,
    );
    const functionArn = alias.id.replace(/:[^:]*$/, '');
    for (const { version } of weightsOf(alias))
      if (/^\d+$/.test(version) && !versions.has(`${functionArn}:${version}`))
        tolerance.note(
          ownFault(
            alias.place('RoutingConfig'),
            `version ${version} belongs to an earlier deployment, whose code the gateway does not have`,
          ),
          'invocations of this version are reported with its number, but run the function’s current code',
        );
  }
}

/**
 * Refuses weights that an alias cannot have (Lambda API reference, "CreateAlias", "AliasRoutingConfiguration").
 * @throws DefinitionError for weights that Lambda refuses
 */
function checkAlias(alias: ControlResource): void {
  const usual = readText(alias, 'FunctionVersion');
  const weights = weightsOf(alias);
  const fail = (message: string, at = 'RoutingConfig'): never => {
    throw new DefinitionError(alias.place(at), message);
  };
  if (weights.length > 1) fail('an alias can point to at most two versions');
  for (const [index, { version, weight }] of weights.entries()) {
    const at = `RoutingConfig.AdditionalVersionWeights.${index}`;
    // Recorded: localstack/localstack, test_lambda_api.snapshot.json.
    if (version === usual)
      fail(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
        `${at}.FunctionVersion`,
      );
    if (!/^\d+$/.test(version))
      fail(
        `an alias with weights must point to published versions, not to "${version}"`,
        `${at}.FunctionVersion`,
      );
    if (usual === '$LATEST')
      fail('an alias with weights must point to published versions, not to $LATEST', 'FunctionVersion');
    if (!(weight >= 0 && weight <= 1))
      fail(`FunctionWeight must be a number from 0 to 1, not ${weight}`, `${at}.FunctionWeight`);
  }
}
