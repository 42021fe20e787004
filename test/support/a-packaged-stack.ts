/** A small packaged service with one resource of each kind whose name is looked up, as osls leaves it. */
import type { StackView, TemplateResource } from '../../packages/toolkit/operate/doctor/views.ts';

export const RESOURCES: Readonly<Record<string, TemplateResource>> = {
  OrdersTable: {
    Type: 'AWS::DynamoDB::Table',
    Properties: { TableName: 'menu-prod-orders', Tags: [{ Key: 'gatewright:schema', Value: '1' }] },
  },
  OrdersLogGroup: {
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: '/aws/lambda/menu-prod-orders' },
  },
  OrdersFunction: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'menu-prod-orders' } },
  Failures: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'menu-prod-failures' } },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'menu-prod-alarms' } },
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'menu-prod-bus' } },
  Page: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'menu-prod' } },
  Socket: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'menu-prod', ProtocolType: 'WEBSOCKET' },
  },
  SocketStage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Socket' } } },
};

export function aStack(changes: Partial<StackView> = {}): StackView {
  return {
    stage: 'prod',
    stackName: 'menu-prod',
    region: 'us-east-1',
    localStages: ['dev'],
    template: {
      Resources: RESOURCES,
      Outputs: { OrdersArn: { Export: { Name: 'menu-prod-OrdersArn' } } },
    },
    templateBytes: 10_000,
    codeBytes: 100_000,
    documents: ['menu'],
    issuers: [{ document: 'menu', url: 'https://login.menu.com/' }],
    ...changes,
  };
}

/** Like `aStack`, but with resources that are added to its own or replace them. */
export function aStackWith(
  resources: Readonly<Record<string, TemplateResource>>,
  changes: Partial<StackView> = {},
): StackView {
  const { template } = aStack();
  return aStack({
    template: { ...template, Resources: { ...template.Resources, ...resources } },
    ...changes,
  });
}
