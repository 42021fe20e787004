/**
 * Maps the provider's resource types to CloudFormation's types. It defines which attribute becomes which property, and
 * to which values other resources can refer.
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs
 */
import { MAPPING_SETTINGS } from '../../core/stack/event-sources.ts';
import type { Json } from '@gatewright/aws/json-object';

/**
 * How the value of an attribute is read. `id` names another resource, `json` is a document as text, `uri` and
 * `function` name a function, `target` is `integrations/ID`, `source` is the source ARN of a permission, `issuer` is a
 * user pool's URL, `block` is a single block, `blocks` are several blocks, and `optional` is a number that is omitted
 * if it is negative.
 */
export type Kind =
  | 'text'
  | 'id'
  | 'json'
  | 'uri'
  | 'function'
  | 'target'
  | 'source'
  | 'issuer'
  | 'block'
  | 'blocks'
  | 'optional';

export type AttributeRow = {
  readonly attribute: string;
  readonly property: readonly string[];
  readonly kind: Kind;
};

type TypeRow = {
  readonly type: string;
  readonly attributes: readonly AttributeRow[];
  /** The patterns of the values that other resources can refer to, by attribute. */
  readonly exports: ReadonlyMap<string, string>;
};

/**
 * Each entry has the provider's type, CloudFormation's type, attributes and, after `>`, the values that other resources
 * can refer to. An attribute has the form `attribute=Property:kind`. If it has no property, the attribute's name is
 * converted to CloudFormation's spelling. A value is a string that may contain `{Ref}`, `{@Attribute}`, `{region}`,
 * `{account}`, `{partition}` and `{suffix}`.
 */
const TABLE = `
aws_api_gateway_rest_api ApiGateway::RestApi
  name description binary_media_types minimum_compression_size:optional api_key_source=ApiKeySourceType policy:json
  body:json parameters put_rest_api_mode=Mode fail_on_warnings disable_execute_api_endpoint
  endpoint_configuration:block
  > id={Ref} root_resource_id={@RootResourceId} execution_arn=arn:{partition}:execute-api:{region}:{account}:{Ref}
aws_api_gateway_resource ApiGateway::Resource
  rest_api_id:id parent_id:id path_part > id={Ref}
aws_api_gateway_method ApiGateway::Method
  rest_api_id:id resource_id:id http_method authorization=AuthorizationType authorizer_id:id authorization_scopes
  api_key_required request_validator_id:id request_models request_parameters operation_name > id={Ref}
aws_api_gateway_deployment ApiGateway::Deployment
  rest_api_id:id description stage_name stage_description=StageDescription.Description variables=StageDescription.Variables
  > id={Ref} execution_arn=arn:{partition}:execute-api:{region}:{account}:{RestApiId}/{StageName}
  invoke_url=https://{RestApiId}.execute-api.{region}.{suffix}/{StageName}
aws_api_gateway_stage ApiGateway::Stage
  rest_api_id:id deployment_id:id stage_name variables cache_cluster_enabled cache_cluster_size client_certificate_id:id
  documentation_version xray_tracing_enabled=TracingEnabled description access_log_settings=AccessLogSetting:block
  > id={Ref} stage_name={Ref} execution_arn=arn:{partition}:execute-api:{region}:{account}:{RestApiId}/{Ref}
  arn=arn:{partition}:apigateway:{region}::/restapis/{RestApiId}/stages/{Ref}
  invoke_url=https://{RestApiId}.execute-api.{region}.{suffix}/{Ref}
aws_api_gateway_authorizer ApiGateway::Authorizer
  rest_api_id:id name type authorizer_uri:uri authorizer_credentials:id identity_source identity_validation_expression
  authorizer_result_ttl_in_seconds provider_arns=ProviderARNs:id > id={Ref}
aws_api_gateway_request_validator ApiGateway::RequestValidator
  rest_api_id:id name validate_request_body validate_request_parameters > id={Ref}
aws_api_gateway_model ApiGateway::Model
  rest_api_id:id name description content_type schema:json > id={Ref} name={Ref}
aws_api_gateway_gateway_response ApiGateway::GatewayResponse
  rest_api_id:id response_type status_code response_parameters response_templates
aws_api_gateway_usage_plan ApiGateway::UsagePlan
  name=UsagePlanName description quota_settings=Quota:block throttle_settings=Throttle:block > id={Ref}
aws_api_gateway_usage_plan_key ApiGateway::UsagePlanKey
  key_id:id key_type usage_plan_id:id
aws_api_gateway_api_key ApiGateway::ApiKey
  name description enabled value customer_id > id={Ref}
aws_api_gateway_account ApiGateway::Account
aws_api_gateway_client_certificate ApiGateway::ClientCertificate
  description > id={Ref}
aws_api_gateway_documentation_part ApiGateway::DocumentationPart
aws_api_gateway_documentation_version ApiGateway::DocumentationVersion
aws_api_gateway_domain_name ApiGateway::DomainName
  domain_name certificate_arn regional_certificate_arn security_policy endpoint_configuration:block
  mutual_tls_authentication:block
  > id={Ref} domain_name={Ref} regional_domain_name={@RegionalDomainName} cloudfront_domain_name={@DistributionDomainName}
aws_api_gateway_base_path_mapping ApiGateway::BasePathMapping
  domain_name:id base_path api_id=RestApiId:id stage_name=Stage
aws_api_gateway_vpc_link ApiGateway::VpcLink
  name description target_arns:id > id={Ref}
aws_lb ElasticLoadBalancingV2::LoadBalancer
  name load_balancer_type=Type > id={Ref} arn={Ref}
aws_alb ElasticLoadBalancingV2::LoadBalancer
  name load_balancer_type=Type > id={Ref} arn={Ref}
aws_apigatewayv2_api ApiGatewayV2::Api
  name protocol_type description route_selection_expression api_key_selection_expression cors_configuration:block
  target:function route_key credentials_arn body:json version fail_on_warnings disable_execute_api_endpoint
  > id={Ref} api_endpoint={@ApiEndpoint} execution_arn=arn:{partition}:execute-api:{region}:{account}:{Ref}
aws_apigatewayv2_route ApiGatewayV2::Route
  api_id:id route_key target:target authorization_type authorizer_id:id authorization_scopes api_key_required
  operation_name model_selection_expression request_models route_response_selection_expression > id={Ref}
aws_apigatewayv2_integration ApiGatewayV2::Integration
  api_id:id integration_type integration_uri:uri integration_method integration_subtype connection_type connection_id:id
  credentials_arn:id description passthrough_behavior payload_format_version content_handling_strategy
  template_selection_expression timeout_milliseconds=TimeoutInMillis request_parameters request_templates
  tls_config:block > id={Ref}
aws_apigatewayv2_integration_response ApiGatewayV2::IntegrationResponse
  api_id:id integration_id:id integration_response_key content_handling_strategy response_templates
  template_selection_expression > id={Ref}
aws_apigatewayv2_route_response ApiGatewayV2::RouteResponse
  api_id:id route_id:id route_response_key response_models > id={Ref}
aws_apigatewayv2_model ApiGatewayV2::Model
  api_id:id name description content_type schema:json > id={Ref}
aws_apigatewayv2_authorizer ApiGatewayV2::Authorizer
  api_id:id name authorizer_type authorizer_uri:uri identity_sources=IdentitySource authorizer_payload_format_version
  authorizer_result_ttl_in_seconds enable_simple_responses authorizer_credentials_arn:id
  jwt_configuration.audience=JwtConfiguration.Audience:id jwt_configuration.issuer=JwtConfiguration.Issuer:issuer
  > id={Ref}
aws_apigatewayv2_stage ApiGatewayV2::Stage
  api_id:id name=StageName auto_deploy deployment_id:id description stage_variables client_certificate_id:id
  access_log_settings:block default_route_settings:block
  > id={Ref} name={Ref} execution_arn=arn:{partition}:execute-api:{region}:{account}:{ApiId}/{Ref}
  invoke_url=https://{ApiId}.execute-api.{region}.{suffix}/{Ref}
aws_apigatewayv2_deployment ApiGatewayV2::Deployment
  api_id:id description > id={Ref}
aws_apigatewayv2_domain_name ApiGatewayV2::DomainName
  domain_name domain_name_configuration=DomainNameConfigurations:blocks mutual_tls_authentication:block
  > id={Ref} domain_name={Ref}
aws_apigatewayv2_api_mapping ApiGatewayV2::ApiMapping
  api_id:id domain_name:id stage:id api_mapping_key
aws_apigatewayv2_vpc_link ApiGatewayV2::VpcLink
  name subnet_ids security_group_ids > id={Ref}
aws_lambda_function Lambda::Function
  function_name handler runtime timeout memory_size environment.variables=Environment.Variables layers:id role:id
  architectures reserved_concurrent_executions:optional package_type image_uri=Code.ImageUri s3_bucket=Code.S3Bucket:id
  s3_key=Code.S3Key description vpc_config:block dead_letter_config:block
  > id={Ref} function_name={Ref} arn={@Arn} qualified_arn={@Arn} version=$LATEST
  invoke_arn=arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{@Arn}/invocations
  qualified_invoke_arn=arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{@Arn}/invocations
aws_lambda_alias Lambda::Alias
  name function_name:function description
  > id={Ref} arn={Ref} invoke_arn=arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{Ref}/invocations
aws_lambda_permission Lambda::Permission
  function_name:function action principal source_arn:source source_account event_source_token function_url_auth_type
aws_lambda_layer_version Lambda::LayerVersion
  layer_name description compatible_runtimes compatible_architectures > id={Ref} arn={Ref}
  layer_arn=arn:{partition}:lambda:{region}:{account}:layer:{LayerName}
aws_lambda_event_source_mapping Lambda::EventSourceMapping
  event_source_arn:id function_name:function ${mappingAttributes()} > id={Ref} uuid={Ref}
aws_lambda_function_url Lambda::Url
  function_name=TargetFunctionArn:function qualifier authorization_type=AuthType cors:block invoke_mode
  > id={Ref} function_url={@FunctionUrl} function_arn={@FunctionArn}
aws_lambda_function_event_invoke_config Lambda::EventInvokeConfig
  function_name:function qualifier maximum_event_age_in_seconds maximum_retry_attempts
aws_dynamodb_table DynamoDB::Table
  name=TableName billing_mode > id={Ref} name={Ref} arn={@Arn} stream_arn={@StreamArn}
aws_sqs_queue SQS::Queue
  name=QueueName fifo_queue content_based_deduplication deduplication_scope fifo_throughput_limit delay_seconds
  max_message_size=MaximumMessageSize message_retention_seconds=MessageRetentionPeriod
  visibility_timeout_seconds=VisibilityTimeout receive_wait_time_seconds=ReceiveMessageWaitTimeSeconds
  redrive_policy:json redrive_allow_policy:json > id={Ref} url={Ref} arn={@Arn} name={@QueueName}
aws_sqs_queue_policy SQS::QueuePolicy
  queue_url=Queues:id policy=PolicyDocument:json
aws_sns_topic SNS::Topic
  name=TopicName display_name fifo_topic content_based_deduplication > id={Ref} arn={Ref} name={@TopicName}
aws_sns_topic_policy SNS::TopicPolicy
  arn=Topics:id policy=PolicyDocument:json
aws_sns_topic_subscription SNS::Subscription
  topic_arn:id protocol endpoint:id filter_policy:json filter_policy_scope raw_message_delivery redrive_policy:json
  > id={Ref} arn={Ref}
aws_cloudwatch_event_bus Events::EventBus
  name > id={Ref} name={Ref} arn={@Arn}
aws_cloudwatch_event_rule Events::Rule
  name event_bus_name:id event_pattern:json schedule_expression state description > id={Ref} name={Ref} arn={@Arn}
aws_kinesis_stream Kinesis::Stream
  name shard_count retention_period=RetentionPeriodHours stream_mode_details:block > id={Ref} name={Ref} arn={@Arn}
aws_iam_role IAM::Role
  name=RoleName path assume_role_policy=AssumeRolePolicyDocument:json managed_policy_arns:id permissions_boundary:id
  > id={Ref} name={Ref} arn={@Arn}
aws_iam_role_policy IAM::RolePolicy
  name=PolicyName role=RoleName:id policy=PolicyDocument:json > id={Ref}
aws_iam_policy IAM::ManagedPolicy
  name=ManagedPolicyName path policy=PolicyDocument:json > id={Ref} arn={Ref}
aws_ssm_parameter SSM::Parameter
  name type value > id={Ref} name={Ref} value={@Value}
aws_secretsmanager_secret SecretsManager::Secret
  name > id={Ref} arn={Ref}
aws_secretsmanager_secret_rotation SecretsManager::RotationSchedule
  secret_id:id rotation_lambda_arn=RotationLambdaARN:id
aws_s3_bucket S3::Bucket
  bucket=BucketName > id={Ref} bucket={Ref} arn={@Arn} bucket_domain_name={Ref}.s3.{suffix}
  bucket_regional_domain_name={Ref}.s3.{region}.{suffix} website_endpoint={Ref}.s3-website-{region}.{suffix}
  website_domain=s3-website-{region}.{suffix}
aws_s3_bucket_policy S3::BucketPolicy
  bucket=Bucket:id policy=PolicyDocument:json
aws_cognito_user_pool Cognito::UserPool
  name=UserPoolName username_attributes alias_attributes auto_verified_attributes mfa_configuration
  sms_configuration:block
  > id={Ref} arn={@Arn} endpoint=cognito-idp.{region}.{suffix}/{Ref}
aws_cognito_user_pool_client Cognito::UserPoolClient
  name=ClientName user_pool_id:id generate_secret explicit_auth_flows allowed_oauth_flows=AllowedOAuthFlows
  allowed_oauth_scopes=AllowedOAuthScopes
  allowed_oauth_flows_user_pool_client=AllowedOAuthFlowsUserPoolClient callback_urls=CallbackURLs
  logout_urls=LogoutURLs supported_identity_providers read_attributes write_attributes access_token_validity
  id_token_validity refresh_token_validity token_validity_units:block
  > id={Ref} client_secret={@ClientSecret}
aws_cognito_user_pool_domain Cognito::UserPoolDomain
  domain user_pool_id:id certificate_arn=CustomDomainConfig.CertificateArn:id > id={Ref}
aws_cognito_resource_server Cognito::UserPoolResourceServer
  identifier name user_pool_id:id > id={Ref} identifier={Ref}
aws_cognito_identity_provider Cognito::UserPoolIdentityProvider
  user_pool_id:id provider_name provider_type provider_details attribute_mapping idp_identifiers
  > id={Ref} provider_name={Ref}
aws_wafv2_web_acl WAFv2::WebACL
  name scope description > id={@Id} arn={@Arn}
aws_wafv2_rule_group WAFv2::RuleGroup
  name scope capacity description > id={@Id} arn={@Arn}
aws_wafv2_ip_set WAFv2::IPSet
  name scope description ip_address_version=IPAddressVersion addresses > id={@Id} arn={@Arn}
aws_wafv2_regex_pattern_set WAFv2::RegexPatternSet
  name scope description > id={@Id} arn={@Arn}
aws_wafv2_web_acl_association WAFv2::WebACLAssociation
  resource_arn:id web_acl_arn=WebACLArn:id
aws_cloudwatch_log_group Logs::LogGroup
  name=LogGroupName retention_in_days=RetentionInDays log_group_class > id={Ref} name={Ref} arn={@Arn}
aws_cloudwatch_log_subscription_filter Logs::SubscriptionFilter
  name=FilterName log_group_name:id filter_pattern destination_arn:id role_arn:id distribution > id={Ref}
aws_scheduler_schedule_group Scheduler::ScheduleGroup
  > id={Ref} name={Ref}
aws_scheduler_schedule Scheduler::Schedule
  name group_name:id schedule_expression schedule_expression_timezone start_date end_date state description
  kms_key_arn flexible_time_window:block > id={Ref} arn={@Arn}
aws_cloudwatch_metric_alarm CloudWatch::Alarm
  alarm_name alarm_description actions_enabled alarm_actions ok_actions=OKActions insufficient_data_actions
  metric_name namespace statistic extended_statistic period unit evaluation_periods datapoints_to_alarm threshold
  comparison_operator treat_missing_data threshold_metric_id
  evaluate_low_sample_count_percentiles=EvaluateLowSampleCountPercentile > id={Ref} arn={@Arn} alarm_name={Ref}
aws_cloudwatch_composite_alarm CloudWatch::CompositeAlarm
  alarm_name alarm_description alarm_rule actions_enabled alarm_actions ok_actions=OKActions
  insufficient_data_actions > id={Ref} arn={@Arn} alarm_name={Ref}
aws_cloudfront_distribution CloudFront::Distribution
  > id={Ref} arn=arn:{partition}:cloudfront::{account}:distribution/{Ref} domain_name={@DomainName}
aws_cloudfront_origin_access_control CloudFront::OriginAccessControl
  name=OriginAccessControlConfig.Name description=OriginAccessControlConfig.Description
  origin_access_control_origin_type=OriginAccessControlConfig.OriginAccessControlOriginType
  signing_behavior=OriginAccessControlConfig.SigningBehavior
  signing_protocol=OriginAccessControlConfig.SigningProtocol > id={@Id}
aws_acm_certificate CertificateManager::Certificate
  > id={Ref} arn={Ref}
aws_route53_record Route53::RecordSet
aws_sfn_state_machine StepFunctions::StateMachine
  name=StateMachineName definition=DefinitionString role_arn:id type=StateMachineType > id={Ref} arn={Ref} name={@Name}
`;

/** Types that are parts of other resources and are merged into them. */
export const PARTS: ReadonlySet<string> = new Set(
  (
    'aws_api_gateway_integration aws_api_gateway_integration_response aws_api_gateway_method_response ' +
    'aws_api_gateway_method_settings aws_api_gateway_rest_api_policy aws_cloudwatch_event_target ' +
    'aws_iam_role_policy_attachment aws_iam_policy_attachment aws_secretsmanager_secret_version ' +
    'aws_s3_bucket_notification aws_s3_bucket_versioning aws_s3_bucket_replication_configuration ' +
    'aws_s3_bucket_server_side_encryption_configuration aws_s3_bucket_accelerate_configuration ' +
    'aws_s3_bucket_ownership_controls aws_s3_bucket_website_configuration aws_s3_bucket_cors_configuration'
  ).split(' '),
);

/** Attributes of parts that the provider derives from another attribute of the part. */
export const EXPORTS_OF_PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_s3_bucket_website_configuration: {
    id: '{bucket}',
    website_endpoint: '{bucket}.s3-website-{region}.{suffix}',
    website_domain: 's3-website-{region}.{suffix}',
  },
};

/** The integration attributes of a method, as the provider documents them. */
export const INTEGRATION_ROW: readonly AttributeRow[] = readAttributes(
  `integration_http_method type uri:uri connection_type connection_id:id integration_target:id credentials:id request_parameters
   request_templates passthrough_behavior cache_key_parameters cache_namespace content_handling
   timeout_milliseconds=TimeoutInMillis response_transfer_mode`,
);

export const TERRAFORM_TYPES: ReadonlyMap<string, TypeRow> = new Map(
  TABLE.trim()
    .split(/\n(?! )/)
    .map((entry) => {
      const [attributes = '', exported = ''] = entry.split('>');
      const [name = '', type = '', ...rest] = attributes.trim().split(/\s+/);
      const exports = exported
        .trim()
        .split(/\s+/)
        .filter((each) => each !== '')
        .map((each): [string, string] => {
          const equals = each.indexOf('=');
          return [each.slice(0, equals), each.slice(equals + 1)];
        });
      return [
        name,
        { type: `AWS::${type}`, attributes: readAttributes(rest.join(' ')), exports: new Map(exports) },
      ];
    }),
);

export function rowOf(type: string): TypeRow | undefined {
  return TERRAFORM_TYPES.get(type);
}

function readAttributes(text: string): readonly AttributeRow[] {
  const words = text.trim().split(/\s+/);
  return words
    .filter((word) => word !== '')
    .map((word) => {
      const [, attribute = '', property, kind] = /^([\w.]+)(?:=([\w.]+))?(?::(\w+))?$/.exec(word) ?? [];
      const path = property?.split('.') ?? [pascal(attribute)];
      return { attribute, property: path, kind: (kind ?? 'text') as Kind };
    });
}

/** Returns the settings of an event source mapping, without the settings that `SHAPES` reads. */
function mappingAttributes(): string {
  const shaped = ['DestinationConfig', 'FilterCriteria'];
  const kinds: Readonly<Record<string, Kind>> = {
    MaximumRecordAgeInSeconds: 'optional',
    MetricsConfig: 'block',
    ProvisionedPollerConfig: 'block',
    ScalingConfig: 'block',
  };
  return Object.values(MAPPING_SETTINGS)
    .flat()
    .filter((setting) => !shaped.includes(setting))
    .map((setting) => `${snake(setting)}:${kinds[setting] ?? 'text'}`)
    .join(' ');
}

function snake(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase();
}

/** Converts `rest_api_id` to `RestApiId`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

/**
 * Converts a pattern of the table to a CloudFormation expression.
 * @param property returns another property of the resource, for `{ApiId}`
 */
export function fillPattern(pattern: string, logicalId: string, property: (name: string) => Json): Json {
  const parts = pattern.split(/[{}]/).map((part, index): Json => (index % 2 === 0 ? part : meaning(part)));
  const filled = parts.filter((part) => part !== '');
  return filled.length === 1 ? (filled[0] ?? '') : { 'Fn::Join': ['', filled] };

  function meaning(name: string): Json {
    const pseudo = Object.hasOwn(PSEUDO, name) ? PSEUDO[name] : undefined;
    if (pseudo !== undefined) return { Ref: pseudo };
    if (name === 'Ref') return { Ref: logicalId };
    return name.startsWith('@') ? { 'Fn::GetAtt': [logicalId, name.slice(1)] } : property(name);
  }
}

const PSEUDO: Readonly<Record<string, string>> = {
  region: 'AWS::Region',
  account: 'AWS::AccountId',
  partition: 'AWS::Partition',
  suffix: 'AWS::URLSuffix',
};
