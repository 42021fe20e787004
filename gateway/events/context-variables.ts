/** `$context.…` of a request, for identity sources and gateway responses (aws-behaviour §7.3). */
import { getEntry } from '../routing/text-map.ts';
import { printRestAuthorizer } from './authorizer-context.ts';
import { lastHeader } from './header-list.ts';
import type {
  ApiFacts,
  ApiKeyFacts,
  CallerFacts,
  RequestFacts,
  RouteFacts,
  StageFacts,
} from './request-facts.ts';

/** A request, with stage and route as far as they are known. */
export type ContextFacts = RequestFacts & {
  readonly api: ApiFacts;
  readonly stage: StageFacts | undefined;
  readonly route: RouteFacts | undefined;
  /** Absent until the request is metered. */
  readonly apiKey?: ApiKeyFacts;
  /** Absent until somebody has authorized. */
  readonly caller?: CallerFacts | undefined;
};

const READERS: Readonly<Record<string, (facts: ContextFacts) => string | undefined>> = {
  accountId: (facts) => facts.api.accountId,
  apiId: (facts) => facts.api.apiId,
  domainName: (facts) => facts.api.domainName,
  domainPrefix: (facts) => facts.api.domainName.split('.')[0],
  extendedRequestId: (facts) => facts.extendedRequestId,
  httpMethod: (facts) => facts.method,
  'identity.apiKey': (facts) => facts.apiKey?.value,
  'identity.apiKeyId': (facts) => facts.apiKey?.id,
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
  if (Object.hasOwn(READERS, name)) return READERS[name]?.(facts);
  const { caller } = facts;
  if (caller === undefined) return undefined;
  return name.startsWith('identity.') ? readIdentity(caller, name) : readAuthorizer(caller, name);
}

/** `identity.userArn` and its like: who signed. */
function readIdentity(caller: CallerFacts, name: string): string | undefined {
  if (caller.kind !== 'iam') return undefined;
  const { accessKey, accountId, callerId, userArn, userId } = caller;
  const signer: Readonly<Record<string, string>> = {
    'identity.accessKey': accessKey,
    'identity.accountId': accountId,
    'identity.caller': callerId,
    'identity.user': userId,
    'identity.userArn': userArn,
  };
  return getEntry(signer, name);
}

const CLAIM = 'authorizer.claims.';
const AUTHORIZER = 'authorizer.';

/** `authorizer.claims.sub` of a token, `authorizer.principalId` and `authorizer.<key>` of a Lambda authorizer. */
function readAuthorizer(caller: CallerFacts, name: string): string | undefined {
  if (caller.kind === 'jwt')
    return name.startsWith(CLAIM) ? getEntry(caller.claims, name.slice(CLAIM.length)) : undefined;
  if (caller.kind !== 'lambda' || !name.startsWith(AUTHORIZER)) return undefined;
  const value = getEntry(printRestAuthorizer(caller) ?? {}, name.slice(AUTHORIZER.length));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
