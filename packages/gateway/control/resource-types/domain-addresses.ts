/**
 * The host names to which the DNS records of a custom domain point. They are derived from the domain's name, so that
 * `Fn::GetAtt` and the control plane return the same host names. The host names do not resolve on this machine: a
 * request reaches a domain by its Host header, at the port of any of the domain's APIs.
 */
import { makeId } from '@gatewright/aws/physical-ids';
import { awsDomainOf } from '@gatewright/aws/service-address';

export const REGIONAL_ZONE = 'Z1UJRXOUMOOFQ8';
/** The id of the hosted zone that all CloudFront distributions share. */
export const EDGE_ZONE = 'Z2FDTNDATAQYW2';

/**
 * Returns the regional host name. The region is part of the hash, because the same domain name may exist in several
 * regions.
 */
export function regionalDomainName(name: string, region: string): string {
  return `d-${makeId(10, name.toLowerCase(), region)}.execute-api.${region}.${awsDomainOf(region)}`;
}

export function distributionDomainName(name: string): string {
  return `d${makeId(13, name.toLowerCase())}.cloudfront.net`;
}
