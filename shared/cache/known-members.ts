import type { EventRequest } from '../aws/read-request.ts';

const members = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Members of events from REST APIs, HTTP APIs and function URLs (docs/aws §3.1 to §3.3). */
const KNOWN = {
  fields: members(
    'body cookies headers httpMethod isBase64Encoded multiValueHeaders multiValueQueryStringParameters path ' +
      'pathParameters queryStringParameters rawPath rawQueryString requestContext resource routeKey ' +
      'stageVariables version',
  ),
  context: members(
    'accountId apiId authentication authorizer deploymentId domainName domainPrefix extendedRequestId http ' +
      'httpMethod identity isCanaryRequest operationName path protocol requestId requestTime requestTimeEpoch ' +
      'resourceId resourcePath routeKey stage time timeEpoch wafResponseCode webaclArn',
  ),
  http: members('method path protocol sourceIp userAgent'),
  identity: members(
    'accessKey accountId apiKey apiKeyId caller clientCert cognitoAmr cognitoAuthenticationProvider ' +
      'cognitoAuthenticationType cognitoIdentityId cognitoIdentityPoolId principalOrgId sourceIp user userAgent ' +
      'userArn vpcId vpceId',
  ),
} as const;

/** Whether an event has a member that API Gateway does not document. The meaning of such a member is unknown. */
export function hasUnknownMember(request: EventRequest): boolean {
  return (['fields', 'context', 'http', 'identity'] as const).some((part) =>
    Object.keys(request[part]).some((name) => !KNOWN[part].has(name)),
  );
}
