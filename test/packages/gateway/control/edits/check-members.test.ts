import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkMembers } from '../../../../../packages/gateway/control/edits/check-members.ts';

type Refusal = { readonly code: string; readonly message: string };

type Row = {
  readonly name: string;
  readonly call?: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: string;
  /** Absent = allowed. */
  readonly refusal?: Refusal;
  readonly source: string;
};

const failed = (value: string, at: string, rule: string): string =>
  `Value ${value} at '${at}' failed to satisfy constraint: ${rule}`;
const invalid = (...violations: readonly string[]): Refusal => ({
  code: 'ValidationException',
  message: `${violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`} detected: ${violations.join('; ')}`,
});
const bad = (message: string): Refusal => ({ code: 'BadRequestException', message });
const NOT_NULL = 'Member must not be null';
const KEY_SOURCES = 'Member must satisfy enum value set: [AUTHORIZER, HEADER]';

const ROWS: readonly Row[] = [
  {
    name: 'names a required member that is absent',
    refusal: invalid(failed('null', 'createRestApiInput.name', NOT_NULL)),
    source: 'aws-cdk#5678, of createAuthorizerInput.name',
  },
  {
    name: 'takes a member that is null for an absent one',
    body: { name: null },
    refusal: invalid(failed('null', 'createRestApiInput.name', NOT_NULL)),
    source: 'aws-cdk#5678',
  },
  {
    name: 'names all violations together',
    body: { apiKeySource: 'COOKIE' },
    refusal: invalid(
      failed('null', 'createRestApiInput.name', NOT_NULL),
      failed("'COOKIE'", 'createRestApiInput.apiKeySource', KEY_SOURCES),
    ),
    source: 'inferred of the form "N validation errors detected"',
  },
  {
    name: 'shows the whole list if an item is unknown',
    body: { name: 't', endpointConfiguration: { types: ['wrong'] } },
    refusal: invalid(
      failed(
        "'[wrong]'",
        'createRestApiInput.endpointConfiguration.types',
        'Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]',
      ),
    ),
    source: 'recorded on AWS in July 2025',
  },
  {
    name: 'lets the validator answer before the service',
    body: { name: 't', apiKeySource: 'COOKIE', description: '' },
    refusal: invalid(failed("'COOKIE'", 'createRestApiInput.apiKeySource', KEY_SOURCES)),
    source: 'recorded: the validators run before the service',
  },
  {
    name: "refuses with the service's own message",
    body: { name: 't', endpointConfiguration: { types: ['EDGE', 'REGIONAL'] } },
    refusal: bad('Cannot create an api with multiple Endpoint Types.'),
    source: 'recorded on AWS in July 2025',
  },
  {
    name: 'does not look for a member of a block that is absent',
    call: 'POST /restapis/{restApiId}/documentation/parts',
    body: { properties: '{}' },
    refusal: invalid(failed('null', 'createDocumentationPartInput.location', NOT_NULL)),
    source: 'service model: location.type is required of a location',
  },
  {
    name: 'checks a placeholder of the path in every call',
    call: 'GET …',
    path: { statusCode: '99' },
    refusal: invalid(
      failed("'99'", 'statusCode', String.raw`Member must satisfy regular expression pattern: [1-5]\d\d`),
    ),
    source: 'recorded on AWS in June 2025, of PutIntegrationResponse',
  },
  {
    name: 'names the key of an invalid map',
    call: 'PUT /restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}',
    body: { responseTemplates: { 'application/json': '', 123: '' } },
    refusal: bad('Validation Result: warnings : [], errors : [Invalid content type specified: 123]'),
    source: 'recorded on AWS in June 2025',
  },
  {
    name: 'checks each item of a list of apigatewayv2',
    call: 'POST /v2/domainnames',
    body: { domainNameConfigurations: [{ endpointType: 'REGIONAL' }, { endpointType: 'LOCAL' }] },
    refusal: bad('Invalid endpointType specified. Must be one of [REGIONAL, EDGE]'),
    source: 'service model apigatewayv2, EndpointType; the text is ours',
  },
  {
    name: 'refuses an empty text if apigatewayv2 requires one',
    call: 'POST /v2/apis/{apiId}/routes',
    body: { routeKey: '' },
    refusal: bad('Route key is required'),
    source: 'goldstack/goldstack#42',
  },
  {
    name: 'allows an update to leave out what a creation needs',
    call: 'PATCH /v2/apis/{apiId}',
    source: 'service model apigatewayv2, UpdateApiRequest',
  },
  {
    name: 'checks the same members in an update of apigatewayv2',
    call: 'PATCH /v2/apis/{apiId}',
    body: { ipAddressType: 'ipv6' },
    refusal: bad('Invalid ipAddressType specified. Must be one of [ipv4, dualstack]'),
    source: 'service model apigatewayv2, IpAddressType; the text is ours',
  },
  {
    name: 'takes an empty text for one that is not given, by itself and in a map',
    call: 'POST /v2/apis/{apiId}/stages',
    body: { stageName: 'prod', description: '', routeSettings: { 'GET /': { loggingLevel: '' } } },
    source: 'service model apigatewayv2, StringWithLengthBetween0And1024',
  },
  {
    name: 'takes an empty description and operation of apigatewayv2',
    call: 'POST /v2/apis/{apiId}/routes',
    body: { routeKey: 'GET /', operationName: '' },
    source: 'service model apigatewayv2, OperationName',
  },
  {
    name: 'takes an API with an empty description',
    call: 'POST /v2/apis',
    body: { name: 'shop', protocolType: 'HTTP', description: '' },
    source: 'service model apigatewayv2, StringWithLengthBetween0And1024',
  },
  ...[
    ['description', 1024],
    ['version', 64],
    ['name', 128],
  ].map(([member = '', most = 0]) => ({
    name: `refuses a ${member} of an API that is longer than ${most} characters`,
    call: 'POST /v2/apis',
    body: { name: 'shop', protocolType: 'HTTP', [member]: 'x'.repeat(Number(most) + 1) },
    refusal: bad(`${member} must have 0 to ${most} characters`),
    source: 'service model apigatewayv2, CreateApiRequest; the text is ours',
  })),
  {
    name: 'refuses a stage whose name has a blank',
    call: 'POST /restapis/{restApiId}/stages',
    body: { stageName: 'my stage', deploymentId: 'd1' },
    refusal: bad('Stage name only allows a-zA-Z0-9_'),
    source: 'Miserlou/Zappa#356',
  },
  {
    name: 'refuses a deployment to a stage whose name has a blank',
    call: 'POST /restapis/{restApiId}/deployments',
    body: { stageName: 'my stage' },
    refusal: bad('Stage name only allows a-zA-Z0-9_'),
    source: 'Miserlou/Zappa#356',
  },
  {
    name: 'refuses a member of the query that is not in its enum',
    call: 'GET /domainnames',
    query: 'resourceOwner=OTHERS',
    refusal: invalid(
      failed("'OTHERS'", 'resourceOwner', 'Member must satisfy enum value set: [SELF, OTHER_ACCOUNTS]'),
    ),
    source: 'API reference, GetDomainNames',
  },
  {
    name: 'names a required member of the query that is absent',
    call: 'DELETE /tags/{arn}',
    refusal: invalid(failed('null', 'tagKeys', NOT_NULL)),
    source: 'API reference, UntagResource',
  },
  {
    name: 'allows the members of a query',
    call: 'GET /restapis/{restApiId}/documentation/parts',
    query: 'type=API&locationStatus=DOCUMENTED',
    source: 'API reference, GetDocumentationParts',
  },
  { name: 'allows a call without a row', call: 'GET /account', source: 'service model' },
];

describe('checkMembers', () => {
  for (const { name, call = 'POST /restapis', path = {}, body = {}, query, refusal, source } of ROWS)
    it(`${name} (${source})`, () => {
      const check = (): void => {
        checkMembers(call, new Map(Object.entries(path)), body, new URLSearchParams(query));
      };
      if (refusal === undefined) assert.doesNotThrow(check);
      else assert.throws(check, refusal);
    });
});
