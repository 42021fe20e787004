/**
 * The addresses to which the DNS records of a custom domain point. They are made of the domain's name, so that
 * `Fn::GetAtt` and the control plane give the same ones. Nothing answers at them here: requests reach a domain by their
 * Host header, at the port of any of its APIs.
 */
import { makeId } from '@gatewright/aws/physical-ids';
import { awsDomainOf } from '@gatewright/aws/service-address';

export const REGIONAL_ZONE = 'Z1UJRXOUMOOFQ8';
/** The hosted zone of all distributions of CloudFront. */
export const EDGE_ZONE = 'Z2FDTNDATAQYW2';

/** The region is part of the id, because a name may have a domain in several regions. */
export function regionalDomainName(name: string, region: string): string {
  return `d-${makeId(10, name.toLowerCase(), region)}.execute-api.${region}.${awsDomainOf(region)}`;
}

export function distributionDomainName(name: string): string {
  return `d${makeId(13, name.toLowerCase())}.cloudfront.net`;
}
