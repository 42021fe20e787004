/**
 * Reduces an expanded template to what is compared: one text per resource, in which the spelling of an intrinsic
 * function and of a generated id no longer differs. It shares no code with the expansion.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

type Members = Readonly<Record<string, Json>>;

/** The translator ends the ids of these with a digest of the content, so that a change creates a new resource. */
const WITH_DIGEST = [
  'AWS::ApiGateway::Deployment',
  'AWS::Lambda::Version',
  'AWS::Lambda::LayerVersion',
  'AWS::StepFunctions::StateMachineVersion',
];
/** Traffic is not shifted here, and a DNS record has no effect on requests here. */
const NOT_SERVED = [
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::Route53::RecordSetGroup',
];
const OF_CODE_DEPLOY = 'CodeDeployServiceRole';

/** The name of the local account in a template that names no account. */
const PSEUDO: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::Region': 'us-east-1' };

export function graphOf(template: JsonObject): ReadonlyMap<string, Json> {
  const { Resources: resources, Conditions, Parameters } = template as Readonly<Record<string, JsonObject>>;
  const ids = new Map<string, string>();
  const scope: Scope = { ids, conditions: membersOf(Conditions), parameters: membersOf(Parameters) };
  for (const [id, resource] of Object.entries(membersOf(resources)))
    if (WITH_DIGEST.includes(printJson(membersOf(resource)['Type'])))
      ids.set(id, id.replace(/[0-9a-f]{10}$/, ''));
  const graph = Object.entries(membersOf(resources)).flatMap(([id, resource]): [string, Json][] => {
    const { Type, Condition, Properties } = membersOf(resource);
    if (NOT_SERVED.includes(printJson(Type)) || id === OF_CODE_DEPLOY) return [];
    if (Condition !== undefined && !isMet({ Condition }, scope)) return [];
    const resolved = membersOf(symbolic(Properties ?? {}, scope));
    const properties = reduce(printJson(Type), resolved);
    return [[ids.get(id) ?? id, sorted({ Type: Type ?? null, ...properties })]];
  });
  return new Map(withoutIncluded(graph).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** SAM makes no permission for a route if the same function already has the default route of the API. */
function withoutIncluded(graph: readonly (readonly [string, Json])[]): [string, Json][] {
  const sourceOf = (resource: Json): readonly string[] => {
    const { Type, FunctionName, SourceArn } = membersOf(resource);
    return Type === 'AWS::Lambda::Permission' ? [JSON.stringify(FunctionName), printJson(SourceArn)] : [];
  };
  const all = new Set(graph.map(([, resource]) => sourceOf(resource).join(' ')));
  return graph.flatMap(([id, resource]): [string, Json][] => {
    const [name = '', arn = ''] = sourceOf(resource);
    const [api = ''] = arn.split('/');
    return name !== '' && arn !== `${api}/*/*` && all.has(`${name} ${api}/*/*`) ? [] : [[id, resource]];
  });
}

function printJson(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

type Scope = {
  readonly ids: ReadonlyMap<string, string>;
  readonly conditions: Members;
  readonly parameters: Members;
};

const NO_VALUE = '<AWS::NoValue>';

function isMet(condition: Json, scope: Scope): boolean {
  if (typeof condition === 'string') return isMet({ Condition: condition }, scope);
  const [[name, argument] = ['', null]] = Object.entries(membersOf(condition));
  const list = (Array.isArray(argument) ? argument : []) as readonly Json[];
  if (name === 'Condition') return isMet(scope.conditions[printJson(argument)] ?? null, scope);
  if (name === 'Fn::Equals') return symbolic(list[0] ?? null, scope) === symbolic(list[1] ?? null, scope);
  if (name === 'Fn::Not') return !isMet(list[0] ?? null, scope);
  if (name === 'Fn::And') return list.every((each) => isMet(each, scope));
  if (name === 'Fn::Or') return list.some((each) => isMet(each, scope));
  throw new Error(`unknown condition ${JSON.stringify(condition)}`);
}

/**
 * Decides every condition, and turns every reference into a text such as `<Fn.Arn>`, so that `Fn::Sub`, `Fn::Join` and
 * `Ref` are equal if they mean the same.
 */
function symbolic(value: Json, scope: Scope): Json {
  if (Array.isArray(value))
    return value.map((item) => symbolic(item as Json, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Members);
  const [name = '', argument = null] = entries[0] ?? [];
  if (entries.length === 1) {
    if (name === 'Ref' && typeof argument === 'string') return reference(argument, scope);
    if (name === 'Fn::GetAtt')
      return reference(Array.isArray(argument) ? argument.join('.') : printJson(argument), scope);
    if (name === 'Fn::Sub') return substituted(argument, scope);
    if (name === 'Fn::If' && Array.isArray(argument)) {
      const [condition, yes, no] = argument as readonly Json[];
      return symbolic((isMet({ Condition: condition ?? null }, scope) ? yes : no) ?? null, scope);
    }
    if (name === 'Fn::Join' && Array.isArray(argument)) {
      const [separator, parts] = argument.map((part) => symbolic(part as Json, scope));
      if (Array.isArray(parts) && parts.every((part) => typeof part === 'string'))
        return parts.join(printJson(separator));
    }
  }
  const members = entries.map(([key, member]) => [key, symbolic(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== NO_VALUE));
}

function reference(text: string, { ids, parameters }: Scope): string {
  const [id = '', ...rest] = text.split('.');
  const parameter = membersOf(parameters[text])['Default'];
  if (parameter !== undefined) return printJson(parameter);
  // The id of an API of the second version is both its Ref and its attribute ApiId.
  const attributes = rest.join('.') === 'ApiId' ? [] : rest;
  return PSEUDO[text] ?? `<${[ids.get(id) ?? id, ...attributes].join('.')}>`;
}

function substituted(argument: Json, scope: Scope): Json {
  const [text, given] = Array.isArray(argument) ? argument : [argument, {}];
  const values = membersOf(symbolic(given as Json, scope));
  return printJson(text).replace(/\$\{\s*([^}!]+?)\s*\}/g, (_, name: string) => {
    const value = values[name];
    return value === undefined
      ? reference(name, scope)
      : typeof value === 'string'
        ? value
        : JSON.stringify(sorted(value));
  });
}

/** Leaves out what has no effect on what is served, each with its reason. */
function reduce(type: string, properties: Members): Members {
  const { Tags: tags, ...rest } = properties;
  const kept = withoutSamTags(tags);
  const all: Members = kept === undefined ? rest : { ...rest, Tags: kept };
  return REDUCERS[type]?.(all) ?? all;
}

function without(properties: Members, ...names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

/** SAM's own tags name the tool that has created a resource. */
function withoutSamTags(tags: Json | undefined): Json | undefined {
  if (Array.isArray(tags)) {
    const own = tags.filter((tag) => !/:createdBy$|^sam:/.test(printJson(membersOf(tag as Json)['Key'])));
    const entries = own.map(
      (tag) => [printJson(membersOf(tag as Json)['Key']), membersOf(tag as Json)['Value'] ?? null] as const,
    );
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  const own = without(
    membersOf(tags),
    'httpapi:createdBy',
    'WebSocketApi:createdBy',
    'websocketapi:createdBy',
  );
  return Object.keys(own).length === 0 ? undefined : own;
}

const REDUCERS: Readonly<Record<string, (properties: Members) => Members>> = {
  'AWS::IAM::Role': (role) => ({
    // The service that assumes a role is the one of the resource. The gateway does not read it.
    ...without(role, 'AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies', 'Tags'),
    ManagedPolicyArns: [
      ...new Set(listOf(role['ManagedPolicyArns']).map((arn) => JSON.stringify(arn))),
    ].sort(),
    Policies: inOrder(
      listOf(role['Policies']).map((policy) => statementsOf(membersOf(policy)['PolicyDocument'])),
    ).filter((policy, index, all) => JSON.stringify(policy) !== JSON.stringify(all[index - 1])),
  }),
  'AWS::ApiGateway::Deployment': (deployment) => without(deployment, 'Description', 'StageName'),
  'AWS::ApiGateway::RestApi': (api) => withDocument(api),
  'AWS::ApiGatewayV2::Api': (api) => withDocument(without(api, 'ProtocolType')),
  // State machines do not run here.
  'AWS::StepFunctions::StateMachine': (machine) =>
    without(machine, 'Definition', 'DefinitionString', 'DefinitionS3Location'),
  'AWS::StepFunctions::StateMachineVersion': (version) => without(version, 'StateMachineRevisionId'),
  'AWS::ApiGatewayV2::DomainName': (domain) => ({
    ...without(domain, 'Tags'),
    DomainNameConfigurations: listOf(domain['DomainNameConfigurations']).map((each) =>
      without(membersOf(each), 'CertificateArn'),
    ),
  }),
  'AWS::ApiGateway::BasePathMapping': (mapping) =>
    mapping['BasePath'] === '' ? without(mapping, 'BasePath') : mapping,
  'AWS::ApiGateway::DomainName': (domain) => without(domain, 'CertificateArn', 'RegionalCertificateArn'),
  // StageKeys is left out, because the key of the usage plan has the same effect.
  'AWS::ApiGateway::ApiKey': (key) => without(key, 'StageKeys'),
  'AWS::ApiGatewayV2::ApiMapping': (mapping) =>
    mapping['ApiMappingKey'] === '' ? without(mapping, 'ApiMappingKey') : mapping,
  'AWS::S3::Bucket': (bucket) => {
    const { NotificationConfiguration: notified } = bucket;
    if (notified === undefined) return bucket;
    const lambdas = inOrder(listOf(membersOf(notified)['LambdaConfigurations']));
    return {
      ...bucket,
      NotificationConfiguration: { ...membersOf(notified), LambdaConfigurations: lambdas },
    };
  },
  'AWS::Lambda::EventInvokeConfig': (config) =>
    Object.keys(membersOf(config['DestinationConfig'])).length === 0
      ? without(config, 'DestinationConfig')
      : config,
};

/** Sorts a list whose order has no meaning. */
function inOrder(list: readonly Json[]): readonly Json[] {
  return list
    .map((item) => JSON.stringify(sorted(item)))
    .sort()
    .map((text) => JSON.parse(text) as Json);
}

function listOf(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** A policy with one action says the same as one with a list of one. */
function statementsOf(document: Json | undefined): Json {
  const { Statement } = membersOf(document);
  return listOf(Statement).map((statement) => {
    const { Action, Resource, ...rest } = membersOf(statement);
    return {
      ...rest,
      // IAM compares actions without case.
      Action: listOf(Action).map((action) => printJson(action).toLowerCase()),
      Resource: inOrder(listOf(Resource)),
    };
  });
}

/** Settings of an API may be in its properties or in its document, and security schemes at two places of a document. */
function withDocument(api: Members): Members {
  // Both repeat EndpointConfiguration for the import of the document.
  const { Body: body, Parameters: _, ...properties } = api;
  const {
    swagger,
    openapi,
    tags,
    servers,
    securityDefinitions,
    definitions,
    components,
    'x-amazon-apigateway-cors': cors,
    'x-amazon-apigateway-binary-media-types': types,
    'x-amazon-apigateway-endpoint-configuration': endpoint,
    'x-amazon-apigateway-policy': policy,
    'x-amazon-apigateway-gateway-responses': responses,
    paths,
    info,
    ...document
  } = membersOf(body);
  void swagger;
  void openapi;
  const endpoints = [
    ...listOf(servers).map((server) => membersOf(server)['x-amazon-apigateway-endpoint-configuration']),
    endpoint,
  ];
  const isOff = endpoints.some((each) => membersOf(each)['disableExecuteApiEndpoint'] === true);
  const ownTags = listOf(tags).filter((tag) => membersOf(tag)['name'] !== 'httpapi:createdBy');
  const title = membersOf(info)['title'];
  return {
    ...properties,
    ...(title !== undefined && title !== '<AWS::StackName>' && { Name: title }),
    ...(membersOf(info)['description'] !== undefined && {
      Description: membersOf(info)['description'] ?? null,
    }),
    ...(isOff && { DisableExecuteApiEndpoint: true }),
    ...(cors !== undefined && { CorsConfiguration: upperKeys(cors) }),
    ...(ownTags.length > 0 && {
      Tags: Object.fromEntries(
        ownTags.map((tag) => [
          printJson(membersOf(tag)['name']),
          membersOf(tag)['x-amazon-apigateway-tag-value'] ?? null,
        ]),
      ),
    }),
    ...((types ?? properties['BinaryMediaTypes']) !== undefined && {
      BinaryMediaTypes: types ?? properties['BinaryMediaTypes'] ?? null,
    }),
    ...(body !== undefined && {
      Body: {
        ...document,
        paths: pathsOf(membersOf(paths)),
        policy: inOrder(listOf(statementsOf(policy))),
        responses: Object.fromEntries(
          Object.entries(membersOf(responses)).map(([type, each]) => [type, responseOf(membersOf(each))]),
        ),
        // SAM defines its own schemes for some APIs that do not use them.
        schemes: without(
          membersOf(membersOf(components)['securitySchemes'] ?? securityDefinitions),
          'AWS_IAM',
          'api_key',
        ),
        models: membersOf(components)['schemas'] ?? definitions ?? {},
      },
    }),
  };
}

function pathsOf(paths: Members): Json {
  const entries = Object.entries(paths).map(([path, item]) => {
    const methods = Object.entries(membersOf(item)).map(
      ([name, method]) => [name, methodOf(membersOf(method))] as const,
    );
    // The name that SAM gives the default route of an API with FailOnWarnings.
    return [path.replace('/$default', '$default'), Object.fromEntries(methods)] as const;
  });
  // A path whose methods all have a condition that is not met.
  return Object.fromEntries(entries.filter(([, item]) => Object.keys(item).length > 0));
}

function methodOf(method: Members): Json {
  // OpenAPI 3 has no types of content beside a method.
  const {
    isDefaultRoute: _,
    responses: __,
    consumes: ___,
    produces: ____,
    security,
    parameters,
    requestBody,
    ...rest
  } = method;
  // SAM leaves its mark for no authorizer.
  const requirements = listOf(security).filter((each) => membersOf(each)['NONE'] === undefined);
  const body = listOf(parameters).find((each) => membersOf(each)['in'] === 'body');
  const schema =
    body === undefined
      ? undefined
      : JSON.stringify(membersOf(body)['schema']).replace('#/definitions/', '#/components/schemas/');
  const described =
    schema === undefined
      ? requestBody
      : {
          content: { 'application/json': { schema: JSON.parse(schema) as Json } },
          ...('required' in membersOf(body) && { required: membersOf(body)['required'] ?? null }),
        };
  const others = listOf(parameters).filter((each) => each !== body);
  return {
    ...rest,
    ...(security !== undefined && requirements.length > 0 && { security: inOrder(requirements) }),
    ...(others.length > 0 && { parameters: others }),
    ...(described !== undefined && { requestBody: described }),
  };
}

function responseOf({ statusCode, responseTemplates, ...rest }: Members): Json {
  const templates = membersOf(responseTemplates);
  return {
    ...rest,
    ...(statusCode !== undefined && { statusCode: printJson(statusCode) }),
    ...(Object.keys(templates).length > 0 && { responseTemplates: templates }),
  };
}

function upperKeys(value: Json): Json {
  return Object.fromEntries(
    Object.entries(membersOf(value)).map(([key, member]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      member,
    ]),
  );
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => sorted(item as Json));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Members).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
