/**
 * Terraform plans that AWS refuses, each with the public source of the refusal. The line that causes it ends with `#
 * here`.
 */
import { refs } from '../../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../../support/a-terraform-plan.ts';
import { constants, plain } from './refused/plan.ts';
import type { RefusedPlan } from './refused/plan.ts';
import { PLANS_OF_NEIGHBOURS } from './refused/plans-of-neighbours.ts';
import { PLANS_OF_REFERENCES } from './refused/plans-of-references.ts';

const FUNCTION: Planned = {
  type: 'aws_lambda_function',
  name: 'f',
  values: { function_name: 'f', handler: 'index.handler', runtime: 'nodejs22.x', timeout: 60 },
  expressions: { function_name: {}, handler: {}, runtime: {}, timeout: { constant_value: 60 } },
};

function trust(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** A resource of the path / of an API. */
function part(type: string, name: string, values: object, expressions: object): Planned {
  return {
    type,
    name,
    values: { http_method: 'GET', ...values },
    expressions: {
      rest_api_id: refs('aws_api_gateway_rest_api.api.id'),
      resource_id: refs('aws_api_gateway_rest_api.api.root_resource_id'),
      ...constants(values),
      ...expressions,
    },
  };
}

const API_OF_MOCK: readonly Planned[] = [
  plain('aws_api_gateway_rest_api', 'api', { name: 'api' }),
  part('aws_api_gateway_method', 'get', { authorization: 'NONE' }, {}),
  part(
    'aws_api_gateway_integration',
    'get',
    { type: 'MOCK' },
    {
      http_method: refs('aws_api_gateway_method.get.http_method'),
    },
  ),
  part(
    'aws_api_gateway_method_response',
    'ok',
    { status_code: '200' },
    {
      http_method: refs('aws_api_gateway_method.get.http_method'),
    },
  ),
];

export const REFUSED_PLANS: readonly RefusedPlan[] = [
  ...PLANS_OF_REFERENCES,
  ...PLANS_OF_NEIGHBOURS,
  {
    name: 'an attribute after a text of several lines',
    text: `
resource "aws_sqs_queue" "jobs" {
  name   = "jobs"
  policy = <<-EOF
    { "Statement": [
  EOF
  delay_seconds = 901 # here
}`,
    resources: [plain('aws_sqs_queue', 'jobs', { name: 'jobs', delay_seconds: 901 })],
    id: 'sqs-queue-delayseconds',
    source: 'SQS API reference, SetQueueAttributes: DelaySeconds, 0 to 900',
  },
  {
    name: 'a reserved variable, in the block of the environment',
    text: `
resource "aws_lambda_function" "f" {
  function_name = "f"
  environment {
    variables = {
      STAGE      = "prod"
      AWS_REGION = "eu-west-1" # here
    }
  }
}`,
    resources: [
      { ...FUNCTION, values: { ...FUNCTION.values, environment: [{ variables: { AWS_REGION: 'x' } }] } },
    ],
    id: 'lambda-function-environment',
    source: 'cds-snc/notification-terraform#419: "Reserved keys used in this request: AWS_REGION"',
  },
  {
    name: 'a member that a trust policy cannot have',
    text: `
resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Resource  = "*" # here
      },
    ]
  })
}`,
    resources: [
      plain('aws_iam_role', 'r', {
        name: 'r',
        assume_role_policy: trust({
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Resource: '*',
        }),
      }),
    ],
    id: 'iam-role-assumerolepolicydocument',
    source: 'hashicorp/terraform#34231: "Has prohibited field Resource"',
  },
  {
    name: 'a target without role, at the resource of the target',
    text: `
resource "aws_cloudwatch_event_rule" "every" {
  name                = "every"
  schedule_expression = "rate(5 minutes)"
}

resource "aws_cloudwatch_event_target" "work" { # here
  rule = aws_cloudwatch_event_rule.every.name
  arn  = "arn:aws:states:eu-west-1:123456789012:stateMachine:work"
}`,
    resources: [
      plain('aws_cloudwatch_event_rule', 'every', { name: 'every', schedule_expression: 'rate(5 minutes)' }),
      {
        type: 'aws_cloudwatch_event_target',
        name: 'work',
        values: { rule: 'every', arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:work' },
        expressions: { rule: refs('aws_cloudwatch_event_rule.every.name'), arn: {} },
      },
    ],
    id: 'events-rule-targets',
    source: 'hashicorp/terraform-provider-aws#19913: "RoleArn is required for target"',
  },
  {
    name: 'a statement that a data source makes',
    text: `
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
  statement { # here
    actions = ["sts:TagSession"]
  }
}

resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}`,
    resources: [
      {
        type: 'aws_iam_role',
        name: 'r',
        values: {
          name: 'r',
          assume_role_policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
              { Effect: 'Allow', Action: 'sts:TagSession' },
            ],
          }),
        },
        expressions: { name: {}, assume_role_policy: refs('data.aws_iam_policy_document.trust.json') },
      },
    ],
    id: 'iam-role-assumerolepolicydocument',
    source:
      'IAM user guide, grammar of the IAM JSON policy language: a resource-based policy has a principal',
  },
  {
    name: 'an attribute whose property is part of another',
    text: `
resource "aws_dynamodb_table" "t" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  stream_view_type = "ALL" # here
  stream_enabled   = true
}`,
    resources: [
      plain('aws_dynamodb_table', 't', {
        name: 'orders',
        billing_mode: 'PAY_PER_REQUEST',
        hash_key: 'id',
        attribute: [{ name: 'id', type: 'S' }],
        stream_enabled: true,
        stream_view_type: 'ALL',
      }),
    ],
    id: 'dynamodb-table-streamspecification',
    source: 'DynamoDB API reference, StreamSpecification: StreamViewType',
  },
  {
    name: 'an address of a web ACL without prefix length',
    text: `
resource "aws_wafv2_ip_set" "allowed" {
  name               = "allowed"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = ["0.0.0.0/0"] # here
}`,
    resources: [
      plain('aws_wafv2_ip_set', 'allowed', {
        name: 'allowed',
        scope: 'REGIONAL',
        ip_address_version: 'IPV4',
        addresses: ['0.0.0.0/0'],
      }),
    ],
    id: 'wafv2-ipset-addresses',
    source:
      'aws-samples/dcv-web-portal#10: "The parameter contains formatting that is not valid., field: IP_ADDRESS"',
  },
  {
    name: 'a scope that no standard has, in a client',
    text: `
resource "aws_cognito_user_pool_client" "client" {
  name                                 = "client"
  user_pool_id                         = "eu-west-1_abcdefghi"
  allowed_oauth_scopes                 = ["openid", "Cognito"] # here
}`,
    resources: [
      plain('aws_cognito_user_pool_client', 'client', {
        name: 'client',
        user_pool_id: 'eu-west-1_abcdefghi',
        allowed_oauth_scopes: ['openid', 'Cognito'],
      }),
    ],
    id: 'cognito-userpoolclient-allowedoauthscopes',
    source: 'awsdocs/aws-cloudformation-user-guide#564: "Invalid scope requested: Cognito"',
  },
  {
    name: 'MFA without a second factor',
    text: `
resource "aws_cognito_user_pool" "pool" {
  name              = "pool"
  mfa_configuration = "ON" # here
}`,
    resources: [plain('aws_cognito_user_pool', 'pool', { name: 'pool', mfa_configuration: 'ON' })],
    id: 'cognito-userpool-mfaconfiguration',
    source: 'aws-samples/serverless-streaming-data-application#1: "SMS configuration … required"',
  },
  {
    name: 'an integration response that does not wait for its integration',
    text: `
resource "aws_api_gateway_integration" "get" {
}
resource "aws_api_gateway_integration_response" "ok" { # here
  http_method = aws_api_gateway_method.get.http_method
}`,
    resources: [
      ...API_OF_MOCK,
      part(
        'aws_api_gateway_integration_response',
        'ok',
        { status_code: '200' },
        {
          http_method: refs('aws_api_gateway_method.get.http_method'),
        },
      ),
    ],
    id: 'terraform-order',
    source: 'hashicorp/terraform-provider-aws#196: "No integration defined for method"',
  },
  {
    name: 'a deployment that does not wait for a method',
    text: `
resource "aws_api_gateway_deployment" "dev" { # here
  rest_api_id = aws_api_gateway_rest_api.api.id
}`,
    resources: [
      ...API_OF_MOCK,
      {
        type: 'aws_api_gateway_deployment',
        name: 'dev',
        values: {},
        expressions: { rest_api_id: refs('aws_api_gateway_rest_api.api.id') },
      },
    ],
    id: 'terraform-order',
    source: 'anomalyco/sst#3976: "The REST API doesn\'t contain any methods"',
  },
];
