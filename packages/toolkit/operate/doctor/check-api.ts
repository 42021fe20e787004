/** Finds settings of an API that may surprise its callers or its owner. The checks use only facts and no guesses. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import {
  checkCorsCredentials,
  checkIntegrationMethods,
  checkRuntimes,
  checkSharedCache,
} from './check-calls.ts';
import { AUTHORIZER_WITHIN_SECONDS, sendsCorsHeader } from '../attach/live-api.ts';
import { findRestOnly } from './rest-only.ts';
import type { ApiView, FunctionFacts } from './api-view.ts';
import type { Finding } from './finding.ts';

type ApiCheck = (view: ApiView) => readonly Finding[];

const warning = (id: string, what: string, why: string, where: string, fix: string): Finding => ({
  id,
  level: 'warning',
  what,
  why,
  where,
  fix,
});

const OWN_ARN = String.raw`(?:event\??\.|event\[['"]|event\.get\(['"])?(methodArn|routeArn)\b`;
/**
 * Matches code that creates a policy whose `Resource` is `event.methodArn`. The ARN may be passed through a parameter
 * of that name, through a variable, or as the last argument of the function that creates the policy, as in AWS's
 * examples (`generateAllow('me', event.methodArn)`).
 */
const NARROW = new RegExp(
  [
    String.raw`['"]?Resource['"]?\]?\s*[:=]\s*\[?\s*${OWN_ARN}`,
    String.raw`(?:[Pp]olicy|[Aa]llow)\w*\((?:[^()]|\([^()]*\))*?${OWN_ARN}['"]?[\])]*\s*\)`,
    String.raw`\b(\w+)\s*=\s*${OWN_ARN}['"]?[\])]*\s*(?:;|\n)[^]*?['"]?Resource['"]?\]?\s*[:=]\s*\[?\s*\3\b`,
  ].join('|'),
);
const BODY = /\bevent\??\.(?:body|rawBody)\b|\bevent\[['"](?:body|rawBody)['"]\]|JSON\.parse\(\s*body\b/;

/**
 * Reports authorizers whose policies allow only the ARN of the current request. API Gateway caches the policy per
 * caller and also applies it to the caller's requests for other ARNs (docs/aws §4.2).
 */
function checkNarrowPolicies({ authorizers }: ApiView): readonly Finding[] {
  return authorizers
    .filter(({ ttlSeconds }) => ttlSeconds > 0)
    .flatMap(({ name, ttlSeconds, calls }) =>
      findInSource(calls?.facts, NARROW).map(({ place, found }) =>
        warning(
          'narrow-policy',
          `the policy of authorizer ${name} allows only ${found}, and is cached for ${ttlSeconds} s`,
          'the cached policy is used for every route called with the same credential, so all routes but the first return 403 until the policy expires',
          place,
          'return a policy for everything that the caller may do, or set the TTL to 0',
        ),
      ),
    );
}

/** Reports authorizers that read the body of a request, which API Gateway does not send (docs/aws §4). */
function checkBodyReaders({ authorizers }: ApiView): readonly Finding[] {
  return authorizers.flatMap(({ name, calls }) =>
    findInSource(calls?.facts, BODY).map(({ place }) =>
      warning(
        'authorizer-body',
        `authorizer ${name} reads the body of the request`,
        'API Gateway sends an authorizer the headers, query and path, but not the body',
        place,
        'put the value into a header, or check the body in the handler',
      ),
    ),
  );
}

function findInSource(
  facts: FunctionFacts | undefined,
  pattern: RegExp,
): readonly { readonly place: string; readonly found: string }[] {
  for (const { file, text } of facts?.sources ?? []) {
    const index = text.search(pattern);
    if (index === -1) continue;
    const line = text.slice(0, index).split('\n').length;
    const [whole = ''] = pattern.exec(text) ?? [];
    return [{ place: `${file}:${line}`, found: /methodArn|routeArn/.exec(whole)?.[0] ?? '' }];
  }
  return [];
}

/**
 * Checks the usage plans. If the authorizer supplies the API key, a plan without a quota is not reported, because
 * callers do not have keys of their own (docs/guides/sell/quota.md, "In the authorizer").
 */
function checkPlans({ live: { api }, plans, keys }: ApiView): readonly Finding[] {
  return [
    ...plans
      .filter(({ hasQuota }) => !hasQuota && api['apiKeySource'] !== 'AUTHORIZER')
      .map(({ name, where, hasThrottle }) =>
        warning(
          'plan-without-quota',
          `usage plan ${name} has no quota${hasThrottle ? '' : ' and no throttle'}`,
          hasThrottle
            ? 'the throttle of the plan limits the requests per second, but not how many requests callers with keys of the plan can send in a day or a month'
            : 'callers with keys of the plan can send any number of requests, because a usage plan refuses requests only above a quota or a throttle',
          where,
          'give the plan a quota, or state in its description that it has no quota',
        ),
      ),
    ...keys
      .filter(({ isInPlan }) => !isInPlan)
      .map(({ name, where }) =>
        warning(
          'key-without-plan',
          `API key ${name} is not in any usage plan`,
          'a key without a plan has no effect, and API Gateway returns 403 to callers with the key',
          where,
          'add the key to a usage plan that includes the stage',
        ),
      ),
  ];
}

function checkPermissions({ routes, authorizers }: ApiView): readonly Finding[] {
  return [...routes, ...authorizers].flatMap(({ calls }): readonly Finding[] =>
    calls?.isPermitted === false
      ? [
          {
            id: 'permission',
            level: 'obstacle',
            where: calls.where,
            what: `API Gateway is not allowed to call ${calls.functionName} for ${calls.by}`,
            why: calls.functionName.includes(':')
              ? 'a permission for a function does not apply to its aliases and versions; each alias or version needs its own permission, and without it every call fails with 500'
              : 'without a permission every call fails with 500',
            fix: `add AWS::Lambda::Permission (or run aws lambda add-permission) for ${calls.functionName}, principal apigateway.amazonaws.com`,
          },
        ]
      : [],
  );
}

/** API Gateway's timeout in seconds, if the integration does not set a shorter one (docs/aws §13). */
const WAITS = { rest: 29, http: 30, websocket: 29 };

function checkTimeouts({ live: { kind }, routes, authorizers }: ApiView): readonly Finding[] {
  const seen = new Set<string>();
  const slow = routes.flatMap(({ key, where, integration, calls }): readonly Finding[] => {
    const own = Number(integration['timeoutInMillis'] ?? WAITS[kind] * 1000) / 1000;
    const takes = calls?.facts?.timeoutSeconds;
    if (takes === undefined || calls === undefined || takes <= own || seen.has(calls.functionName)) return [];
    seen.add(calls.functionName);
    return [
      warning(
        'timeout',
        `${calls.functionName} has a timeout of ${takes} s, but the integration of ${key} waits only ${own} s`,
        'the caller gets 504 (503 from an HTTP API) while the function keeps running and is billed, and the caller may send the request again',
        where,
        `lower the timeout of the function to ${own} s or less, or move long work to a queue`,
      ),
    ];
  });
  return [
    ...slow,
    ...authorizers.flatMap(({ name, where, calls }) =>
      (calls?.facts?.timeoutSeconds ?? 0) > AUTHORIZER_WITHIN_SECONDS[kind]
        ? [
            warning(
              'timeout',
              `authorizer ${name} has a timeout of ${calls?.facts?.timeoutSeconds ?? 0} s, but API Gateway waits only ${AUTHORIZER_WITHIN_SECONDS[kind]} s`,
              'callers get 500 while the function is still running',
              where,
              `lower the timeout of the authorizer's function to ${AUTHORIZER_WITHIN_SECONDS[kind]} s or less`,
            ),
          ]
        : [],
    ),
  ];
}

/**
 * Checks the size limits of payloads. An API accepts 10 MB and a function accepts 6 MB. Base64 increases the size by
 * a third (docs/aws §2.5).
 */
function checkPayloads({ live: { kind, api }, routes, where }: ApiView): readonly Finding[] {
  const types = api['binaryMediaTypes'];
  const first = routes.find(({ calls, method }) => calls !== undefined && method !== 'GET');
  if (kind !== 'rest' || !Array.isArray(types) || types.length === 0 || first === undefined) return [];
  return [
    warning(
      'payload',
      `the API accepts binary bodies of up to 10 MB (${types.map(String).join(', ')}), but a function accepts only 6 MB`,
      `a body is sent to ${first.calls?.functionName ?? 'the function'} as base64, which turns 3 bytes into 4: from about 4.5 MB on, the caller gets 413`,
      where,
      'upload to S3 with a presigned URL, or document the limit for callers',
    ),
  ];
}

function checkPages({ live, routes, where }: ApiView): readonly Finding[] {
  if (live.kind !== 'rest' || !routes.some(({ method }) => method === 'OPTIONS')) return [];
  if (!routes.some(({ authorizationType, apiKeyRequired }) => authorizationType !== 'NONE' || apiKeyRequired))
    return [];
  const missing = ['DEFAULT_4XX', 'DEFAULT_5XX'].filter((type) => !sendsCorsHeader(live, type));
  return missing.length === 0
    ? []
    : [
        warning(
          'gateway-response-cors',
          `web pages from other origins call this API, but its gateway responses ${missing.join(' and ')} carry no CORS headers`,
          'API Gateway itself returns 401, 403, 429 and 5xx; without the header, a page sees a CORS error instead of the status',
          where,
          `add gateway responses ${missing.join(', ')} with gatewayresponse.header.Access-Control-Allow-Origin`,
        ),
      ];
}

function checkDeployed({ live: { drift, stage }, stageWhere }: ApiView): readonly Finding[] {
  if (drift === undefined || drift.length === 0) return [];
  return [
    warning(
      'not-deployed',
      `stage ${stage} does not serve the current configuration: ${drift.slice(0, 5).join(', ')}${drift.length > 5 ? ' …' : ''}`,
      'edits take effect when they are deployed, and anyone’s next deployment publishes them',
      stageWhere,
      'deploy or undo the edits',
    ),
  ];
}

function checkLogs({ live: { stageShown, stage }, stageWhere }: ApiView): readonly Finding[] {
  const settings = stageShown['accessLogSettings'];
  if (isJsonObject(settings) && settings['destinationArn'] !== undefined) return [];
  return [
    warning(
      'no-access-log',
      `stage ${stage} writes no access log`,
      'gatewright explain needs the access log to find out why a request was refused',
      stageWhere,
      'add an access log in JSON with $context.error.responseType; gatewright explain --api … --log-format prints a suitable format',
    ),
  ];
}

/**
 * The account's rate limit in requests per second. If a stage has no limit of its own, AWS shows the account's limits,
 * which are a rate of 10,000 and a burst of 5,000.
 */
const ACCOUNT_RATE = 10_000;

function checkThrottling({ live: { kind, stageShown, stage }, stageWhere }: ApiView): readonly Finding[] {
  const settings = kind === 'rest' ? stageShown['methodSettings'] : stageShown['routeSettings'];
  const blocks = [stageShown['defaultRouteSettings'], ...Object.values(membersOf(settings))];
  const isThrottled = blocks.some((block) => {
    const { throttlingRateLimit: rate } = membersOf(block);
    return typeof rate === 'number' && rate < ACCOUNT_RATE;
  });
  return isThrottled
    ? []
    : [
        warning(
          'no-throttle',
          `stage ${stage} has no throttling limit`,
          "one caller may use up the account's 10,000 requests a second, which all APIs of the region share",
          stageWhere,
          'set a rate and burst for the stage (ThrottlingRateLimit, ThrottlingBurstLimit)',
        ),
      ];
}

function checkWebAcls({ live: { kind, apiId }, webAcls }: ApiView): readonly Finding[] {
  if (kind !== 'http') return [];
  return webAcls
    .filter(({ api }) => api === apiId)
    .map(({ where }) => ({
      id: 'waf-http',
      level: 'obstacle',
      where,
      what: 'a web ACL is associated with an HTTP API',
      why: 'AWS WAF does not support HTTP APIs, so the association fails, or has no effect',
      fix: 'put CloudFront with the web ACL in front of the API, or use a REST API',
    }));
}

/** Checks whether another kind of API would be better or cheaper. Prices are for us-east-1 (docs/aws §14). */
function checkKind(view: ApiView): readonly Finding[] {
  if (view.live.kind !== 'rest' || findRestOnly(view).length > 0) return [];
  return [
    warning(
      'rest-without-reason',
      'the REST API does not use any feature that an HTTP API lacks',
      'REST costs $3.50 per million requests and HTTP $1.00 (us-east-1): an HTTP API saves $2.50 per million, or $25 a month at 10 million',
      view.where,
      'use an HTTP API with the same routes; error texts and CORS differ (node_modules/gatewright/docs/aws/cors.md)',
    ),
  ];
}

/** The checks in the order of the report. */
export const API_CHECKS: readonly ApiCheck[] = [
  checkPermissions,
  checkIntegrationMethods,
  checkCorsCredentials,
  checkSharedCache,
  checkWebAcls,
  checkRuntimes,
  checkNarrowPolicies,
  checkBodyReaders,
  checkTimeouts,
  checkPayloads,
  checkPages,
  checkPlans,
  checkDeployed,
  checkLogs,
  checkThrottling,
  checkKind,
];
