/**
 * Finds the location in a SAM template from which a part of the converted template was generated. SAM does not record
 * this location, so it is derived from the names that SAM gives to the generated resources.
 */
import { isDeepStrictEqual } from 'node:util';
import { asText, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { APIS_ADDED_BY_SAM } from '../../core/stack/source-format.ts';
import { VERB } from '../../core/stack/route-parts.ts';
import { memberAt } from '../template-place.ts';
import { PREFLIGHT_HEADERS } from './sam-document.ts';
import type { Path } from '../cloudformation/template-source.ts';

type Expanded = {
  /** The resource of the template for each resource that SAM generates. */
  readonly origins: ReadonlyMap<string, string>;
  /** The event of each operation; the key is the JSON of the API, the path and the method. */
  readonly documentPlaces: ReadonlyMap<string, Path>;
  /** The event of each notification of a bucket; the key is the JSON of the bucket and the index. */
  readonly notificationPlaces: ReadonlyMap<string, Path>;
  readonly resources: ReadonlyMap<string, Json>;
  /** Returns the members of a mapping in the template; none if there is no mapping. */
  memberAt(path: Path): JsonObject;
};

/** Maps the properties of the resources that SAM generates from events to properties of events, if the names differ. */
const OF_EVENTS: Readonly<Record<string, string>> = {
  ScheduleExpression: 'Schedule',
  EventPattern: 'Pattern',
  TopicArn: 'Topic',
  Name: 'RuleName',
  State: 'Enabled',
};
/**
 * The members of a target that SAM takes from members of `Target`. SAM takes all other members from properties of the
 * event.
 */
const OF_TARGETS: Readonly<Record<string, Path>> = { Id: ['Target', 'Id'] };
/** Maps the properties of the resources that SAM generates for the queue of a topic to members of `SqsSubscription`. */
const OF_QUEUES: Readonly<Record<string, string>> = {
  EventSourceArn: 'QueueArn',
  Endpoint: 'QueueArn',
  BatchSize: 'BatchSize',
  Queues: 'QueueUrl',
};
/** The properties of an event that contain the ARN of the source of a mapping, or name what may invoke the function. */
const OF_SOURCES: Readonly<Record<string, readonly string[]>> = {
  EventSourceArn: ['Queue', 'Stream', 'Cluster', 'Broker', 'SqsSubscription'],
  SourceArn: ['RestApiId', 'ApiId', 'Topic', 'Bucket', 'LogGroupName', 'UserPool', 'Path'],
};
/**
 * For each type of SAM, the paths that SAM renames when it converts the resource. The longest path that matches
 * applies.
 */
const OF_RESOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::Serverless::StateMachine': {
    StateMachineName: 'Name',
    StateMachineType: 'Type',
    LoggingConfiguration: 'Logging',
    TracingConfiguration: 'Tracing',
    RoleArn: 'Role',
    DefinitionString: 'Definition',
    DefinitionS3Location: 'DefinitionUri',
    Path: 'RolePath',
  },
  'AWS::Serverless::Function': {
    DeadLetterConfig: 'DeadLetterQueue',
    'TracingConfig.Mode': 'Tracing',
    'Code.ZipFile': 'InlineCode',
    'Code.ImageUri': 'ImageUri',
    Code: 'CodeUri',
    Path: 'RolePath',
  },
  'AWS::Serverless::SimpleTable': {
    'KeySchema.0.AttributeName': 'PrimaryKey.Name',
    'AttributeDefinitions.0.AttributeName': 'PrimaryKey.Name',
    'AttributeDefinitions.0.AttributeType': 'PrimaryKey.Type',
  },
  'AWS::Serverless::LayerVersion': { Content: 'ContentUri' },
  'AWS::Serverless::Api': { 'EndpointConfiguration.Types.0': 'EndpointConfiguration.Type' },
};
/** The property of a function from which SAM creates a resource, by the end of the resource’s logical id. */
const OF_FUNCTIONS: Readonly<Record<string, string>> = {
  Url: 'FunctionUrlConfig',
  EventInvokeConfig: 'EventInvokeConfig',
};
/** The resources that SAM generates from `Domain` of an API. */
const OF_DOMAIN =
  /^AWS::(?:ApiGateway(?:V2)?::(?:DomainName|DomainNameAccessAssociation|BasePathMapping|ApiMapping)|Route53::RecordSetGroup)(?:V2)?$/;
/**
 * Maps the members of an authorizer in a document to members in `Auth.Authorizers`, if more than the first letter
 * differs.
 */
const OF_AUTHORIZERS: Readonly<Record<string, Path>> = {
  authorizerCredentials: ['FunctionInvokeRole'],
  authorizerResultTtlInSeconds: ['Identity', 'ReauthorizeEvery'],
  authorizerUri: ['FunctionArn'],
  identityValidationExpression: ['Identity', 'ValidationExpression'],
  providerARNs: ['UserPoolArn'],
  type: ['FunctionPayloadType'],
};
/** Maps the members of an operation in a document to properties of the event. */
const OF_OPERATIONS: Readonly<Record<string, Path>> = {
  parameters: ['RequestParameters'],
  requestBody: ['RequestModel'],
  security: ['Auth', 'Authorizer'],
  timeoutInMillis: ['TimeoutInMillis'],
  payloadFormatVersion: ['PayloadFormatVersion'],
  [VERB]: ['Method'],
};
/** Maps the kinds of parameters of a gateway response in a document to members of `ResponseParameters`. */
const OF_RESPONSES: Readonly<Record<string, string>> = {
  header: 'Headers',
  path: 'Paths',
  querystring: 'QueryStrings',
};
/** The list of `Auth.ResourcePolicy` from which SAM generates a statement with this operator in its condition. */
const OF_POLICIES: Readonly<Record<string, string>> = {
  IpAddress: 'IpRangeBlacklist',
  NotIpAddress: 'IpRangeWhitelist',
  StringEquals: 'SourceVpcBlacklist',
  StringNotEquals: 'SourceVpcWhitelist',
};

/**
 * The APIs that SAM adds for events that do not name an API, and their sections of Globals. No resource declares them.
 */
const OF_ADDED_APIS: Readonly<Record<string, string>> = {
  [APIS_ADDED_BY_SAM.rest]: 'Api',
  [APIS_ADDED_BY_SAM.http]: 'HttpApi',
};
/** Returns the location in the SAM template for a path into the converted template. */
export function findOrigin(path: Path, expanded: Expanded): Path {
  const added = findAddedApi(path[1] ?? '', expanded);
  const ofEvent = expanded.origins.get(path[1] ?? '');
  const place = findInResources(path, added ?? ofEvent, expanded);
  const inGlobals = findInGlobals(place, expanded);
  if (inGlobals !== undefined) return inGlobals;
  // A property of an API that SAM adds comes from Globals, or else from the event for which SAM adds the API.
  return place[1] !== undefined && place[1] === added ? findInResources(path, ofEvent, expanded) : place;
}

/**
 * Returns the API that SAM adds if the resource is a part of this API. The resources of its domain have no names from
 * which the API can be recognized.
 */
function findAddedApi(name: string, expanded: Expanded): string | undefined {
  const isDomain = isOfDomain(name, expanded);
  return Object.entries(OF_ADDED_APIS).find(
    ([id, kind]) =>
      Object.keys(expanded.memberAt(['Resources', id])).length === 0 &&
      (name.startsWith(id) ||
        (isDomain &&
          Object.keys(expanded.memberAt(['Globals', kind, 'Domain'])).length > 0 &&
          !isOfApi(name, expanded))),
  )?.[0];
}

function isOfDomain(name: string, expanded: Expanded): boolean {
  return OF_DOMAIN.test(typeOf(name, expanded));
}

function typeOf(name: string, expanded: Expanded): string {
  return asText(membersOf(expanded.resources.get(name))['Type']) ?? '';
}

/** SAM makes a mapping of each item of BasePath. */
function indexOfBasePath(name: string, rest: Path, properties: Path, expanded: Expanded): Path {
  if (rest.join('.') !== 'BasePath') return [];
  const { BasePath: own } = expanded.memberAt([...properties, 'Domain']);
  const made = mapOf(membersOf(expanded.resources.get(name)), 'Properties')['BasePath'];
  const index = isJsonList(own) ? own.findIndex((one) => one === made) : -1;
  return index === -1 ? [] : [String(index)];
}

function isOfApi(name: string, expanded: Expanded): boolean {
  const type = expanded.memberAt(['Resources', expanded.origins.get(name) ?? ''])['Type'];
  return typeof type === 'string' && type.endsWith('Api');
}

/** Returns the location in Globals of a value that the resource takes from Globals. */
function findInGlobals([section, name = '', part, ...property]: Path, expanded: Expanded): Path | undefined {
  if (section !== 'Resources' || part !== 'Properties' || property.length === 0) return undefined;
  const type =
    expanded.memberAt(['Resources', name])['Type'] ?? `AWS::Serverless::${OF_ADDED_APIS[name] ?? ''}`;
  const [, kind] = typeof type === 'string' ? (/^AWS::Serverless::(\w+)$/.exec(type) ?? []) : [];
  if (kind === undefined) return undefined;
  const isIn = (at: Path): boolean => memberAt(expanded.memberAt(at), property) !== undefined;
  return !isIn(['Resources', name, 'Properties']) && isIn(['Globals', kind])
    ? ['Globals', kind, ...property]
    : undefined;
}

/** @param origin the resource of the template from which SAM generates the resource */
function findInResources(path: Path, origin: string | undefined, expanded: Expanded): Path {
  const [section = '', name = '', part = '', ...rest] = path;
  if (section !== 'Resources') return path;
  const [property = '', ...within] = rest;
  const inDocument = property === 'Body' ? placeInDocument(name, within, expanded) : undefined;
  if (inDocument !== undefined) return inDocument;
  const notification = placeOfNotification(name, rest, expanded);
  if (notification !== undefined) return notification;
  if (origin === undefined) return part === 'Properties' ? inProperties(name, rest, expanded) : path;
  const properties = ['Resources', origin, 'Properties'];
  const events = Object.keys(expanded.memberAt([...properties, 'Events'])).filter((event) =>
    name.startsWith(`${origin}${event}`),
  );
  const event = events.toSorted((one, other) => other.length - one.length)[0];
  const isRoleOfEvent = event !== undefined && name === `${origin}${event}Role`;
  if (property === 'Policies' && name !== origin && !isRoleOfEvent)
    return placeOfPolicy(properties, name, within, expanded);
  const member = OF_FUNCTIONS[name.slice(origin.length)];
  if (member !== undefined && name.startsWith(origin)) return [...properties, member, ...rest];
  if (name !== origin && isOfDomain(name, expanded))
    return [...properties, 'Domain', ...rest, ...indexOfBasePath(name, rest, properties, expanded)];
  if (name !== origin && typeOf(name, expanded) === 'AWS::ApiGateway::UsagePlan')
    return [...properties, 'Auth', 'UsagePlan', ...rest];
  if (event === undefined)
    return part === 'Properties' ? inProperties(origin, rest, expanded) : ['Resources', origin];
  const at = [...properties, 'Events', event];
  // The type of the event decides the protocol.
  if (property === 'Protocol') return [...at, 'Type'];
  // The role of an event has the permissions boundary of the function or state machine, unless the event has its own
  // boundary.
  if (isRoleOfEvent && !(property in expanded.memberAt([...at, 'Properties'])))
    if (property in expanded.memberAt(properties)) return [...properties, ...rest];
  return property === ''
    ? at
    : [...at, 'Properties', ...pathInEvent(rest, expanded.memberAt([...at, 'Properties']))];
}

/**
 * Returns the place of the template's property from which SAM makes a property of the generated resource. The two
 * properties may have different names.
 */
function inProperties(logicalId: string, path: Path, expanded: Expanded): Path {
  const at = ['Resources', logicalId, 'Properties'];
  const own = expanded.memberAt(at);
  const type = expanded.memberAt(['Resources', logicalId])['Type'];
  const names = OF_RESOURCES[typeof type === 'string' ? type : ''] ?? {};
  for (let length = path.length; length > 0; length -= 1) {
    const to = names[path.slice(0, length).join('.')]?.split('.');
    if (to !== undefined && memberAt(own, to) !== undefined) return [...at, ...to, ...path.slice(length)];
  }
  return [...at, ...path];
}

/**
 * Returns the property of a resource of SAM from which SAM makes a property of another name; undefined if there is
 * none.
 */
export function nameInSam(type: string, made: string): string | undefined {
  return OF_RESOURCES[type]?.[made];
}

/** Whether the name that SAM gives a property differs from the name that its author wrote. */
export function isRenamedBySam(made: string, own: string): boolean {
  const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
  return [OF_EVENTS, OF_QUEUES, ...Object.values(OF_RESOURCES)].some((names) =>
    Object.entries(names).some(([from, to]) => lastOf(from) === made && lastOf(to) === own),
  );
}

/**
 * Returns the path in the properties of an event for a path in the properties of a resource that SAM generates from it.
 */
function pathInEvent(path: Path, own: JsonObject): Path {
  const [property = '', ...within] = path;
  // A rule has a list of targets, and a schedule has one target.
  const target = property === 'Targets' ? within.slice(1) : property === 'Target' ? within : [];
  const [member = '', ...below] = target;
  if (member !== '' && (member in own || Object.hasOwn(OF_TARGETS, member)))
    return [...(OF_TARGETS[member] ?? [member]), ...below];
  const { SqsSubscription: queue } = own;
  const ofQueue = OF_QUEUES[property];
  if (isJsonObject(queue) && ofQueue !== undefined) return ['SqsSubscription', ofQueue];
  // SAM generates these parts only for the queue of the event.
  if (property === 'PolicyDocument' || property === 'Policies')
    return ['SqsSubscription', 'DeadLetterConfig'].filter((one) => one in own);
  const source = OF_SOURCES[property]?.find((one) => one in own);
  const other = property in own ? undefined : OF_EVENTS[property];
  return [source ?? other ?? property, ...within];
}

/**
 * Returns the location for a path into a notification that SAM generates from an event. For the notification as a
 * whole, this is its filter, which distinguishes it from other notifications.
 */
function placeOfNotification(bucket: string, path: Path, expanded: Expanded): Path | undefined {
  const [property, list, index = '', member, ...within] = path;
  const event =
    property === 'NotificationConfiguration' && list === 'LambdaConfigurations'
      ? expanded.notificationPlaces.get(JSON.stringify([bucket, index]))
      : undefined;
  if (event === undefined) return undefined;
  const at = [...event, 'Properties'];
  if (member === 'Filter') return [...at, member, ...within];
  const rules = memberAt(expanded.memberAt(at), ['Filter', 'S3Key', 'Rules']);
  return member === undefined && isJsonList(rules) && rules.length > 0
    ? [...at, 'Filter', 'S3Key', 'Rules', String(rules.length - 1), 'Value']
    : [...at, 'Events'];
}

/**
 * Returns the location for a path into a policy of the role that SAM generates. SAM wraps the statements of an entry of
 * `Policies` in PolicyDocument, and generates other policies before it, so the entry is found by its statements.
 */
function placeOfPolicy(
  properties: Path,
  role: string,
  [index = '', ...inner]: Path,
  expanded: Expanded,
): Path {
  const at = [...properties, 'Policies'];
  const made = mapOf(membersOf(expanded.resources.get(role)), 'Properties')['Policies'];
  const statement = memberAt(made, [index, 'PolicyDocument', 'Statement']);
  const isSame = (entry: Json | undefined): boolean =>
    statement !== undefined && isDeepStrictEqual(membersOf(entry)['Statement'], statement);
  const { Policies: own } = expanded.memberAt(properties);
  const below = inner[0] === 'PolicyDocument' ? inner.slice(1) : inner;
  if (isSame(own)) return [...at, ...below];
  const position = isJsonList(own) ? own.findIndex(isSame) : -1;
  return position === -1 ? [...at, index, ...inner] : [...at, String(position), ...below];
}

/**
 * Returns the location for a path into the document of an API: in its own document, a gateway response, the resource
 * policy, an authorizer, or an event. Returns undefined if the path is not in any of these.
 */
function placeInDocument(apiId: string, path: Path, expanded: Expanded): Path | undefined {
  const at = ['Resources', apiId, 'Properties'];
  if (expanded.memberAt(at)['DefinitionBody'] !== undefined) return [...at, 'DefinitionBody', ...path];
  if (path[0] === 'x-amazon-apigateway-gateway-responses') {
    const [, name = '', member = '', ...keys] = path;
    const key = keys.join('.');
    const [, kind = '', parameter = ''] =
      /^gatewayresponse\.(header|path|querystring)\.(.+)$/.exec(key) ?? [];
    const below =
      parameter === '' ? [key].filter((step) => step !== '') : [OF_RESPONSES[kind] ?? '', parameter];
    return [...at, 'GatewayResponses', name, upperFirst(member), ...below];
  }
  if (path[0] === 'x-amazon-apigateway-policy') return placeInPolicy(apiId, path, expanded);
  const scheme = path.findIndex((key) => key === 'securitySchemes' || key === 'securityDefinitions');
  if (scheme !== -1)
    return placeOfAuthorizer([...at, 'Auth', 'Authorizers'], path.slice(scheme + 1), {
      ...expanded,
      source: memberAt(bodyOf(apiId, expanded), path.slice(0, -1)),
    });
  const model = path[0] === 'definitions' ? 1 : path[0] === 'components' && path[1] === 'schemas' ? 2 : 0;
  if (model > 0) {
    // SAM writes the names of models in lower case.
    const names = Object.keys(expanded.memberAt([...at, 'Models']));
    const name = names.find((one) => one.toLowerCase() === path[model]) ?? '';
    return [...at, 'Models', name, ...path.slice(model + 1)];
  }
  const text = path.slice(1).join('.');
  for (const [key, event] of expanded.documentPlaces) {
    const [ofApi = '', route = '', method = ''] = JSON.parse(key) as readonly string[];
    if (ofApi !== apiId || path[0] !== 'paths') continue;
    const own = `${route}.${method}`;
    if (text === own || text.startsWith(`${own}.`))
      return placeInEvent(
        event,
        { operation: text.slice(own.length + 1).split('.'), api: at },
        {
          ...expanded,
          parameterOf: (index) =>
            memberAt(bodyOf(apiId, expanded), ['paths', route, method, 'parameters', index]),
        },
      );
    if (text === route || text === `${route}.pathPart`) return [...event, 'Properties', 'Path'];
  }
  // SAM adds the methods for preflight requests, which do not come from an event.
  return path[0] === 'paths' && path[2] === 'options' ? placeOfPreflight(apiId, path, expanded) : undefined;
}

function placeOfPreflight(apiId: string, path: Path, expanded: Expanded): Path {
  const at = ['Resources', apiId, 'Properties', 'Cors'];
  const guard = placeOfGuard(path.slice(3), undefined, at.slice(0, -1), expanded);
  if (guard !== undefined) return guard;
  const header = path.at(-1)?.replace(/^method\.response\.header\./, '');
  const [, member] = Object.entries(PREFLIGHT_HEADERS).find(([name]) => name === header) ?? [];
  if (member === undefined) return at;
  const inGlobals = findInGlobals([...at, member], expanded);
  const isWhole = Object.keys(expanded.memberAt(inGlobals?.slice(0, -1) ?? at)).length === 0;
  // `Cors` may be the origin itself.
  return isWhole ? at : [...at, member];
}

/** @param operation the path in the operation that SAM generates from the event */
function placeInEvent(
  event: Path,
  { operation, api }: { readonly operation: Path; readonly api: Path },
  expanded: Expanded & { parameterOf?(index: string): Json | undefined },
): Path {
  const guard = placeOfGuard(operation, [...event, 'Properties'], api, expanded);
  if (guard !== undefined) return guard;
  const member = operation.map((step) => OF_OPERATIONS[step]).find((found) => found !== undefined);
  const [first = ''] = member ?? [];
  if (first === 'RequestParameters') return placeOfParameter(event, operation, expanded);
  if (member !== undefined && expanded.memberAt([...event, 'Properties'])[first] !== undefined)
    return [...event, 'Properties', ...member];
  // An event without its own Auth has the default authorizer of the API.
  return first === 'Auth' && expanded.memberAt([...api, 'Auth'])['DefaultAuthorizer'] !== undefined
    ? [...api, 'Auth', 'DefaultAuthorizer']
    : event;
}

/** An item of RequestParameters is the name of a parameter, or a mapping with the name as its key. */
function placeOfParameter(
  event: Path,
  operation: Path,
  expanded: Expanded & { parameterOf?(index: string): Json | undefined },
): Path {
  const at = [...event, 'Properties', 'RequestParameters'];
  const { RequestParameters: list } = expanded.memberAt([...event, 'Properties']);
  const [, index = ''] = operation;
  const { name, in: part } = membersOf(expanded.parameterOf?.(index));
  // A model of Swagger 2.0 is a parameter of the operation, too.
  if (part === 'body') return [...event, 'Properties', 'RequestModel'];
  const wanted = `method.request.${part === 'query' ? 'querystring' : (asText(part) ?? '')}.${asText(name) ?? ''}`;
  const position = isJsonList(list)
    ? list.findIndex((one) => one === wanted || Object.hasOwn(membersOf(one), wanted))
    : -1;
  return position === -1 ? (list === undefined ? event : at) : [...at, String(position)];
}

/**
 * Returns the location of the setting that makes an operation require scopes or an API key. The setting is in the
 * event, or else in the API.
 */
function placeOfGuard(
  [member, , name = '']: Path,
  event: Path | undefined,
  api: Path,
  expanded: Expanded,
): Path | undefined {
  if (member !== 'security' || name === '') return undefined;
  const setting = name === 'api_key' ? 'ApiKeyRequired' : 'AuthorizationScopes';
  const ofApi = [...api, 'Auth', ...(name === 'api_key' ? [] : ['Authorizers', name])];
  return [...(event === undefined ? [] : [[...event, 'Auth']]), ofApi]
    .filter((at) => setting in expanded.memberAt(findInGlobals(at, expanded) ?? at))
    .map((at) => [...(findInGlobals(at, expanded) ?? at), setting])[0];
}

function bodyOf(apiId: string, expanded: Expanded): Json | undefined {
  return mapOf(membersOf(expanded.resources.get(apiId)), 'Properties')['Body'];
}

/** The lists of `Identity` from which SAM generates identity sources, by their names in a REST and in an HTTP API. */
const OF_SOURCES_OF_IDENTITY: readonly (readonly [RegExp, string])[] = [
  [/^(?:method\.request|\$request)\.header\.(.+)$/, 'Headers'],
  [/^(?:method\.request|\$request)\.querystring\.(.+)$/, 'QueryStrings'],
  [/^\$?stageVariables\.(.+)$/, 'StageVariables'],
  [/^\$?context\.(.+)$/, 'Context'],
];

/** Returns the item of a list of `Identity` from which SAM generates this identity source. */
function placeOfSource(at: Path, source: Json | undefined, index: string, expanded: Expanded): Path {
  const sources = isJsonList(source) ? source : typeof source === 'string' ? source.split(/\s*,\s*/) : [];
  const text = sources[Number(index)];
  const identity = [...at, 'Identity'];
  for (const [form, list] of OF_SOURCES_OF_IDENTITY) {
    const [, name] = form.exec(typeof text === 'string' ? text : '') ?? [];
    const own = expanded.memberAt(identity)[list];
    if (name !== undefined && isJsonList(own)) return [...identity, list, String(own.indexOf(name))];
  }
  return identity;
}

function placeOfAuthorizer(
  authorizers: Path,
  [name = '', ...within]: Path,
  expanded: Expanded & { readonly source?: Json | undefined },
): Path {
  const [member, ...rest] = within[0] === 'x-amazon-apigateway-authorizer' ? within.slice(1) : within;
  const at = [...authorizers, name];
  if (member === undefined) return at;
  if (member === 'identitySource' && 'IdentitySource' in expanded.memberAt(at))
    return [...at, 'IdentitySource'];
  // In the document, the name of a scheme is the header that contains the token.
  if (member === 'name') return [...at, 'Identity', 'Header'];
  if (member === 'identitySource')
    return rest[0] === undefined
      ? [...at, 'Identity']
      : placeOfSource(at, expanded.source, rest[0], expanded);
  return [...at, ...(OF_AUTHORIZERS[member] ?? [upperFirst(member)]), ...rest];
}

/** SAM generates statements from lists, and appends the statements that the template has itself. */
function placeInPolicy(apiId: string, path: Path, expanded: Expanded): Path | undefined {
  const at = ['Resources', apiId, 'Properties', 'Auth', 'ResourcePolicy'];
  const own = expanded.memberAt(at);
  const body = bodyOf(apiId, expanded);
  const statement = memberAt(body, path.slice(0, 3));
  if (Object.keys(own).length === 0 || statement === undefined) return undefined;
  const { CustomStatements: custom } = own;
  const position = isJsonList(custom) ? custom.findIndex((one) => isDeepStrictEqual(one, statement)) : -1;
  if (position !== -1) return [...at, 'CustomStatements', String(position), ...path.slice(3)];
  const [operator = ''] = Object.keys(mapOf(membersOf(statement), 'Condition'));
  const list = OF_POLICIES[operator] ?? Object.keys(own)[0];
  return list === undefined || path.length < 3 ? at : [...at, list];
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
