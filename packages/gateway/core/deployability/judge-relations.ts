/**
 * Finds faults that a service refuses although the schema permits them, mostly properties or resources that do not fit
 * together.
 */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, asText, isJsonObject, isTrue, mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { formatOf } from '../stack/source-format.ts';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import {
  judgeDefaultRedirect,
  judgeProviders,
  judgeScopes,
  judgeTokenValidity,
  judgeWriteAttributes,
} from './judge-clients.ts';
import {
  judgeCertificate,
  judgeEndpoint,
  judgeMappedDomain,
  judgeV2Endpoint,
  judgeValidationDomain,
} from './judge-domains.ts';
import { judgeCallerCredentials } from './judge-caller-credentials.ts';
import { judgeBucketPolicy } from './judge-bucket-policies.ts';
import { judgeServiceToken } from './judge-custom-resources.ts';
import { judgeDashboard } from './judge-dashboards.ts';
import { judgeDistribution } from './judge-distributions.ts';
import {
  judgeBucketFunctions,
  judgeLogFunction,
  judgeRotation,
  judgeTableStream,
} from './judge-invocations.ts';
import { judgeManagedPolicies } from './judge-managed-policies.ts';
import {
  judgeGlobalAcl,
  judgeRegions,
  judgeScope,
  judgeTopicRegion,
  judgeUserPoolDomain,
} from './judge-regions.ts';
import {
  judgeAttributes,
  judgeMappedApi,
  judgeProtocolOfAuthorizer,
  judgeServiceRole,
} from './judge-integrations.ts';
import { judgeKeyOfLogs, judgeKeyPolicy } from './judge-keys.ts';
import { judgeMethodLink, judgePrivateIntegration, judgeVpcLink } from './judge-load-balancers.ts';
import { judgeExecutionLogs, judgeFilterCount, judgeLogClass, judgeMissingGroup } from './judge-logs.ts';
import { judgeOrder } from './judge-order.ts';
import { judgeDestinations, judgeExpiration, judgeOverlap } from './judge-notifications.ts';
import { judgeObjectLock, judgeReplication } from './judge-bucket-versions.ts';
import { judgeCustomAttributes, judgePool } from './judge-pools.ts';
import { judgeRecords } from './judge-records.ts';
import { judgeSecureStrings } from './judge-secure-strings.ts';
import { judgeStateMachine } from './judge-state-machine.ts';
import { judgeThroughput } from './judge-throughput.ts';
import { judgeTags } from './judge-tags.ts';
import { isFifo as isFifoQueue, judgeBus, judgePeriod, judgeTargets } from './judge-targets.ts';
import {
  judgeAlias,
  judgeLatest,
  judgeLayerVersions,
  judgeOwnDestination,
  judgeProvisioned,
  judgeProvisionedTwice,
  judgeUnpublished,
} from './judge-versions.ts';
import type { BrokenRelation, Judge } from './relation.ts';

const JUDGES: Readonly<Record<string, readonly Judge[]>> = {
  'AWS::Lambda::EventSourceMapping': [judgeAlias, judgeConcurrency, judgeTableStream],
  'AWS::Lambda::Function': [judgeLayerVersions],
  'AWS::Logs::SubscriptionFilter': [judgeLogFunction, judgeLogClass, judgeMissingGroup, judgeFilterCount],
  'AWS::Logs::LogGroup': [judgeKeyOfLogs],
  'AWS::Logs::MetricFilter': [judgeLogClass, judgeMissingGroup],
  'AWS::KMS::Key': [judgeKeyPolicy],
  'AWS::CertificateManager::Certificate': [judgeValidationDomain],
  'AWS::Route53::RecordSet': [judgeRecords],
  'AWS::Route53::RecordSetGroup': [judgeRecords],
  'AWS::ApiGateway::VpcLink': [judgeVpcLink],
  'AWS::ApiGateway::Method': [judgeMethodLink, judgeCallerCredentials, judgeServiceRole],
  'AWS::SecretsManager::RotationSchedule': [judgeRotation],
  'AWS::ApiGatewayV2::Integration': [judgePrivateIntegration, judgeAttributes],
  'AWS::ApiGatewayV2::Stage': [judgeExecutionLogs],
  'AWS::CloudFront::Distribution': [judgeDistribution],
  'AWS::S3::BucketPolicy': [judgeBucketPolicy],
  'AWS::IAM::Role': [judgeManagedPolicies],
  ...Object.fromEntries(
    ['WebACL', 'IPSet', 'RegexPatternSet', 'RuleGroup'].map((name) => [`AWS::WAFv2::${name}`, [judgeScope]]),
  ),
  'AWS::Lambda::Version': [judgeProvisioned],
  'AWS::Lambda::Alias': [judgeProvisioned, judgeProvisionedTwice, judgeUnpublished],
  'AWS::Lambda::EventInvokeConfig': [judgeAlias, judgeOwnDestination],
  'AWS::Cognito::UserPoolClient': [
    judgeTokenValidity,
    judgeWriteAttributes,
    judgeCustomAttributes,
    judgeProviders,
    judgeScopes,
    judgeDefaultRedirect,
  ],
  'AWS::Cognito::UserPool': [judgePool],
  'AWS::Cognito::UserPoolDomain': [judgeUserPoolDomain],
  'AWS::CloudWatch::Dashboard': [judgeDashboard],
  'AWS::SQS::Queue': [judgeDeadLetters],
  'AWS::Events::Rule': [judgeBus, judgeTargets],
  'AWS::Scheduler::Schedule': [judgePeriod],
  'AWS::ApiGateway::DomainName': [judgeCertificate, judgeEndpoint],
  'AWS::ApiGatewayV2::DomainName': [judgeV2Endpoint],
  'AWS::ApiGatewayV2::ApiMapping': [judgeMappedDomain],
  'AWS::ApiGatewayV2::Authorizer': [judgeV2AuthorizerName, judgeProtocolOfAuthorizer],
  'AWS::ApiGateway::BasePathMapping': [judgeMappedApi],
  'AWS::Lambda::Permission': [judgeLatest, judgeAlias],
  'AWS::Lambda::Url': [judgeAlias],
  'AWS::DynamoDB::Table': [judgeThroughput],
  'AWS::S3::Bucket': [
    judgeOverlap,
    judgeDestinations,
    judgeBucketFunctions,
    judgeExpiration,
    judgeReplication,
    judgeObjectLock,
  ],
  'AWS::StepFunctions::StateMachine': [judgeStateMachine],
  'AWS::SNS::Subscription': [judgeSubscription, judgeRawDelivery, judgeTopicRegion],
  'AWS::SNS::Topic': [judgeOwnSubscriptions],
  'AWS::WAFv2::WebACLAssociation': [judgeProtected, judgeGlobalAcl],
  'AWS::ApiGateway::RestApi': [judgePrivateApi],
  'AWS::ApiGateway::Authorizer': [judgeAuthorizerName],
  'AWS::ApiGateway::Resource': [judgePath],
};

export function findBrokenRelations(stack: ResolvedStack): readonly BrokenRelation[] {
  const all = [...stack.resources.values()];
  return all.flatMap((resource) =>
    [
      judgeOrder,
      judgeRegions,
      judgeTags,
      judgeSecureStrings,
      judgeServiceToken,
      ...(JUDGES[resource.type] ?? []),
    ].flatMap((judge) => judge(resource, all, stack) ?? []),
  );
}

/**
 * Refuses a MaximumConcurrency above the reserved concurrency of the function (badmintoncryer/cdk-preflight,
 * pf-lambda-esm-max-concurrency-vs-reserved, deployed).
 */
function judgeConcurrency(
  mapping: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const most = Number(mapOf(mapping.properties, 'ScalingConfig')['MaximumConcurrency']);
  const called = calledBy(mapping, all);
  const reserved = Number(called?.properties['ReservedConcurrentExecutions']);
  if (called === undefined || called.unresolved?.includes('ReservedConcurrentExecutions') === true)
    return undefined;
  return most > reserved
    ? {
        resource: mapping,
        property: 'ScalingConfig.MaximumConcurrency',
        message: `MaximumConcurrency: ${most} is greater than Function Reserved Concurrency: ${reserved}`,
        remedy: `set MaximumConcurrency to at most ${reserved}, or ReservedConcurrentExecutions of ${called.logicalId} to at least ${most}`,
      }
    : undefined;
}

/** Returns the function of the stack that a mapping calls. */
function calledBy(mapping: ResolvedResource, all: readonly ResolvedResource[]): ResolvedResource | undefined {
  const [name] = textOf(mapping.properties, 'FunctionName')
    .replace(/^.*:function:/, '')
    .split(':');
  return all.find(({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === name);
}

/**
 * Refuses a standard dead-letter queue of a FIFO queue, and a FIFO dead-letter queue of a standard queue
 * (awslabs/aws-solutions-constructs#342).
 */
function judgeDeadLetters(
  queue: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const arn = textOf(mapOf(queue.properties, 'RedrivePolicy'), 'deadLetterTargetArn');
  const name = parseArn(arn)?.resource ?? '';
  const target = all.find(
    ({ type, physicalId }) => type === 'AWS::SQS::Queue' && physicalId.endsWith(`/${name}`),
  );
  if (name === '' || target === undefined || isFifo(target) === isFifo(queue)) return undefined;
  return {
    resource: queue,
    property: 'RedrivePolicy.deadLetterTargetArn',
    message: 'Dead-letter queue must be same type of queue as the source.',
    remedy: isFifo(queue)
      ? `set FifoQueue: true on ${target.logicalId} (a QueueName ends with .fifo), or remove FifoQueue from ${queue.logicalId}`
      : `remove FifoQueue (and .fifo) from ${target.logicalId}, or set FifoQueue: true on ${queue.logicalId}`,
  };
}

function isFifo({ properties }: ResolvedResource): boolean {
  return isTrue(properties['FifoQueue']);
}

/** Refuses to deploy a private API that has no resource policy (hashicorp/terraform-provider-aws#14290). */
function judgePrivateApi(
  api: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const isOfOsls = formatOf(stack).kind === 'serverless' && api.logicalId === 'ApiGatewayRestApi';
  const { properties, fault, unresolved = [] } = api;
  const types = mapOf(properties, 'EndpointConfiguration')['Types'];
  const isPrivate = Array.isArray(types) && types.includes('PRIVATE');
  const hasPolicy = [properties['Policy'], properties['Body'], properties['BodyS3Location']].some(
    (one) => one !== undefined && one !== '' && (!isJsonObject(one) || Object.keys(one).length > 0),
  );
  const isDeployed = all.some(
    ({ type, properties: { RestApiId: of } }) =>
      type === 'AWS::ApiGateway::Deployment' && of === api.physicalId,
  );
  if (!isPrivate || hasPolicy || !isDeployed || fault !== undefined || unresolved.length > 0)
    return undefined;
  return {
    resource: api,
    property: 'EndpointConfiguration',
    message: "Private REST API doesn't have a resource policy attached to it",
    remedy: `add ${isOfOsls ? 'provider.apiGateway.resourcePolicy' : 'Policy'} with a statement that allows execute-api:Invoke, for example with the condition aws:SourceVpce`,
  };
}

/** Matches the ARNs of the resources that an association can protect (WAF API reference, AssociateWebACL). */
const PROTECTED =
  /^arn:[^:]+:(elasticloadbalancing:[^:]*:\d*:loadbalancer\/app\/|apigateway:[^:]*::\/restapis\/[^/]+\/stages\/|appsync:|cognito-idp:|apprunner:|ec2:[^:]*:\d*:verified-access-instance\/|amplify:)/;

/**
 * Refuses the association of a web ACL with anything else, such as a stage of an HTTP API or a distribution, which
 * names its web ACL itself (hashicorp/terraform-provider-aws#28753).
 */
function judgeProtected(association: ResolvedResource): BrokenRelation | undefined {
  const arn = textOf(association.properties, 'ResourceArn');
  return arn === '' || PROTECTED.test(arn)
    ? undefined
    : {
        resource: association,
        property: 'ResourceArn',
        message: `Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: ${arn}`,
        remedy:
          'specify the ARN of a stage of a REST API, of an application load balancer, or of a user pool. For a distribution, set its WebACLId instead; an HTTP API cannot have a web ACL',
      };
}

function judgeAuthorizerName(
  authorizer: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  return isRepeated(authorizer, all, ['RestApiId', 'Name'])
    ? {
        resource: authorizer,
        property: 'Name',
        message: 'Authorizer name must be unique within the API',
        remedy: 'give one of the authorizers another Name',
      }
    : undefined;
}

/** Refuses a second authorizer with the same name in one API (aws/aws-cdk#20170). */
function judgeV2AuthorizerName(
  authorizer: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  return isRepeated(authorizer, all, ['ApiId', 'Name'])
    ? {
        resource: authorizer,
        property: 'Name',
        message: `Authorizer name must be unique. Authorizer ${textOf(authorizer.properties, 'Name')} already exists in this RestApi.`,
        remedy: 'give one of the authorizers another Name',
      }
    : undefined;
}

/** Refuses two resources with the same parent and name (serverless/serverless#2730). */
function judgePath(resource: ResolvedResource, all: readonly ResolvedResource[]): BrokenRelation | undefined {
  const earlier = findRepeated(resource, all, ['RestApiId', 'ParentId', 'PathPart']);
  return earlier === undefined
    ? undefined
    : {
        resource,
        property: 'PathPart',
        message: `Another resource with the same parent already has this name: ${textOf(resource.properties, 'PathPart')}`,
        remedy: `remove ${resource.logicalId} and refer to ${earlier.logicalId} in its place, or give one of them another PathPart`,
      };
}

/** Returns whether an earlier resource of the type has the same values. */
function isRepeated(
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
  names: readonly string[],
): boolean {
  return findRepeated(resource, all, names) !== undefined;
}

function findRepeated(
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
  names: readonly string[],
): ResolvedResource | undefined {
  const before = all.slice(0, all.indexOf(resource));
  return before.find(
    ({ type, properties }) =>
      type === resource.type &&
      names.every(
        (name) => asText(properties[name]) !== undefined && properties[name] === resource.properties[name],
      ),
  );
}

/**
 * Refuses the subscription of a FIFO queue to a standard topic (getmoto/moto#8957, validated against AWS), and a
 * subscription to a FIFO topic with any protocol except SQS (hashicorp/terraform-provider-aws#38441).
 */
function refusedSubscription(
  topic: ResolvedResource,
  subscription: JsonObject,
  all: readonly ResolvedResource[],
):
  | { readonly member: 'Protocol' | 'Endpoint'; readonly message: string; readonly remedy: string }
  | undefined {
  const protocol = textOf(subscription, 'Protocol');
  const { service, resource = '' } = parseArn(textOf(subscription, 'Endpoint')) ?? {};
  if (isTrue(topic.properties['FifoTopic']))
    return protocol === 'sqs' || protocol === ''
      ? undefined
      : {
          member: 'Protocol',
          message: `Invalid parameter: Invalid protocol type: ${protocol}`,
          remedy: 'use Protocol: sqs and a queue, or a topic without FifoTopic',
        };
  return service === 'sqs' && isFifoQueue(resource, all)
    ? {
        member: 'Endpoint',
        message:
          'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
        remedy: 'subscribe a queue without FifoQueue, or set FifoTopic: true on the topic',
      }
    : undefined;
}

function judgeSubscription(
  subscription: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { properties } = subscription;
  const topic = all.find(
    ({ type, physicalId }) => type === 'AWS::SNS::Topic' && physicalId === properties['TopicArn'],
  );
  const refused = topic && refusedSubscription(topic, properties, all);
  const dead = parseArn(textOf(mapOf(properties, 'RedrivePolicy'), 'deadLetterTargetArn'));
  const { resource: queue = '', service } = parseArn(textOf(properties, 'Endpoint')) ?? {};
  // localstack/localstack, test_sns.snapshot.json, test_validations_for_fifo, recorded
  if (
    isTrue(topic?.properties['FifoTopic']) &&
    service === 'sqs' &&
    isFifoQueue(queue, all) &&
    dead !== undefined &&
    !isFifoQueue(dead.resource, all)
  )
    return {
      resource: subscription,
      property: 'RedrivePolicy.deadLetterTargetArn',
      message:
        'Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
      remedy: 'set FifoQueue: true on the dead-letter queue (a QueueName ends with .fifo)',
    };
  return (
    refused && {
      resource: subscription,
      property: refused.member,
      message: refused.message,
      remedy: refused.remedy,
    }
  );
}

/** The protocols for which SNS does not support raw delivery. */
const WITHOUT_RAW: ReadonlySet<string> = new Set(['lambda', 'email', 'email-json', 'sms', 'application']);

/**
 * Refuses raw message delivery for protocols that AWS's page does not list (aws-controllers-k8s/community#2192). SNS
 * also refuses the value false (aws-cloudformation/cloudformation-coverage-roadmap#399, libertymutual/herman#81). A
 * plan of Terraform has the value false if the author wrote nothing, and Terraform does not send it.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
 */
function judgeRawDelivery(
  subscription: ResolvedResource,
  _all: readonly ResolvedResource[],
  { source }: ResolvedStack,
): BrokenRelation | undefined {
  const protocol = textOf(subscription.properties, 'Protocol');
  const { RawMessageDelivery: isRaw } = subscription.properties;
  const isSent = isTrue(isRaw) || (source?.writtenAs === undefined && (isRaw === false || isRaw === 'false'));
  return isSent && WITHOUT_RAW.has(protocol)
    ? {
        resource: subscription,
        property: 'RawMessageDelivery',
        message: `Invalid parameter: Delivery protocol [${protocol}] does not support raw message delivery.`,
        remedy: 'remove RawMessageDelivery; only subscriptions of sqs, http, https and firehose can have it',
      }
    : undefined;
}

/**
 * Refuses subscriptions that are defined in the topic itself, by the same rules as AWS::SNS::Subscription resources.
 */
function judgeOwnSubscriptions(
  topic: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  for (const [index, own] of asOneOrMore(topic.properties['Subscription']).entries()) {
    const refused = isJsonObject(own) ? refusedSubscription(topic, own, all) : undefined;
    if (refused !== undefined)
      return {
        resource: topic,
        property: `Subscription.${index}.${refused.member}`,
        message: refused.message,
        remedy: refused.remedy,
      };
  }
  return undefined;
}
