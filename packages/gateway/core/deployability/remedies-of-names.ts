/** The remedies for references to a name that does not exist in the template. */
import { PSEUDO_PARAMETERS } from '../stack/intrinsic-functions.ts';
import type { RemedyRow } from './remedy-row.ts';
import { nearestOf } from './spelling.ts';

/**
 * Returns the remedy for a name that cannot be a logical id or a parameter name because of its form; undefined for any
 * other name.
 */
function remedyOfForm(name: string): string | undefined {
  if (name.startsWith('AWS::')) {
    const nearest = nearestOf(name, PSEUDO_PARAMETERS);
    return nearest === undefined
      ? `CloudFormation has no pseudo parameter ${name}. Refer to one of ${PSEUDO_PARAMETERS.join(', ')}, or to a parameter of this template. The name of a parameter has only letters and digits`
      : `write ${nearest} instead of ${name}`;
  }
  return name.includes('.')
    ? `write !GetAtt ${name}, because Ref takes a logical id without an attribute`
    : undefined;
}

/**
 * Returns the remedy for an attribute that a resource does not have, or that is used in a Ref.
 * @param attributes the attributes that the type of the resource has
 */
export function remedyOfAttribute(
  logicalId: string,
  attribute: string,
  attributes: readonly string[],
): string | undefined {
  if (attributes.includes(attribute)) return remedyOfForm(`${logicalId}.${attribute}`);
  const meant =
    nearestOf(attribute, attributes) ?? attributes.find((one) => attribute.endsWith(one)) ?? 'ATTRIBUTE';
  return attributes.length === 0
    ? `write !Ref ${logicalId}: this type has no attributes`
    : `write !GetAtt ${logicalId}.${meant}: the attributes of ${logicalId} are ${attributes.join(', ')}`;
}

export const REMEDIES_OF_NAMES: readonly RemedyRow[] = [
  {
    words: /Unresolved dependencies \[(.+?)\]\. Cannot reference resources in the Conditions block/,
    remedy: ([, name = '']) =>
      remedyOfForm(name) ??
      `refer to a parameter of this template, a pseudo parameter or a mapping instead of ${name}, or add a parameter with this name`,
  },
  {
    words:
      /Unresolved resource dependencies \[(.+?)\] in the \w+ block of the template; its Condition is false$/,
    remedy: ([, name = '']) =>
      `add the Condition of ${name} to the resource or output that refers to ${name}, or refer to ${name} only inside of Fn::If with this condition`,
  },
  {
    words: /Unresolved resource dependencies \[(.+?)\]/,
    remedy: ([, name = '']) =>
      remedyOfForm(name) ??
      `correct the spelling of ${name}, or add a resource or a parameter with this name to this template`,
  },
];
