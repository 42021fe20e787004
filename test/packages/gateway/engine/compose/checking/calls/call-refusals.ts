/**
 * Every refusal that a call which creates or changes a resource can give, and what refuses the same in a template: a
 * definition of refused-definitions.ts, or the reason why a template is not asked.
 */
import { by } from './answers.ts';
import type { Answer } from './answers.ts';
import { SERVICE_REFUSALS } from './service-refusals.ts';

/** By file and message, as the source has the message. */
export const CALL_REFUSALS: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  'cognito/api/administer-users.ts': {
    '`User is in status ${user.status}.`': 'ONLY_CALLS',
    "'Cannot modify the non-mutable attribute sub'": 'ONLY_CALLS',
    "'A group with the name already exists.'": by('a second group of one name in a user pool'),
    "'Group not found.'": 'ONLY_CALLS',
    "'Error while parsing filter.'": 'ONLY_CALLS',
    '`Invalid search attribute: ${name}`': 'ONLY_CALLS',
  },
  'cognito/pools/user-pool.ts': {
    refusal: by('a user name that is not an email address, in a pool that requires one'),
    existsText: by('a second user of one name in a user pool'),
    missing: by('a user without an attribute that the pool requires'),
    '`A local pool can have at most ${MAX_USERS} users.`': 'ONLY_CALLS',
    '`${words}: ${fault}`': 'ONLY_CALLS',
    "'Invalid code provided, please request a code again.'": 'ONLY_CALLS',
    "'Attempt limit exceeded, please try after some time.'": 'ONLY_CALLS',
    "'Invalid verification code provided, please try again.'": 'ONLY_CALLS',
  },
  'control/api-quotas.ts': {
    'describe(QUOTAS[quota])': by('the 301st route'),
  },
  'control/api/lambda/function-code.ts': {
    '`Function not found: ${plainArn}`': 'CODE',
    archive: 'CODE',
    'archive.unserved': 'OURS',
    'archive.denied': 'CODE',
    NO_ZIP: 'CODE',
    message: 'CODE',
  },
  'control/api/lambda/function-policy.ts': {
    POLICY_OF_LATEST: by('a permission for $LATEST'),
    'describeMissing(asked, isFunction)': 'LIVE',
    message: by('permissions over 20 KB for one function'),
    "'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action'": by(
      'an authorization type of a URL for another action',
    ),
    NO_POLICY: 'LIVE',
    "'Could not parse request body into json'": 'LIVE',
    'describePrincipal(principal)': by('a permission for the principal apigateway'),
    '`The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`':
      'LIVE',
    "'No policy is associated with the given resource.'": 'LIVE',
    '`Statement ${id} is not found in resource policy.`': 'LIVE',
  },
  'control/api/rest/api-patch.ts': {
    '`Invalid patch path ${operation.path}`': 'PATCH',
    "\"Invalid patch operation specified. Must be 'add'|'remove'|'replace'\"": 'PATCH',
    "`Invalid patch operation specified. Must be one of: [${supported.join(', ')}]`": 'PATCH',
    refusal: 'PATCH',
    "'Invalid API key source specified. Must be one of: [AUTHORIZER, HEADER]'": 'PATCH',
    '`Invalid patch path /endpointConfiguration/types/${type}`': 'PATCH',
    "'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE'": 'PATCH',
    "'Cannot update endpoint from PRIVATE to EDGE'": 'UPDATE',
    NOT_PRIVATE: by('VPC endpoints of an API with Types: [REGIONAL]'),
    "'ipAddressType must be either ipv4 or dualstack.'": 'PATCH',
    ONLY_DUALSTACK: by('a private API with IPv4 only'),
    "'Invalid VPC endpoint identifier specified'": 'LIVE',
  },
  'control/api/rest/field-table.ts': {
    "describeWrongClass(value, SCALARS[kind] ?? 'any', CLASSES)": 'FORM',
    refusal: 'FORM',
    missing: 'FORM',
    '`Invalid number specified: ${value}`': 'FORM',
  },
  'control/api/rest/model-schema.ts': {
    "'Model schema must be valid JSON'": by('a model whose schema is no JSON'),
    NO_PROPERTIES: 'EMPTY',
  },
  'control/api/rest/plan-patch.ts': {
    "`API Stage not found: ${text.split(':', 2).join(':')}`": 'PATCH',
    '`API Stage ${value} is already in the usage plan`': 'PATCH',
    "'Invalid API Stage specified'": 'PATCH',
    '`Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${plan.id}`': 'PATCH',
    '`API Stage not found: ${name}`': 'PATCH',
    "'Invalid method throttle specified'": 'PATCH',
  },
  'control/api/rest/plan-shape.ts': {
    "'Invalid request input'": 'FORM',
    WRONG_PERIOD: by('a usage plan with a yearly quota'),
    "`Invalid value ${JSON.stringify(value)} for ${name}: write a ${isWhole ? 'whole ' : ''}number, 0 or more`":
      by('a negative throttle of a usage plan'),
  },
  'control/api/rest/rest-api-wire.ts': {
    "'Invalid feature. Must be one of: [UsagePlans]'": 'ONLY_CALLS',
    "'The role ARN does not have required permissions set to API Gateway'": by(
      'a role of API Gateway that permits nothing on logs',
    ),
    "'Invalid export type specified. Must be one of: [oas30, swagger]'": 'ONLY_CALLS',
  },
  'control/api/rest/rest-parts.ts': {
    "'Invalid REST API identifier specified'": 'LIVE',
    "'Request Validator name cannot be blank'": 'EMPTY',
    "'Unable to complete operation due to concurrent modification. Please try again later.'": 'LIVE',
    MODEL_EXISTS: by('a model that every API has'),
  },
  'control/api/rest/stage-patch.ts': {
    "op === 'add' ? `Invalid add operation with path: ${path}` : `Invalid method setting path: ${path}. Must be one of: ${PATHS}`":
      'PATCH',
    "`Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and ` + 'valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]'":
      'PATCH',
    "'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]'":
      'PATCH',
    "'Access Log value must not be empty'": 'PATCH',
    '`Cannot remove method setting ${resource}/${method} because there is no method setting for this method `':
      'PATCH',
    "'Promotion not available. Canary does not exist.'": 'PATCH',
  },
  'control/api/rest/wire-api.ts': {
    "'Invalid mode specified. Must be one of: [merge, overwrite]'": 'ONLY_CALLS',
  },
  'control/api/rest/wire-client-certificates.ts': {
    '`Maximum number of client certificates reached: ${MAX_CERTIFICATES}`': 'LIVE',
    '`Client certificate ${id} is in use by a stage`': 'ONLY_CALLS',
  },
  'control/api/rest/wire-documentation.ts': {
    "'Unable to build importer with provided input.'": 'ONLY_CALLS',
    "'the gateway does not support locationStatus UNDOCUMENTED; use DOCUMENTED or omit locationStatus'":
      'ONLY_CALLS',
  },
  'control/api/rest/wire-domains.ts': {
    '`${name} has no effect in the gateway, because the local CA issues the certificates; omit this member`':
      'OURS',
    '`Invalid routing mode: ${routingMode}`': 'SCHEMA',
    "'The gateway cannot create private custom domain names with API calls; define an AWS::ApiGateway::DomainNameV2 in a template'":
      'OURS',
  },
  'control/api/rest/wire-gateway-responses.ts': {
    '`Invalid patch path ${path}`': 'PATCH',
    '`Invalid null or empty value in ${map}`': 'PATCH',
    "'Gateway response type not defined on api'": 'PATCH',
    '`Invalid gateway response type "${responseType}"; expected one of ${RESPONSE_TYPES.join(\', \')}`': by(
      'an unknown gateway response',
    ),
  },
  'control/api/rest/wire-keys.ts': {
    "'Invalid format parameter. Must be one of: [csv]'": 'ONLY_CALLS',
    "warnings.join('; ').slice(0, 1000)": 'ONLY_CALLS',
  },
  'control/api/rest/wire-methods.ts': {
    "'Invalid Integration identifier specified'": 'ONLY_CALLS',
    "`Integration response with selection pattern ${pattern || 'default'} already exists`": 'SILENT',
    "'Response already exists for this resource'": 'UNSURE',
  },
  'control/api/rest/wire-plans.ts': {
    '`Cannot delete Usage Plan ${plan.id} because there are API Stages associated with it, including ${first.apiId}:${first.stage}`':
      'ONLY_CALLS',
    "'Invalid Usage Plan Key type. Must be one of: [API_KEY]'": by(
      'a key of a usage plan that is no API key',
    ),
    INCOMPLETE_STAGE: by('a stage of a usage plan without its API'),
    '`API Stage not found: ${apiId}:${stage}`': by('a usage plan of a stage that the API does not have'),
  },
  'control/api/rest/wire-resources.ts': {
    "'Invalid embed specified. Must be one of: [methods]'": 'ONLY_CALLS',
  },
  'control/api/rest/wire-rest-apis.ts': {
    "'Invalid OpenAPI input.'": 'ONLY_CALLS',
    "`Warnings found during import: ${warnings.join('; ')}`": by(
      'a reference to a model that the document does not have, if warnings fail the import',
    ),
    "'The gateway does not support cloneFrom; copy the API with GetExport and ImportRestApi'": 'OURS',
    "'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.'": 'EMPTY',
    "[violation(types, 'endpointConfigurationTypes', MUST.beOneOf(ENDPOINT_TYPES))]": 'ONLY_CALLS',
  },
  'control/api/rest/wire-rest-parts.ts': {
    refusal: 'LIVE',
  },
  'control/api/v2/v2-wire.ts': {
    '`Invalid API identifier specified ${accountId}:${apiId}`': 'LIVE',
    '`${name} is required`': 'SCHEMA',
    '`The gateway does not support ${item.property ?? type}: ${item.consequence}`': 'OURS',
  },
  'control/api/v2/wire-routing-rules.ts': {
    'error.message': by('a routing rule of a domain that has none'),
  },
  'control/api/v2/wire-tags.ts': {
    '`A resource has at most ${MAX_TAGS} tags, not ${Object.keys(tags).length}`': 'SCHEMA',
    '`The tag key ${reserved} must not start with aws:, which is reserved for AWS`': by(
      'a reserved key in a map of tags',
    ),
  },
  'control/api/v2/wire-v2-apis.ts': {
    'fault.message': by('a mock integration on an HTTP API'),
    "'Import is supported for HTTP APIs only'": by('a document of a WebSocket API'),
    "`Warnings found during import:\\n\\t${warnings.join('\\n\\t')}`": 'ONLY_CALLS',
    "'target, routeKey and credentialsArn are only for quick-created APIs'": by(
      'a quick-created WebSocket API',
    ),
  },
  'control/api/v2/wire-v2-parts.ts': {
    "'Invalid issuer: Issuer can not be empty for JWT Authorizer.'": by(
      'a JWT authorizer without its issuer',
    ),
    "invalidSelection('Mapping expression missing source or destination')": 'EMPTY',
    'attributes.refusal': by('attributes of a message that are plain JSON'),
    "`Unable to find request parameter ${call.path('key')}`": 'ONLY_CALLS',
    'notSupported(kind.calls, identity.protocol)': by('a route response of an HTTP API'),
    'describeNamesake(kind.calls, name)': by('a second route response of one key'),
    'describeVariableConflict(name, alike)': by('a route that differs only in the name of a variable'),
    'authorizerInUse(resources, id)': 'ONLY_CALLS',
    'integrationInUse(resources, id)': 'ONLY_CALLS',
    '`Cannot delete ${kind.calls.noun} ${id}: it is referenced by a route of the API`': 'ONLY_CALLS',
    "'Unable to update route. Authorizer type is invalid or null.'": 'ONLY_CALLS',
  },
  'control/api/v2/wire-v2-stages.ts': {
    AUTO_DEPLOYED: by('a deployment for a stage that deploys itself'),
    "`Unable to find route settings for ${call.path('routeKey')}`": 'ONLY_CALLS',
    '`Invalid API identifier specified ${apiId}`': 'ONLY_CALLS',
  },
  'control/api/v2/wire-vpc-links.ts': {
    "'Invalid Vpc Link identifier specified'": 'ONLY_CALLS',
    "`Cannot delete vpc link. Vpc link '${id}', is referenced in [${uses.join(', ')}] in format of [${format}].`":
      'ONLY_CALLS',
    '`Invalid ARN. ARN is not well formed ${wrong}`': by(
      'the name of a load balancer as the target of a VPC link',
    ),
  },
  'control/deliveries/refused-delivery.ts': {
    sender: 'ONLY_CALLS',
  },
  'control/domains/edit-domains.ts': {
    '`Invalid domain name: ${name}`': by('a domain name with an underscore'),
    "'The domain name you provided already exists.'": by('a second domain of one name'),
    '`MutualTlsAuthentication: ${error.message}`': by('the URL of a truststore'),
    "'The routing mode of the domain name does not support routing rules'": by(
      'a routing rule of a domain that has none',
    ),
    "'A routing rule with this priority already exists'": by('a second routing rule of one priority'),
    '`A domain name can have at most ${MAX_RULES} routing rules`': 'OURS',
    "'Base path already exists for this domain name'": by('a second mapping of one base path'),
    SINGLE_LEVEL: by('a base path of version 1 with two levels'),
    '`Invalid base path: "${basePath}"`': by('a base path with a space'),
    "'Invalid REST API identifier specified'": by('a base path mapping of version 1 to an HTTP API'),
    "'Invalid stage identifier specified'": by('a base path mapping to a stage that the API does not have'),
    ONLY_ONE: by('a base path mapping beside the empty one'),
    '`Deleting API ${apiId} failed. Please remove all API mappings for the API from your custom domain names.`':
      'ONLY_CALLS',
    "stage === undefined ? `Deleting RestApi ${apiId} failed. Please remove all base path mappings related to the RestApi in your domains.` : `Deleting stage ${stage} failed. Please remove all base path mappings related to the stage in your domains: ${names.join(', ')}`":
      'ONLY_CALLS',
  },
  'control/domains/edit-v2-mappings.ts': {
    "'ApiMapping key already exists for this domain name'": by('a second mapping of one mapping key'),
    '`Invalid api mapping key: "${basePath}"`': by('a mapping key with a space'),
    SEVERAL_LEVELS: by('a mapping of version 2 with the key orders/v1 to an edge-optimized domain name'),
    "'Invalid API identifier specified'": 'LIVE',
    "'Invalid stage identifier specified'": by('the mapping of an HTTP API to a stage that it does not have'),
    MIXTURE: 'READER',
  },
  'control/edits/check-authorizer.ts': {
    "'Authorizer name must be unique within the API'": by('a second authorizer of a REST API of one name'),
  },
  'control/edits/check-members.ts': {
    violations: 'TABLE',
    refusal: 'TABLE',
    'validationMessage(...violations)': 'TABLE',
  },
  'control/edits/edit-methods.ts': {
    refusal: by('a lower-case word as method'),
    "'Method already exists for this resource'": by('a second method of one resource'),
    "'Timeout should be between 50 ms and 29000 ms'": by('a timeout over 29 s on an edge-optimized API'),
    "'Invalid Integration identifier specified'": 'ONLY_CALLS',
    '`The gateway does not support ${CALLER_CREDENTIALS.value}: ${CALLER_CREDENTIALS.consequence}`': 'OURS',
  },
  'control/edits/edit-resources.ts': {
    "`Root resource cannot update its ${change.parentId === undefined ? 'pathPart' : 'parentId'}.`":
      'ONLY_CALLS',
    "'Resources cannot be cyclical.'": 'ONLY_CALLS',
    "'Root resource cannot be deleted'": 'ONLY_CALLS',
    '`Another resource with the same parent already has this name: ${pathPart}`': by(
      'two resources with one path',
    ),
    'error.message': by('a path parameter beside another one'),
  },
  'control/edits/edit-stages.ts': {
    "'Stage already exists'": by('a second stage of one name'),
    NO_SUCH_DEPLOYMENT: by('a stage with the deployment of another REST API'),
    refusal: by('a canary of a deployment without a stage'),
    "'Active stages pointing to this deployment must be moved or deleted'": 'ONLY_CALLS',
  },
  'control/edits/edit-v2.ts': {
    'added.message': by('a mock integration on an HTTP API'),
    "'Stage already exists'": by('a second stage of one name'),
    AUTO_DEPLOYED: by('a deployment for a stage that deploys itself'),
    NO_SUCH_DEPLOYMENT: by('a stage with the deployment of another HTTP API'),
    'noRouteOfSettings(routeKey)': by('settings of a route that the API does not have'),
    '`Stage ${stage.name} cannot be deployed by a call, because its AutoDeploy is enabled; omit StageName, or disable AutoDeploy first`':
      'OURS',
    'noRoutes(api.identity)': by('a deployment of a WebSocket API that waits for no route'),
  },
  'control/edits/patch.ts': {
    "'Invalid request input'": 'PATCH',
    violations: 'PATCH',
    "supported.length === 0 ? `Invalid patch path ${path}` : `Invalid patch operation specified. Must be one of: [${supported.join(', ')}]`":
      'PATCH',
    "`Invalid patch path '${path}' specified for op '${op}'. ` + (op === 'replace' ? `Must be one of: [${replaceable.join(', ')}]` : otherwise)":
      'PATCH',
  },
  'control/export/documentation.ts': {
    "`Invalid documentation part location type. Must be one of: [${Object.keys(DOCUMENTATION_PARTS).join(', ')}]`":
      by('a documentation part of an unknown type'),
    "'Invalid request input'": 'FORM',
    '`A documentation part of type ${type} has no ${name.toLowerCase()}`': by(
      'a member of a location that its type does not have',
    ),
    "'Documentation part properties must be non-empty'": 'SCHEMA',
    "'Documentation part properties must be a JSON object'": by(
      'the properties of a documentation part that are no JSON',
    ),
    PART_EXISTS: by('a second documentation part of one location'),
    "'Documentation version already exists'": by('a second documentation version of one name'),
  },
  'control/metering/api-keys.ts': {
    refusal: by('a value of an API key with five characters'),
    "'API Key already exists'": by('a second API key with one value'),
  },
  'control/metering/usage-plans.ts': {
    "'Usage Plan Key already exists'": by('a key that is twice in a usage plan'),
    '`API Key ${keyId} is already in Usage Plan ${other.id} for API Stage ${shared.apiId}:${shared.stage}`':
      by('a key in two usage plans of one stage'),
    '`API Stage ${stage.apiId}:${stage.stage} is in the usage plan twice`': by(
      'a stage that is twice in a usage plan',
    ),
    '`A usage plan can have at most ${MAX_METHOD_THROTTLES} method throttles for a stage`': 'LIMIT',
  },
  ...SERVICE_REFUSALS,
};
