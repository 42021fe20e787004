/** The values of the IAM condition keys for a request. A value is looked up only if a policy statement uses its key. */
import { vpcEndpointOf } from './vpc-endpoint.ts';
import type { RoutedFacts } from './request-facts.ts';
import type { ConditionValues, PolicyPrincipal } from '../policy/model.ts';

export type ConditionFacts = {
  /** The signer; undefined means that the request is unsigned. */
  readonly principal?: Signer | undefined;
  /** The VPC of each VPC endpoint; present for private APIs, whose callers come through a VPC endpoint. */
  readonly vpcEndpoints?: ReadonlyMap<string, string> | undefined;
};

type Signer = PolicyPrincipal & {
  readonly userId: string;
  readonly organizationId?: string | undefined;
  /** The tags by key in lower case. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
};

type Reader = (facts: RoutedFacts, more: ConditionFacts) => string | undefined;

function readVpcEndpoint(
  { api, headers }: RoutedFacts,
  { vpcEndpoints }: ConditionFacts,
): string | undefined {
  // The policy of a private domain is evaluated for APIs whose type is not known yet.
  return vpcEndpoints && vpcEndpointOf({ headers, api: { ...api, endpointType: 'PRIVATE' } });
}

/**
 * The functions that read the value of a condition key, by key in lower case (docs/aws §4.4 item 5). Apart from
 * `aws:PrincipalTag/…`, no request has a value for any other key.
 */
const READERS: Readonly<Record<string, Reader>> = {
  'aws:currenttime': (facts) => new Date(facts.receivedAtEpochMs).toISOString(),
  'aws:epochtime': (facts) => String(Math.floor(facts.receivedAtEpochMs / 1000)),
  'aws:referer': (facts) => facts.headers.last('referer'),
  // Clients of API Gateway always use TLS. The gateway uses plain HTTP only locally.
  'aws:securetransport': () => 'true',
  'aws:sourceip': (facts) => facts.sourceIp,
  'aws:useragent': (facts) => facts.headers.last('user-agent'),
  'aws:vpcsourceip': (facts, { vpcEndpoints }) => (vpcEndpoints === undefined ? undefined : facts.sourceIp),
  'aws:sourcevpce': readVpcEndpoint,
  'aws:sourcevpc': (facts, more) => more.vpcEndpoints?.get(readVpcEndpoint(facts, more) ?? ''),
  'lambda:functionurlauthtype': ({ api }) => api.functionUrl?.authType,
  'lambda:invokedviafunctionurl': ({ api }) => (api.functionUrl === undefined ? undefined : 'true'),
  'aws:principalarn': (_, { principal }) => principal?.roleArn ?? principal?.arn,
  'aws:principalaccount': (_, { principal }) => principal?.accountId,
  'aws:principalorgid': (_, { principal }) => principal?.organizationId,
  'aws:principaltype': (_, { principal }) =>
    principal === undefined ? 'Anonymous' : principal.roleArn === undefined ? 'User' : 'AssumedRole',
  'aws:userid': (_, { principal }) => principal?.userId,
  // Only IAM users have a user name.
  'aws:username': (_, { principal }) =>
    principal?.roleArn === undefined ? principal?.arn.split('/').at(-1) : undefined,
};

/** The prefix of keys such as `aws:PrincipalTag/team`. */
const PRINCIPAL_TAG = 'aws:principaltag/';

/** Returns the values for conditions and policy variables. */
export function requestConditions(facts: RoutedFacts, more: ConditionFacts = {}): ConditionValues {
  return {
    get(key) {
      const value = key.startsWith(PRINCIPAL_TAG)
        ? more.principal?.tags?.get(key.slice(PRINCIPAL_TAG.length))
        : Object.hasOwn(READERS, key)
          ? READERS[key]?.(facts, more)
          : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}
