/** Creates the ids, names and ARNs of resources, which `Ref` and `Fn::GetAtt` return. */
import { makeId, makeName } from '@gatewright/aws/physical-ids';

export type Identity = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly urlSuffix: string;
  /** Returns a resolved property as text; undefined if it is absent. `List.0.Member` names a nested property. */
  text(property: string): string | undefined;
  /**
   * The position of the version among all versions of the same function or layer, counted from 1. Absent means the
   * first.
   */
  readonly ordinal?: number;
};

export type Namer = (resource: Identity) => string;

export type NamesOfType = {
  readonly ref: Namer;
  readonly attributes?: Readonly<Record<string, Namer>>;
};

export const id =
  (count: number): Namer =>
  ({ stackName, logicalId }) =>
    makeId(count, stackName, logicalId);

/** Returns the name that the template gives; if there is none, a generated name in CloudFormation's form. */
export const named =
  (property: string, maxLength?: number): Namer =>
  (resource) =>
    resource.text(property) ?? makeName(resource.stackName, resource.logicalId, maxLength);

/** Returns a required property of the template; empty if it is missing. */
export const given =
  (property: string): Namer =>
  (resource) =>
    resource.text(property) ?? '';

export const generated: Namer = ({ stackName, logicalId }) => makeName(stackName, logicalId);

/** Returns ARNs in the form `arn:{partition}:{service}:{region}:{account}:{prefix}{ref}`. */
export const arnOf =
  (service: string, name: Namer, prefix = ''): Namer =>
  (resource) =>
    `arn:${resource.partition}:${service}:${resource.region}:${resource.accountId}:${prefix}${name(resource)}`;

export const host =
  (text: (resource: Identity) => string): Namer =>
  (resource) =>
    `${text(resource)}.${resource.urlSuffix}`;

export const lowerNamed =
  (property: string, maxLength?: number): Namer =>
  (resource) =>
    resource.text(property) ?? makeName(resource.stackName, resource.logicalId, maxLength).toLowerCase();

/** Returns IAM ARNs, which contain no region because IAM is global. */
export const iamArn =
  (kind: string, name: Namer): Namer =>
  (resource) =>
    `arn:${resource.partition}:iam::${resource.accountId}:${kind}${resource.text('Path') ?? '/'}${name(resource)}`;

export const row = (ref: Namer, attributes: Readonly<Record<string, Namer>> = {}): NamesOfType => ({
  ref,
  attributes,
});
