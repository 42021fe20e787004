/** What `serverless.yml` and the resource files of the stack declare, before variables are resolved. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const REPOSITORY = join(import.meta.dirname, '../..');
const STACK = join(REPOSITORY, 'packages/toolkit/stack');
const ALARM = /^AWS::CloudWatch::(Composite)?Alarm$/;
const EXPORT = /Export: \{ Name: '[^']*\}-(\w+)' \}/g;
const PARAMETER = /\$\{param:(\w+)/g;

type DeclaredFunction = {
  readonly description: string;
  /** The logical id. */
  readonly role: string;
  readonly environment: Readonly<Record<string, unknown>>;
};

/** CloudFormation types by logical id. */
type ResourceTypes = ReadonlyMap<string, string>;

type Stack = {
  readonly functions: ReadonlyMap<string, DeclaredFunction>;
  /** The resource files, as `serverless.yml` names them: `${file(packages/toolkit/stack/quota/table.yml)}`. */
  readonly namedFiles: readonly string[];
  /** The resources by file, relative to `packages/toolkit/stack`. */
  readonly resourceFiles: ReadonlyMap<string, ResourceTypes>;
  readonly parameters: readonly string[];
  /** The names of exports, without the service and the stage. */
  readonly outputs: readonly string[];
};

type AlarmProperties = {
  readonly MetricName?: string;
  readonly Metrics?: readonly { readonly MetricStat?: object }[];
};

export function readStack(): Stack {
  const text = readFileSync(join(REPOSITORY, 'serverless.yml'), 'utf8');
  const { functions, resources } = parseLeniently(text) as {
    readonly functions: Readonly<Record<string, Partial<DeclaredFunction>>>;
    readonly resources: readonly string[];
  };
  const files = globSync('**/*.yml', { cwd: STACK })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => [path, readFileSync(join(STACK, path), 'utf8')] as const);
  const parameters = [text, ...files.map(([, yaml]) => yaml)].flatMap((yaml) =>
    [...yaml.matchAll(PARAMETER)].map(([, name = '']) => name),
  );
  return {
    functions: new Map(
      Object.entries(functions).map(([id, { description = '', role = '', environment = {} }]) => [
        id,
        { description, role, environment },
      ]),
    ),
    namedFiles: resources,
    resourceFiles: new Map(files.map(([path, yaml]) => [path, readResources(yaml)])),
    parameters: [...new Set(parameters)],
    outputs: files.flatMap(([, yaml]) => [...yaml.matchAll(EXPORT)].map(([, name = '']) => name)),
  };
}

function readResources(text: string): ResourceTypes {
  const { Resources = {} } = parseLeniently(text) as {
    readonly Resources?: Readonly<Record<string, { readonly Type: string }>>;
  };
  return new Map(Object.entries(Resources).map(([id, { Type }]) => [id, Type]));
}

/**
 * Returns how many metrics the alarms of a resource file watch. An alarm watches the metric that it names, and each
 * metric of its expression.
 * @param file relative to `packages/toolkit/stack`
 */
export function watchedMetrics(file: string): number {
  const { Resources = {} } = parseLeniently(readFileSync(join(STACK, file), 'utf8')) as {
    readonly Resources?: Readonly<
      Record<string, { readonly Type: string; readonly Properties?: AlarmProperties }>
    >;
  };
  const alarms = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  return alarms
    .map(({ Properties: { MetricName, Metrics = [] } = {} }) =>
      MetricName === undefined ? Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length : 1,
    )
    .reduce((sum, count) => sum + count, 0);
}

/** The parser does not know CloudFormation's tags, so it reads `!Ref AccessTable` as the text after the tag. */
function parseLeniently(text: string): unknown {
  return parse(text, { merge: true, logLevel: 'error' });
}

export function tablesOf(resources: ResourceTypes): readonly string[] {
  return [...resources].filter(([, type]) => type === 'AWS::DynamoDB::Table').map(([id]) => id);
}

export function alarmsOf(resources: ResourceTypes): readonly string[] {
  return [...resources].filter(([, type]) => ALARM.test(type)).map(([id]) => id);
}
