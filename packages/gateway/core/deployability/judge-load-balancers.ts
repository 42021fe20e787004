/** Refuses VPC links and private integrations that name a resource of the wrong type, or no resource. */
import { asOneOrMore, asText, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

const BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
/** Types that are often confused with a listener. */
const NOT_LISTENERS: ReadonlySet<string> = new Set([BALANCER, 'AWS::ElasticLoadBalancingV2::TargetGroup']);
const LISTENER_OR_SERVICE =
  /^arn:[^:]+:(?:elasticloadbalancing:[^:]*:\d*:listener\/|servicediscovery:[^:]*:\d*:service\/)/;

/**
 * Refuses a private integration of an HTTP API with anything except a listener or a Cloud Map service
 * (openabdev/openab#1275, anomalyco/sst#5510, klothoplatform/klotho#347). WebSocket APIs name a URL.
 */
export function judgePrivateIntegration(
  integration: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const { properties } = integration;
  const uri = textOf(properties, 'IntegrationUri');
  const api = all.find(
    ({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Api' && physicalId === properties['ApiId'],
  );
  if (properties['ConnectionType'] !== 'VPC_LINK' || api?.properties['ProtocolType'] !== 'HTTP')
    return undefined;
  const named = typeNamed(mapOf(writtenOf(integration, stack), 'Properties')['IntegrationUri'], stack);
  // If the URI is a reference, only the type of the resource is checked, because the gateway has no real ARN for types
  // that it does not read.
  const isOther = named === '' ? /^(?:https?:|arn:)/.test(uri) : NOT_LISTENERS.has(named);
  return isOther && !LISTENER_OR_SERVICE.test(uri)
    ? {
        resource: integration,
        property: 'IntegrationUri',
        message:
          'For VpcLink VPC_LINK, integration uri should be a valid ELB listener ARN or a valid Cloud Map service ARN.',
        remedy:
          'specify the ARN of a listener (Ref to an AWS::ElasticLoadBalancingV2::Listener), or of a Cloud Map service',
      }
    : undefined;
}

/** Refuses a VPC link of REST APIs to an application load balancer (hashicorp/terraform-provider-aws#30910). */
export function judgeVpcLink(
  link: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const written = mapOf(writtenOf(link, stack), 'Properties')['TargetArns'];
  const resources = mapOf(stack.source?.template ?? {}, 'Resources');
  for (const [index, target] of asOneOrMore(written ?? []).entries()) {
    const balancer = mapOf(resources, textOf(membersOf(target), 'Ref'));
    const { Type: kind = 'application' } = mapOf(balancer, 'Properties');
    const isApplication =
      typeof target === 'string'
        ? /:loadbalancer\/app\//.test(target)
        : balancer['Type'] === BALANCER && kind === 'application';
    if (isApplication)
      return {
        resource: link,
        property: `TargetArns.${index}`,
        message: 'NLB ARN is malformed',
        remedy:
          'name a load balancer with Type: network; for an application load balancer, use an AWS::ApiGatewayV2::VpcLink',
      };
  }
  return undefined;
}

/**
 * Refuses a REST method that has a VPC link of version 2, but does not name its load balancer
 * (hashicorp/terraform-provider-aws#45230).
 */
export function judgeMethodLink(
  method: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const written = mapOf(mapOf(writtenOf(method, stack), 'Properties'), 'Integration');
  const isOfVersion2 = typeNamed(written['ConnectionId'], stack) === 'AWS::ApiGatewayV2::VpcLink';
  return isOfVersion2 && written['IntegrationTarget'] === undefined
    ? {
        resource: method,
        property: 'Integration.ConnectionId',
        message: 'IntegrationTarget is required for VpcLinkV2',
        remedy:
          'add IntegrationTarget with the ARN of the load balancer, or name an AWS::ApiGateway::VpcLink in ConnectionId',
      }
    : undefined;
}

/** Returns the type of the resource to which a value refers; empty if the value is not a reference. */
function typeNamed(value: Json | undefined, { source }: ResolvedStack): string {
  const { Ref: name, 'Fn::GetAtt': attribute } = membersOf(value);
  const [owner] = asOneOrMore(attribute ?? []);
  return textOf(mapOf(mapOf(source?.template ?? {}, 'Resources'), asText(name ?? owner) ?? ''), 'Type');
}
