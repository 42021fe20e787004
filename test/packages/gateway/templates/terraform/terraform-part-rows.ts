/** Resources of the provider that are parts of another resource, with each attribute that its page documents. */
import { refs } from '../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../support/a-terraform-plan.ts';
import { API, ofApi } from './terraform-rows.ts';
import type { Row } from './terraform-rows.ts';

const ofRoot = { ...ofApi, resource_id: refs('aws_api_gateway_rest_api.a.root_resource_id') };
const aPart = (type: string, values: object, expressions: Planned['expressions'] = {}): Planned => ({
  type,
  name: 'part',
  values,
  expressions,
});
const METHOD: Planned = {
  ...aPart('aws_api_gateway_method', { http_method: 'GET', authorization: 'NONE' }, ofRoot),
  name: 'm',
};
const INTEGRATION = aPart('aws_api_gateway_integration', { http_method: 'GET', type: 'MOCK' }, ofRoot);
const aRole = (name: string): Planned => ({ type: 'aws_iam_role', name, values: { name } });
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:t';
const POLICY = 'arn:aws:iam::aws:policy/AWSLambdaExecute';

export const PART_ROWS: readonly Row[] = [
  {
    name: 'an integration has every attribute that is set',
    resources: [
      API,
      METHOD,
      aPart(
        'aws_api_gateway_integration',
        {
          http_method: 'GET',
          integration_http_method: 'POST',
          type: 'HTTP',
          uri: 'https://a.example',
          connection_type: 'VPC_LINK',
          connection_id: 'link',
          credentials: 'arn:aws:iam::123456789012:role/r',
          request_parameters: { 'integration.request.header.x': "'y'" },
          request_templates: { 'application/json': '{}' },
          passthrough_behavior: 'NEVER',
          cache_key_parameters: [],
          cache_namespace: '',
          content_handling: 'CONVERT_TO_TEXT',
          timeout_milliseconds: 300,
        },
        ofRoot,
      ),
    ],
    of: 'aws_api_gateway_method.m',
    expected: {
      Integration: {
        IntegrationHttpMethod: 'POST',
        Type: 'HTTP',
        Uri: 'https://a.example',
        ConnectionType: 'VPC_LINK',
        ConnectionId: 'link',
        Credentials: 'arn:aws:iam::123456789012:role/r',
        RequestParameters: { 'integration.request.header.x': "'y'" },
        RequestTemplates: { 'application/json': '{}' },
        PassthroughBehavior: 'NEVER',
        ContentHandling: 'CONVERT_TO_TEXT',
        TimeoutInMillis: 300,
      },
    },
  },
  {
    name: 'an integration response has every attribute that is set',
    resources: [
      API,
      METHOD,
      INTEGRATION,
      aPart(
        'aws_api_gateway_integration_response',
        {
          http_method: 'GET',
          status_code: '404',
          selection_pattern: '4..',
          response_parameters: { 'method.response.header.x': "'y'" },
          response_templates: { 'text/plain': 'none' },
          content_handling: 'CONVERT_TO_BINARY',
        },
        ofRoot,
      ),
    ],
    of: 'aws_api_gateway_method.m',
    expected: {
      Integration: {
        Type: 'MOCK',
        IntegrationResponses: [
          {
            StatusCode: '404',
            SelectionPattern: '4..',
            ResponseParameters: { 'method.response.header.x': "'y'" },
            ResponseTemplates: { 'text/plain': 'none' },
            ContentHandling: 'CONVERT_TO_BINARY',
          },
        ],
      },
    },
  },
  {
    name: 'a method response has models and parameters',
    resources: [
      API,
      METHOD,
      aPart(
        'aws_api_gateway_method_response',
        {
          http_method: 'GET',
          status_code: '200',
          response_models: { 'application/json': 'Empty' },
          response_parameters: { 'method.response.header.x': true },
        },
        ofRoot,
      ),
    ],
    of: 'aws_api_gateway_method.m',
    expected: {
      MethodResponses: [
        {
          StatusCode: '200',
          ResponseModels: { 'application/json': 'Empty' },
          ResponseParameters: { 'method.response.header.x': true },
        },
      ],
    },
  },
  {
    // Two of them guard the cache, and are not in CloudFormation.
    name: 'settings of all methods have all members of the provider',
    resources: [
      API,
      { type: 'aws_api_gateway_stage', name: 's', values: { stage_name: 'prod' }, expressions: ofApi },
      aPart(
        'aws_api_gateway_method_settings',
        {
          stage_name: 'prod',
          method_path: '*/*',
          settings: [
            {
              metrics_enabled: true,
              logging_level: 'INFO',
              data_trace_enabled: true,
              throttling_burst_limit: -1,
              throttling_rate_limit: 0,
              caching_enabled: true,
              cache_ttl_in_seconds: 60,
              cache_data_encrypted: true,
              require_authorization_for_cache_control: true,
              unauthorized_cache_control_header_strategy: 'FAIL_WITH_403',
            },
          ],
        },
        ofApi,
      ),
    ],
    of: 'aws_api_gateway_stage.s',
    expected: {
      MethodSettings: [
        {
          ResourcePath: '/*',
          HttpMethod: '*',
          MetricsEnabled: true,
          LoggingLevel: 'INFO',
          DataTraceEnabled: true,
          ThrottlingRateLimit: 0,
          CachingEnabled: true,
          CacheTtlInSeconds: 60,
          CacheDataEncrypted: true,
          RequireAuthorizationForCacheControl: true,
          UnauthorizedCacheControlHeaderStrategy: 'FAIL_WITH_403',
        },
      ],
    },
  },
  {
    name: 'the policy of a REST API is a resource of its own',
    resources: [API, aPart('aws_api_gateway_rest_api_policy', { policy: '{"Statement":[]}' }, ofApi)],
    of: 'aws_api_gateway_rest_api.a',
    expected: { Policy: { Statement: [] } },
  },
  {
    name: 'a target has its own id, and what it makes of the event',
    resources: [
      { type: 'aws_cloudwatch_event_rule', name: 'r', values: { name: 'hourly' } },
      aPart('aws_cloudwatch_event_target', {
        rule: 'hourly',
        target_id: 'own',
        arn: FUNCTION,
        input_transformer: [{ input_paths: { a: '$.detail.a' }, input_template: '{"a":<a>}' }],
      }),
      {
        ...aPart('aws_cloudwatch_event_target', { rule: 'hourly', arn: TOPIC, input_path: '$.detail' }),
        name: 'b',
      },
    ],
    of: 'aws_cloudwatch_event_rule.r',
    expected: {
      Targets: [
        {
          Id: 'own',
          Arn: FUNCTION,
          InputTransformer: { InputPathsMap: { a: '$.detail.a' }, InputTemplate: '{"a":<a>}' },
        },
        { Id: 'b', Arn: TOPIC, InputPath: '$.detail' },
      ],
    },
  },
  {
    name: 'a transformer of a target without paths maps none',
    resources: [
      { type: 'aws_cloudwatch_event_rule', name: 'r', values: { name: 'hourly' } },
      aPart('aws_cloudwatch_event_target', { rule: 'hourly', arn: FUNCTION, input_transformer: [{}] }),
    ],
    of: 'aws_cloudwatch_event_rule.r',
    expected: {
      Targets: [{ Id: 'part', Arn: FUNCTION, InputTransformer: { InputPathsMap: {}, InputTemplate: '' } }],
    },
  },
  {
    name: 'a policy is attached to all roles that are named',
    resources: [
      aRole('one'),
      aRole('two'),
      aPart('aws_iam_policy_attachment', { roles: ['one', 'two'], policy_arn: POLICY }),
    ],
    of: 'aws_iam_role.two',
    expected: { ManagedPolicyArns: [POLICY] },
  },
  {
    name: 'a policy that the role lists is not attached twice',
    resources: [
      { ...aRole('one'), values: { name: 'one', managed_policy_arns: [POLICY] } },
      aPart('aws_iam_role_policy_attachment', { role: 'one', policy_arn: POLICY }),
    ],
    of: 'aws_iam_role.one',
    expected: { ManagedPolicyArns: [POLICY] },
  },
  {
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_cors_configuration
    name: 'a bucket has the rules of its CORS configuration',
    resources: [
      { type: 'aws_s3_bucket', name: 'b', values: { bucket: 'pictures' } },
      aPart('aws_s3_bucket_cors_configuration', {
        bucket: 'pictures',
        cors_rule: [
          {
            id: 'app',
            allowed_headers: ['*'],
            allowed_methods: ['PUT', 'POST'],
            allowed_origins: ['https://shop.example'],
            expose_headers: ['ETag'],
            max_age_seconds: 3000,
          },
          {
            id: '',
            allowed_headers: null,
            allowed_methods: ['GET'],
            allowed_origins: ['*'],
            expose_headers: [],
            max_age_seconds: null,
          },
        ],
      }),
    ],
    of: 'aws_s3_bucket.b',
    expected: {
      BucketName: 'pictures',
      CorsConfiguration: {
        CorsRules: [
          {
            Id: 'app',
            AllowedHeaders: ['*'],
            AllowedMethods: ['PUT', 'POST'],
            AllowedOrigins: ['https://shop.example'],
            ExposedHeaders: ['ETag'],
            MaxAge: 3000,
          },
          { AllowedMethods: ['GET'], AllowedOrigins: ['*'] },
        ],
      },
    },
  },
  {
    name: 'a bucket notifies functions, topics and EventBridge',
    resources: [
      { type: 'aws_s3_bucket', name: 'b', values: { bucket: 'pictures' } },
      aPart('aws_s3_bucket_notification', {
        bucket: 'pictures',
        lambda_function: [
          {
            events: ['s3:ObjectCreated:Put'],
            lambda_function_arn: FUNCTION,
            filter_prefix: 'in/',
            filter_suffix: '.png',
          },
        ],
        topic: [{ events: ['s3:ObjectRemoved:*'], topic_arn: TOPIC }],
        eventbridge: true,
      }),
    ],
    of: 'aws_s3_bucket.b',
    expected: {
      NotificationConfiguration: {
        LambdaConfigurations: [
          {
            Event: 's3:ObjectCreated:Put',
            Function: FUNCTION,
            Filter: {
              S3Key: {
                Rules: [
                  { Name: 'prefix', Value: 'in/' },
                  { Name: 'suffix', Value: '.png' },
                ],
              },
            },
          },
        ],
        QueueConfigurations: [],
        TopicConfigurations: [{ Event: 's3:ObjectRemoved:*', Topic: TOPIC }],
        EventBridgeConfiguration: { EventBridgeEnabled: true },
      },
    },
  },
  {
    name: 'a bucket does not notify EventBridge unless it is asked to',
    resources: [
      { type: 'aws_s3_bucket', name: 'b', values: { bucket: 'pictures' } },
      aPart('aws_s3_bucket_notification', { bucket: 'pictures', eventbridge: false }),
    ],
    of: 'aws_s3_bucket.b',
    expected: {
      NotificationConfiguration: {
        LambdaConfigurations: [],
        QueueConfigurations: [],
        TopicConfigurations: [],
      },
    },
  },
  ...[
    { name: 'has the text of its version', version: { secret_string: 'hush' }, SecretString: 'hush' },
    { name: 'is empty if its version has no text', version: {}, SecretString: '' },
  ].map(({ name, version, SecretString }): Row => ({
    name: `a secret ${name}`,
    resources: [
      { type: 'aws_secretsmanager_secret', name: 's', values: { name: 's' } },
      aPart('aws_secretsmanager_secret_version', version, {
        secret_id: refs('aws_secretsmanager_secret.s.id'),
      }),
    ],
    of: 'aws_secretsmanager_secret.s',
    expected: { SecretString },
  })),
  {
    // hashicorp/terraform-provider-aws, cloudfront/distribution.go: TTLs are sent only without a cache policy
    name: 'a behavior with a cache policy has none of the TTLs that the plan gives to every behavior',
    resources: [
      {
        type: 'aws_cloudfront_distribution',
        name: 'd',
        values: {
          enabled: true,
          default_cache_behavior: [
            { target_origin_id: 'a', cache_policy_id: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', min_ttl: 0 },
          ],
          ordered_cache_behavior: [{ path_pattern: '/x', target_origin_id: 'a', min_ttl: 0, max_ttl: 60 }],
        },
        expressions: {},
      },
    ],
    of: 'aws_cloudfront_distribution.d',
    expected: {
      DistributionConfig: {
        Enabled: true,
        DefaultCacheBehavior: {
          TargetOriginId: 'a',
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        },
        CacheBehaviors: [{ PathPattern: '/x', TargetOriginId: 'a', MinTTL: 0, MaxTTL: 60 }],
      },
    },
  },
];
