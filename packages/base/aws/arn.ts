type Arn = {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** Everything after the fifth colon. */
  readonly resource: string;
};

/** Reads `arn:partition:service:region:account:resource`; returns undefined when the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':');
  if (parts.length < 6 || parts[0] !== 'arn') return undefined;
  const [, partition = '', service = '', region = '', accountId = '', ...resource] = parts;
  if (partition === '' || service === '') return undefined;
  return { partition, service, region, accountId, resource: resource.join(':') };
}

export function printArn(arn: Arn): string {
  return `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`;
}

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/**
 * Returns the word for the scope in the ARN of a web ACL, rule group, IP set or pattern set.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html, "Resource types"
 */
export function webAclScope(scope: string | undefined): 'global' | 'regional' {
  return scope === 'CLOUDFRONT' ? 'global' : 'regional';
}
