/** The `$context.…` variables of a request, for identity sources, gateway responses and access logs (docs/aws §7.3). */
import { getEntry } from '../routing/text-map.ts';
import { formatRequestTime } from './request-time.ts';
import { vpcEndpointOf, vpcOf } from './vpc-endpoint.ts';
import type {
  ApiFacts,
  ApiKeyFacts,
  CallerFacts,
  RequestFacts,
  RouteFacts,
  StageFacts,
} from './request-facts.ts';

/** The facts about a request that are known so far. */
export type ContextFacts = RequestFacts & {
  readonly api: ApiFacts;
  readonly stage: StageFacts | undefined;
  readonly route: RouteFacts | undefined;
  readonly caller?: CallerFacts | undefined;
  readonly apiKey?: ApiKeyFacts;
};

/** The function that reads one variable. It returns undefined if the request has no such value. */
export type ContextReader<Facts> = (facts: Facts) => string | undefined;

const LEADING_SLASHES = /^\/\/+/;

/**
 * The variables that every request has. The variables of the authorizer are read by `contextReader`. Mapping templates
 * of REST APIs read `restRequestContext` instead. A test compares `restRequestContext` with these readers.
 */
export const CONTEXT_READERS: Readonly<Record<string, ContextReader<ContextFacts>>> = {
  accountId: (facts) => facts.api.accountId,
  apiId: (facts) => facts.api.apiId,
  deploymentId: (facts) => facts.stage?.deploymentId,
  domainName: (facts) => facts.api.domainName,
  domainPrefix: (facts) => domainPrefix(facts.api),
  extendedRequestId: (facts) => facts.extendedRequestId,
  httpMethod: (facts) => facts.method,
  'identity.accessKey': (facts) => signer(facts)?.accessKey,
  'identity.accountId': (facts) => signer(facts)?.accountId,
  'identity.apiKey': (facts) => facts.apiKey?.value,
  'identity.apiKeyId': (facts) => facts.apiKey?.id,
  'identity.caller': (facts) => signer(facts)?.callerId,
  'identity.clientCert.clientCertPem': (facts) => facts.clientCertificate?.clientCertPem,
  'identity.clientCert.issuerDN': (facts) => facts.clientCertificate?.issuerDN,
  'identity.clientCert.serialNumber': (facts) => facts.clientCertificate?.serialNumber,
  'identity.clientCert.subjectDN': (facts) => facts.clientCertificate?.subjectDN,
  'identity.clientCert.validity.notAfter': (facts) => facts.clientCertificate?.validity.notAfter,
  'identity.clientCert.validity.notBefore': (facts) => facts.clientCertificate?.validity.notBefore,
  'identity.principalOrgId': (facts) => signer(facts)?.organizationId,
  'identity.sourceIp': (facts) => facts.sourceIp,
  'identity.user': (facts) => signer(facts)?.userId,
  'identity.userAgent': (facts) => facts.headers.last('user-agent'),
  'identity.userArn': (facts) => signer(facts)?.userArn,
  'identity.vpcId': vpcOf,
  'identity.vpceId': vpcEndpointOf,
  isCanaryRequest: (facts) => facts.stage?.isCanary?.toString(),
  path: (facts) => (facts.api.protocol === 'rest' ? restContextPath(facts) : facts.rawPath),
  protocol: (facts) => facts.protocol,
  requestId: (facts) => facts.requestId,
  requestTime: (facts) => formatRequestTime(facts.receivedAtEpochMs),
  requestTimeEpoch: (facts) => String(facts.receivedAtEpochMs),
  resourceId: (facts) => facts.route?.resourceId,
  resourcePath: (facts) => facts.route?.resourcePath,
  routeKey: (facts) => facts.route?.routeKey,
  stage: (facts) => facts.stage?.name,
  wafResponseCode: (facts) => facts.screened?.code,
  webaclArn: (facts) => facts.screened?.by,
};

/**
 * Returns the path of a REST API's request with its stage. Repeated slashes are collapsed before the stage but not
 * after it (recorded).
 */
export function restContextPath({ rawPath }: Pick<RequestFacts, 'rawPath'>): string {
  return rawPath.startsWith('//') ? rawPath.replace(LEADING_SLASHES, '/') : rawPath;
}

/** Returns the first label of the domain name, such as `id` for `id.execute-api.us-east-1.amazonaws.com`. */
export function domainPrefix(api: Pick<ApiFacts, 'domainName'>): string {
  const dot = api.domainName.indexOf('.');
  return dot === -1 ? api.domainName : api.domainName.slice(0, dot);
}

function signer({ caller }: ContextFacts): Extract<CallerFacts, { kind: 'iam' }> | undefined {
  return caller?.kind === 'iam' ? caller : undefined;
}

/** Returns the value of `$context.{name}`; undefined if the request has no such value. */
export function contextVariable(facts: ContextFacts, name: string): string | undefined {
  return contextReader(name)?.(facts);
}

/** Returns the function that reads `$context.{name}`; undefined for an unknown name. */
export function contextReader(name: string): ContextReader<ContextFacts> | undefined {
  if (!name.startsWith('authorizer.')) return getEntry(CONTEXT_READERS, name);
  const rest = name.slice('authorizer.'.length);
  return (facts) => readAuthorizer(facts.caller, rest);
}

function readAuthorizer(caller: CallerFacts | undefined, name: string): string | undefined {
  switch (caller?.kind) {
    case 'lambda': {
      if (name === 'principalId') return caller.principalId;
      const value = getEntry(caller.context, name);
      return typeof value === 'string' || value === undefined || value === null
        ? (value ?? undefined)
        : JSON.stringify(value);
    }
    case 'jwt':
      return name.startsWith('claims.') ? getEntry(caller.claims, name.slice('claims.'.length)) : undefined;
    default:
      return undefined;
  }
}
