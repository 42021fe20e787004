/** Blocks of the provider that CloudFormation has under other names. */
import { refs } from '../../../../support/a-terraform-plan.ts';
import { API, TABLE, V2, ofApi, ofV2 } from './terraform-rows.ts';
import type { Row } from './terraform-rows.ts';

export const SHAPE_ROWS: readonly Row[] = [
  {
    name: 'an HTTP API has its name and protocol',
    resources: [V2],
    of: 'aws_apigatewayv2_api.h',
    expected: { Name: 'h', ProtocolType: 'HTTP' },
  },
  {
    // https://github.com/terraform-aws-modules/terraform-aws-apigateway-v2/issues/59
    name: 'settings without limits of an HTTP stage have the limit 0, which the provider sends',
    resources: [
      V2,
      {
        type: 'aws_apigatewayv2_stage',
        name: 's',
        values: {
          name: 'v1',
          default_route_settings: [
            {
              detailed_metrics_enabled: true,
              throttling_burst_limit: null,
              throttling_rate_limit: null,
            },
          ],
          route_settings: [{ route_key: 'GET /x', throttling_rate_limit: 4 }],
        },
        expressions: ofV2,
      },
    ],
    of: 'aws_apigatewayv2_stage.s',
    expected: {
      DefaultRouteSettings: {
        DetailedMetricsEnabled: true,
        ThrottlingBurstLimit: 0,
        ThrottlingRateLimit: 0,
      },
      RouteSettings: { 'GET /x': { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 4 } },
    },
  },
  {
    name: 'a table has indexes with their projections and capacities',
    resources: [
      {
        ...TABLE,
        values: {
          ...TABLE.values,
          global_secondary_index: [
            {
              name: 'by-day',
              hash_key: 'day',
              projection_type: 'INCLUDE',
              non_key_attributes: ['sum'],
              read_capacity: 3,
              write_capacity: 2,
            },
          ],
        },
      },
    ],
    of: 'aws_dynamodb_table.t',
    expected: {
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-day',
          KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['sum'] },
          ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 2 },
        },
      ],
    },
  },
  {
    name: 'a domain has its configurations by their names in CloudFormation',
    resources: [
      {
        type: 'aws_apigatewayv2_domain_name',
        name: 'd',
        values: {
          domain_name: 'api.shop.example',
          domain_name_configuration: [{ certificate_arn: 'arn', endpoint_type: 'REGIONAL' }],
        },
      },
    ],
    of: 'aws_apigatewayv2_domain_name.d',
    expected: { DomainNameConfigurations: [{ CertificateArn: 'arn', EndpointType: 'REGIONAL' }] },
  },
  {
    name: 'a schedule has its target, with retries and a dead-letter queue',
    resources: [
      {
        type: 'aws_scheduler_schedule',
        name: 's',
        values: {
          name: 'hourly',
          group_name: 'default',
          schedule_expression: 'rate(1 hour)',
          flexible_time_window: [{ mode: 'OFF' }],
          target: [
            {
              arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
              role_arn: 'arn:aws:iam::123456789012:role/r',
              input: '{"a":1}',
              retry_policy: [{ maximum_retry_attempts: 2, maximum_event_age_in_seconds: 60 }],
              dead_letter_config: [{ arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' }],
              eventbridge_parameters: [{ detail_type: 'd', source: 's' }],
              sqs_parameters: [],
            },
          ],
        },
      },
    ],
    of: 'aws_scheduler_schedule.s',
    expected: {
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
        RoleArn: 'arn:aws:iam::123456789012:role/r',
        Input: '{"a":1}',
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' },
        EventBridgeParameters: { DetailType: 'd', Source: 's' },
      },
    },
  },
  {
    name: 'a subscription filter sends the lines of a log group to a function',
    resources: [
      {
        type: 'aws_cloudwatch_log_subscription_filter',
        name: 'f',
        values: {
          name: 'errors',
          log_group_name: '/aws/lambda/orders',
          filter_pattern: '',
          destination_arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
        },
      },
    ],
    of: 'aws_cloudwatch_log_subscription_filter.f',
    expected: {
      FilterName: 'errors',
      LogGroupName: '/aws/lambda/orders',
      DestinationArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
    },
  },
  {
    name: 'a user pool has its triggers',
    resources: [
      {
        type: 'aws_cognito_user_pool',
        name: 'p',
        values: {
          name: 'users',
          lambda_config: [
            {
              pre_sign_up: 'arn:aws:lambda:eu-west-1:123456789012:function:check',
              post_confirmation: '',
              pre_token_generation_config: [
                {
                  lambda_arn: 'arn:aws:lambda:eu-west-1:123456789012:function:token',
                  lambda_version: 'V2_0',
                },
              ],
            },
          ],
        },
      },
    ],
    of: 'aws_cognito_user_pool.p',
    expected: {
      LambdaConfig: {
        PreSignUp: 'arn:aws:lambda:eu-west-1:123456789012:function:check',
        PreTokenGenerationConfig: {
          LambdaArn: 'arn:aws:lambda:eu-west-1:123456789012:function:token',
          LambdaVersion: 'V2_0',
        },
      },
    },
  },
  {
    name: 'a stage has its canary',
    resources: [
      API,
      {
        type: 'aws_api_gateway_stage',
        name: 's',
        values: {
          stage_name: 'prod',
          canary_settings: [
            { percent_traffic: 10, use_stage_cache: false, stage_variable_overrides: { a: 'b' } },
          ],
        },
        expressions: ofApi,
      },
    ],
    of: 'aws_api_gateway_stage.s',
    expected: {
      CanarySetting: { PercentTraffic: 10, UseStageCache: false, StageVariableOverrides: { a: 'b' } },
    },
  },
  {
    name: 'a stage of a usage plan has limits of methods only if they are set',
    resources: [
      {
        type: 'aws_api_gateway_usage_plan',
        name: 'u',
        values: { name: 'basic', api_stages: [{ api_id: 'a', stage: 'prod', throttle: [] }] },
      },
    ],
    of: 'aws_api_gateway_usage_plan.u',
    expected: { ApiStages: [{ ApiId: 'a', Stage: 'prod' }] },
  },
  {
    name: 'a route has its request parameters, required or not',
    resources: [
      V2,
      {
        type: 'aws_apigatewayv2_route',
        name: 'r',
        values: {
          route_key: '$connect',
          request_parameter: [
            { request_parameter_key: 'route.request.querystring.a', required: true },
            { request_parameter_key: 'route.request.querystring.b' },
          ],
        },
        expressions: { api_id: refs('aws_apigatewayv2_api.h.id') },
      },
    ],
    of: 'aws_apigatewayv2_route.r',
    expected: {
      RequestParameters: {
        'route.request.querystring.a': { Required: true },
        'route.request.querystring.b': { Required: false },
      },
    },
  },
  {
    name: 'a mapping has filters, and a destination for what fails',
    resources: [
      {
        type: 'aws_lambda_event_source_mapping',
        name: 'm',
        values: {
          event_source_arn: 'arn:aws:sqs:eu-west-1:123456789012:q',
          function_name: 'f',
          batch_size: 5,
          maximum_record_age_in_seconds: -1,
          scaling_config: [{ maximum_concurrency: 3 }],
          filter_criteria: [{ filter: [{ pattern: '{"a":["b"]}' }] }],
          destination_config: [
            { on_failure: [{ destination_arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' }] },
          ],
        },
      },
    ],
    of: 'aws_lambda_event_source_mapping.m',
    expected: {
      BatchSize: 5,
      ScalingConfig: { MaximumConcurrency: 3 },
      FilterCriteria: { Filters: [{ Pattern: '{"a":["b"]}' }] },
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:123456789012:dead' } },
    },
    absent: ['MaximumRecordAgeInSeconds'],
  },
  {
    name: 'a mapping without filters and destinations has neither',
    resources: [
      {
        type: 'aws_lambda_event_source_mapping',
        name: 'm',
        values: { event_source_arn: 'arn:aws:sqs:eu-west-1:123456789012:q', function_name: 'f' },
      },
    ],
    of: 'aws_lambda_event_source_mapping.m',
    expected: {},
    absent: ['FilterCriteria', 'DestinationConfig'],
  },
  {
    name: 'asynchronous events have a destination for each outcome',
    resources: [
      {
        type: 'aws_lambda_function_event_invoke_config',
        name: 'c',
        values: {
          function_name: 'f',
          maximum_retry_attempts: 0,
          destination_config: [
            { on_success: [{ destination: 'arn:good' }], on_failure: [{ destination: 'arn:bad' }] },
          ],
        },
      },
    ],
    of: 'aws_lambda_function_event_invoke_config.c',
    expected: {
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnSuccess: { Destination: 'arn:good' }, OnFailure: { Destination: 'arn:bad' } },
    },
  },
  {
    name: 'a provisioned table has capacities and local indexes, which have the key of the table',
    resources: [
      {
        ...TABLE,
        values: {
          name: 'orders',
          hash_key: 'id',
          billing_mode: 'PROVISIONED',
          read_capacity: 4,
          write_capacity: 3,
          stream_enabled: false,
          ttl: [{ attribute_name: 'end', enabled: false }],
          local_secondary_index: [{ name: 'by-day', range_key: 'day', projection_type: 'KEYS_ONLY' }],
        },
      },
    ],
    of: 'aws_dynamodb_table.t',
    expected: {
      ProvisionedThroughput: { ReadCapacityUnits: 4, WriteCapacityUnits: 3 },
      LocalSecondaryIndexes: [
        {
          IndexName: 'by-day',
          KeySchema: [
            { AttributeName: 'id', KeyType: 'HASH' },
            { AttributeName: 'day', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    },
    absent: ['GlobalSecondaryIndexes', 'StreamSpecification', 'TimeToLiveSpecification'],
  },
  ...[
    { read_capacity: 0, write_capacity: 1 },
    { read_capacity: 1, write_capacity: 0 },
    { read_capacity: 1 },
    { write_capacity: 1 },
  ].map((capacities): Row => ({
    name: `a table has no capacities with ${JSON.stringify(capacities)}`,
    resources: [{ ...TABLE, values: { ...TABLE.values, ...capacities } }],
    of: 'aws_dynamodb_table.t',
    expected: { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
    absent: ['ProvisionedThroughput'],
  })),
  {
    name: 'a user pool has its attributes, and no triggers if none are set',
    resources: [
      {
        type: 'aws_cognito_user_pool',
        name: 'p',
        values: { name: 'users', schema: [{ name: 'tier', attribute_data_type: 'String', mutable: true }] },
      },
    ],
    of: 'aws_cognito_user_pool.p',
    expected: { Schema: [{ Name: 'tier', AttributeDataType: 'String', Mutable: true }] },
    absent: ['LambdaConfig'],
  },
  {
    name: 'a queue that is not FIFO does not say so',
    resources: [{ type: 'aws_sqs_queue', name: 'q', values: { name: 'q', fifo_queue: false } }],
    of: 'aws_sqs_queue.q',
    expected: { QueueName: 'q' },
    absent: ['FifoQueue'],
  },
  {
    name: 'a FIFO queue says so',
    resources: [{ type: 'aws_sqs_queue', name: 'q', values: { name: 'q.fifo', fifo_queue: true } }],
    of: 'aws_sqs_queue.q',
    expected: { FifoQueue: true },
  },
  {
    name: 'a rule that is enabled has no state of its own',
    resources: [{ type: 'aws_cloudwatch_event_rule', name: 'r', values: { name: 'r', is_enabled: true } }],
    of: 'aws_cloudwatch_event_rule.r',
    expected: { Name: 'r' },
    absent: ['State'],
  },
];
