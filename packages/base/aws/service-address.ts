/** Returns the `AWS::URLSuffix` of a region. */
export function awsDomainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

export function regionalAddress(service: string, region: string): string {
  return `https://${service}.${region}.${awsDomainOf(region)}`;
}
