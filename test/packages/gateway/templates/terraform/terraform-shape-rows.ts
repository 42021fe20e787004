/** Blocks of the provider that CloudFormation has under other names. */
import { TABLE, V2 } from './terraform-rows.ts';
import type { Row } from './terraform-rows.ts';

export const SHAPE_ROWS: readonly Row[] = [
  {
    name: 'an HTTP API has its name and protocol',
    resources: [V2],
    of: 'aws_apigatewayv2_api.h',
    expected: { Name: 'h', ProtocolType: 'HTTP' },
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
];
