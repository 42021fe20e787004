/**
 * The constraints that AWS applies to the members of its calls, by resource and property. There are two kinds: enums
 * (in the model's order) and patterns from the service model (apigateway 2015-07-09), and checks by the service itself,
 * with its own wording. apigatewayv2 has only the second kind. It checks the enums, lengths and ranges of its model
 * (2018-11-29) itself, and refuses invalid values with BadRequestException.
 */
import type { MemberRule } from '@gatewright/aws/call-input';
import { CLUSTER_SIZES } from '../../core/deployment/stage/caching.ts';
import { QUOTA_PERIODS } from '../../core/metering/quota-period.ts';

/** A rule of AWS's validator. `isRequired` applies to a call that creates the resource. */
export type Constraint = MemberRule & {
  /** The service's own checks, which run after the validator's. */
  readonly own?: readonly OwnConstraint[];
};

export type OwnConstraint = {
  /** The value must be neither absent nor empty. */
  readonly present?: true;
  readonly values?: readonly string[];
  /** The member of each item of a list, or of each entry of a map, to which `values` applies. */
  readonly inEach?: string;
  readonly pattern?: RegExp;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  /** The pattern for the keys of a map. */
  readonly keys?: RegExp;
  readonly range?: readonly [min: number, max: number];
  /** The error message. A function receives the value, or the wrong key. */
  readonly says: string | ((value: string) => string);
};

export type ResourceConstraints = {
  /** The resource type for which CloudFormation makes the call that creates the resource; absent if there is none. */
  readonly type?: string;
  /** The property of the resource that has the members of the call, such as `Integration.IntegrationResponses.*`. */
  readonly below?: string;
  /** The call that creates the resource: `POST /restapis`. */
  readonly made: string;
  /** The call that changes the resource, if that call has the same members. */
  readonly changed?: string;
  /** The name of the call's input in AWS's error messages. */
  readonly input: string;
  /** The constraints by path: `endpointConfiguration.types`. */
  readonly properties: Readonly<Record<string, Constraint>>;
};

const PATH_OF_METHOD = '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}';
const REQUIRED: Constraint = { isRequired: true };
const oneOf = (...values: readonly string[]): Constraint => ({ values });
const STATUS_CODE: Constraint = { pattern: String.raw`[1-5]\d\d` };
export const SECURITY_POLICIES = [
  'TLS_1_0',
  'TLS_1_2',
  'SecurityPolicy_TLS13_1_3_2025_09',
  'SecurityPolicy_TLS13_1_3_FIPS_2025_09',
  'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_2021_06',
  'SecurityPolicy_TLS13_2025_EDGE',
  'SecurityPolicy_TLS12_PFS_2025_EDGE',
  'SecurityPolicy_TLS12_2018_EDGE',
];
const SECURITY_POLICY = oneOf(...SECURITY_POLICIES);
const CACHE_SIZE = oneOf(...CLUSTER_SIZES);
const CONTENT_HANDLING = oneOf('CONVERT_TO_BINARY', 'CONVERT_TO_TEXT');
export const ADDRESS_TYPES = ['ipv4', 'dualstack'];
const ADDRESS_TYPE = oneOf(...ADDRESS_TYPES);
export const ROUTING_MODES = [
  'BASE_PATH_MAPPING_ONLY',
  'ROUTING_RULE_ONLY',
  'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
];
export const ROUTING_MODES_V2 = ['API_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING'];
export const ENDPOINT_TYPES = ['REGIONAL', 'EDGE', 'PRIVATE'];
const ENDPOINT_TYPE = oneOf(...ENDPOINT_TYPES);
const ENDPOINT_ACCESS_MODE = oneOf('BASIC', 'STRICT');

/** The parts of an API that can have documentation, each with the members of its location. */
export const DOCUMENTATION_PARTS: Readonly<Record<string, readonly string[]>> = {
  API: [],
  AUTHORIZER: ['Name'],
  MODEL: ['Name'],
  RESOURCE: ['Path'],
  METHOD: ['Path', 'Method'],
  PATH_PARAMETER: ['Path', 'Method', 'Name'],
  QUERY_PARAMETER: ['Path', 'Method', 'Name'],
  REQUEST_HEADER: ['Path', 'Method', 'Name'],
  REQUEST_BODY: ['Path', 'Method'],
  RESPONSE: ['Path', 'Method', 'StatusCode'],
  RESPONSE_HEADER: ['Path', 'Method', 'StatusCode', 'Name'],
  RESPONSE_BODY: ['Path', 'Method', 'StatusCode'],
};

const RESPONSE_TYPE = oneOf(
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'RESOURCE_NOT_FOUND',
  'UNAUTHORIZED',
  'INVALID_API_KEY',
  'ACCESS_DENIED',
  'AUTHORIZER_FAILURE',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'INVALID_SIGNATURE',
  'EXPIRED_TOKEN',
  'MISSING_AUTHENTICATION_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'API_CONFIGURATION_ERROR',
  'UNSUPPORTED_MEDIA_TYPE',
  'BAD_REQUEST_PARAMETERS',
  'BAD_REQUEST_BODY',
  'REQUEST_TOO_LARGE',
  'THROTTLED',
  'QUOTA_EXCEEDED',
  'WAF_FILTERED',
);

/** The constraints on placeholders in paths, which apply to every call. */
export const PATH_CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  statusCode: STATUS_CODE,
  responseType: RESPONSE_TYPE,
};

/** The constraints on members in queries, by call. */
export const QUERY_CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = {
  'GET /domainnames': { resourceOwner: oneOf('SELF', 'OTHER_ACCOUNTS') },
  'GET /restapis/{restApiId}/documentation/parts': {
    type: oneOf(...Object.keys(DOCUMENTATION_PARTS)),
    locationStatus: oneOf('DOCUMENTED', 'UNDOCUMENTED'),
  },
  'DELETE /tags/{arn}': { tagKeys: REQUIRED },
};

/** The operations of patches, in the order of AWS's model. */
export const PATCH_VERBS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** The names of the inputs of patches whose path has constraints. */
export const PATCH_INPUTS: Readonly<Record<string, string>> = {
  [`PATCH ${PATH_OF_METHOD}/responses/{statusCode}`]: 'updateMethodResponseInput',
  [`PATCH ${PATH_OF_METHOD}/integration/responses/{statusCode}`]: 'updateIntegrationResponseInput',
  'PATCH /restapis/{restApiId}/gatewayresponses/{responseType}': 'updateGatewayResponseInput',
};

/**
 * Accepts the ARN of a role, `arn:aws:iam::*:user/*` for the caller's credentials, or an empty text. AWS's message is
 * from aws/aws-sdk-java#860.
 */
const CREDENTIALS: Constraint = {
  own: [{ pattern: /^(?:arn:.*)?$/, says: 'Invalid ARN specified in the request' }],
};

/** The limits of the minimum compression size, in bytes. Patches have the same limits [obs]. */
export const COMPRESSION_SIZE: Constraint = {
  own: [{ range: [0, 10_485_760], says: 'Invalid minimum compression size, must be between 0 and 10485760' }],
};

/**
 * The constraint of a stage name, with AWS's wording (Miserlou/Zappa#356), which does not mention the hyphen. An empty
 * value means that there is no stage.
 */
const STAGE_NAME: Constraint = {
  own: [{ pattern: /^[\w-]*$/, says: 'Stage name only allows a-zA-Z0-9_' }],
};

/** The constraints of an API key. Templates and key files are checked with the same constraints. */
export const API_KEY = {
  name: { own: [{ maxLength: 1024, says: 'Invalid API Key name, can be at most 1024 characters.' }] },
  description: { own: [{ maxLength: 125_000, says: 'Invalid API Key description specified.' }] },
  value: {
    own: [
      { minLength: 20, says: 'API Key value should be at least 20 characters' },
      { maxLength: 128, says: 'API Key value exceeds maximum size of 128 characters' },
    ],
  },
} satisfies Readonly<Record<string, Constraint>>;

const METHOD = `PUT ${PATH_OF_METHOD}`;

export const REST_CONSTRAINTS: readonly ResourceConstraints[] = [
  {
    type: 'AWS::ApiGateway::RestApi',
    made: 'POST /restapis',
    input: 'createRestApiInput',
    properties: {
      name: REQUIRED,
      apiKeySource: oneOf('HEADER', 'AUTHORIZER'),
      'endpointConfiguration.types': {
        each: ENDPOINT_TYPE,
        own: [{ maxItems: 1, says: 'Cannot create an api with multiple Endpoint Types.' }],
      },
      'endpointConfiguration.ipAddressType': ADDRESS_TYPE,
      securityPolicy: SECURITY_POLICY,
      endpointAccessMode: ENDPOINT_ACCESS_MODE,
      description: { own: [{ minLength: 1, says: 'Description cannot be an empty string' }] },
      minimumCompressionSize: COMPRESSION_SIZE,
    },
  },
  {
    type: 'AWS::ApiGateway::Resource',
    made: 'POST /restapis/{restApiId}/resources/{parentId}',
    input: 'createResourceInput',
    properties: {
      pathPart: { isRequired: true, own: [{ minLength: 1, says: "Resource's path part must be specified" }] },
    },
  },
  {
    type: 'AWS::ApiGateway::Method',
    made: METHOD,
    input: 'putMethodInput',
    properties: { authorizationType: REQUIRED },
  },
  {
    type: 'AWS::ApiGateway::Method',
    below: 'Integration',
    made: `${METHOD}/integration`,
    input: 'putIntegrationInput',
    properties: {
      type: { isRequired: true, values: ['HTTP', 'AWS', 'MOCK', 'HTTP_PROXY', 'AWS_PROXY'] },
      // AWS's wording (aws/aws-cdk#31063). An account may have a higher limit than the default of 29 s (docs/aws §13).
      timeoutInMillis: {
        own: [{ range: [50, 900_000], says: 'Timeout should be between 50 ms and 29000 ms' }],
      },
      credentials: CREDENTIALS,
      connectionType: oneOf('INTERNET', 'VPC_LINK'),
      contentHandling: CONTENT_HANDLING,
      responseTransferMode: oneOf('BUFFERED', 'STREAM'),
    },
  },
  {
    type: 'AWS::ApiGateway::Method',
    below: 'Integration.IntegrationResponses.*',
    made: `${METHOD}/integration/responses/{statusCode}`,
    input: 'putIntegrationResponseInput',
    properties: {
      contentHandling: CONTENT_HANDLING,
      responseTemplates: {
        own: [
          {
            keys: /^[^/\s]+\/[^/\s]+/,
            says: (type) =>
              `Validation Result: warnings : [], errors : [Invalid content type specified: ${type}]`,
          },
        ],
      },
    },
  },
  {
    type: 'AWS::ApiGateway::GatewayResponse',
    made: 'PUT /restapis/{restApiId}/gatewayresponses/{responseType}',
    input: 'putGatewayResponseInput',
    properties: { statusCode: STATUS_CODE },
  },
  {
    type: 'AWS::ApiGateway::Authorizer',
    made: 'POST /restapis/{restApiId}/authorizers',
    input: 'createAuthorizerInput',
    properties: {
      name: REQUIRED,
      type: { isRequired: true, values: ['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS', 'JWT'] },
      authorizerCredentials: CREDENTIALS,
    },
  },
  {
    type: 'AWS::ApiGateway::Model',
    made: 'POST /restapis/{restApiId}/models',
    input: 'createModelInput',
    properties: {
      name: {
        isRequired: true,
        own: [
          { minLength: 1, says: 'Model name must be non-empty' },
          { pattern: /^[a-zA-Z0-9]+$/, says: (name) => `Model name must be alphanumeric: ${name}` },
        ],
      },
      contentType: REQUIRED,
    },
  },
  {
    type: 'AWS::ApiGateway::Deployment',
    made: 'POST /restapis/{restApiId}/deployments',
    input: 'createDeploymentInput',
    properties: { stageName: STAGE_NAME, cacheClusterSize: CACHE_SIZE },
  },
  {
    type: 'AWS::ApiGateway::Stage',
    made: 'POST /restapis/{restApiId}/stages',
    input: 'createStageInput',
    properties: {
      stageName: { ...STAGE_NAME, isRequired: true },
      deploymentId: REQUIRED,
      cacheClusterSize: CACHE_SIZE,
    },
  },
  {
    type: 'AWS::ApiGateway::DocumentationPart',
    made: 'POST /restapis/{restApiId}/documentation/parts',
    input: 'createDocumentationPartInput',
    properties: {
      location: REQUIRED,
      'location.type': {
        isRequired: true,
        values: Object.keys(DOCUMENTATION_PARTS),
      },
      'location.statusCode': { pattern: String.raw`^([1-5]\d\d|\*|\s*)$` },
      properties: REQUIRED,
    },
  },
  {
    type: 'AWS::ApiGateway::DocumentationVersion',
    made: 'POST /restapis/{restApiId}/documentation/versions',
    input: 'createDocumentationVersionInput',
    properties: { documentationVersion: REQUIRED },
  },
  {
    type: 'AWS::ApiGateway::ApiKey',
    made: 'POST /apikeys',
    input: 'createApiKeyInput',
    // The key's value is checked only when the key is stored, because AWS generates a value if the given value is
    // empty.
    properties: { name: API_KEY.name, description: API_KEY.description },
  },
  {
    type: 'AWS::ApiGateway::UsagePlan',
    made: 'POST /usageplans',
    input: 'createUsagePlanInput',
    properties: { name: REQUIRED, 'quota.period': oneOf(...QUOTA_PERIODS) },
  },
  {
    type: 'AWS::ApiGateway::UsagePlanKey',
    made: 'POST /usageplans/{usagePlanId}/keys',
    input: 'createUsagePlanKeyInput',
    properties: { keyId: REQUIRED, keyType: REQUIRED },
  },
  {
    type: 'AWS::ApiGateway::DomainName',
    made: 'POST /domainnames',
    input: 'createDomainNameInput',
    properties: {
      domainName: REQUIRED,
      'endpointConfiguration.types': { each: ENDPOINT_TYPE },
      'endpointConfiguration.ipAddressType': ADDRESS_TYPE,
      securityPolicy: SECURITY_POLICY,
      endpointAccessMode: ENDPOINT_ACCESS_MODE,
      routingMode: oneOf(...ROUTING_MODES),
    },
  },
  {
    type: 'AWS::ApiGateway::BasePathMapping',
    made: 'POST /domainnames/{domainName}/basepathmappings',
    input: 'createBasePathMappingInput',
    properties: { restApiId: REQUIRED },
  },
  {
    type: 'AWS::ApiGateway::VpcLink',
    made: 'POST /vpclinks',
    input: 'createVpcLinkInput',
    properties: {
      name: { isRequired: true, own: [{ minLength: 1, says: 'Name cannot be empty' }] },
      targetArns: REQUIRED,
    },
  },
  { made: 'PUT /tags/{arn}', input: 'tagResourceInput', properties: { tags: REQUIRED } },
];

/** Returns the constraints on the members of a call's input. They also apply to patches of these members. */
export function constraintsOf(input: string): ResourceConstraints['properties'] {
  return REST_CONSTRAINTS.find((one) => one.input === input)?.properties ?? {};
}
