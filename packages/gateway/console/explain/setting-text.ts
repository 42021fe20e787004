/**
 * Names a setting of an API as its owner writes it. SAM, osls and the CDK generate the resources that have the setting,
 * so CloudFormation's name for it does not occur in the owner's files.
 */
import { escapePointer } from '@gatewright/aws/json-pointer';
import type { Definition } from '../surprises/template-text.ts';

type Form = Definition['form'];
type Texts = Readonly<Record<Form, string>>;
/**
 * `document` is the text for a route that the author wrote in an OpenAPI document, and `calls` is the text for an API
 * that was created by calls of the AWS API, if these texts differ from CloudFormation's.
 */
type OwnTexts = Texts & { readonly document?: string; readonly calls?: string };

/**
 * Returns the names of a CORS setting from which SAM, osls and the CDK make the OPTIONS methods of a REST API. In
 * CloudFormation and Terraform, these methods are written like others, and their header is set in the integration
 * response.
 */
function ofCors(setting: 'AllowOrigin' | 'AllowHeaders' | 'AllowMethods' | 'AllowCredentials'): Texts {
  const header = `Access-Control-${setting.replace('Allow', 'Allow-')}`;
  const own = `method.response.header.${header} to "'#'" in ResponseParameters of the integration response of the OPTIONS method, and the same name to true in ResponseParameters of its method response`;
  const [ofSam, ofCdk] = setting === 'AllowCredentials' ? ['true', 'true'] : [`"'#'"`, `['#']`];
  return {
    cloudformation: own,
    sam: `${setting}: ${ofSam} in Cors of @`,
    'sam-globals': `${setting}: ${ofSam} in Globals.Api.Cors`,
    serverless: `${{ AllowOrigin: "origin: '#'", AllowHeaders: 'headers: [#]', AllowMethods: 'methods: [#]', AllowCredentials: 'allowCredentials: true' }[setting]} in cors of the http event`,
    cdk: `${setting.replace('Allow', 'allow')}${setting === 'AllowOrigin' ? 's' : ''}: ${ofCdk} in defaultCorsPreflightOptions`,
    terraform: `"method.response.header.${header}" to "'#'" in response_parameters of the aws_api_gateway_integration_response of OPTIONS, and the same name to true in response_parameters of its aws_api_gateway_method_response`,
  };
}

/** Returns the names of a list in the CORS settings of a function URL. */
function ofUrl(setting: 'Origins' | 'Methods' | 'Headers'): Texts {
  const list = `Allow${setting}`;
  const allowed = `allowed${setting}`;
  const ofSam = `${list} in FunctionUrlConfig.Cors of the function`;
  return {
    cloudformation: `${list} in Cors of the function URL`,
    sam: ofSam,
    'sam-globals': ofSam,
    serverless: `${allowed} in url.cors of the function`,
    cdk: `${allowed} in cors of addFunctionUrl`,
    terraform: `allow_${setting.toLowerCase()} in cors of @`,
  };
}

const WITH_PLAN =
  'an AWS::ApiGateway::ApiKey with Enabled: true, an AWS::ApiGateway::UsagePlan with ApiStages: [{ ApiId: !Ref @, Stage: # }], and an AWS::ApiGateway::UsagePlanKey that joins both (KeyId, KeyType: API_KEY, UsagePlanId)';
const WITH_PLAN_KEY =
  ' with an AWS::ApiGateway::UsagePlanKey { KeyId: !Ref @, KeyType: API_KEY, UsagePlanId: !Ref # }';
const VALIDATOR_OF_METHOD =
  'RequestValidatorId of the method to an AWS::ApiGateway::RequestValidator with ValidateRequestBody: true';
const IN_STAGES = 'the item { ApiId: !Ref @, Stage: # } to ApiStages of the usage plan';

const WITH_ROUTE_RESPONSE =
  'RouteResponseSelectionExpression of the route # to $default, and add an AWS::ApiGatewayV2::RouteResponse with RouteResponseKey $default';

/** `@` is the logical id of the API, and `#` an origin or another value. */
const SETTINGS = {
  simpleResponses: {
    cloudformation: 'EnableSimpleResponses: true on the authorizer',
    sam: 'EnableSimpleResponses: true on the authorizer in Auth.Authorizers of @',
    'sam-globals': 'EnableSimpleResponses: true on the authorizer in Globals.HttpApi.Auth.Authorizers',
    serverless: 'enableSimpleResponses: true on the authorizer in provider.httpApi.authorizers',
    cdk: 'responseTypes: [HttpLambdaResponseType.SIMPLE] on the HttpLambdaAuthorizer',
    terraform: 'enable_simple_responses = true on the aws_apigatewayv2_authorizer',
  },
  openPreflight: {
    document: 'security: [] in the operation',
    cloudformation: 'AuthorizationType: NONE',
    sam: 'AddDefaultAuthorizerToCorsPreflight: false in Auth of @',
    'sam-globals': 'AddDefaultAuthorizerToCorsPreflight: false in Globals.Api.Auth',
    serverless: 'no authorizer',
    cdk: 'authorizationType: AuthorizationType.NONE',
    terraform: 'authorization = "NONE"',
  },
  keylessPreflight: {
    document: 'security: [] in the operation',
    cloudformation: 'ApiKeyRequired: false',
    sam: 'AddApiKeyRequiredToCorsPreflight: false in Auth of @',
    'sam-globals': 'AddApiKeyRequiredToCorsPreflight: false in Globals.Api.Auth',
    serverless: 'private: false',
    cdk: 'apiKeyRequired: false',
    terraform: 'api_key_required = false',
  },
  requestModel: {
    document: 'requestBody and x-amazon-apigateway-request-validator of the operation',
    cloudformation: 'RequestModels and RequestValidatorId of the method',
    sam: 'RequestModel of the event',
    'sam-globals': 'RequestModel of the event',
    serverless: 'request.schemas of the http event',
    cdk: 'requestModels and requestValidator in addMethod',
    terraform: 'request_models and request_validator_id of the aws_api_gateway_method',
  },
  bodyValidator: {
    document:
      'x-amazon-apigateway-request-validator of the operation to a validator with validateRequestBody: true',
    cloudformation: VALIDATOR_OF_METHOD,
    sam: 'ValidateBody: true in RequestModel of the event',
    'sam-globals': 'ValidateBody: true in RequestModel of the event',
    serverless: VALIDATOR_OF_METHOD,
    cdk: 'requestValidatorOptions: { validateRequestBody: true } in addMethod',
    terraform:
      'request_validator_id of the aws_api_gateway_method to the id of an aws_api_gateway_request_validator with validate_request_body = true',
  },
  endpointDisabled: {
    document: 'disableExecuteApiEndpoint: true in x-amazon-apigateway-endpoint-configuration of the document',
    cloudformation: 'DisableExecuteApiEndpoint: true on @',
    sam: 'DisableExecuteApiEndpoint: true on @',
    'sam-globals': 'DisableExecuteApiEndpoint: true on an API of your own (AWS::Serverless::HttpApi or Api)',
    serverless: 'disableDefaultEndpoint: true in provider.httpApi or provider.apiGateway',
    cdk: 'disableExecuteApiEndpoint: true on the API',
    terraform: 'disable_execute_api_endpoint = true on @',
  },
  keyRequired: {
    document: 'security with a scheme of type apiKey and the name x-api-key, in the operation',
    cloudformation: 'ApiKeyRequired: true on the method',
    sam: 'Auth: { ApiKeyRequired: true } on the Api event',
    'sam-globals': 'Auth: { ApiKeyRequired: true } on the Api event',
    serverless: 'private: true on the http event',
    cdk: 'apiKeyRequired: true in addMethod',
    terraform: 'api_key_required = true on the aws_api_gateway_method',
  },
  firstKey: {
    calls:
      'a key with `aws apigateway create-api-key --enabled`, a plan with `aws apigateway create-usage-plan --api-stages apiId=API,stage=#`, and join both with `aws apigateway create-usage-plan-key --key-type API_KEY`',
    cloudformation: WITH_PLAN,
    sam: 'UsagePlan: { CreateUsagePlan: PER_API } to Auth of @, from which SAM makes an API key and a usage plan',
    'sam-globals':
      'UsagePlan: { CreateUsagePlan: PER_API } to Globals.Api.Auth, from which SAM makes an API key and a usage plan',
    serverless: 'apiKeys: [NAME] to provider.apiGateway, from which osls makes the key and a usage plan',
    cdk: "const plan = api.addUsagePlan('Plan', { apiStages: [{ stage: api.deploymentStage }] }) and plan.addApiKey(api.addApiKey('Key'))",
    terraform:
      'an aws_api_gateway_api_key, an aws_api_gateway_usage_plan with api_stages { api_id = @.id, stage = "#" }, and an aws_api_gateway_usage_plan_key that joins both',
  },
  planOfStage: {
    calls: '`aws apigateway create-usage-plan --api-stages apiId=API,stage=#`',
    cloudformation: `an AWS::ApiGateway::UsagePlan with ApiStages: [{ ApiId: !Ref @, Stage: # }]`,
    sam: `an AWS::ApiGateway::UsagePlan with ApiStages: [{ ApiId: !Ref @, Stage: # }]`,
    'sam-globals': `an AWS::ApiGateway::UsagePlan with ApiStages: [{ ApiId: !Ref @, Stage: # }]`,
    serverless: `an AWS::ApiGateway::UsagePlan with ApiStages: [{ ApiId: !Ref @, Stage: # }] in resources.Resources, with DependsOn: ApiGatewayDeployment\${sls:instanceId}`,
    cdk: "api.addUsagePlan('Plan', { apiStages: [{ stage: api.deploymentStage }] })",
    terraform: 'an aws_api_gateway_usage_plan with api_stages { api_id = @.id, stage = "#" }',
  },
  /** `@` is the logical id of the key, and `#` is the logical id of the usage plan. */
  keyOfPlan: {
    calls:
      ' with `aws apigateway create-usage-plan-key --usage-plan-id # --key-id KEY_ID --key-type API_KEY`',
    cloudformation: WITH_PLAN_KEY,
    sam: WITH_PLAN_KEY,
    'sam-globals': WITH_PLAN_KEY,
    serverless: `${WITH_PLAN_KEY} in resources.Resources`,
    cdk: ' with plan.addApiKey(key), where plan is the UsagePlan construct (# in the template)',
    terraform:
      ' with an aws_api_gateway_usage_plan_key (key_id = @.id, key_type = "API_KEY", usage_plan_id = #.id)',
  },
  keyEnabled: {
    calls: '/enabled to true with `aws apigateway update-api-key`',
    cloudformation:
      'Enabled: true on the AWS::ApiGateway::ApiKey, which is disabled if its template does not set Enabled',
    sam: 'Enabled: true on the AWS::ApiGateway::ApiKey, which is disabled if its template does not set Enabled',
    'sam-globals':
      'Enabled: true on the AWS::ApiGateway::ApiKey, which is disabled if its template does not set Enabled',
    serverless: 'enabled: true on the key in provider.apiGateway.apiKeys',
    cdk: 'enabled: true on the ApiKey',
    terraform: 'enabled = true on the aws_api_gateway_api_key',
  },
  stageOfPlan: {
    calls:
      'the stage # with `aws apigateway update-usage-plan --patch-operations op=add,path=/apiStages,value=API:#` to the usage plan',
    cloudformation: IN_STAGES,
    sam: IN_STAGES,
    'sam-globals': IN_STAGES,
    serverless: IN_STAGES,
    cdk: 'the stage with addApiStage({ stage: api.deploymentStage }) to the usage plan',
    terraform: 'api_stages { api_id = @.id, stage = "#" } to the usage plan',
  },
  keyValue: {
    cloudformation: 'Value of the AWS::ApiGateway::ApiKey (at least 20 characters)',
    sam: 'Value of an AWS::ApiGateway::ApiKey of your own (at least 20 characters)',
    'sam-globals': 'Value of an AWS::ApiGateway::ApiKey of your own (at least 20 characters)',
    serverless:
      'apiKeys: [{ name: …, value: … }] in provider.apiGateway (a plain string in this list is only a name)',
    cdk: 'value in addApiKey or of the ApiKey (at least 20 characters)',
    terraform: 'value of the aws_api_gateway_api_key (at least 20 characters)',
  },
  integrationTimeout: {
    document: 'timeoutInMillis in x-amazon-apigateway-integration of the operation',
    cloudformation: 'TimeoutInMillis of the integration',
    sam: 'TimeoutInMillis of the integration',
    'sam-globals': 'TimeoutInMillis of the integration',
    serverless: 'TimeoutInMillis of the integration',
    cdk: 'timeout of the integration',
    terraform: 'timeout_milliseconds of the integration',
  },
  planQuota: {
    cloudformation: 'Quota.Limit of the AWS::ApiGateway::UsagePlan',
    sam: 'Quota.Limit of the usage plan',
    'sam-globals': 'Quota.Limit of the usage plan',
    serverless: 'quota.limit in provider.apiGateway.usagePlan',
    cdk: 'quota.limit in addUsagePlan',
    terraform: 'limit in quota_settings of the aws_api_gateway_usage_plan',
  },
  routeResponse: {
    cloudformation: WITH_ROUTE_RESPONSE,
    sam: WITH_ROUTE_RESPONSE,
    'sam-globals': WITH_ROUTE_RESPONSE,
    serverless: 'routeResponseSelectionExpression: $default in the websocket event of the route #',
    cdk: 'returnResponse: true in addRoute for the route #',
    terraform:
      'route_response_selection_expression = "$default" of the route #, and add an aws_apigatewayv2_route_response with route_response_key = "$default"',
  },
  rootMethod: {
    document: 'the operation # of the path / to the document',
    calls: 'a method # with `aws apigateway put-method`, whose resource is the root of the API',
    cloudformation:
      'an AWS::ApiGateway::Method with HttpMethod: #, ResourceId: !GetAtt @.RootResourceId and the same Integration',
    sam: 'an Api event with Path: / and Method: # to the function',
    'sam-globals': 'an Api event with Path: / and Method: # to the function',
    serverless: '- http: # / to the events of the function',
    cdk: "api.root.addMethod('#')",
    terraform:
      'an aws_api_gateway_method with http_method = "#" and resource_id = @.root_resource_id, and its integration',
  },
  rootRoute: {
    document: 'the operation # of the path / to the document',
    cloudformation: 'an AWS::ApiGatewayV2::Route with RouteKey: # / and the same Target',
    sam: 'an HttpApi event with Path: / and Method: # to the function',
    'sam-globals': 'an HttpApi event with Path: / and Method: # to the function',
    serverless: '- httpApi: # / to the events of the function',
    cdk: "api.addRoutes({ path: '/', methods: [HttpMethod.#], integration })",
    terraform: 'an aws_apigatewayv2_route with route_key = "# /" and the same target',
  },
  defaultStage: {
    cloudformation: 'StageName of the AWS::ApiGatewayV2::Stage to $default',
    sam: 'StageName: $default on @',
    'sam-globals': 'StageName: $default in Globals.HttpApi',
    serverless: 'StageName of the AWS::ApiGatewayV2::Stage to $default',
    cdk: "stageName: '$default' on the HttpStage",
    terraform: 'name = "$default" on the aws_apigatewayv2_stage',
  },
  autoDeploy: {
    cloudformation: 'AutoDeploy: true on the stage #',
    sam: 'AutoDeploy: true on the stage #',
    'sam-globals': 'AutoDeploy: true on the stage #',
    serverless: 'AutoDeploy: true on the stage #',
    cdk: 'autoDeploy: true on the stage #',
    terraform: 'auto_deploy = true on the stage #',
  },
  urlOrigins: ofUrl('Origins'),
  urlMethods: ofUrl('Methods'),
  urlHeaders: ofUrl('Headers'),
  preflightOrigin: ofCors('AllowOrigin'),
  preflightHeaders: ofCors('AllowHeaders'),
  preflightMethods: ofCors('AllowMethods'),
  preflightCredentials: ofCors('AllowCredentials'),
  originOfRefusals: {
    document:
      'responseParameters: { gatewayresponse.header.Access-Control-Allow-Origin: "\'#\'" }, in x-amazon-apigateway-gateway-responses of the document',
    cloudformation:
      'gatewayresponse.header.Access-Control-Allow-Origin: "\'#\'" in ResponseParameters, as an AWS::ApiGateway::GatewayResponse',
    sam: 'Headers: { Access-Control-Allow-Origin: "\'#\'" } in its ResponseParameters, in GatewayResponses of @',
    'sam-globals':
      'Headers: { Access-Control-Allow-Origin: "\'#\'" } in its ResponseParameters, in Globals.Api.GatewayResponses',
    serverless:
      'gatewayresponse.header.Access-Control-Allow-Origin: "\'#\'" in ResponseParameters, as an AWS::ApiGateway::GatewayResponse in resources.Resources',
    cdk: "responseHeaders: { 'Access-Control-Allow-Origin': \"'#'\" }, with addGatewayResponse of the RestApi",
    terraform:
      'response_parameters = { "gatewayresponse.header.Access-Control-Allow-Origin" = "\'#\'" }, as an aws_api_gateway_gateway_response',
  },
} satisfies Readonly<Record<string, OwnTexts>>;

export function nameSetting(
  setting: keyof typeof SETTINGS,
  definition: Pick<Definition, 'form' | 'logicalId' | 'isDocument' | 'stages'> | undefined,
  value = '',
): string {
  const { form, logicalId, isDocument } = definition ?? { form: 'cloudformation', logicalId: 'the API' };
  const texts: OwnTexts = SETTINGS[setting];
  const special = definition === undefined ? texts.calls : isDocument === true ? texts.document : undefined;
  const text = special ?? texts[form];
  const stage = definition?.stages?.[value];
  return withOwnStage(form, text, { logicalId, name: value, stage })
    .replace('@', () => logicalId)
    .replaceAll('#', () => value);
}

/**
 * Names the stage of a setting. `api.deploymentStage` is only the stage that the construct of the API creates; another
 * Stage has a construct of its own.
 */
function withOwnStage(
  form: Form,
  text: string,
  {
    logicalId,
    name,
    stage,
  }: { readonly logicalId: string; readonly name: string; readonly stage: string | undefined },
): string {
  if (stage === undefined) return text;
  const [, id = ''] = stage.split(' ');
  const isOfApi = id.startsWith(`${logicalId.replace(/[0-9A-F]{8}$/, '')}DeploymentStage`);
  if (form !== 'cdk' || isOfApi) return text.replace('Stage: #', () => `Stage: ${stage}`);
  return text
    .replace(
      /\{ stage: api\.deploymentStage \}(\] \})?\)/,
      (_, end = '') =>
        `{ stage }${end}), where stage is the Stage construct of ${name} (${id} in the template),`,
    )
    .replace(/,$/, '');
}

type Authored = Pick<Definition, 'form' | 'isDocument' | 'besideDocument'> | undefined;

/**
 * Whether the author wrote the authorizers in an OpenAPI document. SAM itself writes the authorizers of its Auth into
 * such a document.
 */
function hasAuthorizersInDocument(definition: Authored): boolean {
  return definition?.isDocument === true && definition.besideDocument?.includes('Auth') !== true;
}

/** Returns the setting of an authorizer that identifies callers by these query parameters. */
export function nameQuerySources(
  definition: Authored,
  protocol: 'rest' | 'http' | 'websocket',
  names: readonly string[],
): string {
  const isRest = protocol === 'rest';
  const sources = names.map((name) => `${isRest ? 'method.request' : 'route.request'}.querystring.${name}`);
  const texts =
    isRest || protocol === 'websocket' ? sources : names.map((name) => `$request.querystring.${name}`);
  if (hasAuthorizersInDocument(definition)) return `identitySource: ${texts.join(',')}`;
  const { form = 'cloudformation' } = definition ?? {};
  const [quoted, joined] = [`[${texts.map((text) => `"${text}"`).join(', ')}]`, texts.join(',')];
  switch (form) {
    case 'sam':
    case 'sam-globals':
      return `QueryStrings: [${names.join(', ')}] in Identity`;
    case 'terraform':
      return isRest ? `identity_source = "${joined}"` : `identity_sources = ${quoted}`;
    case 'cdk':
      return isRest
        ? `identitySources: [${names.map((name) => `IdentitySource.queryString('${name}')`).join(', ')}]`
        : `identitySource: ${quoted}`;
    case 'serverless':
      return `identitySource: ${isRest ? joined : quoted}`;
    case 'cloudformation':
      return `IdentitySource: ${isRest ? joined : quoted}`;
  }
}

/**
 * Returns the settings of an authorizer whose function is called for each request: a source that each request has, and
 * no cache.
 */
export function nameAnySource(definition: Authored, protocol: 'rest' | 'http'): string {
  const isRest = protocol === 'rest';
  const source = isRest ? 'context.path' : '$context.routeKey';
  const { form = 'cloudformation' } = definition ?? {};
  if (hasAuthorizersInDocument(definition))
    return `identitySource: ${source} and authorizerResultTtlInSeconds: 0`;
  switch (form) {
    case 'sam':
    case 'sam-globals':
      return `Context: [${isRest ? 'path' : 'routeKey'}] and ReauthorizeEvery: 0 alone in Identity`;
    case 'terraform':
      return `${isRest ? `identity_source = "${source}"` : `identity_sources = ["${source}"]`} and authorizer_result_ttl_in_seconds = 0`;
    case 'cdk':
      return `${isRest ? "identitySources: [IdentitySource.context('path')]" : `identitySource: ['${source}']`} and resultsCacheTtl: Duration.seconds(0)`;
    case 'serverless':
      return `identitySource: ${isRest ? source : `['${source}']`} and resultTtlInSeconds: 0`;
    case 'cloudformation':
      return `IdentitySource: ${isRest ? source : `['${source}']`} and AuthorizerResultTtlInSeconds: 0`;
  }
}

/** Returns the ARN of an API as its owner writes it. The API's id on this machine differs from its id on AWS. */
export function arnInTemplate({
  apiId,
  definition,
}: {
  readonly apiId: string;
  readonly definition?: Definition | undefined;
}): string {
  if (definition === undefined) return `arn:aws:execute-api:*:*:${apiId}`;
  const { form, logicalId } = definition;
  return form === 'terraform' ? `\${${logicalId}.execution_arn}` : `arn:aws:execute-api:*:*:\${${logicalId}}`;
}

/**
 * Writes the path of a resource as MethodSettings of a stage need it: `/~1pets~1{id}`. The root is `/`.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
 */
export function escapeResourcePath(path: string): string {
  return path === '/' ? path : `/${escapePointer(path)}`;
}
