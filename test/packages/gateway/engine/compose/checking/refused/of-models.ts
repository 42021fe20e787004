import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const POOL = '  Pool: { Type: AWS::Cognito::UserPool }';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';
const VISIBILITY = '{ SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: acl }';

/** Values that the service's model of the call refuses, although CloudFormation's schema permits them. */
export const OF_MODELS: readonly RefusedDefinition[] = [
  one(
    'a reference to a model by its name',
    `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Todos:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      ContentType: application/json
      Name: todos
      Schema:
        type: object
        properties:
          all:
            type: array
            items:
              $ref: todo # here`,
    'apigateway-model-schema',
    'Dropsource/serverless-todo-api-example-complete#3',
  ),
  one(
    'two tags of a role whose keys differ only in their case',
    `
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Tags:
        - { Key: stage, Value: dev }
        - { Key: STAGE, Value: dev } # here`,
    'iam-role-tags',
    'serverless/serverless#7885, aws/aws-cdk#26253: "Duplicate tag keys found. Please note that Tag keys are case insensitive."',
  ),
  one(
    'a certificate whose validation is asked at another domain',
    `
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: api.example.com
      ValidationMethod: EMAIL
      DomainValidationOptions:
        - DomainName: api.example.com
          ValidationDomain: example.org # here`,
    'certificatemanager-certificate-domainvalidationoptions',
    'https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidationOption.html: "the same as the DomainName value or a superdomain of the DomainName value"',
  ),
  one(
    'a description of an event bus over 512 characters',
    `
  Bus:
    Type: AWS::Events::EventBus
    Properties:
      Name: orders
      Description: ${'a'.repeat(513)} # here`,
    'events-eventbus-description',
    'service model of EventBridge, EventBusDescription',
  ),
  one(
    'an unknown message of a user',
    `
${POOL}
  User:
    Type: AWS::Cognito::UserPoolUser
    Properties:
      UserPoolId: !Ref Pool
      Username: ann
      MessageAction: NONE # here`,
    'cognito-userpooluser-messageaction',
    'service model of Cognito user pools, MessageActionType',
  ),
  one(
    'six actions of an alarm',
    `
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      { ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1, Namespace: a, MetricName: b, Statistic: Sum, Threshold: 1, Period: 60,
      AlarmActions: [${Array.from({ length: 6 }, (_, index) => `'${TOPIC}${index}'`).join(', ')}] } # here`,
    'cloudwatch-alarm-alarmactions',
    'service model of CloudWatch, ResourceList',
  ),
  one(
    'a rotation of a secret after 0 days',
    `
  Secret: { Type: AWS::SecretsManager::Secret }
  Rotation:
    Type: AWS::SecretsManager::RotationSchedule
    Properties:
      SecretId: !Ref Secret
      RotationRules:
        AutomaticallyAfterDays: 0 # here`,
    'secretsmanager-rotationschedule-rotationrules',
    'service model of Secrets Manager, AutomaticallyRotateAfterDaysType',
  ),
  one(
    'a description of a web ACL over 256 characters',
    `
  Acl:
    Type: AWS::WAFv2::WebACL
    Properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: ${VISIBILITY}
      Description: ${'a'.repeat(257)} # here`,
    'wafv2-webacl-description',
    'service model of WAF, EntityDescription',
  ),
  one(
    'a name of a dashboard over 255 characters',
    `
  Dashboard:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardName: ${'a'.repeat(256)} # here
      DashboardBody: '{"widgets":[]}'`,
    'cloudwatch-dashboard-dashboardname',
    'CloudWatch API reference, PutDashboard: "The maximum length is 255"',
  ),
];
