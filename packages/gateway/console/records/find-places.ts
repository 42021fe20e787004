/** Finds the resources of the loaded stacks that an event or a distribution belongs to, and the places of properties. */
import { TABLE_TYPES } from '../../core/stack/table-types.ts';
import { parseArn } from '@gatewright/aws/arn';
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import { shortPlace } from '../../core/stack/source-format.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { memberOfScreen } from './deciding-members.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { ScreenRule } from '../../core/defect.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { EdgeAnswer, EdgeRecord } from '../../kernel/edge-record.ts';

export function resourcesOf(stacks: readonly ResolvedStack[], type: string): readonly ResolvedResource[] {
  return stacks.flatMap(({ resources }) => [...resources.values()].filter((one) => one.type === type));
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  sqs: ['AWS::SQS::Queue'],
  sns: ['AWS::SNS::Topic'],
  events: ['AWS::Events::Rule', 'AWS::Events::EventBus'],
  scheduler: ['AWS::Scheduler::Schedule'],
  lambda: ['AWS::Lambda::Function'],
  dynamodb: TABLE_TYPES,
  kinesis: ['AWS::Kinesis::Stream'],
  s3: ['AWS::S3::Bucket'],
  'cognito-idp': ['AWS::Cognito::UserPool'],
};

/**
 * Returns the resource with this ARN. The physical id of a queue is its URL, and the physical id of a topic
 * is its ARN.
 */
export function findByArn(stacks: readonly ResolvedStack[], arn: string): ResolvedResource | undefined {
  const { service = '', resource = '' } = parseArn(arn) ?? {};
  const name =
    service === 'dynamodb' || service === 'lambda' ? (resource.split(/[:/]/)[1] ?? '') : lastPartOf(arn);
  for (const type of TYPES[service] ?? [])
    for (const one of resourcesOf(stacks, type))
      if (lastPartOf(one.physicalId) === name || asText(one.properties['Name']) === name) return one;
  return undefined;
}

export function findByPhysicalId(
  stacks: readonly ResolvedStack[],
  type: string,
  physicalId: string,
): ResolvedResource | undefined {
  return resourcesOf(stacks, type).find((one) => one.physicalId === physicalId);
}

export function findRule(name: string, stacks: readonly ResolvedStack[]): ResolvedResource | undefined {
  return resourcesOf(stacks, 'AWS::Events::Rule').find(
    (one) =>
      asText(one.properties['Name']) === name ||
      one.physicalId === name ||
      lastPartOf(one.physicalId) === name,
  );
}

/** A route of API Gateway v2 names its integration as `integrations/{id}`. */
export function findIntegration(
  { resources }: ResolvedStack,
  route: ResolvedResource | undefined,
): ResolvedResource | undefined {
  const id = asText(route?.properties['Target'])?.replace(/^integrations\//, '');
  return [...resources.values()].find(
    ({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Integration' && physicalId === id,
  );
}

export function placeOf(resource: ResolvedResource | undefined, property?: string): string | undefined {
  return resource === undefined ? undefined : shortPlace(resource, property);
}

/**
 * Returns the place of the first of these members that the template contains, or else of the resource itself. The place
 * of an absent member is the place of the part that would contain it.
 */
export function placeOfFirst(
  resource: ResolvedResource | undefined,
  members: readonly string[],
): string | undefined {
  const own = placeOf(resource);
  const places = members
    .filter((path) => hasMember(resource?.properties, path.split('.')))
    .map((path) => placeOf(resource, path));
  return places.find((place) => place !== own) ?? own;
}

export function named(what: string, place: string | undefined): readonly NamedPlace[] {
  return place === undefined ? [] : [{ what, place }];
}

export function hasMember(value: unknown, path: readonly string[]): boolean {
  return memberAt(value, path) !== undefined;
}

/** A key may contain dots, such as `method.request.querystring.id`. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (Array.isArray(value)) return memberAt(value[Number(path[0])], path.slice(1));
  const members = membersOf(value);
  for (let length = 1; length <= path.length; length += 1) {
    const key = path.slice(0, length).join('.');
    const found = Object.hasOwn(members, key) ? memberAt(members[key], path.slice(length)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the place of the rule of a web ACL that refused a request, or its default action. */
export function placesOfScreen(
  screen: ScreenRule | undefined,
  stacks: readonly ResolvedStack[],
): readonly NamedPlace[] {
  const acl = resourcesOf(stacks, 'AWS::WAFv2::WebACL').find(
    ({ properties, physicalId }) =>
      screen !== undefined && (properties['Name'] === screen.of || physicalId.split('|')[0] === screen.of),
  );
  if (screen === undefined || acl === undefined) return [];
  const rules = asList(acl.properties['Rules']);
  const index = rules.findIndex((rule) => membersOf(rule)['Name'] === screen.rule);
  const place = placeOfFirst(
    acl,
    index === -1
      ? ['DefaultAction']
      : [`Rules.${index}.${memberOfScreen(rules[index], screen.isOversize)}`, `Rules.${index}`],
  );
  const what = index === -1 ? `web ACL ${screen.of}` : `rule ${screen.rule ?? ''} of the web ACL`;
  return place === undefined ? [] : [{ what, place }];
}

const PROPERTIES: Readonly<Record<EdgeAnswer['kind'], string | undefined>> = {
  method: 'AllowedMethods',
  'get-body': undefined,
  'https-only': 'ViewerProtocolPolicy',
  redirect: 'ViewerProtocolPolicy',
  'too-long': undefined,
  'web-acl': undefined,
  closed: undefined,
  cached: 'CachePolicyId',
  'origin-failed': undefined,
  host: 'OriginRequestPolicyId',
  'error-page': undefined,
};

/** Returns the place of the distribution's property that caused the response. */
export function findEdgePlace(
  stacks: readonly ResolvedStack[],
  { distributionId, pattern, answer }: EdgeRecord,
): string | undefined {
  const resource = findByPhysicalId(stacks, 'AWS::CloudFront::Distribution', distributionId);
  if (resource === undefined) return undefined;
  if (answer.kind === 'web-acl') {
    const [ofRule] = placesOfScreen(answer.screen, stacks);
    if (ofRule !== undefined) return ofRule.place;
  }
  const config = membersOf(resource.properties['DistributionConfig']);
  if (answer.kind === 'error-page') return placeOf(resource, 'DistributionConfig.CustomErrorResponses');
  if (answer.kind === 'origin-failed') {
    const index = asList(config['Origins']).findIndex(
      (one) => membersOf(one)['DomainName'] === answer.origin,
    );
    return placeOf(resource, `DistributionConfig.Origins${index === -1 ? '' : `.${index}`}`);
  }
  const index = asList(config['CacheBehaviors']).findIndex(
    (one) => membersOf(one)['PathPattern'] === pattern,
  );
  const behavior = index === -1 ? 'DefaultCacheBehavior' : `CacheBehaviors.${index}`;
  const property = PROPERTIES[answer.kind];
  const path = `DistributionConfig.${behavior}`;
  return placeOf(resource, property === undefined ? path : `${path}.${property}`);
}
