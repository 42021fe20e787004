/**
 * Finds new resources that conflict with an old one. CloudFormation creates new resources first, and deletes old ones
 * only in the cleanup at the end of the update.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
import { asText, textOf } from '@gatewright/aws/json-object';
import { describeVariableConflict, differInVariables } from '../../routing/http-routes.ts';
import type { ResolvedResource } from '../../stack/model.ts';
import { ALSO_NAMED } from '../judge-names.ts';
import { KnownValues } from '../known-values.ts';
import { namesIn } from '../names-in.ts';
import type { SchemaTable } from '../schema-check.ts';
import type { Change, StackChanges } from './stack-changes.ts';

type Conflict = {
  readonly resource: ResolvedResource;
  /** The existing resource that conflicts. */
  readonly old: ResolvedResource;
  readonly property: string;
  readonly rule: 'update-creates-first' | 'update-replaces-named';
  /** AWS's message. For `update-creates-first`, it also says which resource is deleted too late. */
  readonly message: string;
};

/**
 * Properties whose values must be unique within their owner, with AWS's message about a second resource that has the
 * same values.
 */
type Unique = {
  readonly by: readonly string[];
  /** The property to which the message refers. */
  readonly property: string;
  readonly says: (value: string) => string;
};

const UNIQUE: Readonly<Record<string, Unique>> = {
  // See anomalyco/sst#513
  'AWS::ApiGatewayV2::Route': {
    by: ['ApiId', 'RouteKey'],
    property: 'RouteKey',
    says: (key) => `Route with key ${key} already exists for this API`,
  },
  // See serverless/serverless#2730
  'AWS::ApiGateway::Resource': {
    by: ['RestApiId', 'ParentId', 'PathPart'],
    property: 'PathPart',
    says: (part) => `Another resource with the same parent already has this name: ${part}`,
  },
  // See aws-cloudformation/cloudformation-coverage-roadmap#1151
  'AWS::ApiGatewayV2::ApiMapping': {
    by: ['DomainName', 'ApiMappingKey'],
    property: 'DomainName',
    says: () => 'ApiMapping key already exists for this domain name',
  },
  // See aws/aws-cdk#13817
  'AWS::ApiGateway::UsagePlanKey': {
    by: ['UsagePlanId', 'KeyId'],
    property: 'KeyId',
    says: () => 'The API key is already in the usage plan',
  },
};

export function findConflicts(changes: StackChanges, table: SchemaTable): readonly Conflict[] {
  const { kept, added } = changes;
  const replaced = kept.filter(({ replacedBy }) => replacedBy !== undefined);
  const created = [...added, ...replaced.map(({ now }) => now)];
  const look = new Names(changes);
  return [
    ...replaced.flatMap((change) => findNamedReplacement(change, table, look)),
    ...created.flatMap((resource) => [
      ...findEqual(resource, changes, table, look),
      ...findVariableSibling(resource, changes, look),
    ]),
  ];
}

/** Decides whether a property has the same value in the account for an old and a new resource. */
class Names {
  readonly replaced: ReadonlySet<string>;
  readonly #before: KnownValues;
  readonly #now: KnownValues;

  constructor({ kept, added, before, now }: StackChanges) {
    this.replaced = new Set(
      [
        ...kept.filter(({ replacedBy }) => replacedBy !== undefined).map((change) => change.now),
        ...added,
      ].map(({ logicalId }) => logicalId),
    );
    this.#before = new KnownValues(before.source?.template ?? {});
    this.#now = new KnownValues(now.source?.template ?? {}, now.source?.placeholderParameters);
  }

  /** Returns whether the values at the properties are the same in the account while both resources exist. */
  areEqual(old: ResolvedResource, created: ResolvedResource, names: readonly string[]): boolean {
    return names.every((name) => {
      const [a, b] = [old.properties[name], created.properties[name]];
      if (asText(a) !== asText(b) || (a !== undefined && asText(a) === undefined)) return false;
      const [writtenBefore, writtenNow] = [
        this.#before.writtenAt(old.logicalId, [name]),
        this.#now.writtenAt(created.logicalId, [name]),
      ];
      // On AWS a new resource gets another id, although the gateway derives the same id.
      return ![...namesIn(writtenBefore), ...namesIn(writtenNow)].some((one) => this.replaced.has(one));
    });
  }

  isWritten(resource: ResolvedResource, name: string): boolean {
    return this.#now.isNamedAt(resource.logicalId, [name]);
  }
}

/**
 * Returns the property with which a template names a resource of the type; undefined if the type has no such property.
 */
function ownNameOf(type: string, table: SchemaTable): string | undefined {
  const names = ALSO_NAMED[type] ?? table[type]?.named ?? [];
  const [only] = names;
  return names.length === 1 && only !== undefined && only.endsWith('Name') ? only : undefined;
}

function findNamedReplacement(
  { before, now, replacedBy = '' }: Change,
  table: SchemaTable,
  look: Names,
): readonly Conflict[] {
  const name = ownNameOf(now.type, table);
  if (name === undefined || name === replacedBy) return [];
  const text = asText(now.properties[name]);
  if (text === undefined || text !== asText(before.properties[name]) || !look.isWritten(now, name)) return [];
  return [
    {
      resource: now,
      old: before,
      property: replacedBy,
      rule: 'update-replaces-named',
      message: `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${text} and update the stack again.`,
    },
  ];
}

/** Finds an old resource that has another logical id, but the same values for properties that must be unique. */
function findEqual(
  created: ResolvedResource,
  { before, kept }: StackChanges,
  table: SchemaTable,
  look: Names,
): readonly Conflict[] {
  const { type, logicalId } = created;
  const name = ownNameOf(type, table);
  const unique =
    UNIQUE[type] ??
    (name === undefined
      ? undefined
      : { by: [name], property: name, says: (text: string) => `${text} already exists` });
  if (unique === undefined) return [];
  if (name !== undefined && (created.properties[name] === undefined || !look.isWritten(created, name)))
    return [];
  // A resource that is updated in place is not in conflict: either it stops using the value, or two resources of the
  // new template have the value, which judge-names.ts reports.
  const stays = new Set(
    kept.filter(({ replacedBy }) => replacedBy === undefined).map(({ now }) => now.logicalId),
  );
  const gone = [...before.resources.values()].find(
    (old) =>
      old.type === type &&
      old.logicalId !== logicalId &&
      !stays.has(old.logicalId) &&
      look.areEqual(old, created, unique.by),
  );
  if (gone === undefined) return [];
  return [
    {
      resource: created,
      old: gone,
      property: unique.property,
      rule: 'update-creates-first',
      message: `${unique.says(textOf(created.properties, unique.property))}: ${gone.logicalId} is deleted only after ${logicalId} is created`,
    },
  ];
}

const VARIABLE = /^\{.*\}$/;

/** A type of resource with a path. Two paths must not differ only in the names of their variables. */
type Path = {
  readonly property: string;
  /** The properties that two conflicting resources have in common. */
  readonly within: readonly string[];
  readonly differ: (path: string, other: string) => boolean;
  readonly says: (path: string, other: string) => string;
};

const PATHS: Readonly<Record<string, Path>> = {
  // See serverless/serverless#3785, aws/aws-cdk#25172
  'AWS::ApiGateway::Resource': {
    property: 'PathPart',
    within: ['RestApiId', 'ParentId'],
    differ: (part, other) => VARIABLE.test(part) && VARIABLE.test(other) && part !== other,
    says: (_, other) =>
      `A sibling (${other}) of this resource already has a variable path part -- only one is allowed`,
  },
  // See plutomi/plutomi#271
  'AWS::ApiGatewayV2::Route': {
    property: 'RouteKey',
    within: ['ApiId'],
    differ: differInVariables,
    says: describeVariableConflict,
  },
};

function findVariableSibling(
  created: ResolvedResource,
  { before }: StackChanges,
  look: Names,
): readonly Conflict[] {
  const rule = PATHS[created.type];
  if (rule === undefined) return [];
  const { property, within, differ, says } = rule;
  const path = textOf(created.properties, property);
  const sibling = [...before.resources.values()].find(
    (old) =>
      old.type === created.type &&
      differ(path, textOf(old.properties, property)) &&
      look.areEqual(old, created, within),
  );
  if (sibling === undefined) return [];
  const other = textOf(sibling.properties, property);
  return [
    {
      resource: created,
      old: sibling,
      property,
      rule: 'update-creates-first',
      message: `${says(path, other)}: ${other} is deleted only after ${path} is created`,
    },
  ];
}
