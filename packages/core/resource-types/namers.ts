/** How the ids, names and ARNs of a resource are made, for the tables that say which of them `Ref` and `Fn::GetAtt` give. */
import { makeId, makeName } from '@gatewright/aws/physical-ids';

/** One resource, as far as its identity needs it. */
export type Identity = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly urlSuffix: string;
  /** A resolved property as text, `List.0.Member` for a nested one; undefined = not written. */
  text(property: string): string | undefined;
  /** Which one it is, from 1, of those of its type for the same function; absent = the first. */
  readonly ordinal?: number;
};

export type Namer = (resource: Identity) => string;

/** What a type of resource gives. */
export type NamesOfType = {
  readonly ref: Namer;
  readonly attributes?: Readonly<Record<string, Namer>>;
};

export const id =
  (count: number): Namer =>
  ({ stackName, logicalId }) =>
    makeId(count, stackName, logicalId);

/** The name that the template gives, otherwise one that CloudFormation would make. */
export const named =
  (property: string, maxLength?: number): Namer =>
  (resource) =>
    resource.text(property) ?? makeName(resource.stackName, resource.logicalId, maxLength);

/** A property that the template must give. */
export const given =
  (property: string): Namer =>
  (resource) =>
    resource.text(property) ?? '';

export const generated: Namer = ({ stackName, logicalId }) => makeName(stackName, logicalId);

/** `arn:{partition}:{service}:{region}:{account}:{prefix}{ref}` */
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

/** IAM is global: no region in its ARNs. */
export const iamArn =
  (kind: string, name: Namer): Namer =>
  (resource) =>
    `arn:${resource.partition}:iam::${resource.accountId}:${kind}${resource.text('Path') ?? '/'}${name(resource)}`;

export const row = (ref: Namer, attributes: Readonly<Record<string, Namer>> = {}): NamesOfType => ({
  ref,
  attributes,
});
