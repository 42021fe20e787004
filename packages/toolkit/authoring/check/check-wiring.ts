/**
 * Checks that an API uses the authorizer as its document requires. API Gateway caches authorizer results by the
 * configured identity sources. The authorizer itself cannot find out which sources are configured.
 */
import { isChargedInFunction } from '../compile/compile-quota.ts';
import type { CompiledDocument, CompiledSource } from '@gatewright/handlers/access/compiled-document';

export type WiredAuthorizer = {
  readonly name: string;
  readonly payload: 'rest-token' | 'rest-request' | 'http-1.0' | 'http-2.0' | 'websocket';
  readonly calls: 'token-authorizer' | 'request-authorizer';
  readonly ttlSeconds: number;
  readonly simpleResponses: boolean;
  /** The identity sources. Header names are in lower case. */
  readonly identitySources: readonly WiredSource[];
};

export type WiredSource = {
  readonly kind: 'header' | 'querystring' | 'stageVariable' | 'context';
  readonly name: string;
};

/**
 * Returns the toolkit's function that a function name, a logical id or an ARN export refers to, in any stack and stage
 * (`gatewright-prod-token-authorizer`, `RequestAuthorizerArn`). Returns undefined if it is not a function of the
 * toolkit.
 */
export function identifyFunction(name: string): WiredAuthorizer['calls'] | undefined {
  // The last match is used, because the name of the stack comes first and may look like a function name.
  const kind = [...name.matchAll(/(token|request)(?:-|dash)?authorizer/gi)].at(-1)?.[1];
  if (kind === undefined) return undefined;
  return kind.toLowerCase() === 'token' ? 'token-authorizer' : 'request-authorizer';
}

/**
 * Returns the settings of an authorizer that are unsafe or can never work, with the change to make for each of them.
 * The list is empty if there are none.
 */
export function checkWiring(document: CompiledDocument, authorizer: WiredAuthorizer): readonly string[] {
  const { name, ttlSeconds } = authorizer;
  const complaints = [
    ...checkFunction(authorizer),
    ...checkFormat(document, authorizer),
    ...(ttlSeconds > 0 ? checkCache(document, authorizer) : []),
    ...checkReach(document, authorizer),
    ...checkQuota(document, authorizer),
  ];
  return complaints.map((complaint) => `authorizer ${name}: ${complaint}`);
}

/**
 * Checks that the function gets the kind of event that it reads. Each of the toolkit's functions can read only one
 * kind.
 */
function checkFunction({ payload, calls }: WiredAuthorizer): readonly string[] {
  const wanted = payload === 'rest-token' ? 'token-authorizer' : 'request-authorizer';
  if (calls === wanted) return [];
  const isToken = payload === 'rest-token';
  return [
    `invokes ${calls} with events of ${isToken ? 'type TOKEN' : payload}, so every call would be answered with 500: use ${isToken ? 'TokenAuthorizerArn, or type REQUEST' : 'RequestAuthorizerArn'}`,
  ];
}

function checkFormat(
  { result }: CompiledDocument,
  { simpleResponses, payload }: WiredAuthorizer,
): readonly string[] {
  if (result.format === 'simple' && !simpleResponses)
    return [
      'the document has result.format: simple: set EnableSimpleResponses: true with payload 2.0, or result.format: policy',
    ];
  if (result.format === 'policy' && simpleResponses)
    return [
      `EnableSimpleResponses with ${payload} does not accept a policy: set it to false, or write result.format: simple in the document`,
    ];
  return [];
}

function checkCache(document: CompiledDocument, authorizer: WiredAuthorizer): readonly string[] {
  const { sources, result, rules } = document;
  const { ttlSeconds, identitySources, payload } = authorizer;
  const complaints: string[] = [];
  if (ttlSeconds > result.cacheTtlSeconds)
    complaints.push(
      `caches results for ${ttlSeconds} s, but the document allows ${result.cacheTtlSeconds} s: lower the authorizer's TTL, or raise result.cacheTtlSeconds`,
    );
  if (result.onOversize === 'exact')
    complaints.push('caches results that may be for one request only (onOversize: exact): set the TTL to 0');
  const missing = sources.find((source) => !identitySources.some((wired) => isSame(source, wired)));
  if (missing !== undefined)
    complaints.push(
      `caches results without ${describeSource(missing)} as an identity source, so callers share the results: add the identity source, or set the TTL to 0`,
    );
  const isPerRoute = rules.length > 0 && document.routes.length > 1;
  const hasRouteKey = identitySources.some(({ kind, name }) => kind === 'context' && name === 'routeKey');
  if (result.format === 'simple' && payload === 'http-2.0' && isPerRoute && !hasRouteKey)
    complaints.push(
      'caches one result for all routes: add $context.routeKey to the identity sources, or set the TTL to 0',
    );
  return complaints;
}

/**
 * Checks that callers are charged. If API Gateway uses a cached result, the caller is not charged. A TOKEN event has no
 * timestamp, so the period to charge cannot be determined.
 */
function checkQuota(
  { quota }: CompiledDocument,
  { payload, ttlSeconds }: WiredAuthorizer,
): readonly string[] {
  if (quota === undefined) return [];
  if (isChargedInFunction(quota))
    return payload === 'rest-token' && quota.plans.length > 0
      ? [
          'a TOKEN authorizer cannot save the plans under quota.plans: use a REQUEST authorizer, or save them with gatewright plan save',
        ]
      : [];
  if (payload === 'rest-token')
    return quota.routes === undefined
      ? [
          'a TOKEN authorizer cannot charge the quota: use a REQUEST authorizer with a TTL of 0, or list under quota.routes only routes of another authorizer',
        ]
      : [];
  return ttlSeconds > 0 && quota.isTracked !== true
    ? [
        `caches results for ${ttlSeconds} s, and cached results are not charged to the quota: set the TTL to 0`,
      ]
    : [];
}

/**
 * Checks that requests reach the authorizer. If a request lacks an identity source, API Gateway itself responds with
 * 401.
 */
function checkReach({ sources }: CompiledDocument, authorizer: WiredAuthorizer): readonly string[] {
  const { identitySources, payload } = authorizer;
  if (payload === 'rest-token') {
    const unread = sources.find((source) => !identitySources.some((wired) => isSame(source, wired)));
    return unread === undefined
      ? []
      : [
          `a TOKEN authorizer reads one header, so it cannot read ${describeSource(unread)}: use a REQUEST authorizer`,
        ];
  }
  const sent = identitySources.filter(({ kind }) => kind === 'header' || kind === 'querystring');
  const [first] = sent;
  const reads = sources[0];
  if (
    first !== undefined &&
    reads !== undefined &&
    !sent.some((wired) => sources.some((source) => isSame(source, wired)))
  )
    return [
      `returns 401 to every caller without ${first.kind} ${first.name}, from which the document reads no credential: add a source for it to the document, or make ${describeSource(reads)} the identity source`,
    ];
  // A header counts as one source, whether its value has the prefix Bearer or not.
  if (new Set(sources.map(describeSource)).size < 2) return [];
  const demanded = identitySources.find((wired) => sources.some((source) => isSame(source, wired)));
  return demanded === undefined
    ? []
    : [
        `returns 401 to every caller without ${demanded.kind} ${demanded.name}, although the document also accepts a credential in another part of the request: remove the identity sources and set the TTL to 0`,
      ];
}

function isSame(source: CompiledSource, wired: WiredSource): boolean {
  switch (source.in) {
    case 'header':
      return wired.kind === 'header' && wired.name === source.name;
    case 'query':
      return wired.kind === 'querystring' && wired.name === source.name;
    case 'subprotocol':
      return wired.kind === 'header' && wired.name === 'sec-websocket-protocol';
    case 'clientCert':
      return wired.kind === 'context' && wired.name === 'identity.clientCert.clientCertPem';
  }
}

function describeSource(source: CompiledSource): string {
  switch (source.in) {
    case 'header':
      return `header ${source.name}`;
    case 'query':
      return `query parameter ${source.name}`;
    case 'subprotocol':
      return 'the subprotocol';
    case 'clientCert':
      return 'the client certificate (context identity.clientCert.clientCertPem)';
  }
}

export type WiredRoute = {
  readonly method: string;
  readonly path: string;
  /** The authorizer of the route; undefined if it cannot be an authorizer of the toolkit. */
  readonly authorizer: Pick<WiredAuthorizer, 'payload'> | undefined;
  readonly apiKeyRequired: boolean;
};

/**
 * Returns the OPTIONS routes that have an authorizer, although browsers send preflight requests without credentials,
 * with the change to make for each route.
 */
export function checkPreflight(wired: readonly WiredRoute[]): readonly string[] {
  return wired
    .filter(({ method, authorizer }) => method === 'OPTIONS' && authorizer !== undefined)
    .map(
      ({ path }) =>
        `OPTIONS ${path} has an authorizer, but browsers send preflights without credentials: remove the authorizer`,
    );
}

/** Where an API reads API keys from. It is undefined if this is known only after the deployment. */
export type ApiKeySource = 'HEADER' | 'AUTHORIZER' | undefined;

type Quota = NonNullable<CompiledDocument['quota']>;

function chargedRoutes({ routes }: Quota, all: CompiledDocument['routes']): CompiledDocument['routes'] {
  return (routes ?? [...all.keys()]).flatMap((index) => all[index] ?? []);
}

function findWired(wired: readonly WiredRoute[], method: string, path: string): WiredRoute | undefined {
  return (
    wired.find((each) => each.path === path && each.method === method) ??
    wired.find((each) => each.path === path && ['ANY', '$default'].includes(each.method))
  );
}

/**
 * Says how a charged route gets its authorizer. The text depends on what is checked. `attach` changes only an API that
 * is deployed.
 */
const ADD_AUTHORIZER = {
  deployed: 'add an authorizer to the template',
  served: 'add an authorizer to the template, or run gatewright attach when the API is deployed',
  attached: 'include each charged route with --routes, and with --replace if it has another authorizer',
};

/**
 * Reports charged routes that have an authorizer in the document but not in the API. A deployment with such a route is
 * refused. A gateway on this machine serves it as the template says, because `gatewright attach` may add the authorizer
 * later, and its list of routes is written before that.
 * @param what whether the routes are checked to be deployed, to be served here, or to be attached to
 */
export function checkUncharged(
  { quota, routes }: CompiledDocument,
  wired: readonly WiredRoute[],
  what: keyof typeof ADD_AUTHORIZER,
): readonly string[] {
  if (quota === undefined) return [];
  const uncharged = chargedRoutes(quota, routes).filter(({ method, path, isOpen }) => {
    const route = isOpen === true ? undefined : findWired(wired, method, path);
    return route !== undefined && route.authorizer === undefined;
  });
  if (uncharged.length === 0) return [];
  const names = uncharged.map(({ method, path }) => `${method} ${path}`).join(', ');
  const [are, have, they] = uncharged.length === 1 ? ['is', 'has', 'it is'] : ['are', 'have', 'they are'];
  return [
    `${names} ${are} charged but ${have} no authorizer of the toolkit, so calls are not charged: ${ADD_AUTHORIZER[what]}; if ${they} meant to be open, run gatewright access sync`,
  ];
}

/**
 * Returns the reasons why callers of charged routes would not be charged although the routes have an authorizer, or
 * would not be refused if they exceed their quota. Each reason includes the change to make.
 */
export function checkChargedRoutes(
  { quota, routes }: CompiledDocument,
  wired: readonly WiredRoute[],
  apiKeySource: ApiKeySource,
): readonly string[] {
  if (quota === undefined) return [];
  const complaints: string[] = [];
  if (quota.admissionKey !== undefined && apiKeySource === 'HEADER')
    complaints.push('quota.admissionKey needs ApiKeySourceType: AUTHORIZER on the API');
  for (const { method, path } of chargedRoutes(quota, routes)) {
    const route = findWired(wired, method, path);
    if (route === undefined) continue;
    if (quota.routes !== undefined && route.authorizer?.payload === 'rest-token')
      complaints.push(
        `${method} ${path} is charged, which a TOKEN authorizer cannot do: use a REQUEST authorizer`,
      );
    // A caller who exceeds the quota would not be refused, because the policy allows the request and the route does not
    // require an API key.
    if (quota.admissionKey !== undefined && !route.apiKeyRequired && route.authorizer !== undefined)
      complaints.push(
        `${method} ${path} is charged but requires no API key: set ApiKeyRequired: true, or remove quota.admissionKey`,
      );
  }
  return complaints;
}

/**
 * Reports an admission key that no API key of the stack has as its value. Every admitted request uses this key, so all
 * callers would be blocked.
 */
export function checkAdmissionKey(
  { quota }: CompiledDocument,
  { stack, stage }: { readonly stack: string; readonly stage: string },
  values: readonly string[],
): readonly string[] {
  const wanted = quota?.admissionKey?.replace('${stage}', stage);
  if (wanted === undefined || values.length === 0 || values.includes(wanted)) return [];
  return [
    `quota.admissionKey is ${wanted} in stage ${stage} of the API, but no API key of stack ${stack} has that Value, so every caller would be over quota`,
  ];
}

/**
 * Returns the reasons why AWS's usage plans would not count the keys of the document. Each reason includes the change
 * to make.
 */
export function checkNativePlans(
  { apiKeys }: CompiledDocument,
  wired: readonly WiredRoute[],
  apiKeySource: ApiKeySource,
): readonly string[] {
  const issuer = apiKeys.find(({ nativeUsagePlan }) => nativeUsagePlan);
  if (issuer === undefined) return [];
  if (apiKeySource === 'HEADER')
    return [`nativeUsagePlan of issuer ${issuer.id} needs ApiKeySourceType: AUTHORIZER on the API`];
  return wired.some(({ apiKeyRequired }) => apiKeyRequired)
    ? []
    : [
        `nativeUsagePlan of issuer ${issuer.id} counts nothing, because no route has ApiKeyRequired: true (private: true in serverless.yml)`,
      ];
}
