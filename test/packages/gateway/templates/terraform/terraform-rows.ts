/** Resources of plans, and the properties that they become, by the provider's documentation of each attribute. */
import { refs } from '../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../support/a-terraform-plan.ts';

export const API: Planned = { type: 'aws_api_gateway_rest_api', name: 'a', values: { name: 'a' } };
export const ofApi = { rest_api_id: refs('aws_api_gateway_rest_api.a.id') };
const STAGE: Planned = {
  type: 'aws_api_gateway_stage',
  name: 's',
  values: { stage_name: 'prod' },
  expressions: ofApi,
};
const METHOD: Planned = {
  type: 'aws_api_gateway_method',
  name: 'm',
  values: { http_method: 'POST', authorization: 'NONE' },
  expressions: { ...ofApi, resource_id: refs('aws_api_gateway_rest_api.a.root_resource_id') },
};
const ofMethod = { ...ofApi, resource_id: refs('aws_api_gateway_rest_api.a.root_resource_id') };
export const V2: Planned = {
  type: 'aws_apigatewayv2_api',
  name: 'h',
  values: { name: 'h', protocol_type: 'HTTP' },
};
export const ofV2 = { api_id: refs('aws_apigatewayv2_api.h.id') };
export const TABLE: Planned = {
  type: 'aws_dynamodb_table',
  name: 't',
  values: { name: 'orders', hash_key: 'id' },
};
const ROLE: Planned = { type: 'aws_iam_role', name: 'r', values: { name: 'role' } };
const TABLE_ARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders';

export type Row = {
  readonly name: string;
  readonly resources: readonly Planned[];
  readonly of: string;
  readonly expected: Readonly<Record<string, unknown>>;
  /** Properties that the resource does not have. */
  readonly absent?: readonly string[];
};

export const ROWS: readonly Row[] = [
  {
    name: 'method settings are those of their stage, and -1 is no limit of its own',
    resources: [
      API,
      STAGE,
      {
        type: 'aws_api_gateway_method_settings',
        name: 'all',
        values: {
          stage_name: 'prod',
          method_path: '*/*',
          settings: [{ throttling_burst_limit: 5, throttling_rate_limit: -1 }],
        },
        expressions: ofApi,
      },
      {
        type: 'aws_api_gateway_method_settings',
        name: 'one',
        values: { stage_name: 'prod', method_path: 'pets/{id}/GET', settings: [{ caching_enabled: true }] },
        expressions: ofApi,
      },
    ],
    of: 'aws_api_gateway_stage.s',
    expected: {
      MethodSettings: [
        { ResourcePath: '/*', HttpMethod: '*', ThrottlingBurstLimit: 5 },
        { ResourcePath: '/pets/{id}', HttpMethod: 'GET', CachingEnabled: true },
      ],
    },
  },
  {
    name: 'responses and integration are parts of their method, in whatever order they stand',
    resources: [
      API,
      {
        type: 'aws_api_gateway_integration_response',
        name: 'ok',
        values: { http_method: 'POST', status_code: '200', response_templates: { 'application/json': '{}' } },
        expressions: ofMethod,
      },
      {
        type: 'aws_api_gateway_method_response',
        name: 'ok',
        values: {
          http_method: 'POST',
          status_code: '200',
          response_parameters: { 'method.response.header.x': true },
        },
        expressions: ofMethod,
      },
      {
        type: 'aws_api_gateway_integration',
        name: 'i',
        values: {
          http_method: 'POST',
          type: 'MOCK',
          request_templates: { 'application/json': '{"statusCode":200}' },
        },
        expressions: ofMethod,
      },
      METHOD,
    ],
    of: 'aws_api_gateway_method.m',
    expected: {
      MethodResponses: [{ StatusCode: '200', ResponseParameters: { 'method.response.header.x': true } }],
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode":200}' },
        IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: { 'application/json': '{}' } }],
      },
    },
  },
  {
    name: 'a usage plan has its stages, limits and methods',
    resources: [
      API,
      STAGE,
      {
        type: 'aws_api_gateway_usage_plan',
        name: 'u',
        values: {
          name: 'basic',
          api_stages: [{ stage: 'prod', throttle: [{ path: '/pets/GET', rate_limit: 1, burst_limit: 2 }] }],
          quota_settings: [{ limit: 3, offset: 0, period: 'DAY' }],
          throttle_settings: [{ rate_limit: 4, burst_limit: 5 }],
        },
        unknown: { api_stages: [{ api_id: true }] },
        expressions: { api_stages: [{ api_id: refs('aws_api_gateway_rest_api.a.id'), stage: {} }] },
      },
    ],
    of: 'aws_api_gateway_usage_plan.u',
    expected: {
      UsagePlanName: 'basic',
      ApiStages: [
        { ApiId: 'API', Stage: 'prod', Throttle: { '/pets/GET': { RateLimit: 1, BurstLimit: 2 } } },
      ],
      Quota: { Limit: 3, Offset: 0, Period: 'DAY' },
      Throttle: { RateLimit: 4, BurstLimit: 5 },
    },
  },
  {
    name: 'an HTTP stage has the settings of its routes by key',
    resources: [
      V2,
      {
        type: 'aws_apigatewayv2_stage',
        name: 's',
        values: {
          name: 'v1',
          auto_deploy: true,
          default_route_settings: [
            { throttling_burst_limit: 1, throttling_rate_limit: 2, logging_level: null },
          ],
          route_settings: [{ route_key: 'GET /x', throttling_burst_limit: 3, throttling_rate_limit: 4 }],
        },
        expressions: ofV2,
      },
    ],
    of: 'aws_apigatewayv2_stage.s',
    expected: {
      StageName: 'v1',
      DefaultRouteSettings: { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 2 },
      RouteSettings: { 'GET /x': { ThrottlingBurstLimit: 3, ThrottlingRateLimit: 4 } },
    },
  },
  {
    name: 'a JWT authorizer trusts the user pool that it refers to',
    resources: [
      V2,
      { type: 'aws_cognito_user_pool', name: 'p', values: { name: 'people' } },
      {
        type: 'aws_apigatewayv2_authorizer',
        name: 'j',
        values: {
          name: 'j',
          authorizer_type: 'JWT',
          identity_sources: ['$request.header.Authorization'],
          jwt_configuration: [{ audience: ['me'] }],
        },
        unknown: { jwt_configuration: [{ issuer: true }] },
        expressions: { ...ofV2, jwt_configuration: [{ issuer: refs('aws_cognito_user_pool.p.endpoint') }] },
      },
    ],
    of: 'aws_apigatewayv2_authorizer.j',
    expected: {
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['me'], Issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/POOL' },
    },
  },
  {
    name: 'response parameters of an HTTP integration are changes by status',
    resources: [
      V2,
      {
        type: 'aws_apigatewayv2_integration',
        name: 'i',
        values: {
          integration_type: 'HTTP_PROXY',
          integration_method: 'GET',
          integration_uri: 'https://example.com/',
          timeout_milliseconds: 5000,
          response_parameters: [{ status_code: '200', mappings: { 'append:header.x': 'y' } }],
        },
        expressions: ofV2,
      },
    ],
    of: 'aws_apigatewayv2_integration.i',
    expected: {
      IntegrationUri: 'https://example.com/',
      TimeoutInMillis: 5000,
      ResponseParameters: { 200: { ResponseParameters: [{ Destination: 'append:header.x', Source: 'y' }] } },
    },
  },
  {
    name: 'a table has keys, indexes, a stream and times to live',
    resources: [
      {
        type: 'aws_dynamodb_table',
        name: 't',
        values: {
          name: 'orders',
          billing_mode: 'PAY_PER_REQUEST',
          hash_key: 'id',
          range_key: 'at',
          attribute: [
            { name: 'id', type: 'S' },
            { name: 'at', type: 'N' },
          ],
          global_secondary_index: [
            { name: 'byTime', hash_key: 'at', projection_type: 'ALL', non_key_attributes: null },
          ],
          stream_enabled: true,
          stream_view_type: 'NEW_IMAGE',
          ttl: [{ attribute_name: 'end', enabled: true }],
          read_capacity: null,
        },
      },
    ],
    of: 'aws_dynamodb_table.t',
    expected: {
      TableName: 'orders',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byTime',
          KeySchema: [{ AttributeName: 'at', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'end', Enabled: true },
    },
  },
  {
    name: 'a policy document that is read during the apply has the ARNs of its resources',
    resources: [
      TABLE,
      ROLE,
      {
        type: 'aws_iam_policy_document',
        name: 'p',
        isData: true,
        values: {
          statement: [
            {
              actions: ['dynamodb:GetItem'],
              effect: null,
              principals: [],
              condition: [{ test: 'StringEquals', variable: 'aws:RequestedRegion', values: ['eu-west-1'] }],
            },
          ],
        },
        unknown: { json: true, statement: [{ resources: [true] }] },
        expressions: { statement: [{ resources: refs('aws_dynamodb_table.t.arn') }] },
      },
      {
        type: 'aws_iam_role_policy',
        name: 'p',
        values: { name: 'p', role: 'role' },
        expressions: { policy: refs('data.aws_iam_policy_document.p.json') },
      },
    ],
    of: 'aws_iam_role_policy.p',
    expected: {
      RoleName: 'role',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['dynamodb:GetItem'],
            Resource: [TABLE_ARN],
            Condition: { StringEquals: { 'aws:RequestedRegion': ['eu-west-1'] } },
          },
        ],
      },
    },
  },
  {
    name: 'attached policies are those of the role',
    resources: [
      ROLE,
      { type: 'aws_iam_policy', name: 'p', values: { name: 'own', policy: '{"Statement":[]}' } },
      {
        type: 'aws_iam_role_policy_attachment',
        name: 'own',
        values: { role: 'role' },
        expressions: { role: refs('aws_iam_role.r.name'), policy_arn: refs('aws_iam_policy.p.arn') },
      },
      {
        type: 'aws_iam_role_policy_attachment',
        name: 'logs',
        values: { role: 'role', policy_arn: 'arn:aws:iam::aws:policy/AWSLambdaExecute' },
      },
    ],
    of: 'aws_iam_role.r',
    expected: {
      ManagedPolicyArns: ['arn:aws:iam::123456789012:policy/own', 'arn:aws:iam::aws:policy/AWSLambdaExecute'],
    },
  },
  {
    name: 'targets are those of their rule',
    resources: [
      {
        type: 'aws_cloudwatch_event_rule',
        name: 'r',
        values: { name: 'hourly', event_pattern: '{"source":["shop"]}', is_enabled: false },
      },
      { type: 'aws_sqs_queue', name: 'q', values: { name: 'q' } },
      {
        type: 'aws_cloudwatch_event_target',
        name: 't',
        values: {
          rule: 'hourly',
          input: '{}',
          retry_policy: [{ maximum_retry_attempts: 3, maximum_event_age_in_seconds: 60 }],
          dead_letter_config: [{ arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' }],
          sqs_target: [{ message_group_id: 'g' }],
        },
        unknown: { target_id: true, arn: true },
        expressions: { rule: refs('aws_cloudwatch_event_rule.r.name'), arn: refs('aws_sqs_queue.q.arn') },
      },
    ],
    of: 'aws_cloudwatch_event_rule.r',
    expected: {
      EventPattern: { source: ['shop'] },
      State: 'DISABLED',
      Targets: [
        {
          Id: 't',
          Arn: 'arn:aws:sqs:eu-west-1:123456789012:q',
          Input: '{}',
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' },
          SqsParameters: { MessageGroupId: 'g' },
        },
      ],
    },
  },
  {
    name: 'a queue sends what fails to the queue of its policy',
    resources: [
      {
        type: 'aws_sqs_queue',
        name: 'q',
        values: {
          name: 'q',
          redrive_policy:
            '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead","maxReceiveCount":3}',
        },
      },
    ],
    of: 'aws_sqs_queue.q',
    expected: {
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:dead', maxReceiveCount: 3 },
    },
  },
];
