/** Formats a setting in the format of the user's own template: CloudFormation, SAM, serverless.yml, CDK or Terraform. */
import { mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { APIS_ADDED_BY_SAM, formatOf, shortFile, shortPlace } from '../../core/stack/source-format.ts';

type Form = 'cloudformation' | 'sam' | 'sam-globals' | 'serverless' | 'cdk' | 'terraform';

/** The place where an API is defined, and the format of that template. */
export type Definition = {
  readonly file: string;
  readonly form: Form;
  readonly logicalId: string;
  /** Whether the author wrote the routes in an OpenAPI document. */
  readonly isDocument?: true;
  /** The settings that are in the template, outside of the OpenAPI document. */
  readonly besideDocument?: readonly string[];
  /** Whether SAM adds OPTIONS methods to the API, because of its Cors. */
  readonly addsPreflights?: true;
  /** The lists of addresses in SAM's Auth.ResourcePolicy, from which SAM writes statements of the API's policy. */
  readonly addressLists?: readonly string[];
  /** How the template refers to the stages that are resources of their own, by name. */
  readonly stages?: Readonly<Record<string, string>>;
  /** The stages that Deployments with a StageName create beside the stages that are resources of their own. */
  readonly extraStages?: readonly string[];
  /** The custom domain of the API that requires client certificates. */
  readonly mutualDomain?: string;
  /** Whether SAM makes the API, from a resource of its own or from events. */
  readonly isMadeBySam?: true;
  /** Where a setting of the API is written, or has to be added: the resource, or the part of Globals or the provider. */
  readonly place?: string;
};

type ApiName = { readonly stackName: string; readonly logicalId: string; readonly apiId?: string };

/** Returns undefined for an API that was created by API calls. */
export function findDefinition(stacks: readonly ResolvedStack[], api: ApiName): Definition | undefined {
  const stack = stacks.find(({ stackName }) => stackName === api.stackName);
  const resource = stack?.resources.get(api.logicalId);
  if (stack === undefined || resource === undefined) return undefined;
  const { file } = resource.place();
  // SAM's settings are in the author's template, but not in the transformed template.
  const template = stack.source?.original ?? stack.source?.template ?? {};
  const written = membersOf(mapOf(template, 'Resources')[api.logicalId]);
  const own = membersOf(written['Properties']);
  const usual = membersOf(mapOf(template, 'Globals')['Api']);
  const auth = { ...membersOf(usual['Auth']), ...membersOf(own['Auth']) };
  const mutual = findMappings(stacks, api.apiId ?? '').find(({ isMutual }) => isMutual);
  const addressLists = Object.keys(membersOf(auth['ResourcePolicy'])).filter((name) =>
    name.startsWith('IpRange'),
  );
  const stages = stagesOf(stack, resource);
  const extraStages = Object.keys(stages).length === 0 ? [] : extraStagesOf(stack, resource, stages);
  return {
    file: shortFile(file),
    form: formOf(stack, api.logicalId, textOf(written, 'Type')),
    logicalId: api.logicalId,
    ...(DOCUMENTS.some((name) => own[name] !== undefined) && {
      isDocument: true,
      besideDocument: Object.keys({ ...usual, ...own }),
    }),
    ...((own['Cors'] ?? usual['Cors']) !== undefined && { addsPreflights: true }),
    ...(addressLists.length > 0 && { addressLists }),
    stages,
    ...(extraStages.length > 0 && { extraStages }),
    ...(mutual !== undefined && { mutualDomain: mutual.domain }),
    ...((textOf(written, 'Type').startsWith('AWS::Serverless::') ||
      OF_EVENTS.sam.includes(api.logicalId)) && { isMadeBySam: true }),
    place: placeOfSettings(stack, resource),
  };
}

/** An API that SAM creates from events has its settings in Globals, if the template has them. */
function placeOfSettings(stack: ResolvedStack, api: ResolvedResource): string {
  const section = { [APIS_ADDED_BY_SAM.rest]: 'Api', [APIS_ADDED_BY_SAM.http]: 'HttpApi' }[api.logicalId];
  const { original, lineOf } = stack.source ?? {};
  const globals = mapOf(original ?? {}, 'Globals');
  if (section === undefined || lineOf === undefined || original?.['Globals'] === undefined)
    return shortPlace(api);
  const line = lineOf(globals[section] === undefined ? ['Globals'] : ['Globals', section]);
  return line === undefined ? shortPlace(api) : `${shortFile(stack.file)}:${line}`;
}

/** A usage plan that names a stage by its name is created too early, unless it waits for the stage. */
function stagesOf(stack: ResolvedStack, api: ResolvedResource): Readonly<Record<string, string>> {
  const own = [...stack.resources.values()].filter(
    ({ type, properties }) => type === 'AWS::ApiGateway::Stage' && properties['RestApiId'] === api.physicalId,
  );
  return Object.fromEntries(
    own.map(({ logicalId, properties }) => [
      textOf(properties, 'StageName'),
      `!Ref ${stack.source?.made?.has(logicalId) === true ? `${api.logicalId}.Stage` : logicalId}`,
    ]),
  );
}

/** SAM gives a Deployment the StageName `Stage`, unless the API has an OpenApiVersion (docs/aws §10.2). */
function extraStagesOf(stack: ResolvedStack, api: ResolvedResource, stages: object): readonly string[] {
  return [...stack.resources.values()].flatMap(({ type, properties }) => {
    const name = textOf(properties, 'StageName');
    const isOfApi = type === 'AWS::ApiGateway::Deployment' && properties['RestApiId'] === api.physicalId;
    return isOfApi && name !== '' && !Object.hasOwn(stages, name) ? [name] : [];
  });
}

const DOCUMENTS = ['Body', 'BodyS3Location', 'DefinitionBody', 'DefinitionUri'];

const MAPPINGS: Readonly<Record<string, readonly [api: string, path: string]>> = {
  'AWS::ApiGatewayV2::ApiMapping': ['ApiId', 'ApiMappingKey'],
  'AWS::ApiGateway::BasePathMapping': ['RestApiId', 'BasePath'],
};

type Mapping = {
  readonly resource: ResolvedResource;
  readonly domain: string;
  readonly path: string;
  readonly isMutual: boolean;
};

/** Returns the mappings of custom domains to the API, in the loaded stacks. */
export function findMappings(stacks: readonly ResolvedStack[], apiId: string): readonly Mapping[] {
  const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
  const mutual = resources.flatMap(({ properties }) =>
    properties['MutualTlsAuthentication'] === undefined ? [] : [properties['DomainName']],
  );
  return resources.flatMap((resource) => {
    const { type, properties } = resource;
    const [api, path] = MAPPINGS[type] ?? [];
    if (api === undefined || path === undefined || properties[api] !== apiId) return [];
    const { DomainName: domain } = properties;
    const key = properties[path];
    return typeof domain !== 'string'
      ? []
      : [{ resource, domain, path: typeof key === 'string' ? key : '', isMutual: mutual.includes(domain) }];
  });
}

/**
 * The APIs that osls and SAM create from events. Their settings are not in a separate resource. A template of another
 * format may have resources of the same names.
 */
const OF_EVENTS: Readonly<Record<'serverless' | 'sam', readonly string[]>> = {
  serverless: ['WebsocketsApi', 'ApiGatewayRestApi', 'HttpApi'],
  sam: Object.values(APIS_ADDED_BY_SAM),
};

/** The function URLs that osls creates from `url` of a function. */
const OF_OSLS_URL = /LambdaFunctionUrl$/;

/** @param type the type of the API in the author's template, if the template has the API under this name */
function formOf(stack: ResolvedStack, logicalId: string, type: string): Form {
  const { kind } = formatOf(stack);
  switch (kind) {
    case 'sam':
      if (type !== '' && !type.startsWith('AWS::Serverless::')) return 'cloudformation';
      return OF_EVENTS.sam.includes(logicalId) ? 'sam-globals' : 'sam';
    case 'serverless':
      return OF_EVENTS.serverless.includes(logicalId) || OF_OSLS_URL.test(logicalId)
        ? 'serverless'
        : 'cloudformation';
    default:
      return kind;
  }
}

type Setting = 'binaryMediaTypes' | 'allowOrigins' | 'allowHeaders' | 'allowMethods' | 'exposeHeaders';

/** The path of each setting. `@` is the logical id or the address of the API. */
const PATHS: Readonly<Record<Setting, Readonly<Record<Form, string>>>> = {
  binaryMediaTypes: {
    cloudformation: 'Resources.@.Properties.BinaryMediaTypes',
    sam: 'Resources.@.Properties.BinaryMediaTypes',
    'sam-globals': 'Globals.Api.BinaryMediaTypes',
    serverless: 'provider.apiGateway.binaryMediaTypes',
    cdk: 'binaryMediaTypes',
    terraform: 'binary_media_types',
  },
  allowOrigins: {
    cloudformation: 'Resources.@.Properties.CorsConfiguration.AllowOrigins',
    sam: 'Resources.@.Properties.CorsConfiguration.AllowOrigins',
    'sam-globals': 'Globals.HttpApi.CorsConfiguration.AllowOrigins',
    serverless: 'provider.httpApi.cors.allowedOrigins',
    cdk: 'corsPreflight.allowOrigins',
    terraform: 'cors_configuration.allow_origins',
  },
  exposeHeaders: {
    cloudformation: 'Resources.@.Properties.CorsConfiguration.ExposeHeaders',
    sam: 'Resources.@.Properties.CorsConfiguration.ExposeHeaders',
    'sam-globals': 'Globals.HttpApi.CorsConfiguration.ExposeHeaders',
    serverless: 'provider.httpApi.cors.exposedResponseHeaders',
    cdk: 'corsPreflight.exposeHeaders',
    terraform: 'cors_configuration.expose_headers',
  },
  allowHeaders: {
    cloudformation: 'Resources.@.Properties.CorsConfiguration.AllowHeaders',
    sam: 'Resources.@.Properties.CorsConfiguration.AllowHeaders',
    'sam-globals': 'Globals.HttpApi.CorsConfiguration.AllowHeaders',
    serverless: 'provider.httpApi.cors.allowedHeaders',
    cdk: 'corsPreflight.allowHeaders',
    terraform: 'cors_configuration.allow_headers',
  },
  allowMethods: {
    cloudformation: 'Resources.@.Properties.CorsConfiguration.AllowMethods',
    sam: 'Resources.@.Properties.CorsConfiguration.AllowMethods',
    'sam-globals': 'Globals.HttpApi.CorsConfiguration.AllowMethods',
    serverless: 'provider.httpApi.cors.allowedMethods',
    cdk: 'corsPreflight.allowMethods',
    terraform: 'cors_configuration.allow_methods',
  },
};

/**
 * Returns the setting as it must be in the template, with the file above it.
 * @param values the whole list, because a list in a template replaces the previous list
 */
export function printSetting(
  setting: Setting,
  values: readonly string[],
  { file, form, logicalId }: Definition = { file: 'the template', form: 'cloudformation', logicalId: 'Api' },
): string {
  // SAM writes the slash of a media type as a JSON pointer does.
  const isPointer = setting === 'binaryMediaTypes' && form.startsWith('sam');
  const written = isPointer ? values.map((value) => value.replace('/', '~1')) : values;
  const path = PATHS[setting][form];
  if (form === 'terraform') return `In ${logicalId}:\n${printHcl(path.split('.'), written)}`;
  if (form === 'cdk') return `In the construct of the API: ${printProperty(path.split('.'), written)}`;
  const names = path.split('.').map((name) => (name === '@' ? logicalId : name));
  // serverless.yml has CloudFormation below `resources`.
  if (form === 'cloudformation' && file.startsWith('serverless.')) names.unshift('resources');
  return `In ${file}:\n${file.endsWith('.json') ? printJson(names, written) : printYaml(names, written)}`;
}

function printYaml(names: readonly string[], values: readonly string[]): string {
  const lines = names.map((name, depth) => `${'  '.repeat(depth)}${name}:`);
  const items = values.map((value) => `${'  '.repeat(names.length)}- ${quoteYaml(value)}`);
  return [...lines, ...items].join('\n');
}

function printJson(names: readonly string[], values: readonly string[]): string {
  const last = names.length;
  const list = values.map((value) => JSON.stringify(value)).join(', ');
  const opening = names.map(
    (name, depth) =>
      `${'  '.repeat(depth + 1)}${JSON.stringify(name)}: ${depth === last - 1 ? `[${list}]` : '{'}`,
  );
  const closing = names.map((_name, depth) => `${'  '.repeat(last - 1 - depth)}}`);
  return ['{', ...opening, ...closing].join('\n');
}

function quoteYaml(value: string): string {
  return /^[A-Za-z]/.test(value) ? value : `'${value}'`;
}

function printHcl(names: readonly string[], values: readonly string[]): string {
  const [name = '', ...inner] = names;
  if (inner.length === 0) return `${name} = ${JSON.stringify(values)}`;
  return `${name} {\n  ${printHcl(inner, values)}\n}`;
}

function printProperty(names: readonly string[], values: readonly string[]): string {
  const list = `[${values.map((value) => `'${value}'`).join(', ')}]`;
  return names.reduceRight((text, name) => `${name}: ${text.includes(': ') ? `{ ${text} }` : text}`, list);
}
