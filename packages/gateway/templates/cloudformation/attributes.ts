/**
 * Computes the results of `Ref` and `Fn::GetAtt` by resource type. For an unknown type, the result is a placeholder in
 * AWS's form, and it is reported.
 * @see
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 * ("Return values")
 */
import type { Json } from '@gatewright/aws/json-object';
import { arnOf } from '../../core/resource-types/namers.ts';
import { makeName } from '@gatewright/aws/physical-ids';
import { serviceAttribute, serviceReference } from './service-names.ts';
import type { Identity } from '../../core/resource-types/namers.ts';
import type { ResourceTypes } from '../../core/resource-types/resource-types.ts';

export type Lookup<Value extends Json = string> = { readonly value: Value; readonly isPlaceholder: boolean };

/**
 * Returns the result of `Ref`. For an unknown type, it is a generated name in CloudFormation's form, which is marked as
 * a placeholder.
 */
export function referenceTo(types: ResourceTypes, resource: Identity): Lookup {
  const value = types.namesOf(resource.type)?.ref(resource) ?? serviceReference(resource.type, resource);
  if (value !== undefined) return { value, isPlaceholder: false };
  return { value: makeName(resource.stackName, resource.logicalId), isPlaceholder: true };
}

/**
 * Returns the result of `Fn::GetAtt`. For an unknown attribute, it is a placeholder in the form that the attribute's
 * name suggests.
 */
export function attributeOf(types: ResourceTypes, resource: Identity, attribute: string): Lookup<Json> {
  const attributes = types.namesOf(resource.type)?.attributes;
  const found = attributes && Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
  const value = found?.(resource) ?? serviceAttribute(resource.type, attribute, resource);
  if (value !== undefined) return { value, isPlaceholder: false };
  return { value: plausibleAttribute(resource, attribute), isPlaceholder: true };
}

function plausibleAttribute(resource: Identity, attribute: string): string {
  const name = makeName(resource.stackName, resource.logicalId);
  const service = resource.type.split('::')[1]?.toLowerCase() ?? 'custom';
  if (/Arn$/i.test(attribute)) return arnOf(service, () => name)(resource);
  if (/Port$/.test(attribute)) return '443';
  if (/(?:Address|Endpoint|Domain|DomainName|Host)$/.test(attribute))
    return `${name.toLowerCase()}.${service}.${resource.region}.${resource.urlSuffix}`;
  if (/Ur[il]$/i.test(attribute))
    return `https://${name.toLowerCase()}.${service}.${resource.region}.${resource.urlSuffix}/`;
  return attribute === 'Id' || attribute === 'Name' ? name : `${name}-${attribute}`;
}
