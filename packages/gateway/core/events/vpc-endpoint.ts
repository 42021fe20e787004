/** Finds the VPC endpoint through which a request reached a private API. */
import { readVpcEndpointFromHost } from '../routing/host.ts';
import type { ApiFacts, RequestFacts } from './request-facts.ts';

type FromVpc = Pick<RequestFacts, 'headers'> & {
  readonly api: Pick<ApiFacts, 'privateDomain' | 'endpointType' | 'vpcEndpoints'>;
};

/**
 * Returns the VPC endpoint of a private API's client; undefined for any other API. As on AWS, the host name contains
 * the endpoint. On a custom domain, it is the endpoint that is associated with the domain.
 */
export function vpcEndpointOf({ api, headers }: FromVpc): string | undefined {
  if (api.endpointType !== 'PRIVATE') return undefined;
  if (api.privateDomain !== undefined) return api.privateDomain.vpcEndpoint;
  return readVpcEndpointFromHost(headers.last('host') ?? '');
}

/** Returns the VPC of the client's endpoint; undefined if no `--vpc-endpoint` names the endpoint. */
export function vpcOf(facts: FromVpc): string | undefined {
  return facts.api.vpcEndpoints?.get(vpcEndpointOf(facts) ?? '');
}
