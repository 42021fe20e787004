/** Words with which both a call and the deployment of a template are refused. */

/** aws/aws-cdk#9588 */
export const NOT_PRIVATE = 'VPCEndpoints can only be specified with PRIVATE apis.';

/** localstack/localstack, test_apigateway_api.snapshot.json, recorded */
export const NOT_DUALSTACK = 'Only dualstack ipAddressType is supported for Private APIs.';

/** localstack/localstack, test_lambda_api.snapshot.json, recorded */
export const NO_SOURCE = 'Unrecognized event source.';

/** localstack/localstack, test_lambda_api.snapshot.json, recorded */
export const POLICY_OF_LATEST = 'We currently do not support adding policies for $LATEST.';

/** What an origin of an HTTP API looks like, and AWS's words about one without a scheme (swarmion/swarmion#582). */
export const ORIGIN = String.raw`^(\*|null|[A-Za-z][\w+.\-]*://.*)$`;
export const invalidOrigin = (origin: string): string => `Invalid format for origin ${origin}`;

/** aws/aws-cdk#15904, amplify-education/serverless-domain-manager#401, #381 */
const ONLY = 'can be managed through the API Gateway V2 API.';
export const NOT_EDGE = `Only REGIONAL domain names ${ONLY} For EDGE domain names, please use the API Gateway V1 API. Also note that only REST APIs can be attached to EDGE domain names.`;
export const NOT_TLS_1_0 = `Only REGIONAL domain names with a security policy of TLS 1.2 ${ONLY} For TLS 1.0 domain names, please use the API Gateway V1 API to upgrade your security policy to TLS 1.2. Currently, only REST APIs can be attached to a domain name with a security policy of TLS 1.0.`;

/** What to do about a mapping of version 2 to an edge-optimized domain name. */
export const USE_REGIONAL =
  'set EndpointConfiguration.Types of the domain name to [REGIONAL] and write its certificate in RegionalCertificateArn, or use an AWS::ApiGateway::BasePathMapping with a key of one level';
