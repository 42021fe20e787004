/** Refuses filters that a log group does not support, filters of a missing group, and execution logs of HTTP APIs. */
import { isTrue, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Refuses filters of a log group of the class INFREQUENT_ACCESS, which does not support them.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
 */
export function judgeLogClass(
  filter: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const name = textOf(filter.properties, 'LogGroupName');
  const group = all.find(({ type, physicalId }) => type === 'AWS::Logs::LogGroup' && physicalId === name);
  const { LogGroupClass: logClass } = group?.properties ?? {};
  const what = filter.type === 'AWS::Logs::MetricFilter' ? 'metric filters' : 'subscription filters';
  return logClass === 'INFREQUENT_ACCESS'
    ? {
        resource: filter,
        property: 'LogGroupName',
        message: `The log group ${name} has the class INFREQUENT_ACCESS, which does not support ${what}`,
        remedy:
          'remove LogGroupClass from the log group, or remove the filter; if the log group is already deployed, also give it another name, because its class cannot be changed',
      }
    : undefined;
}

/** The maximum number of subscription filters for each log group (CloudWatch Logs quotas, "Subscription filters"). */
const MAX_SUBSCRIPTIONS = 2;

/**
 * Refuses a third subscription filter of a log group (localstack/localstack,
 * test_logs_subscription_filters.snapshot.json, recorded).
 */
export function judgeFilterCount(
  filter: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { LogGroupName: name } = filter.properties;
  const same = all.filter(
    ({ type, properties }) => type === filter.type && properties['LogGroupName'] === name,
  );
  return typeof name !== 'string' || same.indexOf(filter) < MAX_SUBSCRIPTIONS
    ? undefined
    : {
        resource: filter,
        property: 'LogGroupName',
        message: `Resource limit exceeded. (The log group ${name} has ${same.length} subscription filters, but at most ${MAX_SUBSCRIPTIONS} are allowed.)`,
        remedy: `remove ${same.length - MAX_SUBSCRIPTIONS} of the subscription filters ${same.map(({ logicalId }) => logicalId).join(', ')}, or join their patterns`,
      };
}

/**
 * Refuses a filter on the log group of a function in the stack if no resource creates this group. Lambda creates it
 * only when the function is invoked for the first time (gilt/s3-sftp-bridge#2). A custom resource or a nested stack may
 * create it earlier.
 */
export function judgeMissingGroup(
  filter: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const name = textOf(filter.properties, 'LogGroupName');
  const called = all.find(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && name === `/aws/lambda/${physicalId}`,
  );
  const isMade = all.some(
    ({ type, physicalId }) =>
      (type === 'AWS::Logs::LogGroup' && physicalId === name) ||
      /^(?:Custom|AWS::CloudFormation)::/.test(type),
  );
  return called === undefined || isMade
    ? undefined
    : {
        resource: filter,
        property: 'LogGroupName',
        message: 'The specified log group does not exist.',
        remedy: `add an AWS::Logs::LogGroup with LogGroupName ${name} to the stack, and reference it in LogGroupName of ${filter.logicalId}: Lambda creates the log group of ${called.logicalId} only at the first invocation`,
      };
}

/**
 * Refuses execution logs of an HTTP API.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigatewayv2-stage-routesettings.html
 * ("This property affects the log entries … Supported only for WebSocket APIs")
 */
export function judgeExecutionLogs(
  stage: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { properties } = stage;
  const api = all.find(
    ({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Api' && physicalId === properties['ApiId'],
  );
  if (api?.properties['ProtocolType'] !== 'HTTP') return undefined;
  const settings = [
    ['DefaultRouteSettings', mapOf(properties, 'DefaultRouteSettings')] as const,
    ...Object.entries(mapOf(properties, 'RouteSettings')).map(
      ([key, one]) => [`RouteSettings.${key}`, membersOf(one)] as const,
    ),
  ];
  for (const [at, { DataTraceEnabled: isTraced, LoggingLevel: level = 'OFF' }] of settings) {
    const member = isTrue(isTraced) ? 'DataTraceEnabled' : level === 'OFF' ? undefined : 'LoggingLevel';
    if (member !== undefined)
      return {
        resource: stage,
        property: `${at}.${member}`,
        message: 'Execution logs are not supported on protocolType HTTP',
        remedy: `remove ${member}, and use AccessLogSettings for the logs of an HTTP API`,
      };
  }
  return undefined;
}
