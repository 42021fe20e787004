import { makeName, makeRootResourceId } from '@gatewright/aws/physical-ids';
import { generated, given, id } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import { idOf, prefixFields } from './api-type.ts';
import { CALLER_CREDENTIALS } from './caller-credentials.ts';
import { block, field, fieldsOf } from './fields.ts';
import type { ApiType } from './api-type.ts';
import { METHOD_SETTINGS } from '../../core/deployment/stage/method-settings.ts';

/** The message for a document in S3. It is also used for HTTP and WebSocket APIs. */
export const DOCUMENT_IN_S3 =
  'the routes of a document in S3 are served only if you add the document to gatewright.values.yml: s3: { BUCKET: { KEY: !file … } }';

const OTHER_SETTINGS = 'settings that AWS does not have are not applied';
/** The members of a method setting. Calls and Terraform can set the last two, but CloudFormation refuses them. */
const METHOD_ITEMS = [
  'HttpMethod',
  'ResourcePath',
  ...METHOD_SETTINGS,
  'RequireAuthorizationForCacheControl',
  'UnauthorizedCacheControlHeaderStrategy',
];

/**
 * The fields of an integration. In templates, an integration is a block of the method. In the API, it has a separate
 * call.
 */
export const INTEGRATION_FIELDS = [
  field('type'),
  field('httpMethod', 'text', 'IntegrationHttpMethod'),
  ...fieldsOf('uri connectionType connectionId credentials'),
  ...fieldsOf('requestParameters requestTemplates', 'texts'),
  ...fieldsOf('passthroughBehavior contentHandling'),
  field('timeoutInMillis', 'number'),
  ...fieldsOf('cacheNamespace responseTransferMode'),
  field('cacheKeyParameters', 'list'),
  block('tlsConfig', [field('insecureSkipVerification', 'flag')]),
];

export const INTEGRATION_RESPONSE_FIELDS = [
  ...fieldsOf('statusCode selectionPattern'),
  ...fieldsOf('responseParameters responseTemplates', 'texts'),
  field('contentHandling'),
];

export const METHOD_RESPONSE_FIELDS = [
  field('statusCode'),
  field('responseParameters', 'flags'),
  field('responseModels', 'texts'),
];

export const REST_TYPES = {
  'AWS::ApiGateway::RestApi': {
    names: {
      ref: id(10),
      attributes: {
        RestApiId: id(10),
        RootResourceId: ({ stackName, logicalId }) => makeRootResourceId(stackName, logicalId),
      },
    },
    fields: [
      ...fieldsOf('name description version'),
      field('binaryMediaTypes', 'list'),
      field('minimumCompressionSize', 'number'),
      field('apiKeySource', 'text', 'ApiKeySourceType'),
      field('policy'),
      field('disableExecuteApiEndpoint', 'flag'),
    ],
    enforced: words('Parameters EndpointConfiguration.Types SecurityPolicy'),
    noEffect: words(
      `Description Version Tags FailOnWarnings Mode EndpointConfiguration.VpcEndpointIds
       EndpointConfiguration.IpAddressType`,
    ),
    unsupported: {
      BodyS3Location: DOCUMENT_IN_S3,
      CloneFrom: 'the other API is not copied, so this API stays empty',
      EndpointAccessMode:
        'the access mode is not enforced: calls for every host of a VPC endpoint are accepted (access modes: new on AWS on 19 Nov 2025)',
    },
  },
  'AWS::ApiGateway::Resource': {
    owner: 'RestApiId',
    part: 'resources',
    names: idOf(6, 'ResourceId'),
    enforced: words('ParentId PathPart'),
    referredBy: ['ResourceId', 'ParentId'],
  },
  'AWS::ApiGateway::Method': {
    owner: 'RestApiId',
    part: 'methods',
    names: { ref: generated },
    fields: [
      ...fieldsOf('authorizationType authorizerId'),
      field('apiKeyRequired', 'flag'),
      ...fieldsOf('requestValidatorId operationName'),
      field('requestParameters', 'flags'),
      field('requestModels', 'texts'),
      field('authorizationScopes', 'list'),
    ],
    enforced: [
      ...words('ResourceId HttpMethod MethodResponses Integration.IntegrationResponses'),
      ...prefixFields('Integration', INTEGRATION_FIELDS).filter(
        (name) => name !== 'Integration.Credentials' && name !== 'Integration.TlsConfig',
      ),
    ],
    // Invoking a function does not require a role in this gateway. With `--roles on`, calls to services have the
    // permissions of the role.
    whereKnown: ['Integration.Credentials'],
    noEffect: words('OperationName'),
    unsupported: {
      'Integration.TlsConfig': 'the certificates of backends are always verified, whatever the setting',
      'Integration.IntegrationTarget':
        'the VPC link sends requests to the --vpc-link address instead of its load balancer (VPC links V2 of REST APIs: new on AWS on 21 Nov 2025)',
    },
    except: { 'Integration.Credentials': CALLER_CREDENTIALS },
    alike: ['HttpMethod', 'ResourceId'],
  },
  'AWS::ApiGateway::Authorizer': {
    owner: 'RestApiId',
    part: 'authorizers',
    names: idOf(6, 'AuthorizerId'),
    fields: [
      ...fieldsOf('name type'),
      field('providerARNs', 'list', 'ProviderARNs'),
      ...fieldsOf('authType authorizerUri authorizerCredentials identitySource identityValidationExpression'),
      field('authorizerResultTtlInSeconds', 'number'),
    ],
    enforced: ['JwtConfiguration'],
    noEffect: words('AuthType AuthorizerCredentials'),
    alike: ['Name'],
    referredBy: ['AuthorizerId'],
    calls: {
      noun: 'Authorizer',
      path: 'authorizers',
      idName: 'authorizerId',
      idLength: 6,
      required: ['type', 'name'],
      quota: 'authorizers',
    },
  },
  'AWS::ApiGateway::Model': {
    owner: 'RestApiId',
    part: 'models',
    // Model names are alphanumeric.
    names: {
      ref: (resource) =>
        resource.text('Name') ?? makeName(resource.stackName, resource.logicalId).replaceAll('-', ''),
    },
    fields: fieldsOf('name description contentType schema'),
    noEffect: words('ContentType Description'),
    alike: ['Name'],
    calls: { noun: 'Model', path: 'models', idName: 'modelName', idLength: 6, required: ['name'] },
  },
  'AWS::ApiGateway::RequestValidator': {
    owner: 'RestApiId',
    part: 'validators',
    names: idOf(6, 'RequestValidatorId'),
    fields: [field('name'), ...fieldsOf('validateRequestBody validateRequestParameters', 'flag')],
    noEffect: ['Name'],
    alike: ['Name'],
    referredBy: ['RequestValidatorId'],
    calls: {
      noun: 'RequestValidator',
      path: 'requestvalidators',
      idName: 'requestValidatorId',
      idLength: 6,
    },
  },
  'AWS::ApiGateway::GatewayResponse': {
    owner: 'RestApiId',
    part: 'gatewayResponses',
    names: idOf(6, 'Id'),
    fields: [field('statusCode'), ...fieldsOf('responseParameters responseTemplates', 'texts')],
    enforced: ['ResponseType'],
    alike: ['ResponseType'],
  },
  'AWS::ApiGateway::DocumentationPart': {
    owner: 'RestApiId',
    part: 'documentationParts',
    isWithoutEffect: true,
  },
  'AWS::ApiGateway::DocumentationVersion': {
    owner: 'RestApiId',
    part: 'documentationVersions',
    isWithoutEffect: true,
  },
  'AWS::ApiGateway::Deployment': {
    owner: 'RestApiId',
    part: 'deployments',
    names: idOf(6, 'DeploymentId'),
    enforced: words(
      `StageName StageDescription.Variables StageDescription.ThrottlingBurstLimit
       StageDescription.ThrottlingRateLimit StageDescription.AccessLogSetting
       StageDescription.CanarySetting DeploymentCanarySettings StageDescription.CacheClusterEnabled
       StageDescription.CacheClusterSize StageDescription.CachingEnabled StageDescription.CacheTtlInSeconds
       StageDescription.TracingEnabled StageDescription.LoggingLevel StageDescription.MetricsEnabled
       StageDescription.DataTraceEnabled StageDescription.ClientCertificateId`,
    ),
    noEffect: words(
      `Description StageDescription.Description StageDescription.Tags StageDescription.DocumentationVersion
       StageDescription.CacheDataEncrypted`,
    ),
    unsupported: { 'StageDescription.MethodSettings': OTHER_SETTINGS },
    enforcedItems: { 'StageDescription.MethodSettings': METHOD_ITEMS },
  },
  'AWS::ApiGateway::Stage': {
    owner: 'RestApiId',
    part: 'stages',
    names: { ref: given('StageName') },
    fields: [
      field('description'),
      field('cacheClusterEnabled', 'flag'),
      ...fieldsOf('cacheClusterSize clientCertificateId documentationVersion'),
      field('tracingEnabled', 'flag'),
      field('variables', 'texts'),
    ],
    enforced: words('DeploymentId StageName AccessLogSetting CanarySetting'),
    noEffect: words('Description Tags DocumentationVersion'),
    unsupported: { MethodSettings: OTHER_SETTINGS },
    enforcedItems: { MethodSettings: METHOD_ITEMS },
  },
  'AWS::ApiGateway::Account': { isWithoutEffect: true },
  'AWS::ApiGateway::ClientCertificate': {
    names: idOf(6, 'ClientCertificateId'),
    noEffect: words('Description Tags'),
  },
  'AWS::ApiGateway::ApiKey': {
    names: idOf(10, 'APIKeyId'),
    fields: [...fieldsOf('value name description customerId'), field('enabled', 'flag')],
    // Usage plans connect a stage with a key; stage keys are an older feature.
    noEffect: words('Description CustomerId GenerateDistinctId StageKeys Tags'),
  },
  'AWS::ApiGateway::UsagePlan': {
    names: idOf(6, 'Id'),
    enforced: words('UsagePlanName ApiStages Quota Throttle'),
    fields: [
      field('name', 'text', 'UsagePlanName'),
      field('description'),
      block('throttle', fieldsOf('rateLimit burstLimit', 'number')),
      block('quota', [...fieldsOf('limit offset', 'number'), field('period')]),
    ],
    noEffect: words('Description Tags'),
  },
  'AWS::ApiGateway::UsagePlanKey': {
    names: idOf(10, 'Id'),
    enforced: words('KeyId KeyType UsagePlanId'),
  },
  // Integrations use the `--vpc-link` address, regardless of the template.
  'AWS::ApiGateway::VpcLink': {
    names: idOf(6, 'VpcLinkId'),
    fields: [...fieldsOf('name description'), field('targetArns', 'list'), field('tags', 'texts')],
  },
} as const satisfies Readonly<Record<string, ApiType>>;
