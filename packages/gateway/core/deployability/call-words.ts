/** Messages with which AWS refuses both a call and the deployment of a template. */

/** See aws/aws-cdk#9588 */
export const NOT_PRIVATE = 'VPCEndpoints can only be specified with PRIVATE apis.';

/** localstack/localstack, test_apigateway_api.snapshot.json, test_create_rest_api_private_type, recorded */
export const ONLY_DUALSTACK = 'Only dualstack ipAddressType is supported for Private APIs.';

/** localstack/localstack, test_lambda_api.snapshot.json, test_event_source_mapping_exceptions, recorded */
export const NO_EVENT_SOURCE = 'Unrecognized event source.';

/** localstack/localstack, test_lambda_api.snapshot.json, test_create_event_source_self_managed, recorded 2024-09-03 */
export const NO_SOURCE_ACCESS = "Required 'sourceAccessConfigurations' parameter is missing.";

/** The services whose sources Lambda reads (Lambda API reference, CreateEventSourceMapping, EventSourceArn). */
export const SERVICES_OF_MAPPINGS = ['kinesis', 'dynamodb', 'sqs', 'kafka', 'mq', 'rds'];

/** Returns AWS's refusal of an ARN that cannot be an event source (aws-controllers-k8s/community#2250). */
export function notASource(arn: string): string {
  return `${NO_EVENT_SOURCE} Unsupported source arn : ${arn}`;
}

/** localstack/localstack, test_lambda_api.snapshot.json, recorded */
export const POLICY_OF_LATEST = 'We currently do not support adding policies for $LATEST.';

/** See awsdocs/aws-step-functions-developer-guide#23, lumigo-io/lumigo-CLI#83 */
export const NOT_OPEN_TO_STATES =
  'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.';

/** See aws/aws-cdk#15904, amplify-education/serverless-domain-manager#401, #381 */
const ONLY = 'can be managed through the API Gateway V2 API.';
export const NOT_EDGE = `Only REGIONAL domain names ${ONLY} For EDGE domain names, please use the API Gateway V1 API. Also note that only REST APIs can be attached to EDGE domain names.`;
export const NOT_TLS_1_0 = `Only REGIONAL domain names with a security policy of TLS 1.2 ${ONLY} For TLS 1.0 domain names, please use the API Gateway V1 API to upgrade your security policy to TLS 1.2. Currently, only REST APIs can be attached to a domain name with a security policy of TLS 1.0.`;

/** The remedy for an API mapping of API Gateway V2 to an edge-optimized domain name. */
export const USE_REGIONAL =
  'set EndpointConfiguration.Types of the domain name to [REGIONAL] and write its certificate in RegionalCertificateArn, or use an AWS::ApiGateway::BasePathMapping with a key of one level';

/** AWS's words for a name that no parameter can have (DefangLabs/defang#348, aws/amazon-ecs-cli#1020). */
export const NO_PARAMETER_NAME =
  'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/** The maximum length of a parameter's value, by tier (Systems Manager API reference, PutParameter). */
export const PARAMETER_CHARACTERS = { Standard: 4_096, Advanced: 8_192 };

export function tooLong(tier: keyof typeof PARAMETER_CHARACTERS): string {
  return (
    `${tier} tier parameters support a maximum parameter value of ${PARAMETER_CHARACTERS[tier]} characters.` +
    (tier === 'Advanced'
      ? ''
      : ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html')
  );
}
