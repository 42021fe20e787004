/** What a policy's `Condition` may ask of a request, looked up only when a statement does. */
import { readVpcEndpointFromHost } from '../routing/host.ts';
import type { RoutedFacts } from './request-facts.ts';
import type { ConditionValues, PolicyPrincipal } from '../policy/model.ts';

/** Beside the request itself. */
export type ConditionFacts = {
  /** Who signed; undefined = nobody did. */
  readonly principal?: Signer | undefined;
  /** The API is private: its callers come through a VPC endpoint, and from the VPC that this one is in. */
  readonly vpcEndpoints?: ReadonlyMap<string, string> | undefined;
};

type Signer = PolicyPrincipal & {
  readonly userId: string;
  readonly organizationId?: string | undefined;
  /** By key in lower case. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
};

type Reader = (facts: RoutedFacts, more: ConditionFacts) => string | undefined;

/** The endpoint that a client of a private API came through stands in the host name that it used, as at AWS; a custom domain knows its own. */
function readVpcEndpoint(facts: RoutedFacts, { vpcEndpoints }: ConditionFacts): string | undefined {
  if (vpcEndpoints === undefined) return undefined;
  if (facts.api.privateDomain !== undefined) return facts.api.privateDomain.vpcEndpoint;
  return readVpcEndpointFromHost(facts.headers.last('host') ?? '');
}

/** By key in lower case (docs/aws §4.4 item 5). A key that is not here is one that no request has. */
const READERS: Readonly<Record<string, Reader>> = {
  'aws:currenttime': (facts) => new Date(facts.receivedAtEpochMs).toISOString(),
  'aws:epochtime': (facts) => String(Math.floor(facts.receivedAtEpochMs / 1000)),
  'aws:referer': (facts) => facts.headers.last('referer'),
  // Clients of API Gateway always come by TLS; the gateway speaks plain HTTP only because it is local.
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
  // Only users have a name.
  'aws:username': (_, { principal }) =>
    principal?.roleArn === undefined ? principal?.arn.split('/').at(-1) : undefined,
};

/** `aws:PrincipalTag/team` */
const PRINCIPAL_TAG = 'aws:principaltag/';

/** The values a condition or a policy variable finds. */
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
