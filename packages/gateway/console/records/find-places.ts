/** Finds the resources of the loaded stacks that an event or a distribution belongs to, and the places of properties. */
import { parseArn } from '@gatewright/aws/arn';
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import { shortPlace } from '../../core/stack/source-format.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
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
  dynamodb: ['AWS::DynamoDB::Table'],
  kinesis: ['AWS::Kinesis::Stream'],
  s3: ['AWS::S3::Bucket'],
};

/** Returns the resource with this ARN. A queue's physical id is its URL, and a topic's its ARN. */
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

export function placeOf(resource: ResolvedResource | undefined, property?: string): string | undefined {
  return resource === undefined ? undefined : shortPlace(resource, property);
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

/** Returns the place of the property of a distribution that decided. */
export function findEdgePlace(
  stacks: readonly ResolvedStack[],
  { distributionId, pattern, answer }: EdgeRecord,
): string | undefined {
  const resource = findByPhysicalId(stacks, 'AWS::CloudFront::Distribution', distributionId);
  if (resource === undefined) return undefined;
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
