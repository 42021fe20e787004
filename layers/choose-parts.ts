/**
 * Leaves parts out of the stack before osls compiles it. Each resource file says in `parts:` to which parts it
 * belongs, any of them suffices; a function belongs where its role does. What goes takes along what names it:
 * variables of functions, statements of roles, lines of the dashboard.
 */
import { membersOf } from '@gatewright/aws/json-object';
import { refersTo } from './edit-template.ts';
import type { OslsFunction } from './pack-functions.ts';

type ResourceFile = {
  readonly parts?: readonly string[];
  readonly Resources?: Readonly<Record<string, CfnResource>>;
};
type CfnResource = {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
};

/** A table of a part that is left out. */
export type LeftTable = { readonly id: string; readonly name: string; readonly stays: boolean };

type PartFunction = OslsFunction & {
  readonly role?: unknown;
  environment?: Readonly<Record<string, unknown>>;
};

/** As osls has read it, before it merges the resource files. */
export type ServiceWithParts = {
  functions?: Readonly<Record<string, PartFunction>>;
  resources?: unknown;
};

/** Of resource files and widgets. */
const PARTS_MEMBER = 'parts';

/** @param chosen undefined: all */
export function leaveOutParts(
  service: ServiceWithParts,
  chosen: readonly string[] | undefined,
): readonly LeftTable[] {
  if (!Array.isArray(service.resources)) return [];
  const files = service.resources.map(membersOf) as readonly ResourceFile[];
  const isChosen = ({ parts }: ResourceFile): boolean =>
    chosen === undefined || parts === undefined || parts.some((part) => chosen.includes(part));
  const kept = files.filter(isChosen);
  const left = files
    .filter((file) => !isChosen(file))
    .flatMap((file) => Object.entries(file.Resources ?? {}));
  const functions = Object.entries(service.functions ?? {});
  const roles = new Set(left.map(([id]) => id));
  const isLeft = ([, { role }]: readonly [string, PartFunction]): boolean => roles.has(String(role));
  const gone = [...roles, ...functions.filter(isLeft).map(([name]) => functionId(name))];
  service.functions = Object.fromEntries(
    functions
      .filter((entry) => !isLeft(entry))
      .map(([name, definition]) => [name, withoutGone(definition, gone)]),
  );
  service.resources = kept.map((file) => ({
    ...without(file, PARTS_MEMBER),
    Resources: Object.fromEntries(
      Object.entries(file.Resources ?? {}).map(([id, resource]) => [
        id,
        withoutLines(withoutStatements(resource, gone), gone, chosen),
      ]),
    ),
  }));
  return left
    .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
    .map(([id, { DeletionPolicy: policy, Properties }]) => {
      return { id, name: String(Properties?.['TableName']), stays: policy?.startsWith('Retain') === true };
    });
}

/** What becomes of tables that the deployed stack has. */
export function describeLeft(tables: readonly LeftTable[]): readonly string[] {
  return tables.map(({ name, stays }) =>
    stays
      ? `the stack no longer has a part with the table ${name}: the table stays, with its data. Before the part is added again, delete it or import it into the stack`
      : `the stack no longer has a part with the table ${name}: this deployment deletes the table`,
  );
}

/** As osls names it. */
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
  const policies = listOf(resource.Properties?.['Policies']).map((policy) => {
    const document = membersOf(membersOf(policy)['PolicyDocument']);
    const statements = listOf(document['Statement']).filter((statement) => !isOf(statement, gone));
    return { ...membersOf(policy), PolicyDocument: { ...document, Statement: statements } };
  });
  return { ...resource, Properties: { ...resource.Properties, Policies: policies } };
}

/** Widgets say in `parts` what they are about, which CloudWatch would not know. */
function withoutLines(
  resource: CfnResource,
  gone: readonly string[],
  chosen: readonly string[] | undefined,
): CfnResource {
  if (resource.Type !== 'AWS::CloudWatch::Dashboard') return resource;
  const { 'Fn::Sub': text } = membersOf(resource.Properties?.['DashboardBody']);
  const widgets = listOf(membersOf(JSON.parse(String(text)))['widgets'])
    .map(membersOf)
    .filter(
      ({ parts }) => chosen === undefined || listOf(parts).some((part) => chosen.includes(String(part))),
    )
    .map((widget) => {
      const properties = membersOf(widget['properties']);
      const metrics = listOf(properties['metrics']).filter(
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

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
