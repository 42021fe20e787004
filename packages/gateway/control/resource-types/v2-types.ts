import { given, id } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import { idOf, prefixFields } from './api-type.ts';
import { CALLER_CREDENTIALS } from './caller-credentials.ts';
import { block, blocks, changes, field, fieldsOf } from './fields.ts';
import { DOCUMENT_IN_S3 } from './rest-types.ts';
import type { Namer } from '../../core/resource-types/namers.ts';
import type { ApiType } from './api-type.ts';

const apiEndpoint: Namer = (resource) => {
  const scheme = resource.text('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https';
  return `${scheme}://${id(10)(resource)}.execute-api.${resource.region}.${resource.urlSuffix}`;
};

const CONSTRAINTS = [field('required', 'flag')];
const ROUTE_SETTINGS = [
  ...fieldsOf('dataTraceEnabled detailedMetricsEnabled', 'flag'),
  field('loggingLevel'),
  ...fieldsOf('throttlingBurstLimit throttlingRateLimit', 'number'),
];

export const V2_TYPES = {
  'AWS::ApiGatewayV2::Api': {
    names: { ref: id(10), attributes: { ApiId: id(10), ApiEndpoint: apiEndpoint } },
    fields: [
      ...fieldsOf('name description version routeSelectionExpression apiKeySelectionExpression'),
      ...fieldsOf('disableSchemaValidation disableExecuteApiEndpoint', 'flag'),
      field('ipAddressType'),
      block('corsConfiguration', [
        field('allowCredentials', 'flag'),
        ...fieldsOf('allowHeaders allowMethods allowOrigins exposeHeaders', 'list'),
        field('maxAge', 'number'),
      ]),
      field('tags', 'texts'),
    ],
    enforced: words('ProtocolType BasePath Target RouteKey'),
    noEffect: words(
      'Description Tags Version FailOnWarnings DisableSchemaValidation IpAddressType CredentialsArn',
    ),
    unsupported: { BodyS3Location: DOCUMENT_IN_S3 },
  },
  'AWS::ApiGatewayV2::Route': {
    owner: 'ApiId',
    part: 'routes',
    names: idOf(7, 'RouteId'),
    fields: [
      ...fieldsOf('routeKey target operationName authorizationType authorizerId'),
      field('authorizationScopes', 'list'),
      field('apiKeyRequired', 'flag'),
      field('modelSelectionExpression'),
      field('requestModels', 'texts'),
      blocks('requestParameters', CONSTRAINTS),
      field('routeResponseSelectionExpression'),
    ],
    noEffect: words('OperationName'),
    calls: {
      noun: 'Route',
      path: 'routes',
      idName: 'routeId',
      idLength: 7,
      quota: 'routes',
      required: ['routeKey'],
      unique: 'RouteKey',
    },
  },
  'AWS::ApiGatewayV2::Integration': {
    owner: 'ApiId',
    part: 'integrations',
    names: idOf(7, 'IntegrationId'),
    fields: [
      ...fieldsOf(`integrationType integrationUri integrationMethod integrationSubtype connectionType`),
      ...fieldsOf('connectionId credentialsArn description passthroughBehavior payloadFormatVersion'),
      ...fieldsOf('contentHandlingStrategy templateSelectionExpression'),
      field('timeoutInMillis', 'number'),
      ...fieldsOf('requestParameters requestTemplates', 'texts'),
      changes('responseParameters'),
      block('tlsConfig', [field('serverNameToVerify')]),
    ],
    noEffect: words('Description TlsConfig'),
    // The role is for service integrations. Invoking a function does not require a role in this gateway.
    whereKnown: ['CredentialsArn'],
    except: { CredentialsArn: CALLER_CREDENTIALS },
    calls: {
      noun: 'Integration',
      path: 'integrations',
      idName: 'integrationId',
      idLength: 7,
      required: ['integrationType'],
      quota: 'integrations',
    },
  },
  'AWS::ApiGatewayV2::Authorizer': {
    owner: 'ApiId',
    part: 'authorizers',
    names: idOf(6, 'AuthorizerId'),
    fields: [
      ...fieldsOf(
        'name authorizerType authorizerUri authorizerCredentialsArn authorizerPayloadFormatVersion',
      ),
      field('authorizerResultTtlInSeconds', 'number'),
      field('enableSimpleResponses', 'flag'),
      field('identitySource', 'list'),
      field('identityValidationExpression'),
      block('jwtConfiguration', [field('audience', 'list'), field('issuer')]),
    ],
    notApplied: ['IdentityValidationExpression'],
    noEffect: words('AuthorizerCredentialsArn'),
    calls: {
      noun: 'Authorizer',
      path: 'authorizers',
      idName: 'authorizerId',
      idLength: 6,
      unique: 'Name',
      required: ['authorizerType', 'name'],
      requiredByProtocol: { websocket: ['identitySource'] },
      quota: 'authorizers',
    },
  },
  /** `schema` is a string in API calls and an object in templates. */
  'AWS::ApiGatewayV2::Model': {
    owner: 'ApiId',
    part: 'models',
    names: idOf(6, 'ModelId'),
    fields: fieldsOf('name description contentType schema'),
    noEffect: words('ContentType Description'),
    calls: {
      noun: 'Model',
      path: 'models',
      idName: 'modelId',
      idLength: 6,
      unique: 'Name',
      required: ['name', 'schema'],
    },
  },
  'AWS::ApiGatewayV2::RouteResponse': {
    owner: 'ApiId',
    part: 'routeResponses',
    names: idOf(6, 'RouteResponseId'),
    fields: [
      ...fieldsOf('routeResponseKey modelSelectionExpression'),
      field('responseModels', 'texts'),
      blocks('responseParameters', CONSTRAINTS),
    ],
    enforced: ['RouteId'],
    // The expression selects one of the models, but AWS does not validate responses against them.
    noEffect: words('ModelSelectionExpression ResponseModels'),
    notApplied: ['ResponseParameters'],
    calls: {
      noun: 'RouteResponse',
      path: 'routeresponses',
      idName: 'routeResponseId',
      idLength: 7,
      required: ['routeResponseKey'],
      only: 'websocket',
      unique: 'RouteResponseKey',
      below: { part: 'routes', property: 'RouteId' },
    },
  },
  'AWS::ApiGatewayV2::IntegrationResponse': {
    owner: 'ApiId',
    part: 'integrationResponses',
    names: idOf(6, 'IntegrationResponseId'),
    fields: [
      ...fieldsOf('integrationResponseKey contentHandlingStrategy'),
      ...fieldsOf('responseParameters responseTemplates', 'texts'),
      field('templateSelectionExpression'),
    ],
    enforced: ['IntegrationId'],
    unsupported: { ResponseParameters: 'responses are passed on without these headers' },
    calls: {
      noun: 'IntegrationResponse',
      path: 'integrationresponses',
      idName: 'integrationResponseId',
      idLength: 7,
      required: ['integrationResponseKey'],
      only: 'websocket',
      unique: 'IntegrationResponseKey',
      below: { part: 'integrations', property: 'IntegrationId' },
    },
  },
  'AWS::ApiGatewayV2::Deployment': {
    owner: 'ApiId',
    part: 'deployments',
    names: idOf(6, 'DeploymentId'),
    enforced: ['StageName'],
    noEffect: words('Description'),
  },
  'AWS::ApiGatewayV2::Stage': {
    owner: 'ApiId',
    part: 'stages',
    names: { ref: given('StageName') },
    fields: [
      ...fieldsOf('description deploymentId'),
      field('autoDeploy', 'flag'),
      field('clientCertificateId'),
      field('stageVariables', 'texts'),
      block('accessLogSettings', fieldsOf('destinationArn format')),
      block('defaultRouteSettings', ROUTE_SETTINGS),
      blocks('routeSettings', ROUTE_SETTINGS),
      field('tags', 'texts'),
    ],
    enforced: ['StageName', ...prefixFields('DefaultRouteSettings', ROUTE_SETTINGS)],
    noEffect: words('Description Tags'),
    unsupported: { ClientCertificateId: 'the gateway presents no client certificate to backends' },
  },
  'AWS::ApiGatewayV2::VpcLink': {
    names: idOf(6, 'VpcLinkId'),
    fields: [field('name'), ...fieldsOf('subnetIds securityGroupIds', 'list'), field('tags', 'texts')],
  },
} as const satisfies Readonly<Record<string, ApiType>>;
