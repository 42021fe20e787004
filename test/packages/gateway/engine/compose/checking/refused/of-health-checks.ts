/** Health checks of Route 53 that have a property of another type, or lack one of their own. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const API = 'Route 53 API reference, HealthCheckConfig';

const CHECK = (config: string): string => `
  Broken:
    Type: AWS::Route53::HealthCheck
    Properties:
      HealthCheckConfig: ${config}`;

const ROWS: readonly (readonly [name: string, config: string, source: string])[] = [
  [
    'an alarm at a health check of an endpoint',
    `
        Type: HTTP
        FullyQualifiedDomainName: example.com
        AlarmIdentifier: { Name: errors, Region: us-east-1 } # here`,
    'aws/aws-cli#3188: "Basic health checks must not have an metric region specified."',
  ],
  [
    'a status without data at a health check of an endpoint',
    `
        Type: HTTPS
        FullyQualifiedDomainName: example.com
        InsufficientDataHealthStatus: Healthy # here`,
    'the same message as of aws/aws-cli#3188, about the status, quoted by public Terraform projects',
  ],
  [
    'a path at a health check of TCP',
    `
        Type: TCP
        IPAddress: 192.0.2.1
        Port: 80
        ResourcePath: /status # here`,
    '"TCP health checks must not have a resource path specified.", quoted by public Terraform projects',
  ],
  [
    'a health check of no endpoint',
    '# here\n        Type: HTTP',
    `${API}, FullyQualifiedDomainName and IPAddress`,
  ],
  [
    'a search without a text',
    `
        Type: HTTP_STR_MATCH # here
        FullyQualifiedDomainName: example.com`,
    `${API}, SearchString`,
  ],
  [
    'a calculated health check without a threshold',
    `
        Type: CALCULATED # here
        ChildHealthChecks: [11111111-2222-3333-4444-555555555555]`,
    'hashicorp/terraform-provider-aws#44004: "Calculated health checks must have a health threshold specified."',
  ],
  [
    'a number of failures at a calculated health check',
    `
        Type: CALCULATED
        HealthThreshold: 1
        ChildHealthChecks: [11111111-2222-3333-4444-555555555555]
        FailureThreshold: 3 # here`,
    '"Calculated health checks must not have a failure threshold specified.", quoted by public Terraform projects',
  ],
  [
    'a port at a health check of an alarm',
    `
        Type: CLOUDWATCH_METRIC
        AlarmIdentifier: { Name: errors, Region: us-east-1 }
        Port: 443 # here`,
    `${API}, Port: "Don't specify a value for Port"`,
  ],
  [
    'a health check of an alarm without the alarm',
    '\n        Type: CLOUDWATCH_METRIC # here',
    'cfn-lint E3661; aws-cloudformation/cfn-lint#623',
  ],
  [
    'a health check of a routing control without its ARN',
    '\n        Type: RECOVERY_CONTROL # here',
    `${API}, RoutingControlArn`,
  ],
  [
    'an interval between 10 and 30 seconds',
    `
        Type: HTTP
        FullyQualifiedDomainName: example.com
        RequestInterval: 20 # here`,
    'hashicorp/terraform-provider-aws, aws_route53_health_check, request_interval is 10 or 30',
  ],
];

export const OF_HEALTH_CHECKS: readonly RefusedDefinition[] = ROWS.map(([name, config, source]) =>
  one(name, CHECK(config), 'route53-healthcheck-healthcheckconfig', source),
);
