/**
 * Checks resources of API Gateway against the constraints of the calls that create them. The control plane applies the
 * same constraints to calls, and CloudFormation makes these calls.
 */
import { violationsOf } from '@gatewright/aws/call-input';
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import { refusalByService } from '../edits/check-members.ts';
import { REST_CONSTRAINTS } from '../resource-types/constraints.ts';
import { V2_CONSTRAINTS } from '../resource-types/v2-constraints.ts';
import type { Constraint } from '../resource-types/constraints.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';

type BrokenConstraint = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  /** Absent if the constraint is a pattern, because the message already contains the pattern. */
  readonly remedy?: string | undefined;
};

/** Members whose property has another name in templates. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([['apiKeySource', 'ApiKeySourceType']]);

export function judgeConstraints(resource: ResolvedResource): readonly BrokenConstraint[] {
  return [...REST_CONSTRAINTS, ...V2_CONSTRAINTS]
    .filter(({ type }) => type === resource.type)
    .flatMap(({ properties, below }) =>
      Object.entries(properties).flatMap(([member, constraint]) => {
        const name = OTHERWISE.get(member) ?? member.split('.').map(capital).join('.');
        const path = below === undefined ? name : `${below}.${name}`;
        return valuesAt(resource.properties, path.split('.')).flatMap(({ at, value }) => {
          const property = at.join('.');
          // The schema of the resource type, and not this check, determines whether a property is required.
          const [violation] = violationsOf(value, property, { ...constraint, isRequired: false });
          const message = violation ?? refusalByService(value, constraint);
          return message === undefined
            ? []
            : [{ resource, property, message, remedy: remedyOf(property, constraint) }];
        });
      }),
    );
}

/** Returns a remedy that names the permitted values; undefined if the constraint is a pattern or a function. */
function remedyOf(property: string, constraint: Constraint): string | undefined {
  const { own = [], each } = constraint;
  const member = property.split('.').at(-1) ?? property;
  const values = constraint.values ?? each?.values ?? own.find((one) => one.values !== undefined)?.values;
  if (values !== undefined && !own.some(({ maxItems }) => maxItems !== undefined))
    return `set ${member} to one of ${values.join(', ')}`;
  for (const { range, maxItems, minLength, maxLength, present } of own) {
    if (range !== undefined) return `set ${member} to a value from ${range[0]} to ${range[1]}`;
    if (maxItems !== undefined)
      return `keep at most ${maxItems} ${maxItems === 1 ? 'item' : 'items'} in ${member}${values === undefined ? '' : ` (one of ${values.join(', ')})`}`;
    if (minLength !== undefined || maxLength !== undefined)
      return `write ${member} with ${minLength === undefined ? '' : `at least ${minLength} `}${maxLength === undefined ? '' : `${minLength === undefined ? '' : 'and '}at most ${maxLength} `}characters`;
    if (present === true) return `add ${member}`;
  }
  const { least, most } = constraint;
  if (least !== undefined && most !== undefined) return `use ${least} to ${most} for ${member}`;
  return undefined;
}

type PlacedValue = { readonly at: readonly string[]; readonly value: unknown };

/** Returns the values at a path, in which `*` stands for each item of a list; none if the property is absent. */
function valuesAt(
  owner: unknown,
  [name, ...rest]: readonly string[],
  at: readonly string[] = [],
): readonly PlacedValue[] {
  if (name === undefined) return (owner ?? undefined) === undefined ? [] : [{ at, value: asSent(owner, at) }];
  if (name === '*')
    return isJsonList(owner)
      ? owner.flatMap((item, index) => valuesAt(item, rest, [...at, String(index)]))
      : [];
  return isJsonObject(owner) ? valuesAt(owner[name], rest, [...at, name]) : [];
}

/**
 * Returns the value that CloudFormation passes to the call. Where a number is expected, it converts a string of digits.
 */
function asSent(value: unknown, at: readonly string[]): unknown {
  const member = at.at(-1) ?? '';
  return typeof value === 'string' &&
    /^-?\d+$/.test(value) &&
    /(?:InMillis|Seconds|Size|MaxAge)$/.test(member) &&
    !member.endsWith('ClusterSize')
    ? Number(value)
    : value;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
