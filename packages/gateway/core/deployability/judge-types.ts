/** Checks the names of resource types: finds unknown types, and types whose properties are not checked. */
import type { ResolvedStack } from '../stack/model.ts';
import { makeFinding, placedAt } from './finding.ts';
import type { DeployFinding } from './finding.ts';
import type { SchemaTable } from './schema-check.ts';
import { isSimilar, nearestOf } from './spelling.ts';

/** Types that have no schema because their properties can have any name, or because they only describe the template. */
const WITHOUT_SCHEMA = /^(?:Custom::|AWS::CloudFormation::CustomResource$|AWS::CDK::Metadata$)/;

/**
 * Reports types of SAM if the template does not name SAM's transform. Otherwise reports each type that is misspelled,
 * or whose properties are not checked, once per type.
 * @param known the names of all types, by service
 */
export function judgeTypes(
  { stackName, resources, source }: ResolvedStack,
  table: SchemaTable,
  known: Readonly<Record<string, string>>,
): readonly DeployFinding[] {
  const { Transform: transform = [] } = source?.template ?? {};
  // CloudFormation does not know these types; only the transform converts them to types that it knows.
  if (source !== undefined && [transform].flat().length === 0) {
    const untransformed = [...resources.values()].filter(({ type }) => type.startsWith('AWS::Serverless::'));
    const [first] = untransformed;
    if (first !== undefined) {
      const types = [...new Set(untransformed.map(({ type }) => type))].join(', ');
      return [
        makeFinding(
          'unknown-type',
          placedAt(first, stackName),
          `Template format error: Unrecognized resource types: [${types}]`,
          {
            remedy:
              'add Transform: AWS::Serverless-2016-10-31 to the template, which converts these types to types that CloudFormation knows',
          },
        ),
      ];
    }
  }
  const unchecked = [...resources.values()].filter(
    ({ type, logicalId }) =>
      !Object.hasOwn(table, type) &&
      !WITHOUT_SCHEMA.test(type) &&
      /^\w+$/.test(logicalId) &&
      source !== undefined,
  );
  return [...Map.groupBy(unchecked, ({ type }) => type)].flatMap(([type, [first, ...others]]) => {
    if (first === undefined) return [];
    const at = placedAt(first, stackName);
    const meant = findMeant(type, known);
    if (meant !== undefined)
      return [
        makeFinding('unknown-type', at, `Template format error: Unrecognized resource types: [${type}]`, {
          remedy: `write ${meant}`,
        }),
      ];
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return [makeFinding('type-not-checked', at, `the properties of ${type} are not checked${more}`)];
  });
}

/** Returns the known type that is most similar to an unknown one; undefined for a known type, or if none is similar. */
function findMeant(type: string, known: Readonly<Record<string, string>>): string | undefined {
  const [vendor, service = '', name = ''] = type.split('::');
  if (vendor !== 'AWS' || known[service]?.split(' ').includes(name) === true) return undefined;
  const all = Object.entries(known).flatMap(([one, names]) =>
    isSimilar(one, service) ? names.split(' ').map((last) => `AWS::${one}::${last}`) : [],
  );
  return nearestOf(type, all);
}
