/** What a policy's `Condition` may ask of a request, looked up only when a statement does. */
import { lastHeader } from './header-list.ts';
import type { RoutedFacts } from './request-facts.ts';
import type { ConditionValues } from '../policy/model.ts';

const READERS: Readonly<Record<string, (facts: RoutedFacts) => string | undefined>> = {
  'aws:currenttime': (facts) => new Date(facts.receivedAtEpochMs).toISOString(),
  'aws:epochtime': (facts) => String(Math.floor(facts.receivedAtEpochMs / 1000)),
  'aws:referer': (facts) => lastHeader(facts.rawHeaders, 'referer'),
  // Clients of API Gateway always come by TLS; the gateway speaks plain HTTP only because it is local.
  'aws:securetransport': () => 'true',
  'aws:sourceip': (facts) => facts.sourceIp,
  'aws:useragent': (facts) => lastHeader(facts.rawHeaders, 'user-agent'),
};

/** Condition keys of aws-behaviour §4.4 item 5 that a request without IAM identity has. Keys in lower case. */
export function requestConditions(facts: RoutedFacts): ConditionValues {
  return {
    get(key) {
      const value = Object.hasOwn(READERS, key) ? READERS[key]?.(facts) : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}
