/** `$context.…` of a request, for identity sources and gateway responses (aws-behaviour §7.3). */
import { lastHeader } from './header-list.ts';
import type { ApiFacts, RequestFacts, RouteFacts, StageFacts } from './request-facts.ts';

/** A request, with stage and route as far as they are known. */
export type ContextFacts = RequestFacts & {
  readonly api: ApiFacts;
  readonly stage: StageFacts | undefined;
  readonly route: RouteFacts | undefined;
};

const READERS: Readonly<Record<string, (facts: ContextFacts) => string | undefined>> = {
  accountId: (facts) => facts.api.accountId,
  apiId: (facts) => facts.api.apiId,
  domainName: (facts) => facts.api.domainName,
  domainPrefix: (facts) => facts.api.domainName.split('.')[0],
  extendedRequestId: (facts) => facts.extendedRequestId,
  httpMethod: (facts) => facts.method,
  'identity.sourceIp': (facts) => facts.sourceIp,
  'identity.userAgent': (facts) => lastHeader(facts.rawHeaders, 'user-agent'),
  path: (facts) => facts.rawPath,
  protocol: (facts) => facts.protocol,
  requestId: (facts) => facts.requestId,
  requestTimeEpoch: (facts) => String(facts.receivedAtEpochMs),
  resourceId: (facts) => facts.route?.resourceId,
  resourcePath: (facts) => facts.route?.resourcePath,
  routeKey: (facts) => facts.route?.routeKey,
  stage: (facts) => facts.stage?.name,
};

/** Whether a name is one that this version can read; anything else is refused when the definition loads. */
export function isContextVariable(name: string): boolean {
  return Object.hasOwn(READERS, name);
}

/** The value of `$context.{name}`; undefined when the request has none. */
export function contextVariable(facts: ContextFacts, name: string): string | undefined {
  return Object.hasOwn(READERS, name) ? READERS[name]?.(facts) : undefined;
}
