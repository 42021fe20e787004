/**
 * Leaves parts out of the stack before osls compiles it. Each resource file lists in `parts:` the parts to which it
 * belongs, and is included if any of them is chosen; a function is left out together with its role. Everything that
 * refers to a removed resource is also removed: variables of functions, statements of roles, lines of the dashboard.
 */
import { asList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { refersTo } from './edit-template.ts';
import type { OslsFunction } from './pack-functions.ts';

type ResourceFile = {
  readonly Resources?: Readonly<Record<string, CfnResource>>;
};
type CfnResource = {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
};

/** A table of a part that is left out. */
export type LeftTable = { readonly id: string; readonly name: string; readonly stays: boolean };

/** A part that is left out, with the logical ids that no chosen part declares. */
export type LeftPart = { readonly part: string; readonly ids: readonly string[] };

type PartFunction = OslsFunction & {
  readonly role?: unknown;
  environment?: Readonly<Record<string, unknown>>;
};

/** `parts` of each resource file, in their order; undefined if the file belongs to all parts. */
type Owners = readonly (readonly string[] | undefined)[];

type ServiceOfParts = {
  readonly functions: Readonly<Record<string, PartFunction>>;
  /** The resources as osls has read them from the resource files, before it merges them. */
  readonly files: readonly unknown[];
};

type ChosenService = {
  readonly functions: Readonly<Record<string, PartFunction>>;
  /** The merged resources. */
  readonly resources: Readonly<Record<string, unknown>>;
  readonly left: readonly LeftTable[];
  readonly leftParts: readonly LeftPart[];
};

/** Member that lists the parts of a resource file or widget. */
const PARTS_MEMBER = 'parts';

/**
 * Removes the member `parts`, which osls would refuse, and returns its values. The list of files stays unchanged,
 * because osls later resolves variables by their position in it.
 */
export function takeOwners(files: unknown): Owners {
  return asList(files).map((file) => {
    const { [PARTS_MEMBER]: parts } = membersOf(file);
    if (!Array.isArray(parts)) return undefined;
    Reflect.deleteProperty(file as object, PARTS_MEMBER);
    return parts.map(String);
  });
}

export function leaveOutParts(
  { functions, files }: ServiceOfParts,
  owners: Owners,
  chosen: readonly string[],
): ChosenService {
  const isChosen = (_file: unknown, at: number): boolean =>
    owners[at]?.some((part) => chosen.includes(part)) ?? true;
  const kept = files.filter(isChosen).map(membersOf) as readonly ResourceFile[];
  const left = (files.filter((file, at) => !isChosen(file, at)) as readonly ResourceFile[]).flatMap((file) =>
    Object.entries(file.Resources ?? {}),
  );
  const ids = new Set(left.map(([id]) => id));
  const idsOf = new Map<string, string[]>();
  for (const [at, file] of files.entries())
    if (!isChosen(file, at))
      for (const part of owners[at] ?? []) {
        const own = Object.keys((membersOf(file) as ResourceFile).Resources ?? {});
        idsOf.set(part, [...(idsOf.get(part) ?? []), ...own]);
      }
  const isLeft = ([, { role }]: readonly [string, PartFunction]): boolean => ids.has(String(role));
  const all = Object.entries(functions);
  const gone = [...ids, ...all.filter(isLeft).map(([name]) => functionId(name))];
  const stay = all.filter((entry) => !isLeft(entry));
  const without = (resource: CfnResource): CfnResource =>
    withoutLines(withoutStatements(resource, gone), gone, chosen);
  const pruned = kept.map((file) => {
    const resources = Object.entries(file.Resources ?? {}).map(([id, one]) => [id, without(one)] as const);
    return { ...file, Resources: Object.fromEntries(resources) };
  });
  return {
    functions: Object.fromEntries(stay.map(([name, one]) => [name, withoutGone(one, gone)])),
    resources: membersOf(pruned.reduce<unknown>(merged, {})),
    leftParts: [...idsOf].map(([part, own]) => ({ part, ids: own })),
    left: left
      .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
      .map(([id, { DeletionPolicy: policy, Properties }]) => {
        return { id, name: String(Properties?.['TableName']), stays: policy?.startsWith('Retain') === true };
      }),
  };
}

/** Merges resources as osls merges the contents of the resource files. */
function merged(one: unknown, other: unknown): unknown {
  if (!isJsonObject(one) || !isJsonObject(other)) return other;
  const members = Object.entries(other).map(([name, value]) => [name, merged(one[name], value)] as const);
  return { ...one, ...Object.fromEntries(members) };
}

/** Describes what happens to the deployed tables of parts that are left out. */
export function describeLeft(tables: readonly LeftTable[]): readonly string[] {
  return tables.map(({ name, stays }) =>
    stays
      ? `the stack no longer has a part with the table ${name}. CloudFormation keeps the table and its data. Before you add the part again, delete the table or import it into the stack`
      : `the stack no longer has a part with the table ${name}, so this deployment deletes the table`,
  );
}

/**
 * Returns why a deployment that would remove parts of the deployed stack is refused; undefined if it removes none, or
 * only parts that the user has named for this deployment.
 */
export function describeRemoved(
  left: readonly LeftPart[],
  deployed: readonly string[],
  removed: readonly string[],
): string | undefined {
  const lost = left
    .map(({ part, ids }) => ({ part, ids: ids.filter((id) => deployed.includes(id)) }))
    .filter(({ part, ids }) => ids.length > 0 && !removed.includes(part));
  if (lost.length === 0) return undefined;
  const names = lost.map(({ part }) => part);
  const shown = lost.map(({ part, ids }) => `${part} (${ids.slice(0, 3).join(', ')})`).join('; ');
  return `the deployed stack has parts that gatewright.yml leaves out: ${shown}. To keep them, run npx gatewright init --add ${names.join(',')}; to remove them with this deployment, pass --param removedParts=${names.join(',')}`;
}

/** Returns the logical id that osls gives the function. */
function functionId(name: string): string {
  const normalized = name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return `${normalized.charAt(0).toUpperCase()}${normalized.slice(1)}LambdaFunction`;
}

function isOf(value: unknown, gone: readonly string[]): boolean {
  return gone.some((id) => refersTo(value, id));
}

function withoutGone(definition: PartFunction, gone: readonly string[]): PartFunction {
  const { environment = {} } = definition;
  const kept = Object.entries(environment).filter(([, value]) => !isOf(value, gone));
  return { ...definition, environment: Object.fromEntries(kept) };
}

function withoutStatements(resource: CfnResource, gone: readonly string[]): CfnResource {
  if (resource.Type !== 'AWS::IAM::Role') return resource;
  const policies = asList(resource.Properties?.['Policies']).map((policy) => {
    const document = membersOf(membersOf(policy)['PolicyDocument']);
    const statements = asList(document['Statement']).filter((statement) => !isOf(statement, gone));
    return { ...membersOf(policy), PolicyDocument: { ...document, Statement: statements } };
  });
  return { ...resource, Properties: { ...resource.Properties, Policies: policies } };
}

/**
 * Removes the lines and widgets of left-out parts from the dashboard. Also removes the member `parts`, in
 * which each widget lists its parts, because CloudWatch does not define this member.
 */
function withoutLines(
  resource: CfnResource,
  gone: readonly string[],
  chosen: readonly string[],
): CfnResource {
  if (resource.Type !== 'AWS::CloudWatch::Dashboard') return resource;
  const { 'Fn::Sub': text } = membersOf(resource.Properties?.['DashboardBody']);
  const widgets = asList(membersOf(JSON.parse(String(text)))['widgets'])
    .map(membersOf)
    .filter(({ parts }) => asList(parts).some((part) => chosen.includes(String(part))))
    .map((widget) => {
      const properties = membersOf(widget['properties']);
      const metrics = asList(properties['metrics']).filter(
        (line) => !isOf({ 'Fn::Sub': JSON.stringify(line) }, gone),
      );
      return { ...without(widget, PARTS_MEMBER), properties: { ...properties, metrics } };
    });
  const body = { 'Fn::Sub': JSON.stringify({ widgets }) };
  return { ...resource, Properties: { ...resource.Properties, DashboardBody: body } };
}

function without(members: object, name: string): object {
  return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
}
