/** What a policy's `Condition` may ask of a request, looked up only when a statement does. */
import { readVpcEndpointFromHost } from '../routing/host.ts';
import { lastHeader } from './header-list.ts';
import type { RoutedFacts } from './request-facts.ts';
import type { ConditionValues, PolicyPrincipal } from '../policy/model.ts';

/** Beside the request itself. */
export type ConditionFacts = {
  /** Who signed; undefined = nobody did. */
  readonly principal?: (PolicyPrincipal & { readonly userId: string }) | undefined;
  /** The API is private: its callers come through a VPC endpoint. */
  readonly isPrivate?: boolean;
};

type Reader = (facts: RoutedFacts, more: ConditionFacts) => string | undefined;

/** By key in lower case (aws-behaviour §4.4 item 5). A key that is not here is one that no request has. */
const READERS: Readonly<Record<string, Reader>> = {
  'aws:currenttime': (facts) => new Date(facts.receivedAtEpochMs).toISOString(),
  'aws:epochtime': (facts) => String(Math.floor(facts.receivedAtEpochMs / 1000)),
  'aws:referer': (facts) => lastHeader(facts.rawHeaders, 'referer'),
  // Clients of API Gateway always come by TLS; the gateway speaks plain HTTP only because it is local.
  'aws:securetransport': () => 'true',
  'aws:sourceip': (facts) => facts.sourceIp,
  'aws:useragent': (facts) => lastHeader(facts.rawHeaders, 'user-agent'),
  'aws:vpcsourceip': (facts, { isPrivate = false }) => (isPrivate ? facts.sourceIp : undefined),
  // The endpoint a client came through stands in the host name that it used, as at AWS; its VPC is known to nobody here.
  'aws:sourcevpce': (facts, { isPrivate = false }) =>
    isPrivate ? readVpcEndpointFromHost(lastHeader(facts.rawHeaders, 'host') ?? '') : undefined,
  'aws:principalarn': (_, { principal }) => principal?.arn,
  'aws:principalaccount': (_, { principal }) => principal?.accountId,
  'aws:principaltype': (_, { principal }) => (principal === undefined ? 'Anonymous' : 'User'),
  'aws:userid': (_, { principal }) => principal?.userId,
  'aws:username': (_, { principal }) => principal?.arn.split('/').at(-1),
};

/** The values a condition or a policy variable finds. */
export function requestConditions(facts: RoutedFacts, more: ConditionFacts = {}): ConditionValues {
  return {
    get(key) {
      const value = Object.hasOwn(READERS, key) ? READERS[key]?.(facts, more) : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}
