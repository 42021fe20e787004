/**
 * Schemas for health checks that Route 53 refuses although CloudFormation's schema permits them. Which properties a
 * health check needs, and which it must not have, depends on its type.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has } from './exclusive-schemas.ts';

/** The types whose health checkers send requests to an endpoint. Route 53 calls them basic health checks. */
const BASIC = ['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP'];

const ofType = (types: readonly string[], then: JsonObject): JsonObject => ({
  if: has('Type', { enum: [...types] }),
  then,
});

const forbidden = (
  property: string,
  says: string,
  fix = `remove ${property}, or use another Type`,
): JsonObject => ({
  properties: { [property]: { not: {}, says, fix } },
});

const RULES: readonly JsonObject[] = [
  // See aws/aws-cli#3188, aws/aws-sdk-php#1528, hashicorp/terraform-provider-aws#22993
  ofType(
    BASIC,
    forbidden(
      'AlarmIdentifier',
      'Invalid parameter : Basic health checks must not have an metric region specified.',
      'remove AlarmIdentifier, or use Type: CLOUDWATCH_METRIC and remove the endpoint properties',
    ),
  ),
  // Users who deployed health checks with Terraform quote these messages of the same check.
  ofType(
    BASIC,
    forbidden(
      'InsufficientDataHealthStatus',
      'Invalid parameter : Basic health checks must not have an insufficient data health state specified.',
      'remove InsufficientDataHealthStatus, which belongs to Type: CLOUDWATCH_METRIC',
    ),
  ),
  ofType(
    ['TCP'],
    forbidden(
      'ResourcePath',
      'Invalid parameter : TCP health checks must not have a resource path specified.',
    ),
  ),
  // Route 53 API reference, HealthCheckConfig, FullyQualifiedDomainName and IPAddress
  ofType(BASIC, {
    requiredOr: ['FullyQualifiedDomainName', 'IPAddress'],
    fix: 'add FullyQualifiedDomainName with the name of the host, or IPAddress',
    says: 'a health check of an endpoint needs FullyQualifiedDomainName or IPAddress',
  }),
  // Route 53 API reference, HealthCheckConfig, SearchString
  ofType(['HTTP_STR_MATCH', 'HTTPS_STR_MATCH'], {
    required: ['SearchString'],
    fix: 'add SearchString with the text that the reply must contain, or use Type: HTTP or HTTPS',
  }),
  // See hashicorp/terraform-provider-aws#44004
  ofType(['CALCULATED'], {
    required: ['HealthThreshold'],
    fix: 'add HealthThreshold with the number of child health checks that must be healthy',
    says: 'Invalid parameter : Calculated health checks must have a health threshold specified.',
  }),
  ofType(
    ['CALCULATED'],
    forbidden(
      'FailureThreshold',
      'Invalid parameter : Calculated health checks must not have a failure threshold specified.',
      'remove FailureThreshold; HealthThreshold is the number of children that must be healthy',
    ),
  ),
  // Route 53 API reference, HealthCheckConfig, Port: "Don't specify a value for Port"
  ofType(
    ['CALCULATED', 'CLOUDWATCH_METRIC'],
    forbidden('Port', 'a health check without an endpoint must not have a Port'),
  ),
  // Route 53 API reference, HealthCheckConfig, Type: RECOVERY_CONTROL
  ofType(['RECOVERY_CONTROL'], {
    required: ['RoutingControlArn'],
    fix: 'add RoutingControlArn with the ARN of the routing control',
  }),
];

export const HEALTH_CHECK_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Route53::HealthCheck': {
    properties: {
      HealthCheckConfig: {
        allOf: [...RULES],
        properties: {
          // hashicorp/terraform-provider-aws, resource aws_route53_health_check, request_interval
          RequestInterval: {
            enum: [10, 30],
            fix: 'write RequestInterval: 30, or 10 for a fast health check',
          },
        },
      },
    },
  },
};
