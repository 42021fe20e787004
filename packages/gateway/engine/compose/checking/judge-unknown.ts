/**
 * Judges stacks with parameters that have no value. The stacks are examined with trial values of the parameters, and a
 * part that is refused with all of them is refused whatever the value is.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonList, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import { namesIn } from '../../../core/deployability/names-in.ts';
import type { SchemaTable } from '../../../core/deployability/schema-check.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { parametersWithoutValue, trialValuesFor } from './trial-values.ts';
import type { TrialValues } from './trial-values.ts';

/** The maximum number of resources that are examined in all rounds together, which takes a few seconds. */
const MAX_EXAMINED = 12_000;
const MAX_ROUNDS = 400;

/** Examines the stacks with these values of parameters. */
type Examine = (values: Readonly<Record<string, string>>) => Promise<{
  readonly stacks: readonly ResolvedStack[];
  readonly findings: readonly DeployFinding[];
}>;

/**
 * Returns the findings that remain whatever value a parameter without a value gets. Refusals that depend on such a
 * parameter are removed, and refusals that were hidden by it are added.
 */
export async function judgeUnknown(
  stacks: readonly ResolvedStack[],
  findings: readonly DeployFinding[],
  table: SchemaTable,
  examine: Examine,
): Promise<readonly DeployFinding[]> {
  const names = new Set(stacks.flatMap(parametersWithoutValue));
  if (names.size === 0) return findings;
  const told = findings.flatMap((one) => tellUsers(one, stacks));
  const size = stacks.reduce((sum, { resources }) => sum + resources.size, 1);
  const rounds = roundsOf(trialValuesFor(stacks, names, table), Math.ceil(MAX_EXAMINED / size));
  let open: readonly DeployFinding[] | undefined;
  for (const round of rounds) {
    const again = await examine(round);
    const refused = again.findings.filter(({ severity }) => severity === 'refused');
    // A trial value that is itself refused is skipped, because the parameter cannot have it.
    if (refused.some((one) => isOfValue(one, again.stacks, names))) continue;
    open = (open ?? refused).filter((one) => refused.some((other) => isSame(one, other)));
    if (open.length === 0) break;
  }
  return open === undefined ? told : [...told.filter(({ severity }) => severity !== 'refused'), ...open];
}

const MAX_USERS = 4;

/**
 * Returns a finding for each parameter without a value. The finding says which parts of the template are not checked
 * for this reason.
 */
function tellUsers(finding: DeployFinding, stacks: readonly ResolvedStack[]): readonly DeployFinding[] {
  const stack = stacks.find(({ stackName }) => stackName === finding.stack);
  if (finding.id !== 'parameter-without-value' || finding.resource !== '' || stack === undefined)
    return [finding];
  const [, only] = finding.property.split('.');
  const names = only === undefined ? parametersWithoutValue(stack) : [only];
  return names.map((name) => {
    const users = usersOf(name, stack);
    const more = users.length > MAX_USERS ? [`${users.length - MAX_USERS} more`] : [];
    const listed = [...users.slice(0, MAX_USERS), ...more].join(', ');
    const what =
      users.length === 0
        ? 'nothing depends on it'
        : `the parts that depend on it are not checked (${listed})`;
    return {
      ...finding,
      property: `Parameters.${name}`,
      message: `${name} has no value, so ${what}; pass --param ${name}=VALUE${originOf(name, finding.message)}`,
      line: stack.source?.lineOf?.(['Parameters', name]) ?? finding.line,
    };
  });
}

/** Returns the sentence of the refusal that says which template of the project has the value of the parameter. */
function originOf(name: string, message: string): string {
  const origin = message.split('; ').find((part) => part.includes(' template ') && hasWord(part, name));
  return origin === undefined ? '' : `; ${origin}`;
}

function hasWord(text: string, name: string): boolean {
  return text.split(/[\s,:]+/).includes(name);
}

/** Returns the properties of resources, and the conditions, that refer to the parameter. */
function usersOf(parameter: string, { source }: ResolvedStack): readonly string[] {
  const { template = {}, original = template } = source ?? {};
  const conditions = Object.entries(mapOf(original, 'Conditions')).flatMap(([name, condition]) =>
    namesIn(condition).has(parameter) ? [`Conditions.${name}`] : [],
  );
  const properties = Object.entries(mapOf(original, 'Resources')).flatMap(([logicalId, resource]) =>
    Object.entries(mapOf(membersOf(resource), 'Properties')).flatMap(([name, value]) =>
      namesIn(value).has(parameter) ? [`${logicalId}.${name}`] : [],
    ),
  );
  return [...properties, ...conditions];
}

/** Returns each value of each parameter, and as many pairs of values of two parameters as the maximum permits. */
function roundsOf(values: TrialValues, most: number): readonly Readonly<Record<string, string>>[] {
  const longest = Math.max(...[...values.values()].map((one) => one.length));
  const shifts = values.size === 1 ? 1 : Math.min(longest, Math.ceil(Math.min(most, MAX_ROUNDS) / longest));
  return Array.from({ length: longest * shifts }, (_, round) =>
    Object.fromEntries(
      [...values].map(([name, all], index) => [
        name,
        all[(round + index * Math.floor(round / longest)) % all.length] ?? '',
      ]),
    ),
  );
}

/** Returns whether the finding is about a value that contains one of the parameters. */
function isOfValue(
  { stack, resource, property }: DeployFinding,
  stacks: readonly ResolvedStack[],
  names: ReadonlySet<string>,
): boolean {
  const { source } = stacks.find(({ stackName }) => stackName === stack) ?? {};
  if (property === '' || source === undefined) return false;
  const written = mapOf(mapOf(source.template, 'Resources'), resource)['Properties'];
  const value = property
    .split('.')
    .reduce<Json | undefined>(
      (found, key) => (isJsonList(found) ? found[Number(key)] : membersOf(found)[key]),
      written,
    );
  return [...namesIn(value)].some((name) => names.has(name));
}

function isSame(one: DeployFinding, other: DeployFinding): boolean {
  return isDeepStrictEqual(
    [one.id, one.stack, one.resource, one.property, one.message],
    [other.id, other.stack, other.resource, other.property, other.message],
  );
}
